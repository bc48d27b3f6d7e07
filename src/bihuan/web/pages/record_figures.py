"""From a record to the figures that count it, each with its value there."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.figure.clocks import clocks
from bihuan.figure.counting import Counted, counted_by
from bihuan.figure.rules import Reach
from bihuan.figure.value import shown
from bihuan.ledger.rules import get_record
from bihuan.org.actor import Actor
from bihuan.web.access import is_part, signed_in


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The figures, as a page, or for the record's page as a part of it."""
    record = get_record(actor, pk)
    counted = counted_by(record, clocks(), Reach(actor))
    context = {
        "title": f"引用 {record.number} 的指标",
        "crumbs": [
            {"title": record.ledger.title, "url": reverse("ledger", args=[record.ledger.code])},
            {"title": record.number, "url": reverse("record", args=[pk])},
            {"title": "引用本记录的指标"},
        ],
        "figures": [_line(one) for one in counted],
    }
    template = "parts/record_figures.html" if is_part(request) else "record_figures.html"
    return render(request, template, context)


def _line(one: Counted) -> dict[str, Any]:
    spec, query = one.figure.spec, urlencode({"period": one.period.code})
    value = one.value
    text = "无权查看" if value is None else shown(value.number, one.figure) or "—"
    return {
        "title": spec.title,
        "period": one.period.title,
        "text": f"{text} {spec.unit}".strip() if value is not None else text,
        "partial": value is not None and value.partial,
        "url": f"{reverse('figure', args=[one.figure.code])}?{query}",
        "records": f"{reverse('figure_records', args=[one.figure.code])}?{query}" if value is not None else "",
        "above": "、".join(one.above),
    }
