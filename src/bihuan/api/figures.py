"""Figures for other programs: what the pages show, as JSON."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from bihuan.api.acting import acting
from bihuan.api.figure_values import told_value
from bihuan.base.errors import NotFound
from bihuan.figure.actions import Entered, enter_external
from bihuan.figure.change import split_change
from bihuan.figure.clocks import Clocks, clocks
from bihuan.figure.cutting import named_slice
from bihuan.figure.definitions import Catalogue
from bihuan.figure.explaining import explained
from bihuan.figure.models import Figure, FigureVersion
from bihuan.figure.opening import open_value
from bihuan.figure.period import Period, months_of, parse_period
from bihuan.figure.queries import ask, ask_part, library, used_in
from bihuan.figure.rules import Reach
from bihuan.figure.wire import answer_as_json, change_as_json, opened_as_json, value_as_json
from bihuan.ledger.among import among
from bihuan.ledger.append import moment
from bihuan.ledger.models import Record
from bihuan.org.models import Unit
from bihuan.report.figure_uses import uses

router = Router(tags=["指标"])
MOST_RECORDS = 10_000
"""Records that one answer lists; `start` asks for those after."""


class Asked(Schema):
    """What is asked of a value; all of it may be left out."""

    period: str = Field(default="", description="如 2026、2026-03、2026-Q1、2026-01..2026-11；默认本年")
    unit: str = Field(default="", description="单位代码；默认全部")
    as_of: str = Field(default="", description="截至那时的状态；默认现在")
    known_at: str = Field(default="", description="按那时已经登记的事件；默认现在")


class Told(Schema):
    """A value from outside."""

    period: str
    value: Decimal
    source: str
    effective_on: date
    unit: str = ""


class Part(Schema):
    """One part of a figure, as `by` in the values names it; the whole where it is left out."""

    by: str = Field(default="", description="台账的一个字段，或 month")
    value: str | None = Field(
        default=None, description="字段的值（空的留空）或名称，如 city、市本级；by=month 时如 2026-03"
    )


def read_asked(asked: Asked) -> tuple[Clocks, Period, int | None]:
    """The clocks, the period and the unit that are asked for."""
    at = clocks(asked.as_of, asked.known_at)
    unit = named_unit(asked.unit)
    return at, parse_period(asked.period or f"{at.day:%Y}", at.day), unit.pk if unit else None


def named_unit(code: str) -> Unit | None:
    """The unit of a code, None for all. Raises NotFound."""
    unit = Unit.objects.filter(code=code).first() if code else None
    if code and unit is None:
        raise NotFound(f"没有单位“{code}”")
    return unit


def named_figure(code: str) -> Figure:
    """A figure in use. Raises NotFound."""
    figure = Figure.objects.filter(code=code, retired=False).first()
    if figure is None:
        raise NotFound(f"没有指标“{code}”")
    return figure


@router.get("", summary="指标库")
def index(request: HttpRequest, q: str = "", pack: str = "") -> dict[str, Any]:
    """The figures in use, found by words."""
    acting(request)
    lines = library(q, pack)
    shown = [
        {
            "code": line.figure.code,
            "title": line.figure.title,
            "unit": line.unit,
            "kind": line.kind,
            "version": line.figure.version,
            "owner": line.figure.owner.code,
            "explanation": line.explanation,
        }
        for line in lines
    ]
    return {"count": len(shown), "figures": shown}


@router.get("/values", summary="一个或几个指标的值")
def values(request: HttpRequest, code: Query[list[str]], asked: Query[Asked], by: str = "") -> dict[str, Any]:
    """Values of one period, by month or by a field of the ledger."""
    at, period, unit = read_asked(asked)
    periods = months_of(period) if by == "month" else [period]
    found = ask(code, periods, at, Reach(acting(request)), "" if by == "month" else by)
    return answer_as_json(found, periods) | {"values": [told_value(found, one) for one in found.table([unit])]}


@router.get("/{code}", summary="一个指标的口径")
def definition(request: HttpRequest, code: str) -> dict[str, Any]:
    """What a figure counts, in Chinese and as declared, and where it is used."""
    actor, figure, catalogue = acting(request), named_figure(code), Catalogue()
    force = catalogue.in_force(code)
    versions = FigureVersion.objects.filter(figure=figure).order_by("version")
    return {
        "code": code,
        "title": figure.title,
        "owner": figure.owner.code,
        "version": force.version,
        "versions": [
            {"version": row.version, "from": moment(row.recorded_at), "origin": row.origin, "why": row.why}
            for row in versions
        ],
        "explanation": explained(code, catalogue),
        "definition": force.spec.model_dump(mode="json", exclude_defaults=True, by_alias=True),
        "used_in": [other.code for other in used_in(code)],
        "used_by": [{"kind": use.kind, "code": use.code, "title": use.title} for use in uses(actor).get(code, [])],
    }


@router.get("/{code}/records", summary="值背后的记录", url_name="figure_records")
def records(
    request: HttpRequest,
    code: str,
    asked: Query[Asked],
    part: Query[Part],
    start: int = 0,
    count: int = MOST_RECORDS,
) -> dict[str, Any]:
    """The records that a value counts; of a ratio those of both sides. A stretch of them at a time; all are counted."""
    at, period, unit = read_asked(asked)
    period, by, named = _narrowed(part, period, at)
    found, cut = ask_part([code], [period], at, Reach(acting(request)), by, named)
    value = value_as_json(found, found.value(code, unit, period, cut))
    opened = open_value(found, code, unit, period, cut)
    some = slice(max(0, start), max(0, start) + max(0, min(count, MOST_RECORDS)))
    listed = sorted({pk for one in opened for pk in one.ids[some]})
    numbers = dict(Record.objects.filter(among(listed)).values_list("pk", "number"))
    return answer_as_json(found, [period]) | {"value": value, "opened": opened_as_json(opened, numbers, some)}


def _narrowed(part: Part, period: Period, at: Clocks) -> tuple[Period, str, str | None]:
    """The period, the field and its value, of which a month is a period of its own."""
    if part.by == "month" and part.value:
        return parse_period(part.value, at.day), "", None
    return period, part.by, part.value


@router.get("/{code}/change", summary="值为什么变了")
def change(request: HttpRequest, code: str, since: str, asked: Query[Asked], part: Query[Part]) -> dict[str, Any]:
    """Why a value is another than it was known to be at an earlier instant; the amounts add up to the difference."""
    at, period, unit = read_asked(asked)
    reach, then = Reach(acting(request)), clocks(known_at=since).known_at
    period, by, named = _narrowed(part, period, at)
    cut = None if named is None else named_slice([code], by, named, [period], at, reach)
    found = split_change(code, unit, period, at.as_of, (then, at.known_at), reach, cut)
    return change_as_json(found, Catalogue(at.known_at)[code])


@router.post("/{code}/external", summary="填报外部数值")
def external(request: HttpRequest, code: str, told: Told) -> dict[str, Any]:
    """Enter a value from outside, with its source."""
    period = parse_period(told.period, clocks().day)
    entered = Entered(told.value, told.source, told.effective_on)
    row = enter_external(
        actor=acting(request), figure=named_figure(code), unit=named_unit(told.unit), period=period, entered=entered
    )
    return {"entered": row.pk}
