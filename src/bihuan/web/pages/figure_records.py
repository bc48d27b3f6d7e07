"""The records behind a value, each set a list; and a figure's table as a workbook."""

from io import BytesIO
from typing import Any

import xlsxwriter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.figure.definitions import Catalogue
from bihuan.figure.opening import Opened, open_value
from bihuan.figure.queries import ask, slice_values
from bihuan.figure.rules import Reach
from bihuan.figure.slices import Slice
from bihuan.figure.value import shown
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.rules import visible_records
from bihuan.org.actor import Actor
from bihuan.web.access import signed_in
from bihuan.web.figure_asking import Wanted, answered, wanted
from bihuan.web.pages.figures import table_rows

_SHOWN = 500


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """What a value counts: for a ratio both sides, each record a link."""
    asked = wanted(request.GET, actor, (code,))
    cut = _slice(request, asked)
    found = ask([code], [asked.period], asked.clocks, Reach(actor), asked.by if cut else "")
    value = found.value(code, asked.unit, asked.period, cut)
    opened = open_value(found, code, asked.unit, asked.period, cut)
    figure = found.figures[code]
    context = {
        "title": f"{figure.spec.title}的记录",
        "crumbs": [
            {"title": "指标库", "url": reverse("figures")},
            {"title": figure.spec.title, "url": reverse("figure", args=[code])},
            {"title": "背后的记录"},
        ],
        "where": f"{actor.tree.name(asked.unit) or '全部单位'} · {asked.period.title}",
        "value": f"{shown(value.number, figure) or '不知道'} {figure.spec.unit}".strip(),
        "partial": value.partial,
        "parts": [_part(actor, part) for part in opened],
    }
    return render(request, "figure_records.html", context)


def _slice(request: HttpRequest, asked: Wanted) -> Slice | None:
    """The slice that the address names, by the text of its value."""
    if "value" not in request.GET:
        return None
    text = request.GET["value"]
    values = slice_values(asked.codes, asked.by, asked.clocks)
    known = next((value for value in values if ("" if value is None else str(value)) == text), None)
    return Slice(asked.by, known)


def _part(actor: Actor, part: Opened) -> dict[str, Any]:
    ledger = Ledger.objects.select_related("owner").get(code=part.ledger)
    name_field = spec_of(ledger).name_field
    ids = part.ids[:_SHOWN]
    found = {record.pk: record for record in visible_records(actor, ledger).filter(pk__in=ids)}
    lines = [_line(pk, version, found.get(pk), name_field, actor) for pk, version in part.records[:_SHOWN]]
    more = len(part.records) - _SHOWN
    note = f"只列出前 {_SHOWN} 条，另有 {more:,} 条" if more > 0 else ""
    return {"title": part.title, "period": part.period.title, "count": len(part.records), "lines": lines, "note": note}


def _line(pk: int, version: int, record: Record | None, name_field: str, actor: Actor) -> dict[str, Any]:
    """A record as it is called today; one that was deleted or moved away since is told by its id."""
    if record is None:
        return {"number": f"#{pk}", "name": "现在已删除，或不在您的查看范围内", "unit": "", "version": version}
    return {
        "number": record.number,
        "name": str(record.data.get(name_field, "")),
        "unit": actor.tree.name(record.unit_id),
        "version": version,
        "url": reverse("record", args=[pk]),
    }


@signed_in
def export(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The table of a figure's page as a workbook, numbers as numbers."""
    beside = tuple(other for other in request.GET.getlist("with") if other and other != code)
    asked = wanted(request.GET, actor, (code, *beside))
    found = answered(asked, actor)
    specs = [found.figures[one].spec for one in asked.codes]
    heads = ["", *(f"{spec.title}（{spec.unit}）" if spec.unit else spec.title for spec in specs)]
    rows = table_rows(asked, found, actor)
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet("指标")
        sheet.write_row(
            0, 0, [f"{Catalogue().in_force(code).spec.title}　{asked.period.title}　截至 {asked.clocks.day}"]
        )
        sheet.write_row(1, 0, heads)
        for index, row in enumerate(rows, 2):
            numbers = [one.get("number") if one.get("number") is not None else one["text"] for one in row["cells"]]
            sheet.write_row(index, 0, [row["title"], *numbers])
        sheet.set_column(0, 0, 24)
    answer = HttpResponse(
        content.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    answer["Content-Disposition"] = 'attachment; filename="figure.xlsx"'
    return answer
