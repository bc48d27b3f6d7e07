"""Personal data shown whole: of one record for a while, or in one exported file; each for a reason that is logged."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import Invalid, NotAllowed
from bihuan.ledger.rules import get_record
from bihuan.ledger.unmasking import UNMASKED_FOR, may_unmask, unmask_export, unmask_record
from bihuan.org.actor import Actor
from bihuan.web.access import address_of, go, let_see, signed_in
from bihuan.web.asking import open_ledger
from bihuan.web.pages.ledger import export_file
from bihuan.web.signing_in import proven

_MINUTES = UNMASKED_FOR.seconds // 60


@signed_in
@proven
def record(request: HttpRequest, actor: Actor, pk: int) -> HttpResponseBase:
    """The form that asks why; posting shows the record's personal data whole for a while."""
    found, back, problem = get_record(actor, pk), reverse("record", args=[pk]), ""
    _require(actor)
    if request.method == "POST":
        try:
            unmask_record(actor=actor, pk=pk, reason=request.POST.get("reason", ""), address=address_of(request))
        except Invalid as error:
            problem = error.message
        else:
            let_see(request, pk)
            return go(request, back)
    about = f"{_MINUTES} 分钟内可看这一条的个人信息原文，每次打开都记入访问日志。"
    return _form(request, f"查看 {found.number} 的原文", about, back, problem)


@signed_in
@proven
def export(request: HttpRequest, actor: Actor, code: str) -> HttpResponseBase:
    """The form that asks why; posting gives the list as a file with personal data whole."""
    opened, problem = open_ledger(request, actor, code), ""
    _require(actor)
    if request.method == "POST":
        try:
            reason = request.POST.get("reason", "")
            unmask_export(actor=actor, ledger=opened.ledger, reason=reason, address=address_of(request))
        except Invalid as error:
            problem = error.message
        else:
            return export_file(request, open_ledger(request, replace(actor, bare=None), code))
    about = "导出的文件里是个人信息原文，事由记入访问日志；文件请妥善保管。"
    return _form(request, f"导出“{opened.ledger.title}”（不遮盖）", about, opened.url, problem)


def _require(actor: Actor) -> None:
    if not may_unmask(actor):
        raise NotAllowed("您的角色不能查看个人信息原文")


def _form(request: HttpRequest, title: str, about: str, back: str, problem: str) -> HttpResponse:
    field = {
        "name": "reason",
        "title": "事由",
        "widget": "textarea",
        "required": True,
        "value": request.POST.get("reason", ""),
        "problem": problem,
        "max_length": 500,
        "phrases": ["核对身份", "联系当事人", "上级检查"],
        "wide": True,
    }
    context: dict[str, Any] = {"title": title, "crumbs": [{"title": title}], "about": about, "back": back}
    context |= {"fields": [field], "problem": problem, "send": "查看原文"}
    return render(request, "ask.html", context, status=422 if problem else 200)
