"""The access log, for the audit administrator alone: who saw, took out, was refused what; as a file too."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.exporting.telling import harmless
from bihuan.org.access_log import Kind, log_access, read_log, verify_log
from bihuan.org.actor import Actor
from bihuan.org.models import AccessEntry, Person
from bihuan.org.roles import AUDIT_ADMIN, SECURITY_ADMIN, SYSTEM_ADMIN
from bihuan.web import admin_inputs as inputs
from bihuan.web import showing
from bihuan.web.access import address_of, signed_in

_SIZE = 50
_HEADS = ("时间", "人员", "类别", "对象", "事由", "来自")
_ASKED = ("kind", "q", "who", "office", "from", "to")
_OFFICES = (SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN)


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The entries, newest first, as far as asked for by kind, person, office, days and words."""
    rows, asked = read_log(actor), _asked(request)
    page = Paginator(_found(rows, asked), _SIZE).get_page(request.GET.get("page"))
    context = {
        "title": "访问日志",
        "crumbs": [{"title": "访问日志"}],
        "tabs": _tabs(asked),
        "inputs": _inputs(asked),
        "kept": [("kind", asked["kind"])] if asked["kind"] else [],
        "export_url": f"{reverse('access_log_export')}?{urlencode(asked)}",
        "heads": _HEADS,
        "rows": [{"cells": _cells(entry)} for entry in page.object_list],
        "pager": showing.pager(page),
        "faults": list(verify_log())[:3] if request.GET.get("verify") else None,
    }
    return render(request, "access_log.html", context)


def _asked(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip()[:60] for name in _ASKED}


def _tabs(asked: dict[str, str]) -> list[dict[str, Any]]:
    """The kinds; the other conditions stay when one is chosen."""
    url = reverse("access_log")
    kinds = [("", "全部"), *((one.value, one.label) for one in Kind)]
    return [
        {"title": title, "url": f"{url}?{urlencode(asked | {'kind': kind})}", "active": asked["kind"] == kind}
        for kind, title in kinds
    ]


def _inputs(asked: dict[str, str]) -> list[inputs.Input]:
    offices = [("", "所有人"), *((role.code, role.title) for role in _OFFICES)]
    return [
        inputs.line("q", "人员、对象或事由", asked["q"]),
        inputs.line("who", "登录名", asked["who"]),
        inputs.choice("office", "谁的操作", offices, asked["office"]),
        {"name": "from", "title": "自", "widget": "date", "value": asked["from"]},
        {"name": "to", "title": "至", "widget": "date", "value": asked["to"]},
    ]


def _found(rows: QuerySet[AccessEntry], asked: dict[str, str]) -> QuerySet[AccessEntry]:
    rows = rows.filter(kind=asked["kind"]) if asked["kind"] in Kind.values else rows
    if words := asked["q"]:
        rows = rows.filter(Q(actor_name__icontains=words) | Q(what__icontains=words) | Q(reason__icontains=words))
    if asked["who"]:
        rows = rows.filter(person__in=Person.objects.filter(username=asked["who"]))
    if asked["office"] in {role.code for role in _OFFICES}:
        rows = rows.filter(person__in=Person.objects.filter(posts__role=asked["office"]))
    if first := _day(asked["from"]):
        rows = rows.filter(at__gte=clock.start_of_day(first))
    if last := _day(asked["to"]):
        rows = rows.filter(at__lt=clock.start_of_day(last + timedelta(days=1)))
    return rows


def _day(text: str) -> date | None:
    """The day that was asked for; a text that is none asks for nothing."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date.min < found < date.max else None


def _cells(entry: AccessEntry) -> list[str]:
    kind = AccessEntry.Kind(entry.kind).label
    return [showing.moment(entry.at), entry.actor_name, kind, entry.what, entry.reason, entry.address]


@signed_in
def export(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    """The same entries, all of them, as text for a spreadsheet; taking them out is logged too."""
    asked = _asked(request)
    rows = _found(read_log(actor), asked)
    words = "，".join(f"{title} {asked[name]}" for name, title in _TITLES.items() if asked[name])
    log_access(Kind.EXPORT, f"访问日志 {rows.count()} 条", by=actor, reason=words, address=address_of(request))
    answer = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="access-log.csv"'
    return answer


_TITLES = {"kind": "类别", "q": "包含", "who": "登录名", "office": "角色", "from": "自", "to": "至"}


class _Echo:
    """A file of which the writer gets back what it writes, so that a line is sent as soon as it is made."""

    def write(self, text: str) -> str:
        return text


def _lines(rows: QuerySet[AccessEntry]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + str(writer.writerow(_HEADS))
    for entry in rows.iterator(2_000):
        yield str(writer.writerow([harmless(cell) for cell in _cells(entry)]))
