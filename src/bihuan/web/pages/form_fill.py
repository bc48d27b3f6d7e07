"""Filling a form for a period: one click, what came of it with every cell's source, and the file."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotFound
from bihuan.form.actions import fill_form, filled_file
from bihuan.form.models import Filling
from bihuan.form.rules import get_form
from bihuan.form.spec import Period, period_before, period_of
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import signed_in
from bihuan.web.request_memory import my_ledgers

_OFFERED = 13


def periods(every: str, today: date) -> list[dict[str, Any]]:
    """The periods that a form may be filled for: the last whole one first, then the present one, then earlier ones."""
    last = period_before(every, today)
    if every == "once":
        return [{"value": last.last.isoformat(), "title": last.label}]
    found = [last, period_of(every, today)]
    while len(found) < _OFFERED:
        earlier = found[-1].first if len(found) > 2 else last.first
        found.append(period_of(every, earlier - timedelta(days=1)))
    return [{"value": period.first.isoformat(), "title": period.label} for period in found]


@require_POST
@signed_in
def fill(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Fill the form for the period that holds the day posted."""
    form = get_form(actor, pk)
    try:
        day = date.fromisoformat(request.POST.get("period", ""))
    except ValueError as error:
        raise Invalid("请选择所属期") from error
    period: Period = period_before("once", clock.today()) if form.every == "once" else period_of(form.every, day)
    filling = fill_form(actor=actor, form=form, period=period, record=request.POST.get("record", ""))
    return redirect("form_filling", pk=filling.pk)


def _filling(actor: Actor, pk: int) -> Filling:
    found = Filling.objects.select_related("form", "person").filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这次填表")
    get_form(actor, found.form_id)
    return found


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Every cell with what was put into it, where that comes from, and the records behind it."""
    filling = _filling(actor, pk)
    visible = {ledger.code for ledger in my_ledgers(request, actor)}
    form = filling.form
    cells = [_cell(cell, visible) for cell in filling.cells]
    context = {
        "title": filling.label,
        "crumbs": [
            {"title": "上级的表", "url": reverse("forms")},
            {"title": form.title, "url": reverse("form", args=[form.pk])},
            {"title": filling.label},
        ],
        "form": {"title": form.title, "asked_by": form.asked_by},
        "filling": {
            "pk": pk,
            "label": filling.label,
            "at": showing.moment(filling.created_at),
            "by": filling.person.name if filling.person else "",
        },
        "cells": cells,
        "empty": sum(1 for cell in filling.cells if cell["value"] is None),
    }
    return render(request, "form_filling.html", context)


def _cell(cell: dict[str, Any], visible: set[str]) -> dict[str, Any]:
    value = cell["value"]
    query = urlencode({"where": cell["where"]}) if cell["where"] else ""
    url = reverse("ledger", args=[cell["ledger"]]) + (f"?{query}" if query else "") if cell["ledger"] in visible else ""
    if cell.get("opens"):
        code, _, asked = cell["opens"].partition("?")
        url = f"{reverse('figure', args=[code])}?{asked}"
    return {
        "place": cell["place"],
        "label": cell["label"],
        "value": "" if value is None else f"{value:,}" if isinstance(value, int | float) else value,
        "told": cell["told"],
        "count": cell["count"],
        "behind": _behind(cell),
        "url": url,
        "note": cell["note"],
    }


def _behind(cell: dict[str, Any]) -> str:
    """What the link behind a cell says: its records, or its figure."""
    records = "" if cell["count"] is None else f"{cell['count']:,} 条"
    if not cell.get("opens"):
        return records
    return f"打开指标（{records}）" if records else "打开指标"


@signed_in
def file(request: HttpRequest, actor: Actor, pk: int) -> FileResponse:
    """The sender's file, filled."""
    filling = _filling(actor, pk)
    form = filling.form
    name = f"{form.title}{filling.label}.{form.kind}"
    return FileResponse(BytesIO(filled_file(filling)), as_attachment=True, filename=name)
