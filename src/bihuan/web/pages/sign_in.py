"""Signing in and out, with a lock after too many failures."""

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from bihuan.base import clock
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actions import FAILURES_BEFORE_LOCK, LOCK_FOR, clear_failures, is_locked, note_failure
from bihuan.org.models import Person
from bihuan.org.tree import tree_on
from bihuan.web.access import address_of

_LOCKED = f"连续 {FAILURES_BEFORE_LOCK} 次没有登录成功，请 {LOCK_FOR.seconds // 60} 分钟后再试。"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The page to sign in; posting signs in and goes on to where the visitor wanted to be."""
    if request.method == "GET":
        return redirect("desk") if request.user.is_authenticated else _page(request, "")
    username = request.POST.get("username", "").strip()
    if is_locked(username):
        return _page(request, _LOCKED, locked=True)
    person = authenticate(request, username=username, password=request.POST.get("password", ""))
    if person is None:
        note_failure(username)
        log_access(Kind.SIGN_IN_FAILED, "登录", by=None, name=username, address=address_of(request))
        return _page(request, "登录名或密码不对，请再试。")
    clear_failures(username)
    login(request, person)
    log_access(Kind.SIGN_IN, "登录", by=person if isinstance(person, Person) else None, address=address_of(request))
    return redirect(_next(request))


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, Person):
        log_access(Kind.SIGN_OUT, "退出", by=request.user, address=address_of(request))
    logout(request)
    return redirect("sign_in")


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("desk")


def _page(request: HttpRequest, error: str, *, locked: bool = False) -> HttpResponse:
    roots = [node.name for node in tree_on(clock.today()).nodes if node.depth == 0]
    context = {
        "title": "登录",
        "error": error,
        "tried_lock": _LOCKED if locked else "",
        "username": request.POST.get("username", ""),
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "county": roots[0] if roots else "",
    }
    return render(request, "sign_in.html", context, status=422 if error else 200)
