"""Issuing a notice by hand about a matter."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import Invalid, NotAllowed
from bihuan.ledger.models import Record
from bihuan.ledger.rules import get_record
from bihuan.loop.notice.actions import issue_by_hand
from bihuan.loop.notice.rules import issuable
from bihuan.org.actor import Actor
from bihuan.web.access import go, signed_in


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Choose the kind, write why; posting issues it."""
    record = get_record(actor, pk)
    choices = issuable(actor, record)
    if not choices:
        raise NotAllowed(f"没有您可以对“{record.number}”手工发出的文书")
    error: Invalid | None = None
    if request.method == "POST":
        try:
            return _issue(request, actor, record)
        except Invalid as found:
            error = found
    kinds = [
        {"value": item.code, "title": item.spec.title, "selected": item.code == request.POST.get("code")}
        for item in choices
    ]
    context = {
        "title": "发文书",
        "crumbs": [{"title": record.number, "url": reverse("record", args=[pk])}, {"title": "发文书"}],
        "record": {"number": record.number, "url": reverse("record", args=[pk])},
        "fields": _fields(kinds, request.POST.get("reason", ""), error.problems if error else {}),
        "problem": error.message if error and not error.problems else "",
        "form": request.POST.get("form") or uuid4().hex,
    }
    return render(request, "notice_issue.html", context, status=422 if error else 200)


def _issue(request: HttpRequest, actor: Actor, record: Record) -> HttpResponse:
    code, reason, form = (request.POST.get(name, "") for name in ("code", "reason", "form"))
    notice = issue_by_hand(actor=actor, record=record, code=code, reason=reason, form=form)
    messages.success(request, f"已发出{notice.title}{notice.number or ''}")
    return go(request, reverse("notice", args=[notice.pk]))


def _fields(kinds: list[dict[str, object]], reason: str, problems: dict[str, str]) -> list[dict[str, object]]:
    return [
        {"name": "code", "title": "文种", "widget": "select", "required": True, "options": kinds},
        {
            "name": "reason",
            "title": "事由",
            "widget": "textarea",
            "rows": 3,
            "max_length": 500,
            "value": reason,
            "problem": problems.get("reason"),
            "hint": "写进文书，最多 500 字；可不填",
        },
    ]
