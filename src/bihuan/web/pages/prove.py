"""Proving again who one is, before much is unlocked or changed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters

from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor
from bihuan.org.lockout import begin_attempt, clear_failures
from bihuan.org.models import Person
from bihuan.org.policy import current_policy
from bihuan.org.totp import has_totp, take_code
from bihuan.web.access import address_of, go, signed_in
from bihuan.web.pages.account import me
from bihuan.web.pages.sign_in import locked_words
from bihuan.web.signing_in import note_proven


@sensitive_post_parameters("word")
@signed_in
def show(request: HttpRequest, _actor: Actor) -> HttpResponse:
    """Asks for the phone's code, or the password of who has no second factor, and goes back to where it was needed."""
    person, problem = me(request), ""
    goes_to = _back(request)
    if request.method == "POST":
        problem = _problem(request, person)
        if not problem:
            note_proven(request)
            return go(request, goes_to)
    by_code = has_totp(person)
    field = {
        "name": "word",
        "title": "动态口令或恢复码" if by_code else "密码",
        "widget": "text",
        "type": "text" if by_code else "password",
        "autocomplete": "one-time-code" if by_code else "current-password",
        "required": True,
        "problem": problem,
    }
    context = {
        "title": "再验一次身份",
        "crumbs": [{"title": "再验一次身份"}],
        "about": f"接下来的操作较重要，请确认是您本人；{current_policy().fresh_minutes} 分钟内不再问。",
        "fields": [field],
        "back": reverse("desk"),
        "send": "确认",
    }
    return render(request, "ask.html", context, status=422 if problem else 200)


def _problem(request: HttpRequest, person: Person) -> str:
    address, word = address_of(request), request.POST.get("word", "")
    if not begin_attempt(person.username, address):
        return locked_words(current_policy())
    if take_code(person, word) if has_totp(person) else person.check_password(word):
        clear_failures(person.username, address)
        return ""
    log_access(Kind.SIGN_IN_FAILED, "再验身份", by=person, address=address)
    return "不对，请再试。"


def _back(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else reverse("desk")
