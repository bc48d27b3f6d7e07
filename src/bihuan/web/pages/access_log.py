"""The access log, for the audit administrator alone: who saw, took out, was refused what; as a file too."""

import csv
import io
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.ledger.exporting.telling import harmless
from bihuan.org.access_log import Kind, log_access, read_log, verify_log
from bihuan.org.actor import Actor
from bihuan.org.models import AccessEntry
from bihuan.web import showing
from bihuan.web.access import address_of, signed_in

_SIZE = 50
_MOST = 100_000


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The entries, newest first, of one kind or holding a word if asked."""
    rows = _asked(request, read_log(actor))
    page = Paginator(rows, _SIZE).get_page(request.GET.get("page"))
    kind, url = request.GET.get("kind", ""), reverse("access_log")
    tabs: list[dict[str, Any]] = [{"title": "全部", "url": url, "active": not kind}]
    tabs += [{"title": one.label, "url": f"{url}?kind={one}", "active": kind == one} for one in Kind]
    context = {
        "title": "访问日志",
        "crumbs": [{"title": "访问日志"}],
        "tabs": tabs,
        "words": request.GET.get("q", ""),
        "kind": kind,
        "heads": ["时间", "人员", "类别", "对象", "事由", "来自"],
        "rows": [{"cells": _cells(entry)} for entry in page.object_list],
        "pager": showing.pager(page),
        "faults": list(verify_log())[:3] if request.GET.get("verify") else None,
    }
    return render(request, "access_log.html", context)


def _asked(request: HttpRequest, rows: QuerySet[AccessEntry]) -> QuerySet[AccessEntry]:
    kind, words = request.GET.get("kind", ""), request.GET.get("q", "").strip()
    rows = rows.filter(kind=kind) if kind in Kind.values else rows
    return rows.filter(actor_name__icontains=words) | rows.filter(what__icontains=words) if words else rows


def _cells(entry: AccessEntry) -> list[str]:
    kind = AccessEntry.Kind(entry.kind).label
    return [showing.moment(entry.at), entry.actor_name, kind, entry.what, entry.reason, entry.address]


@signed_in
def export(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The same entries as text for a spreadsheet; taking them out is logged too."""
    rows = _asked(request, read_log(actor))[:_MOST]
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["时间", "人员", "类别", "对象", "事由", "来自"])
    writer.writerows([harmless(cell) for cell in _cells(entry)] for entry in rows)
    log_access(Kind.EXPORT, "访问日志", by=actor, address=address_of(request))
    answer = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="access-log.csv"'
    return answer
