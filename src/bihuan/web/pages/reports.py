"""All reports the person may see: what can be written, what is being written, what was issued."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.figure.period import parse_period
from bihuan.ledger.definitions import find_ledger
from bihuan.org.actor import Actor
from bihuan.report.actions import start_draft
from bihuan.report.definitions import report_in_force, reports_in_force, spec_of
from bihuan.report.models import Draft, Issued, ReportVersion
from bihuan.report.queries import record_of, subject_of
from bihuan.report.rules import may_see, may_write
from bihuan.report.spec import KINDS
from bihuan.report.titles import without_period
from bihuan.report.trial import period_now
from bihuan.web import showing
from bihuan.web.access import go, signed_in

_SHOWN = 100


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The list, with a form to begin a draft of each."""
    reports = [report for report in reports_in_force() if may_see(actor, report)]
    codes = [report.code for report in reports]
    drafts = Draft.objects.filter(report__code__in=codes).exclude(state=Draft.State.ISSUED)
    issued = Issued.objects.filter(report__code__in=codes).select_related("report").order_by("-issued_at", "-pk")
    context = {
        "title": "材料",
        "crumbs": [{"title": "材料"}],
        "reports": [_report(actor, report) for report in reports],
        "drafts": [_draft(draft) for draft in drafts.select_related("report").order_by("-created_at")[:_SHOWN]],
        "issued": [_issued(one) for one in issued[:_SHOWN]],
        "more": max(0, issued.count() - _SHOWN),
    }
    return render(request, "reports.html", context)


@signed_in
def begin(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Begin a draft for the period that was typed."""
    report = report_in_force(code)
    as_of = _day(request.POST.get("as_of", "")) or clock.today()
    period = request.POST.get("period", "") or f"{as_of.year}"
    record = record_of(actor, report, request.POST.get("record", "").strip())
    draft = start_draft(actor=actor, report=report, unit=subject_of(report), period=period, as_of=as_of, record=record)
    return go(request, reverse("report_draft", args=[draft.pk]))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid(f"截至日期“{text}”不是日期，应形如 2026-12-31") from error


def _report(actor: Actor, report: ReportVersion) -> dict[str, Any]:
    spec, today = spec_of(report), clock.today()
    return {
        "code": report.code,
        "kind": KINDS[spec.kind],
        "name": without_period(spec.title),
        "about": spec.description,
        "subject": find_ledger(spec.subject).title if spec.subject else "",
        "owner": actor.tree.name(report.owner_id),
        "period": period_now(spec.period),
        "as_of": today.isoformat(),
        "can_write": may_write(actor, report),
        "begin_url": reverse("report_begin", args=[report.code]),
    }


def _draft(draft: Draft) -> dict[str, Any]:
    return {
        "title": f"{KINDS[spec_of(draft.report).kind]}：{without_period(draft.report.title)}",
        "period": parse_period(draft.period, draft.as_of).title,
        "as_of": draft.as_of.isoformat(),
        "state": draft.get_state_display(),
        "url": reverse("report_draft", args=[draft.pk]),
    }


def _issued(one: Issued) -> dict[str, Any]:
    return {
        "title": one.title,
        "number": one.number,
        "issued_on": showing.day(one.issued_at),
        "url": reverse("report_issued", args=[one.pk]),
    }
