"""Locks, second factors and sign-ins of accounts, and the rules of signing in, for the security administrator."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import BihuanError, Invalid, NotAllowed, NotFound
from bihuan.org.accounts import end_sign_ins_of, reset_totp, unlock_person
from bihuan.org.actor import Actor
from bihuan.org.lockout import is_locked
from bihuan.org.models import Person, SignInFailure
from bihuan.org.policy import BY_NAME, SETTINGS, TOTP_ROLES, current_policy, set_policy
from bihuan.org.roles import ROLES, SECURITY_ADMIN, role_title
from bihuan.org.separation import require_administrator
from bihuan.org.sessions import sign_ins_of
from bihuan.org.totp import has_totp
from bihuan.web import admin_inputs as inputs
from bihuan.web import showing
from bihuan.web.access import address_of, signed_in
from bihuan.web.administering import Change, ask_or_make, status, told
from bihuan.web.signing_in import proven

_SIZE = 50
_HEADS = ("姓名", "登录名", "密码", "动态口令", "登录锁定", "现在的登录")


@signed_in
@proven
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The accounts in use, those that are locked first; posting lifts a lock, resets a factor or ends sign-ins."""
    require_administrator(actor, SECURITY_ADMIN.code)
    problem: BihuanError | None = None
    if request.method == "POST":
        try:
            return _ask(request, actor)
        except BihuanError as error:
            problem = error
    words = request.GET.get("q", "").strip()
    rows = Person.objects.filter(Q(name__icontains=words) | Q(username__icontains=words), is_active=True)
    locked = {name for name in SignInFailure.objects.values_list("username", flat=True) if is_locked(name)}
    people = sorted(rows.order_by("username"), key=lambda person: person.username not in locked)
    page = Paginator(people, _SIZE).get_page(request.GET.get("page"))
    shown = told(problem)
    context = {
        "title": "登录锁定",
        "crumbs": [{"title": "登录锁定"}],
        "lead": "连续输错密码的会暂锁；丢了手机的在这里重置动态口令。密码由系统管理员发，这里看不到也改不了。",
        "problem": "；".join([shown["problem"], *shown["problems"].values()]).strip("；"),
        "inputs": [inputs.line("q", "姓名或登录名", words)],
        "table": {"heads": _HEADS, "rows": [_row(one, locked) for one in page.object_list], "acts": "操作"},
        "pager": showing.pager(page),
    }
    return render(request, "admin_list.html", context, status=status(problem))


def _row(person: Person, locked: set[str]) -> dict[str, Any]:
    factor, open_now = has_totp(person), len(sign_ins_of(person))
    cells = (
        person.name,
        person.username,
        "有" if person.has_usable_password() else "还没有",
        "已启用" if factor else "没有",
        "已锁" if person.username in locked else "没有锁",
        f"{open_now} 处" if open_now else "没有登录",
    )
    can = (
        ("unlock", "解锁", person.username in locked),
        ("totp", "重置动态口令", factor),
        ("end", "让他退出", open_now),
    )
    acts = [{"do": do, "of": person.pk, "title": title} for do, title, yes in can if yes]
    return {"cells": list(zip(_HEADS, cells, strict=True)), "acts": acts}


def _ask(request: HttpRequest, actor: Actor) -> HttpResponse:
    do, of = request.POST.get("do", ""), request.POST.get("of", "")
    person = Person.objects.filter(pk=int(of)).first() if of.isdecimal() and len(of) < 19 else None
    if person is None:
        raise NotFound("没有这个人员")
    if do not in _MAKES:
        raise Invalid("没有这样的操作")
    title, words, make = _MAKES[do]
    who = f"{person.name}（{person.username}）"

    def act() -> str:
        make(actor, person, address_of(request))
        return f"{title}：{who}"

    return ask_or_make(request, Change(title, act, (words,)), reverse("admin_accounts"))


def _unlock(actor: Actor, person: Person, address: str) -> None:
    unlock_person(actor=actor, person=person, address=address)


def _reset(actor: Actor, person: Person, address: str) -> None:
    reset_totp(actor=actor, person=person, reason="安全管理员在页面上重置", address=address)


def _end(actor: Actor, person: Person, address: str) -> None:
    if person.pk == actor.person:
        raise NotAllowed("自己请点右上角的“退出登录”")
    end_sign_ins_of(actor=actor, person=person, address=address)


_MAKES: dict[str, tuple[str, str, Callable[[Actor, Person, str], None]]] = {
    "unlock": ("解除登录锁定", "他马上可以再试。请先问清是不是他本人输错的。", _unlock),
    "totp": ("重置动态口令", "他会被退出登录，下次登录后要重新绑定手机。请先核实是他本人。", _reset),
    "end": ("结束登录", "他在所有浏览器里都会被退出，没有保存的内容留在他的浏览器里。", _end),
}


@signed_in
@proven
def rules(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The rules of signing in, each within its bounds; what would change is told before it is set."""
    require_administrator(actor, SECURITY_ADMIN.code)
    problem: BihuanError | None = None
    if request.method == "POST":
        try:
            change = Change("设定登录规则", lambda: _set(request, actor), ("从现在起对所有人生效。",))
            return ask_or_make(request, change, reverse("admin_policy"))
        except BihuanError as error:
            problem = error
    shown, policy = told(problem), current_policy()
    fields = [
        {
            "name": one.name,
            "title": one.title,
            "widget": "number",
            "value": request.POST.get(one.name, getattr(policy, one.name)),
            "unit": one.unit,
            "hint": "；".join(filter(None, (f"{one.least} 至 {one.most}", one.hint))),
        }
        for one in SETTINGS
    ]
    chosen = request.POST.getlist(TOTP_ROLES) if request.method == "POST" else policy.totp_roles
    fields.append(inputs.ticks(TOTP_ROLES, "必须用动态口令的角色", [(role.code, role.title) for role in ROLES], chosen))
    context = {
        "title": "登录规则",
        "crumbs": [{"title": "登录规则"}],
        "lead": "密码、暂锁、自动退出的规矩。默认值符合等级保护三级的要求，只能在限度内改。",
        "problem": shown["problem"],
        "forms": [
            {"do": "rules", "title": "登录规则", "inputs": inputs.with_problems(fields, shown["problems"]),
             "button": "下一步：核对", "wide": True}
        ],
    }  # fmt: skip
    return render(request, "admin_subject.html", context, status=status(problem))


def _set(request: HttpRequest, actor: Actor) -> str:
    """Set what differs; raises Invalid where nothing does."""
    policy, said, address = current_policy(), [], address_of(request)
    for name, setting in BY_NAME.items():
        text, before = request.POST.get(name, ""), getattr(policy, name)
        if text and text != str(before):
            set_policy(actor=actor, name=name, value=text, address=address)
            said.append(f"{setting.title}由 {before} 改为 {text} {setting.unit}")
    roles = request.POST.getlist(TOTP_ROLES)
    if set(roles) != set(policy.totp_roles):
        set_policy(actor=actor, name=TOTP_ROLES, value=roles, address=address)
        said.append(f"必须用动态口令的角色改为：{'、'.join(map(role_title, roles)) or '没有'}")
    if not said:
        raise Invalid("没有改动")
    return "；".join(said)
