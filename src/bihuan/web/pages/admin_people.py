"""The people and their posts, for the system administrator; a new person; first passwords."""

from io import BytesIO
from typing import Any
from urllib.parse import quote

import xlsxwriter
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.org.actor import Actor
from bihuan.org.models import Person, Post
from bihuan.org.person_administration import Card, appoint, issue_password, open_account, without_password
from bihuan.org.roles import ROLES, SYSTEM_ADMIN, role_title
from bihuan.org.separation import ADMINISTRATORS, require_administrator
from bihuan.org.tree import Tree
from bihuan.web import admin_inputs as inputs
from bihuan.web import showing
from bihuan.web.access import address_of, signed_in
from bihuan.web.administering import Change, subject_begun
from bihuan.web.unit_names import unit_label, unit_of

_SIZE = 50
_HEADS = ("姓名", "登录名", "电话", "岗位", "状态")
ROLE_OPTIONS = [(role.code, role.title) for role in ROLES if role.code not in ADMINISTRATORS]
"""The roles that are given on the page."""
_THREE = [(code, role_title(code)) for code in ADMINISTRATORS]


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The people, as far as asked for by name, unit, role and standing."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "unit", "role", "show")}
    page = Paginator(_people(actor.tree, asked), _SIZE).get_page(request.GET.get("page"))
    url, waiting = reverse("admin_people"), len(without_password())
    context = {
        "title": "人员",
        "crumbs": [{"title": "人员"}],
        "lead": "谁能登录、在哪里任什么岗。岗位决定能看什么、能办什么；人员只停用，不删除。",
        "links": [
            {"title": "从 Excel 导入", "url": reverse("roster_upload", args=["people"]), "icon": "table-import"},
            {"title": "新增人员", "url": reverse("admin_person_new"), "icon": "plus", "main": True},
        ],
        "tabs": [
            {"title": "在用", "url": url, "active": not asked["show"]},
            {"title": "还没有密码", "url": f"{url}?show=new", "active": asked["show"] == "new", "count": waiting},
            {"title": "停用", "url": f"{url}?show=off", "active": asked["show"] == "off"},
        ],
        "kept": [("show", asked["show"])] if asked["show"] else [],
        "inputs": [
            inputs.line("q", "姓名或登录名", asked["q"]),
            inputs.line("unit", "单位及以下", asked["unit"]),
            inputs.choice("role", "角色", [("", "全部"), *ROLE_OPTIONS, *_THREE], asked["role"]),
        ],
        "table": {"heads": _HEADS, "rows": _rows(page, actor.tree), "empty": "没有这样的人员"},
        "send": _send(waiting) if asked["show"] == "new" and waiting else None,
        "pager": showing.pager(page),
    }
    return render(request, "admin_list.html", context)


def _send(waiting: int) -> dict[str, str]:
    """The button that gives first passwords to those who wait for one."""
    some = f"前 {_MOST_AT_ONCE} 人（共 {waiting} 人）" if waiting > _MOST_AT_ONCE else f"这 {waiting} 人"
    words = "文件只下载这一次，系统里不留；请分别交给本人，登录后自己改掉。"
    return {"url": reverse("admin_passwords"), "title": f"给{some}发初始密码", "hint": words}


def _people(tree: Tree, asked: dict[str, str]) -> QuerySet[Person]:
    rows = Person.objects.filter(is_active=asked["show"] != "off").order_by("username")
    if words := asked["q"]:
        rows = rows.filter(Q(name__icontains=words) | Q(username__icontains=words))
    if asked["show"] == "new":
        rows = rows.filter(pk__in=[person.pk for person in without_password()])
    posts = _current()
    if asked["role"]:
        posts = posts.filter(role=asked["role"])
    if asked["unit"]:
        node = unit_of(tree, asked["unit"])
        posts = posts.filter(unit__in=[one.pk for one in tree.below(node.pk)] if node else [])
    return rows.filter(pk__in=posts.values("person")) if asked["role"] or asked["unit"] else rows


