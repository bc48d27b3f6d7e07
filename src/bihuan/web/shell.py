"""What surrounds every page: the county's name, who is signed in, the menu."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from bihuan.loop.notice.queries import unread_count
from bihuan.org.actor import Actor
from bihuan.org.roles import AUDIT_ADMIN, SECURITY_ADMIN, SYSTEM_ADMIN, role_title
from bihuan.org.separation import administrator_role
from bihuan.web.access import may_make
from bihuan.web.request_memory import my_ledgers

_SHOWN = 30


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context that base.html needs; without a signed-in person there is no menu."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return {"shell": {"county": "", "person": None, "menu": []}}
    roots = [node.name for node in actor.tree.nodes if node.depth == 0]
    post = actor.posts[0] if actor.posts else None
    person = {
        "name": actor.name,
        "unit": actor.tree.name(post.unit) if post else "",
        "role": role_title(post.role) if post else "没有岗位",
    }
    return {"shell": {"county": roots[0] if roots else "", "person": person, "menu": _menu(request, actor)}}


_SYSTEM = (("单位", "admin_units", "layout-grid"), ("人员", "admin_people", "users"))
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


def _menu(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    if office := administrator_role(actor):
        entries = [_entry(request, title, reverse(name), icon) for title, name, icon in _OFFICES.get(office, ())]
        return [{"title": "", "entries": [_entry(request, "首页", reverse("desk"), "home"), *entries]}]
    work = [
        _entry(request, "工作台", reverse("desk"), "home"),
        _entry(request, "调度台", reverse("board"), "layout-grid"),
        _entry(request, "全部台账", reverse("ledgers"), "books"),
        _entry(request, "材料", reverse("reports"), "file-text"),
        _entry(request, "考核晾晒", reverse("scorecards"), "report-analytics"),
        _entry(request, "指标库", reverse("figures"), "report-analytics"),
        {**_entry(request, "文书提醒", reverse("notices"), "bell"), "count": unread_count(actor), "hot": True},
        _entry(request, "例行任务", reverse("duties"), "checklist"),
        _entry(request, "公众诉求", reverse("petitions"), "message-dots"),
        _entry(request, "随机抽查", reverse("draws"), "rotate"),
        _entry(request, "规划计划", reverse("plans"), "flag"),
    ]
    if may_make(actor):
        work.append(_entry(request, "导入表格", reverse("import_upload"), "table-import"))
        work.append(_entry(request, "上级的表", reverse("forms"), "file-text"))
    known = my_ledgers(request, actor)
    ledgers = [_entry(request, item.title, reverse("ledger", args=[item.code]), "table") for item in known[:_SHOWN]]
    if len(known) > _SHOWN:
        ledgers.append(_entry(request, f"还有 {len(known) - _SHOWN} 本…", reverse("ledgers"), "books"))
    return [{"title": "", "entries": work}, {"title": "台账", "entries": ledgers}]


def _entry(request: HttpRequest, title: str, url: str, icon: str) -> dict[str, Any]:
    return {"title": title, "url": url, "icon": icon, "active": request.path == url}
