"""The first page of an administrator: what their part is, how things stand with it, and what is still to be done."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.models import DataScope, FieldRight
from bihuan.ledger.role_impact import holders
from bihuan.ledger.unmask_roles import roles_that_unmask
from bihuan.loop.notice.models import AllowedHost
from bihuan.org.actor import Actor
from bihuan.org.models import AccessEntry, Person, Post
from bihuan.org.person_administration import without_password
from bihuan.org.roles import AUDIT_ADMIN, SECURITY_ADMIN, SYSTEM_ADMIN, role_title
from bihuan.org.separation import ADMINISTRATORS

Line = tuple[str, str, str]
"""What, how it stands, and where it is done."""

_PARTS = {
    SYSTEM_ADMIN.code: "管单位和人员：谁在哪里、任什么岗。看不到业务数据，也不设权限。",
    SECURITY_ADMIN.code: "管权限：每个角色看得见哪些记录、哪些字段，谁能看个人信息原文。看不到业务数据，也不管人员。",
    AUDIT_ADMIN.code: "看日志：谁登录、谁看过导出过个人信息、谁被拒绝、其他管理员改了什么。什么都不能改。",
}


def show(request: HttpRequest, actor: Actor, role: str) -> HttpResponse:
    """The administrator's part, with its numbers, and who the three administrators are."""
    heads = ("事项", "现在")
    rows = [
        {"cells": [("事项", what), ("现在", standing)], "url": reverse(name)}
        for what, standing, name in _LINES[role](actor)
    ]
    context = {
        "title": role_title(role),
        "crumbs": [{"title": "首页"}],
        "lead": _PARTS[role],
        "tables": [{"title": "我的工作", "heads": heads, "rows": rows}, _three()],
    }
    return render(request, "admin_subject.html", context)


def _three() -> dict[str, Any]:
    heads, rows = ("管理员", "谁"), []
    for role in ADMINISTRATORS:
        names = "、".join(f"{post.person.name}（{post.person.username}）" for post in holders(role))
        rows.append(
            {"cells": [("管理员", role_title(role)), ("谁", names or "还没有，请在服务器上用 bihuan user add 添加")]}
        )
    note = "一人只任其一，不兼业务岗位，最后一位不能停用"
    return {"title": "三员", "heads": heads, "rows": rows, "note": note}


def _of_system(actor: Actor) -> list[Line]:
    units, waiting = len(actor.tree.nodes), len(without_password())
    posts = Post.objects.filter(valid_to__isnull=True).values("person")
    idle = Person.objects.filter(is_active=True).exclude(pk__in=posts).count()
    return [
        ("第一步：单位", f"{units} 个单位" if units > 1 else "还没有单位，先从 Excel 导入", "admin_units"),
        (
            "第二步：人员和岗位",
            f"{Person.objects.filter(is_active=True).count()} 人在用，{idle} 人没有岗位",
            "admin_people",
        ),
        ("第三步：发初始密码", f"{waiting} 人还没有密码" if waiting else "都有密码", "admin_people"),
    ]


def _of_security(_actor: Actor) -> list[Line]:
    scopes = DataScope.objects.filter(valid_to__isnull=True).count()
    rights = FieldRight.objects.filter(valid_to__isnull=True).aggregate(
        n=Count("pk"), ledgers=Count("ledger", distinct=True)
    )
    unmasking = "、".join(sorted(map(role_title, roles_that_unmask())))
    hosts = AllowedHost.objects.filter(ended_at__isnull=True).count()
    return [
        ("数据范围", f"另设了 {scopes} 条" if scopes else "都是默认：本单位及以下", "admin_scopes"),
        (
            "字段权限",
            f"在 {rights['ledgers']} 本台账另设了 {rights['n']} 条" if rights["n"] else "按业务包的规定",
            "admin_ledgers",
        ),
        ("查看原文", f"可以看的角色：{unmasking or '没有'}", "admin_unmasking"),
        ("登录锁定", "锁定、动态口令、现在的登录", "admin_accounts"),
        ("登录规则", "密码、暂锁、自动退出", "admin_policy"),
        ("群消息白名单", f"{hosts} 个主机", "admin_hosts"),
    ]


def _of_audit(_actor: Actor) -> list[Line]:
    start = clock.start_of_day(clock.today())
    counts = dict(AccessEntry.objects.filter(at__gte=start).values_list("kind").annotate(n=Count("pk")))
    said = [f"{kind.label} {counts[kind]} 条" for kind in AccessEntry.Kind if counts.get(kind)]
    return [("访问日志", "今天：" + ("，".join(said) or "还没有记录"), "access_log")]


_LINES = {SYSTEM_ADMIN.code: _of_system, SECURITY_ADMIN.code: _of_security, AUDIT_ADMIN.code: _of_audit}