def _current() -> QuerySet[Post]:
    return Post.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())).order_by("pk")


def _rows(page: "Page[Person]", tree: Tree) -> list[dict[str, Any]]:
    people = page.object_list
    posts: dict[int, list[Post]] = {}
    for post in _current().filter(person__in=[person.pk for person in people]):
        posts.setdefault(post.person_id, []).append(post)
    return [_row(person, posts.get(person.pk, []), tree) for person in people]


def _row(person: Person, posts: list[Post], tree: Tree) -> dict[str, Any]:
    titles = [f"{unit_label(tree, post.unit_id) or tree.name(post.unit_id)} {role_title(post.role)}" for post in posts]
    standing = "在用" if person.has_usable_password() else "还没有密码"
    cells = (person.name, person.username, person.phone, "；".join(titles) or "没有岗位")
    shown = [*cells, standing if person.is_active else "停用"]
    return {"cells": list(zip(_HEADS, shown, strict=True)), "url": reverse("admin_person", args=[person.pk])}


@signed_in
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A form for a new person with a first post."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    people = reverse("admin_people")
    return subject_begun(
        request,
        Change("新增人员", lambda: _open(request, actor), button="确认新增", told=(_NEXT,)),
        people + "?show=new",
        under=("人员", people),
        lead="一次加很多人，请用“从 Excel 导入”。",
        form=lambda problems: _form(request, actor, problems),
    )


_MOST_AT_ONCE = 100


@signed_in
def passwords(request: HttpRequest, actor: Actor) -> HttpResponse:
    """First passwords for those who have none, as a workbook that is made once and kept nowhere."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    waiting = [person for person in without_password() if person.pk != actor.person][:_MOST_AT_ONCE]
    if not waiting:
        raise Invalid("没有还缺密码的人员")
    address = address_of(request)
    with transaction.atomic():
        rows = [(one.username, one.name, issue_password(actor=actor, person=one, address=address)) for one in waiting]
    file = BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet("初始密码")
        page.set_column(0, 2, 26)
        for number, row in enumerate([("登录名", "姓名", "初始密码"), *rows]):
            page.write_row(number, 0, row)
    answer = HttpResponse(file.getvalue(), content_type=_XLSX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote('初始密码.xlsx')}"
    return answer


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NEXT = "新增后还不能登录：在“人员”的“还没有密码”里发初始密码。"


def _form(request: HttpRequest, actor: Actor, problems: dict[str, str]) -> dict[str, Any]:
    typed = {name: request.POST.get(name, "") for name in ("username", "name", "phone", "role", "on", "unit_name")}
    unit = request.GET.get("unit", "")
    fields = [
        inputs.line("name", "姓名", typed["name"], required=True),
        inputs.line("username", "登录名", typed["username"], required=True, hint="字母、数字，如 zhangsan；定了不能改"),
        inputs.line("phone", "电话", typed["phone"]),
        inputs.unit(
            "unit", "单位", actor.tree, int(unit) if unit.isdecimal() else None, typed["unit_name"], required=True
        ),
        inputs.choice("role", "角色", ROLE_OPTIONS, typed["role"] or "undertaker"),
        inputs.day("on", "任职日", typed["on"]),
    ]
    return {"do": "open", "title": "新人员", "inputs": inputs.with_problems(fields, problems), "button": "下一步：核对"}


def _open(request: HttpRequest, actor: Actor) -> str:
    card = Card(*(request.POST.get(name, "").strip() for name in ("username", "name", "phone")))
    on, role = inputs.day_of(request, "on"), request.POST.get("role", "")
    unit = inputs.required_unit(request, "unit", actor.tree)
    with transaction.atomic():
        person = open_account(actor=actor, card=card, address=address_of(request))
        appoint(actor=actor, person=person, unit=unit, role=role, from_day=on, address=address_of(request))
    return f"新增 {card.name}（{card.username}），自 {on} 起任{actor.tree.name(unit.pk)}{role_title(role)}"
