"""The library of figures; and one figure: its value, what it means, its table and its chart."""

from datetime import timedelta
from fractions import Fraction
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import xlsxwriter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import BihuanError, NotFound
from bihuan.figure.answer import Answer
from bihuan.figure.clocks import clocks
from bihuan.figure.expectations import demand_in_words
from bihuan.figure.explaining import explained
from bihuan.figure.models import ApprovedValue, Figure, FigureVersion, Proposal
from bihuan.figure.period import Period
from bihuan.figure.proposals import open_proposals
from bihuan.figure.queries import (
    Listed,
    approved_history,
    changed_since,
    changes_since,
    frozen_value,
    last_approved,
    library,
    used_in,
)
from bihuan.figure.resolved import Resolved
from bihuan.figure.rules import Reach
from bihuan.figure.slices import Slice
from bihuan.figure.spec import KINDS
from bihuan.figure.value import Value, shown
from bihuan.org.actor import Actor
from bihuan.report.figure_uses import Use, uses
from bihuan.web import showing
from bihuan.web.access import signed_in
from bihuan.web.figure_arithmetic import arithmetic
from bihuan.web.figure_asking import (
    Wanted,
    answered,
    breakdowns,
    cell,
    counts_nothing,
    headed,
    is_of_choices,
    part_query,
    part_words,
    rows_of,
    told,
    wanted,
)
from bihuan.web.figure_charts import Column, charts
from bihuan.web.figure_drawing import MOST_DRAWN

_PRESENT = timedelta(minutes=1)
"""What was known so long ago is as good as known now."""


