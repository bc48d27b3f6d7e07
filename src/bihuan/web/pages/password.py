"""Changing one's own password: at will, or because it was given by somebody or is too old."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from bihuan.base.errors import Invalid, NotAllowed
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor
from bihuan.org.lockout import begin_attempt, clear_failures
from bihuan.org.models import Person
from bihuan.org.passwords import LONG_ENOUGH_FOR_TWO, change_password, why_to_change
from bihuan.org.policy import Policy, current_policy
from bihuan.web.access import address_of, go, signed_in
from bihuan.web.pages.account import me
from bihuan.web.signing_in import note_duties

_TITLES = (("old", "现在的密码", "current-password"), ("new", "新密码", "new-password"))
_AGAIN = ("again", "再输一次新密码", "new-password")


@sensitive_post_parameters("old", "new", "again")
@signed_in
def show(request: HttpRequest, _actor: Actor) -> HttpResponse:
    """The form; posting changes the password, ends the other sign-ins, and goes on to what else is due."""
    person, problems = me(request), dict[str, str]()
    if request.method == "POST":
        try:
            _change(request, person)
            return go(request, reverse("desk"))
        except Invalid as error:
            problems = {"new" if name == "password" else name: text for name, text in error.problems.items()}
    policy = current_policy()
    context = {
        "title": "修改密码",
        "crumbs": [{"title": "我的账号", "url": reverse("account")}, {"title": "修改密码"}],
        "about": why_to_change(person, policy) or "改好后，您在其他设备上的登录随即退出。",
        "back": reverse("account"),
        "send": "修改",
        "note": _rules(policy),
        "fields": [
            {
                "name": name,
                "title": title,
                "widget": "text",
                "type": "password",
                "autocomplete": kind,
                "required": True,
                "problem": problems.get(name, ""),
            }
            for name, title, kind in (*_TITLES, _AGAIN)
        ],
    }
    return render(request, "ask.html", context, status=422 if problems else 200)


def _change(request: HttpRequest, person: Person) -> None:
    address = address_of(request)
    if not begin_attempt(person.username, address):
        raise NotAllowed("输错的次数太多了，请过一会儿再试")
    said = {name: request.POST.get(name, "") for name in ("old", "new", "again")}
    right = person.check_password(said["old"])
    if right:
        clear_failures(person.username, address)
    change_password(person=person, **said, keep=request.session.session_key or "")
    update_session_auth_hash(request, person)
    note_duties(request, person)
    log_access(Kind.ADMIN, "修改自己的密码", by=person, address=address)
    messages.success(request, "密码已修改")


def _rules(policy: Policy) -> str:
    words = [f"至少 {policy.password_length} 个字符，含大写、小写、数字、符号中的 {policy.password_classes} 类"]
    words.append(f"{LONG_ENOUGH_FOR_TWO} 个字符以上的含两类即可")
    words.append("不含登录名、姓名、手机号，不用人人都会先试的词")
    if policy.password_history:
        words.append(f"不与前 {policy.password_history} 次相同")
    return "；".join(words) + "。"
