"""What the explorer's address asks, and the table that answers: figures and periods across, units or time down."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.http import QueryDict

from bihuan.base.errors import Invalid, NotFound
from bihuan.figure.answer import Answer
from bihuan.figure.clocks import Clocks, clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.period import Period, before, months_of, parse_period, years_before
from bihuan.figure.queries import ask
from bihuan.figure.resolved import Base, Flow
from bihuan.figure.rules import Reach
from bihuan.figure.slices import Slice
from bihuan.figure.value import Value, shown
from bihuan.org.actor import Actor
from bihuan.web.figure_asking import Wanted, cell, counts_nothing, is_of_choices, told
from bihuan.web.unit_names import unit_of

MOST_FIGURES, MOST_UNITS, MOST_PERIODS, MOST_ROWS = 8, 30, 6, 400
LOOKS = {"table": "表", "bar": "柱图", "line": "折线", "map": "地图"}
AGAINST = {"": "不比较", "previous year": "上年同期", "previous period": "上一期"}
OVER_TIME = {"month": 1, "quarter": 3}


@dataclass(frozen=True)
class Exploring:
    """The explorer's address, read. `top` keeps so many rows; `sort` is a column's number, with a minus descending."""

    codes: tuple[str, ...]
    units: tuple[int, ...]
    periods: tuple[Period, ...]
    clocks: Clocks
    against: str
    by: str
    look: str
    sort: str
    top: int

    @property
    def field(self) -> str:
        """The field by whose values the rows are; empty for units and time."""
        return self.by if self.by not in ("unit", "units", *OVER_TIME) else ""


@dataclass(frozen=True)
class Column:
    """A figure, perhaps of one unit, in one period or in that of the row, perhaps moved back by `against`."""

    code: str
    title: str
    unit: int | None = None
    period: Period | None = None
    against: str = ""


@dataclass(frozen=True)
class Row:
    """A unit, a stretch of time or a value of a field."""

    title: str
    unit: int | None = None
    period: Period | None = None
    cut: Slice | None = None


def exploring(query: QueryDict, actor: Actor) -> Exploring:
    """Read the address. Raises Invalid or NotFound in words; what is too much is refused, not cut."""
    at = clocks(query.get("as_of", ""), query.get("known_at", ""))
    codes = tuple(dict.fromkeys(code for code in query.getlist("f") if code))
    texts = [text.strip() for text in query.get("period", "").replace("，", ",").split(",") if text.strip()]
    periods = tuple(dict.fromkeys(parse_period(text, at.day) for text in texts or [f"{at.day:%Y}"]))
    names = [name.strip() for name in ",".join(query.getlist("unit")).replace("，", ",").split(",") if name.strip()]
    units = tuple(dict.fromkeys(_unit(actor, name) for name in names))
    for count, most, what in (
        (len(codes), MOST_FIGURES, "指标"),
        (len(units), MOST_UNITS, "单位"),
        (len(periods), MOST_PERIODS, "时期"),
    ):
        if count > most:
            raise Invalid(f"一次最多看 {most} 个{what}，这里选了 {count} 个")
    against, look, top = (query.get(name, "") for name in ("against", "look", "top"))
    by = query.get("by", "") or ("units" if len(units) > 1 else "unit")
    return Exploring(
        codes,
        units,
        periods,
        at,
        against if against in AGAINST else "",
        by,
        look if look in LOOKS else "table",
        query.get("sort", ""),
        int(top) if top.isdecimal() and len(top) <= 3 else 0,
    )


def _unit(actor: Actor, name: str) -> int:
    node = (
        unit_of(actor.tree, name) or actor.tree.by_code.get(name) or next(iter(actor.tree.by_name.get(name, ())), None)
    )
    if node is None:
        raise NotFound(f"没有单位“{name}”")
    return node.pk


@dataclass(frozen=True)
class Explored:
    """The table: rows with a value (or why there is none) for each column, as sorted, and what was left out."""

    asked: Exploring
    found: Answer
    columns: tuple[Column, ...]
    rows: tuple[tuple[Row, tuple[Value | str, ...]], ...]
    rest: int
    sums: tuple[str, ...]

    def cells(self) -> list[dict[str, Any]]:
        """For the page: each row with its title and cells."""
        asked = self.asked
        plain = Wanted(asked.codes, asked.periods[0], None, asked.clocks, asked.by)
        return [
            {"title": row.title, "cells": [cell(self.found, plain, value) for value in values]}
            for row, values in self.rows
        ]


def explored(asked: Exploring, actor: Actor) -> Explored:
    """Ask everything at once, within what the person may see."""
    rows, columns = _rows_over_time(asked), _columns(asked, actor)
    periods = {_period(row, column, asked) for row in rows or [Row("")] for column in columns}
    found = ask(asked.codes, sorted({*periods, *asked.periods}), asked.clocks, Reach(actor), asked.field)
    rows = rows or _rows(asked, found)
    table = [(row, tuple(_value(found, row, column, asked) for column in columns)) for row in rows]
    if asked.by == "unit":
        table = [line for line in table if not all(isinstance(value, str) for value in line[1])]
    if asked.field and not is_of_choices(found, asked.field):
        table = [line for line in table if not counts_nothing(line[1])]
    ordered = _sorted(table, asked)
    most = min(asked.top or MOST_ROWS, MOST_ROWS)
    left = ordered[most:]
    sums = tuple(_rest(found, asked, index, [values for _, values in left]) for index in range(len(columns)))
    return Explored(asked, found, columns, tuple(ordered[:most]), len(left), sums)


def _rows_over_time(asked: Exploring) -> list[Row]:
    months = OVER_TIME.get(asked.by)
    if months is None:
        return []
    every = [month for month in months_of(asked.periods[0]) if month.start <= asked.clocks.day] or [asked.periods[0]]
    if len(every) > MOST_ROWS:
        raise Invalid(f"按月最多看 {MOST_ROWS} 个月")
    groups = [every[at : at + months] for at in range(0, len(every), months)]
    return [Row(period.title, period=period) for period in (Period(some[0].start, some[-1].end) for some in groups)]


def _rows(asked: Exploring, found: Answer) -> list[Row]:
    tree = found.tree(asked.periods[0])
    if asked.field:
        return [Row(found.titles.get(cut, ""), cut=cut) for cut in found.question.slices if cut]
    if asked.by == "units":
        return [Row(tree.name(unit), unit) for unit in asked.units] or [Row("全部单位")]
    tops = asked.units or tuple(node.pk for node in tree.nodes if node.depth == 0)
    below = [node for node in tree.nodes if node.parent in tops]
    return [Row(node.name, node.pk) for node in below] or [Row(tree.name(top), top) for top in tops]


def _columns(asked: Exploring, actor: Actor) -> tuple[Column, ...]:
    """Every figure, over time of every unit, else in every period; beside each what it is compared with."""
    catalogue, found = Catalogue(asked.clocks.known_at), []
    over_time = asked.by in OVER_TIME
    units: Sequence[int | None] = (asked.units or (None,)) if over_time or asked.field else (None,)
    periods: Sequence[Period | None] = (None,) if over_time else asked.periods
    for code in asked.codes:
        spec = catalogue.in_force(code).spec
        for unit in units:
            for period in periods:
                parts = [spec.title, actor.tree.name(unit) if len(units) > 1 else ""]
                parts.append(period.title if period and len(periods) > 1 else "")
                title = " ".join(filter(None, parts)) + (f"（{spec.unit}）" if spec.unit else "")
                found.append(Column(code, title, unit, period))
                if asked.against:
                    found.append(Column(code, f"{title} {AGAINST[asked.against]}", unit, period, asked.against))
    return tuple(found)


def _period(row: Row, column: Column, asked: Exploring) -> Period:
    period = row.period or column.period or asked.periods[0]
    if column.against == "previous year":
        return years_before(period, 1)
    return before(period) if column.against else period


def _value(found: Answer, row: Row, column: Column, asked: Exploring) -> Value | str:
    unit = row.unit if row.unit is not None else column.unit
    return told(found, column.code, unit, _period(row, column, asked), row.cut)


def _sorted(
    table: list[tuple[Row, tuple[Value | str, ...]]], asked: Exploring
) -> list[tuple[Row, tuple[Value | str, ...]]]:
    """By the column asked for, the unknown last; by the first where only the top is asked; else as they come."""
    text = asked.sort or ("-0" if asked.top else "")
    number = text.removeprefix("-")
    if not number.isdecimal() or not table or int(number) >= len(table[0][1]):
        return table
    index, sign = int(number), -1 if text.startswith("-") else 1

    def key(line: tuple[Row, tuple[Value | str, ...]]) -> tuple[bool, Fraction]:
        value = line[1][index]
        known = value.number if isinstance(value, Value) else None
        return known is None, Fraction(0) if known is None else sign * known

    return sorted(table, key=key)


def _rest(found: Answer, asked: Exploring, index: int, left: list[tuple[Value | str, ...]]) -> str:
    """The sum of what was left out where it adds; what does not add has none."""
    values = [row[index] for row in left]
    figure = found.figures[values[0].code] if values and isinstance(values[0], Value) else None
    if not isinstance(figure, Base) or not figure.function.adds:
        return "—"
    over_time = asked.by in OVER_TIME
    if asked.by == "units" or asked.field or (over_time and not isinstance(figure.time, Flow)):
        return "—"
    known = [value.number for value in values if isinstance(value, Value) and value.number is not None]
    return shown(sum(known, Fraction(0)), figure)
