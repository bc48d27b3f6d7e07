"""My account: where I am signed in, my password, my second factor."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor
from bihuan.org.models import Person, SignIn
from bihuan.org.passwords import days_left, why_to_change
from bihuan.org.policy import current_policy, totp_required
from bihuan.org.sessions import end_sign_in, end_sign_ins, mark_of, sign_ins_of
from bihuan.org.totp import has_totp, recovery_codes_left
from bihuan.web import showing
from bihuan.web.access import address_of, go, signed_in

_SYSTEMS = ("Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux")
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def me(request: HttpRequest) -> Person:
    """The person who is signed in."""
    if not isinstance(request.user, Person):
        raise TypeError("this page is for who is signed in")
    return request.user


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What there is to know of my account; posting ends my other sign-ins, or one of them."""
    person, here = me(request), request.session.session_key or ""
    if request.method == "POST":
        mark = request.POST.get("end", "")
        ended = end_sign_in(person, mark) if mark else end_sign_ins(person, but=here)
        log_access(Kind.SIGN_OUT, "退出其他会话", by=person, address=address_of(request))
        messages.success(request, "已退出" if ended else "没有其他会话")
        return go(request, reverse("account"))
    policy = current_policy()
    context = {
        "title": "我的账号",
        "crumbs": [{"title": "工作台", "url": reverse("desk")}, {"title": "我的账号"}],
        "username": person.username,
        "password_set": showing.moment(person.password_set_at) if person.password_set_at else "",
        "password_left": days_left(person, policy),
        "password_why": why_to_change(person, policy),
        "has_totp": has_totp(person),
        "must_totp": totp_required(actor, policy),
        "codes_left": recovery_codes_left(person),
        "sign_ins": [_line(row, here) for row in sign_ins_of(person)],
        "idle": policy.idle_minutes,
        "longest": policy.longest_hours,
    }
    return render(request, "account.html", context)


def _line(row: SignIn, here: str) -> dict[str, Any]:
    return {
        "mark": mark_of(row.session_key),
        "is_here": row.session_key == here,
        "device": device_of(row.agent),
        "address": row.address,
        "begun": showing.moment(row.begun_at),
        "seen": showing.moment(row.seen_at),
    }


def device_of(agent: str) -> str:
    """A browser and its system, as far as it says."""
    system = next((name for name in _SYSTEMS if name in agent), "")
    browser = next((title for mark, title in _BROWSERS if mark in agent), "")
    return " · ".join(part for part in (browser, system) if part) or "未知设备"
