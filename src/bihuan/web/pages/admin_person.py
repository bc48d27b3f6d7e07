"""One person, for the system administrator: their card, posts, account and password."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Invalid, NotFound
from bihuan.org.actor import Actor
from bihuan.org.models import Person, Post
from bihuan.org.person_administration import (
    allow_sign_in,
    appoint,
    correct_card,
    issue_password,
    relieve,
    transfer,
)
from bihuan.org.roles import SYSTEM_ADMIN, role_title
from bihuan.org.separation import ADMINISTRATORS, require_administrator
from bihuan.web import admin_inputs as inputs
from bihuan.web.access import address_of, signed_in
from bihuan.web.administering import Change, ask_or_make, status, told
from bihuan.web.pages.admin_people import ROLE_OPTIONS

_TITLES = {
    "card": "修改姓名、电话",
    "appoint": "增加岗位",
    "transfer": "调动",
    "relieve": "免去岗位",
    "off": "停用",
    "on": "启用",
}


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The person's posts, and forms for each change; each asks before it is done, but for a password, shown once."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    person = Person.objects.filter(pk=pk).first() if pk.bit_length() < 63 else None
    if person is None:
        raise NotFound("没有这个人员")
    problem, alerts = None, []
    if request.method == "POST":
        try:
            if request.POST.get("do") == "password":
                password = issue_password(actor=actor, person=person, address=address_of(request))
                alerts.append(_shown_once(person, password))
            else:
                return _ask(request, actor, person)
        except BihuanError as error:
            problem = error
    return render(
        request, "admin_subject.html", _context(request, actor, person, problem, alerts), status=status(problem)
    )


def _shown_once(person: Person, password: str) -> dict[str, Any]:
    words = f"{password} 只显示这一次，请当面或封好交给本人，登录后自己改掉。"
    return {"level": "success", "title": f"{person.name} 的初始密码：", "text": words}


def _context(
    request: HttpRequest, actor: Actor, person: Person, problem: BihuanError | None, alerts: list[dict[str, Any]]
) -> dict[str, Any]:
    person.refresh_from_db()
    shown, own = told(problem), actor.person == person.pk
    if own:
        alerts = [{"level": "info", "text": "这是您自己的帐号。自己的岗位和帐号由另一位系统管理员变更。"}]
    standing = "" if person.is_active else "停用"
    if person.is_active:
        standing = "在用" if person.has_usable_password() else "还没有密码，不能登录"
    return {
        "title": person.name,
        "crumbs": [{"title": "人员", "url": reverse("admin_people")}, {"title": person.name}],
        "lead": f"登录名 {person.username} · {standing}" + (f" · 电话 {person.phone}" if person.phone else ""),
        "problem": "；".join([shown["problem"], *shown["problems"].values()]).strip("；"),
        "alerts": alerts,
        "tables": [_posts(actor, person, own=own)],
        "forms": [] if own else _forms(request, actor, person),
    }


def _posts(actor: Actor, person: Person, *, own: bool) -> dict[str, Any]:
    heads, today = ("岗位", "自", "至"), clock.today()
    rows = []
    for post in person.posts.order_by("-valid_from", "-pk"):
        lasts = post.valid_to is None or post.valid_to > today
        acts = [{"do": "relieve", "of": post.pk, "title": "免去"}] if lasts and not own else []
        title = f"{actor.tree.name(post.unit_id)} {role_title(post.role)}"
        until = f"{post.valid_to}（不含）" if post.valid_to else "现在"
        rows.append({"cells": [("岗位", title), ("自", str(post.valid_from)), ("至", until)], "acts": acts})
    return {
        "title": "岗位",
        "heads": heads,
        "rows": rows,
        "acts": "" if own else "操作",
        "empty": "没有岗位，登录后什么也看不到",
    }


def _forms(request: HttpRequest, actor: Actor, person: Person) -> list[dict[str, Any]]:
    held = _lasting(person)
    place = _place(request, actor, ROLE_OPTIONS)
    found: list[dict[str, Any]] = [{"do": "appoint", "title": "增加岗位", "inputs": place, "button": "下一步：核对"}]
    if held:
        titles = [(str(post.pk), f"{actor.tree.name(post.unit_id)} {role_title(post.role)}") for post in held]
        own = [(post.role, role_title(post.role)) for post in held if post.role in ADMINISTRATORS]
        moved = [inputs.choice("of", "从哪个岗位", titles), *_place(request, actor, own or ROLE_OPTIONS)]
        found.append({"do": "transfer", "title": "调动", "inputs": moved, "button": "下一步：核对", "calm": True})
    card = [inputs.line("name", "姓名", person.name, required=True), inputs.line("phone", "电话", person.phone)]
    found.append({"do": "card", "title": "姓名、电话", "inputs": card, "button": "下一步：核对", "calm": True})
    words = "重置密码" if person.has_usable_password() else "发初始密码"
    hint = "随机生成，只显示一次"
    found.append({"do": "password", "title": words, "hint": hint, "button": words, "calm": True})
    use = ("off", "停用", "停用后立刻不能登录，岗位和历史都保留") if person.is_active else ("on", "启用", "")
    found.append({"do": use[0], "title": use[1], "hint": use[2], "button": use[1], "calm": True})
    return found


def _place(request: HttpRequest, actor: Actor, roles: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        inputs.unit("unit", "单位", actor.tree, text=request.POST.get("unit_name", ""), required=True),
        inputs.choice("role", "角色", roles, request.POST.get("role", "undertaker")),
        inputs.day("on", "任职日", request.POST.get("on", "")),
    ]


def _lasting(person: Person) -> list[Post]:
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())
    return list(person.posts.filter(lasting).order_by("pk"))


def _ask(request: HttpRequest, actor: Actor, person: Person) -> HttpResponse:
    do = request.POST.get("do", "")
    make = _MAKES.get(do)
    if make is None:
        raise Invalid("没有这样的操作")
    change = Change(_TITLES[do], lambda: make(request, actor, person))
    return ask_or_make(request, change, reverse("admin_person", args=[person.pk]))


def _post(request: HttpRequest, person: Person) -> Post:
    text = request.POST.get("of", "")
    post = person.posts.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 19 else None
    if post is None:
        raise NotFound("没有这个岗位")
    return post


def _card(request: HttpRequest, actor: Actor, person: Person) -> str:
    name, phone = (request.POST.get(key, "").strip() for key in ("name", "phone"))
    correct_card(actor=actor, person=person, name=name, phone=phone, address=address_of(request))
    return f"{person.name}（{person.username}）：姓名 {name}，电话 {phone or '空'}"


def _appoint(request: HttpRequest, actor: Actor, person: Person) -> str:
    on, role = inputs.day_of(request, "on"), request.POST.get("role", "")
    unit = inputs.required_unit(request, "unit", actor.tree)
    appoint(actor=actor, person=person, unit=unit, role=role, from_day=on, address=address_of(request))
    return f"{person.name} 自 {on} 起任{actor.tree.name(unit.pk)}{role_title(role)}"


def _transfer(request: HttpRequest, actor: Actor, person: Person) -> str:
    on, role, post = inputs.day_of(request, "on"), request.POST.get("role", ""), _post(request, person)
    unit = inputs.required_unit(request, "unit", actor.tree)
    transfer(actor=actor, post=post, unit=unit, role=role, on=on, address=address_of(request))
    old = f"{actor.tree.name(post.unit_id)}{role_title(post.role)}"
    return f"{person.name} 自 {on} 起从{old}调任{actor.tree.name(unit.pk)}{role_title(role)}"


def _relieve(request: HttpRequest, actor: Actor, person: Person) -> str:
    post = _post(request, person)
    relieve(actor=actor, post=post, on=max(clock.today(), post.valid_from), address=address_of(request))
    return f"{person.name} 今天起不再任{actor.tree.name(post.unit_id)}{role_title(post.role)}"


def _use(request: HttpRequest, actor: Actor, person: Person) -> str:
    allowed = request.POST.get("do") == "on"
    allow_sign_in(actor=actor, person=person, allowed=allowed, address=address_of(request))
    return f"{person.name}（{person.username}）已{'启用，可以登录' if allowed else '停用，不能再登录'}"


_MAKES: dict[str, Callable[[HttpRequest, Actor, Person], str]] = {
    "card": _card,
    "appoint": _appoint,
    "transfer": _transfer,
    "relieve": _relieve,
    "off": _use,
    "on": _use,
}
