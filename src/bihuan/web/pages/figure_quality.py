"""Data quality: demands that are not met, outliers; how complete and how timely units report."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import Invalid
from bihuan.figure.answer import Answer
from bihuan.figure.definitions import Catalogue, figure_codes
from bihuan.figure.expectations import NOTHING_TWICE, Checked, checked_cells, demand_in_words, expecting
from bihuan.figure.measure import Function
from bihuan.figure.outlying import outlying_records
from bihuan.figure.period import Period, month_of
from bihuan.figure.queries import ask
from bihuan.figure.resolved import Base
from bihuan.figure.rules import Reach
from bihuan.figure.value import Value, shown
from bihuan.org.actor import Actor
from bihuan.web.access import signed_in
from bihuan.web.asking import open_ledger
from bihuan.web.behind import Behind
from bihuan.web.figure_asking import Wanted, cell, clock_query, told, wanted
from bihuan.web.pages.figure_records import list_of
from bihuan.web.request_memory import my_codes

_MONTHS = 6


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Everything that is demanded of figures and how it stands, in one period."""
    asked = wanted(request.GET, actor, ())
    catalogue = Catalogue(asked.clocks.known_at)
    outliers = [code for code in _counted(catalogue) if _is_outliers(catalogue, code)]
    doubled = [code for code in figure_codes() if catalogue.in_force(code).spec.doubled]
    demands = list(dict.fromkeys([*(code for code in expecting(catalogue) if code not in outliers), *doubled]))
    tree = actor.tree
    tops = [asked.unit] if asked.unit else [node.pk for node in tree.nodes if node.depth == 0]
    below = [node.pk for node in tree.nodes if node.parent in tops]
    context = {
        "title": "数据质量",
        "crumbs": [{"title": "指标库", "url": reverse("figures")}, {"title": "数据质量"}],
        "asked": {"period": asked.period.code, "unit": tree.name(asked.unit) if asked.unit else ""},
        "where": f"{tree.name(asked.unit) or '全部单位'} · {asked.period.title}",
        "demands": _demands(actor, asked, demands, [asked.unit, *below]),
        "outliers": _outliers(request, actor, asked, outliers),
        "reporting": _reporting(actor, asked, catalogue, below),
    }
    return render(request, "figure_quality.html", context)


def _counted(catalogue: Catalogue) -> list[str]:
    return [code for code in figure_codes() if catalogue.in_force(code).spec.of]


def _is_outliers(catalogue: Catalogue, code: str) -> bool:
    return catalogue.in_force(code).spec.measure.lstrip().startswith(f"{Function.OUTLIERS}(")


def _demands(actor: Actor, asked: Wanted, codes: list[str], units: list[int | None]) -> list[dict[str, Any]]:
    """A line for each demand: how the whole stands, and under it every unit that does not meet it."""
    if not codes:
        return []
    found = ask(codes, [asked.period], asked.clocks, Reach(actor))
    cells = checked_cells(found, codes, units, asked.period)
    lines = []
    for code in codes:
        mine = [one for one in cells if one.code == code]
        whole = next((one for one in mine if one.unit == asked.unit), None)
        broken = [one for one in mine if one.unit != asked.unit and one.is_met is False]
        spec = found.catalogue.in_force(code).spec
        if whole is not None:
            lines.append(
                {
                    "title": spec.title,
                    "url": reverse("figure", args=[code]) + f"?{urlencode({'period': asked.period.code})}",
                    "demand": demand_in_words(spec.expect or NOTHING_TWICE),
                    "measure": spec.unit,
                    "state": {True: "符合", False: "不符合", None: "不知道"}[whole.is_met],
                    "bad": whole.is_met is False or bool(broken),
                    "value": _cell(found, asked, whole),
                    "units": [{"name": actor.tree.name(one.unit), **_cell(found, asked, one)} for one in broken],
                }
            )
    return sorted(lines, key=lambda line: not line["bad"])


def _cell(found: Answer, asked: Wanted, one: Checked) -> dict[str, Any]:
    return cell(found, asked, told(found, one.code, one.unit, one.period, None))


def _outliers(request: HttpRequest, actor: Actor, asked: Wanted, codes: list[str]) -> list[dict[str, Any]]:
    """How many values lie far outside, and the list of their records, in ledgers of which the actor sees any."""
    if not codes:
        return []
    mine = my_codes(request, actor)
    found = ask(codes, [asked.period], asked.clocks, Reach(actor))
    query = {"period": asked.period.code, **clock_query(asked)}
    if asked.unit:
        query["unit"] = actor.tree.by_pk[asked.unit].code
    lines = []
    for code in codes:
        value = told(found, code, asked.unit, asked.period, None)
        figure = found.figures[code]
        if isinstance(value, Value) and isinstance(figure, Base) and figure.view.code in mine:
            text = shown(value.number, figure)
            url = f"{reverse('figure_outliers', args=[code])}?{urlencode(query)}"
            seen = f"共 {value.records or 0:,} 条记录"
            lines.append({"title": figure.spec.title, "text": text, "url": url, "note": seen})
    return lines


def _reporting(actor: Actor, asked: Wanted, catalogue: Catalogue, units: list[int]) -> list[dict[str, Any]]:
    """A table for each figure of how complete or timely records are: units down, the last months across."""
    kinds = {"complete": "完整", "timely": "及时"}
    codes = [code for code in figure_codes() if catalogue.in_force(code).spec.quality]
    if not codes:
        return []
    months = _last_months(asked)
    found = ask(codes, months, asked.clocks, Reach(actor))
    tables = []
    for code in codes:
        spec = found.figures[code].spec
        rows = []
        for unit in [asked.unit, *units]:
            values = [told(found, code, unit, month, None) for month in months]
            if any(isinstance(value, Value) and value.number is not None for value in values):
                name = actor.tree.name(unit) or "全部单位"
                rows.append({"title": name, "cells": [cell(found, asked, value) for value in values]})
        title = f"{spec.title}（{kinds[spec.quality or 'complete']}）"
        heads = [month.title for month in months]
        tables.append({"title": title, "measure": spec.unit, "heads": heads, "rows": rows})
    return [table for table in tables if table["rows"]]


def _last_months(asked: Wanted) -> list[Period]:
    """The months that end with the period, or with the day asked where that is earlier."""
    month = month_of(min(asked.period.end, asked.clocks.day))
    months = [month]
    while len(months) < _MONTHS:
        months.append(month_of(months[-1].start - timedelta(days=1)))
    return months[::-1]


@signed_in
def outliers(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The records whose value lies outside of the fences."""
    asked = wanted(request.GET, actor, (code,))
    found = ask([code], [asked.period], asked.clocks, Reach(actor))
    found.value(code, asked.unit, asked.period)
    figure = found.figures[code]
    if not isinstance(figure, Base) or figure.function is not Function.OUTLIERS:
        raise Invalid(f"“{figure.spec.title}”不是离群个数")
    ids = outlying_records(found, figure, asked.unit, asked.period)
    query = Behind(open_ledger(request, actor, figure.view.code), request, tuple(ids))
    context = {
        "title": f"{figure.spec.title}：离群的记录",
        "crumbs": [{"title": "数据质量", "url": reverse("figure_quality")}, {"title": figure.spec.title}],
        "where": f"{actor.tree.name(asked.unit) or '全部单位'} · {asked.period.title}",
        "value": f"{len(ids):,} 条",
        "tabs": [{"title": figure.spec.title, "count": len(ids), "url": "", "active": True}],
        "ledger": {"title": query.opened.ledger.title},
        **list_of(request, query),
    }
    return render(request, "figure_records.html", context)
