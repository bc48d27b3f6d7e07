"""My second factor: taking one into use, new recovery codes, giving it up."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from bihuan.base.errors import Invalid, NotAllowed
from bihuan.org.actor import Actor
from bihuan.org.lockout import begin_attempt, clear_failures
from bihuan.org.models import Person
from bihuan.org.policy import current_policy, totp_required
from bihuan.org.totp import (
    begin_totp,
    confirm_totp,
    drop_totp,
    enrolment_of,
    has_totp,
    recovery_codes_left,
    renew_recovery_codes,
)
from bihuan.web.access import address_of, go, signed_in
from bihuan.web.pages.account import me
from bihuan.web.signing_in import note_duties, proven


@sensitive_post_parameters("code")
@signed_in
@proven
def show(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """The step at which I stand; posting `do` goes a step on. Recovery codes are shown once, in the answer to it."""
    person = me(request)
    if request.method == "GET":
        return _page(request, actor, person)
    try:
        codes = _do(request, actor, person)
    except Invalid as error:
        return _page(request, actor, person, problem=error.problems.get("code", error.message))
    if codes:
        return _page(request, actor, person, codes=codes)
    return go(request, reverse("totp"))


def _do(request: HttpRequest, actor: Actor, person: Person) -> list[str]:
    """Do what was asked; returns recovery codes that are to be shown."""
    what, address = request.POST.get("do", ""), address_of(request)
    if what == "begin":
        begin_totp(person=person)
    elif what == "confirm":
        return _confirm(request, person, address)
    elif what == "renew":
        return renew_recovery_codes(person=person, address=address)
    elif what == "drop":
        drop_totp(actor=actor, person=person, address=address)
        messages.success(request, "动态口令已停用")
    return []


def _confirm(request: HttpRequest, person: Person, address: str) -> list[str]:
    if not begin_attempt(person.username, address):
        raise NotAllowed("输错的次数太多了，请过一会儿再试")
    codes = confirm_totp(person=person, code=request.POST.get("code", ""), address=address)
    clear_failures(person.username, address)
    note_duties(request, person)
    return codes


def _page(
    request: HttpRequest, actor: Actor, person: Person, *, problem: str = "", codes: list[str] | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "title": "动态口令",
        "crumbs": [{"title": "我的账号", "url": reverse("account")}, {"title": "动态口令"}],
        "must": totp_required(actor, current_policy()),
        "holds": has_totp(person),
        "enrolment": None if codes else enrolment_of(person),
        "codes": codes or [],
        "codes_left": recovery_codes_left(person),
        "problem": problem,
    }
    return render(request, "totp.html", context, status=422 if problem else 200)