@signed_in
def index(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The library: every figure with what it is, found by words."""
    words = request.GET.get("q", "")
    listed, used, at = library(words), uses(actor), clocks()
    approved = last_approved([line.figure.code for line in listed])
    changes = changes_since(list(approved.values()), at, Reach(actor))
    by_owner: dict[str, list[dict[str, Any]]] = {}
    for line in listed:
        told = _line(line, used.get(line.figure.code, []), approved.get(line.figure.code), changes)
        by_owner.setdefault(actor.tree.name(line.figure.owner_id) or "其他", []).append(told)
    context = {
        "title": "指标库",
        "crumbs": [{"title": "指标库"}],
        "q": words,
        "total": len(listed),
        "waiting": [_waiting(row) for row in open_proposals(actor)],
        "owners": [{"title": owner, "figures": lines} for owner, lines in by_owner.items()],
    }
    return render(request, "figures.html", context)


def _waiting(row: Proposal) -> dict[str, str]:
    """A definition that waits for a word."""
    return {
        "title": row.figure.title,
        "url": reverse("figure_proposal", args=[row.pk]),
        "by": row.actor_name,
        "at": showing.moment(row.proposed_at),
        "why": row.why,
    }


def _line(line: Listed, used: list[Use], approved: ApprovedValue | None, changes: dict[int, int]) -> dict[str, Any]:
    figure = line.figure
    url = reverse("figure", args=[figure.code])
    kind = KINDS[line.kind]
    return {
        "code": figure.code,
        "title": figure.title,
        "unit": line.unit,
        "kind": kind,
        "version": figure.version,
        "url": url,
        "explanation": line.explanation,
        "used": [use.title for use in used],
        "approved": _last(approved, changes) if approved and approved.pk in changes else "",
    }


def _last(cell: ApprovedValue, changes: dict[int, int]) -> str:
    """The period that was approved last, and how many records have changed since."""
    period, count = Period(cell.approval.start, cell.approval.end), changes[cell.pk]
    return f"{period.title}已审定" + (f"，此后 {count:,} 条记录变过" if count else "")


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """One figure, perhaps beside others, by unit, month or a field."""
    figure = Figure.objects.filter(code=code, retired=False).first()
    if figure is None:
        raise NotFound(f"没有指标“{code}”")
    beside = tuple(other for other in request.GET.getlist("with") if other and other != code)
    asked = wanted(request.GET, actor, (code, *beside))
    found, cut = headed(asked, actor)
    return render(request, "figure.html", _context(request, actor, figure, asked, found, cut))


def _context(
    request: HttpRequest, actor: Actor, figure: Figure, asked: Wanted, found: Answer, cut: Slice | None
) -> dict[str, Any]:
    resolved = found.figures[figure.code]
    value = told(found, figure.code, asked.unit, asked.period, cut)
    table = found if not cut and asked.by in ("unit", "month", "") else answered(asked, actor)
    rows = table_rows(asked, table, actor)
    export = {
        **request.GET.dict(),
        "as_of": asked.clocks.as_of.isoformat(),
        "known_at": asked.clocks.known_at.isoformat(),
    }
    return {
        "title": figure.title,
        "crumbs": [{"title": "指标库", "url": reverse("figures")}, {"title": figure.title}],
        "code": figure.code,
        "heads": [found.figures[code].spec.title for code in asked.codes],
        "value": cell(found, asked, value),
        "measure": resolved.spec.unit,
        **_which(request, asked, found, cut),
        "definition": explained(figure.code, found.catalogue),
        "version": found.catalogue.in_force(figure.code).version,
        **_earlier(figure.code, asked, found, value),
        "sum": [] if isinstance(value, str) else arithmetic(found, asked, value),
        "formula": resolved.spec.formula,
        "partial": not isinstance(value, str) and value.partial,
        "past": [_approved(cell, found) for cell in approved_history(figure.code, asked.unit, clocks(), Reach(actor))],
        "asked": {
            "period": asked.period.code,
            "unit": asked.unit_name,
            "as_of": request.GET.get("as_of", ""),
        },
        "ways": [{"value": way, "title": title, "selected": way == asked.by} for way, title in breakdowns(figure.code)],
        "rows": rows,
        **_drawing(asked, table, rows),
        **_about(request, actor, figure, resolved),
        "export": f"{reverse('figure_export', args=[figure.code])}?{urlencode(export)}",
        "change": f"{reverse('figure_change', args=[figure.code])}?{urlencode(_here(request) | part_query(cut))}",
    }


def _which(request: HttpRequest, asked: Wanted, found: Answer, cut: Slice | None) -> dict[str, str]:
    """Which number it is: of whom, when, which part; as of when and as known when."""
    where = (asked.unit_name or "全部单位", asked.period.title, part_words(found, cut))
    return {
        "where": " · ".join(filter(None, where)),
        "whole": f"?{urlencode({**_here(request), 'by': asked.by})}" if cut else "",
        "as_of": showing.moment(asked.clocks.as_of),
        "known_at": showing.moment(asked.clocks.known_at),
    }


def _about(request: HttpRequest, actor: Actor, figure: Figure, resolved: Resolved) -> dict[str, Any]:
    """What stands beside the number: who answers for it, since when it is so, what is demanded, where it is used."""
    return {
        "used_in": [
            {"title": other.title, "url": reverse("figure", args=[other.code])} for other in used_in(figure.code)
        ],
        "uses": [f"{use.kind}“{use.title}”" for use in uses(actor).get(figure.code, [])],
        "owner": actor.tree.name(figure.owner_id),
        "since": _since(figure),
        "is_external": resolved.spec.external,
        "demand": demand_in_words(resolved.spec.expect) if resolved.spec.expect else "",
        "explore": f"{reverse('explorer')}?{urlencode({'f': figure.code, **_here(request)})}",
    }


def _since(figure: Figure) -> str:
    """From when on the version in force is so."""
    row = FigureVersion.objects.filter(figure=figure, version=figure.version).first()
    return showing.moment(row.recorded_at) if row else ""


def _here(request: HttpRequest) -> dict[str, str]:
    """The cell of this page, for the pages beside it."""
    return {name: request.GET[name] for name in ("period", "unit", "as_of", "known_at") if request.GET.get(name)}


def table_rows(asked: Wanted, found: Answer, actor: Actor) -> list[dict[str, Any]]:
    """The rows of the table: a title and a cell for each figure."""
    table = [
        (title, [told(found, code, unit, period, cut) for code in asked.codes])
        for title, unit, period, cut in rows_of(asked, found, actor)
    ]
    if asked.by not in ("unit", "month", "") and not is_of_choices(found, asked.by):
        table = [row for row in table if not counts_nothing(row[1])]
    return [{"title": title, "cells": [cell(found, asked, value) for value in values]} for title, values in table]


def _drawing(asked: Wanted, found: Answer, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The table as a drawing: lines over months, else lying bars."""
    if not any(one.get("number") is not None for row in rows for one in row["cells"]):
        return {}
    specs = [found.figures[code].spec for code in asked.codes]
    columns = [Column(spec.title, spec.unit, [row["cells"][at] for row in rows]) for at, spec in enumerate(specs)]
    look = "lines" if asked.by == "month" else "bars"
    return {
        "charts": charts(look, [row["title"] for row in rows], columns),
        "undrawn": max(0, len(rows) - MOST_DRAWN),
    }


def _earlier(code: str, asked: Wanted, found: Answer, value: Value | str) -> dict[str, Any]:
    """What the value was when it was approved, and how many records have changed since it was known so."""
    return {"frozen": _frozen(code, asked, found, value), "then": _known_then(code, asked, found, value)}


def _frozen(code: str, asked: Wanted, found: Answer, value: Value | str) -> dict[str, Any] | None:
    """The approved value, where the period is approved."""
    if isinstance(value, str) or value.slice is not None:
        return None
    try:
        frozen = frozen_value(code, asked.unit, asked.period, found)
    except BihuanError:
        return None
    if frozen is None:
        return None
    approval = frozen.cell.approval
    query = {"period": asked.period.code, "since": approval.known_at.isoformat()}
    if approval.unit:
        query["unit"] = approval.unit.code
    return {
        "text": shown(frozen.number, found.figures[code]) or "—",
        "at": showing.moment(approval.recorded_at),
        "changes": frozen.changes,
        "why": f"{reverse('figure_change', args=[code])}?{urlencode(query)}",
    }


def _known_then(code: str, asked: Wanted, found: Answer, value: Value | str) -> dict[str, Any] | None:
    """Of a value as it was known some time ago, as in an issued report: how many records have changed since."""
    if isinstance(value, str) or value.records is None or clock.now() - asked.clocks.known_at < _PRESENT:
        return None
    query = {"period": asked.period.code, "since": asked.clocks.known_at.isoformat()}
    node = found.tree(asked.period).by_pk.get(asked.unit or 0)
    if node:
        query["unit"] = node.code
    return {
        "changes": changed_since(found, code, asked.unit, asked.period, value.slice),
        "why": f"{reverse('figure_change', args=[code])}?{urlencode(query | part_query(value.slice))}",
    }


def _approved(cell: ApprovedValue, found: Answer) -> dict[str, str]:
    """A line of the history: what was approved for a period, by whom, and whether it was unlocked since."""
    approval = cell.approval
    number = None if cell.value is None else Fraction(cell.value)
    unlocked = f"{showing.moment(cell.unlocked_at)} 由 {cell.unlocked_by} 解锁：{cell.unlocked_why}"
    return {
        "period": Period(approval.start, approval.end).title,
        "text": shown(number, found.figures[found.question.codes[0]]) or "—",
        "by": f"{approval.actor_name} {showing.moment(approval.recorded_at)} 审定，口径第 {cell.version} 版",
        "unlocked": unlocked if cell.unlocked_at else "",
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
        sheet.write_row(0, 0, [f"{specs[0].title}　{asked.period.title}　截至 {asked.clocks.day}"])
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
