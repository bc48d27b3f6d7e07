"""Signing in, in one step or two, and out. What is said never tells whether a name, a password or a lock was the cause
for one name and not for another."""

from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from bihuan.base import clock
from bihuan.org.access_log import Kind, log_access
from bihuan.org.lockout import begin_attempt
from bihuan.org.models import Person
from bihuan.org.policy import Policy, current_policy
from bihuan.org.totp import has_totp, take_code
from bihuan.org.tree import tree_on
from bihuan.web.access import address_of
from bihuan.web.signing_in import half_way, let_in, remember_half_way

_WRONG = "登录名或密码不对，请再试。"
_WRONG_CODE = "动态口令不对，或已经用过；请等下一组数字再试。"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The page to sign in; posting signs in and goes on to where the visitor wanted to be."""
    if request.method == "GET":
        return redirect("desk") if request.user.is_authenticated else _page(request, "")
    username = request.POST.get("username", "").strip()
    if not begin_attempt(username, address_of(request)):
        return _page(request, locked_words(current_policy()))
    person = authenticate(request, username=username, password=request.POST.get("password", ""))
    if not isinstance(person, Person):
        # What nobody is called may be a password that was typed in the wrong place.
        name = username if Person.objects.filter(username=username).exists() else "未知登录名"
        log_access(Kind.SIGN_IN_FAILED, "登录", by=None, name=name, address=address_of(request))
        return _page(request, _WRONG)
    if has_totp(person):
        remember_half_way(request, person, _next(request))
        return redirect("sign_in_code")
    let_in(request, person)
    return redirect(_next(request))


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The second step: the phone's code, or a recovery code, of the person whose password was right."""
    waiting = half_way(request)
    if waiting is None:
        return redirect("sign_in")
    person, goes_to = waiting
    if request.method == "GET":
        return _code_page(request, "")
    if not begin_attempt(person.username, address_of(request)):
        return _code_page(request, locked_words(current_policy()))
    if not take_code(person, request.POST.get("code", "")):
        log_access(Kind.SIGN_IN_FAILED, "登录：动态口令", by=None, name=person.username, address=address_of(request))
        return _code_page(request, _WRONG_CODE)
    let_in(request, person)
    return redirect(goes_to)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, Person):
        log_access(Kind.SIGN_OUT, "退出", by=request.user, address=address_of(request))
    logout(request)
    return redirect("sign_in")


def locked_words(policy: Policy) -> str:
    """The same for a name that is locked, one that nobody has, and an address."""
    return f"登录没有成功的次数太多（同一登录名 {policy.failures} 次），请 {policy.lock_minutes} 分钟后再试。"


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("desk")


def _page(request: HttpRequest, error: str) -> HttpResponse:
    context = {
        "title": "登录",
        "error": error,
        "username": request.POST.get("username", ""),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "county": _county(),
    }
    return render(request, "sign_in.html", context, status=422 if error else 200)


def _code_page(request: HttpRequest, error: str) -> HttpResponse:
    context = {"title": "登录", "error": error, "county": _county()}
    return render(request, "sign_in_code.html", context, status=422 if error else 200)


def _county() -> str:
    roots = [node.name for node in tree_on(clock.today()).nodes if node.depth == 0]
    return roots[0] if roots else ""
