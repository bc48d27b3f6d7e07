"""What surrounds every page: the county's name, who is signed in, the menu."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse

from bihuan.ledger.models import Ledger
from bihuan.loop.notice.queries import unread_count
from bihuan.org.actor import Actor
from bihuan.org.roles import AUDIT_ADMIN, SECURITY_ADMIN, SYSTEM_ADMIN, role_title
from bihuan.org.separation import administrator_role
from bihuan.org.tree import Tree
from bihuan.web.access import may_make
from bihuan.web.request_memory import my_ledgers

_ON_ONE_SHELF = 12
"""Up to so many ledgers stand in one row; more are put by the units that own them, with a search."""


@dataclass(frozen=True)
class Entry:
    """A line of the menu. `count` is what waits behind it; `hot` makes it stand out."""

    title: str
    url: str
    icon: str
    count: int = 0
    hot: bool = False


@dataclass(frozen=True)
class Shelf:
    """The ledgers of one unit; with no title, all there are."""

    title: str
    entries: tuple[Entry, ...]


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context that base.html needs; without a signed-in person there is no menu."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"shell": {"county": "", "person": None, "menu": ""}}
    roots = [node.name for node in actor.tree.nodes if node.depth == 0]
    post = actor.posts[0] if actor.posts else None
    person = {
        "name": actor.name,
        "unit": actor.tree.name(post.unit) if post else "",
        "role": role_title(post.role) if post else "没有岗位",
    }
    county = roots[0] if roots else ""
    if office := administrator_role(actor):
        menu = _drawn(county, _office(office), (), request.path)
    else:
        work = _work(unread_count(actor), makes=may_make(actor))
        menu = _drawn(county, work, _shelves(actor, my_ledgers(request, actor)), request.path)
    return {"shell": {"county": county, "person": person, "menu": menu, "me": _me(**person)}}


_SYSTEM = (
    ("单位", "admin_units", "layout-grid"),
    ("人员", "admin_people", "users"),
    ("文书版式", "admin_notices", "file-text"),
)
_SECURITY = (
    ("数据范围", "admin_scopes", "scale"),
    ("字段权限", "admin_ledgers", "books"),
    ("查看原文", "admin_unmasking", "eye"),
    ("登录锁定", "admin_accounts", "lock"),
    ("登录规则", "admin_policy", "key"),
    ("群消息白名单", "admin_hosts", "link"),
)
_AUDIT = (("访问日志", "access_log", "history"),)
_OFFICES: dict[str, tuple[tuple[str, str, str], ...]] = {
    SYSTEM_ADMIN.code: _SYSTEM,
    SECURITY_ADMIN.code: _SECURITY,
    AUDIT_ADMIN.code: _AUDIT,
}
"""What each administrator works at: title, address, icon."""


@lru_cache(maxsize=8)
def _office(role: str) -> tuple[Entry, ...]:
    """What an administrator's menu holds, and nothing else."""
    first = Entry("首页", reverse("desk"), "home")
    return (first, *(Entry(title, reverse(name), icon) for title, name, icon in _OFFICES[role]))


@lru_cache(maxsize=512)
def _drawn(county: str, work: tuple[Entry, ...], shelves: tuple[Shelf, ...], path: str) -> str:
    """The menu as HTML: it follows from these alone, so the same menu is drawn once."""
    return render_to_string(
        "components/menu.html",
        {"county": county, "work": work, "shelves": shelves, "path": path, "many": len(shelves) > 1},
    )


@lru_cache(maxsize=512)
def _me(name: str, unit: str, role: str) -> dict[str, str]:
    """Who is signed in, and where what is theirs alone stands, as HTML: it follows from these words."""
    words = {"name": name, "unit": unit, "role": role}
    return {
        "head": render_to_string("components/me.html", words),
        "links": render_to_string("components/me_links.html", words),
    }


@lru_cache(maxsize=512)
def _work(unread: int, *, makes: bool) -> tuple[Entry, ...]:
    work = [
        Entry("工作台", reverse("desk"), "home"),
        Entry("调度台", reverse("board"), "layout-grid"),
        Entry("全部台账", reverse("ledgers"), "books"),
        Entry("材料", reverse("reports"), "file-text"),
        Entry("考核晾晒", reverse("scorecards"), "report-analytics"),
        Entry("指标库", reverse("figures"), "report-analytics"),
        Entry("文书提醒", reverse("notices"), "bell", unread, hot=True),
        Entry("例行任务", reverse("duties"), "checklist"),
        Entry("公众诉求", reverse("petitions"), "message-dots"),
        Entry("随机抽查", reverse("draws"), "rotate"),
        Entry("规划计划", reverse("plans"), "flag"),
    ]
    if makes:
        work.append(Entry("导入表格", reverse("import_upload"), "table-import"))
        work.append(Entry("上级的表", reverse("forms"), "file-text"))
    return tuple(work)


def _shelves(actor: Actor, ledgers: Iterable[Ledger]) -> tuple[Shelf, ...]:
    """The ledgers by the unit that owns them, in the order of the tree."""
    return _shelved(actor.tree, tuple((ledger.owner_id, ledger.title, ledger.code) for ledger in ledgers))


@lru_cache(maxsize=256)
def _shelved(tree: Tree, ledgers: tuple[tuple[int, str, str], ...]) -> tuple[Shelf, ...]:
    by_owner: dict[int, list[Entry]] = {}
    for owner, title, code in ledgers:
        by_owner.setdefault(owner, []).append(Entry(title, reverse("ledger", args=[code]), "table"))
    if len(ledgers) <= _ON_ONE_SHELF or len(by_owner) == 1:
        return (Shelf("", tuple(entry for entries in by_owner.values() for entry in entries)),)
    places = {node.pk: node.order for node in tree.nodes}
    owners = sorted(by_owner, key=lambda pk: places.get(pk, len(places)))
    return tuple(Shelf(tree.name(pk) or "其他", tuple(by_owner[pk])) for pk in owners)
