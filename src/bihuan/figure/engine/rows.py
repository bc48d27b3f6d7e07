"""The lake's rows as expressions see them on a day: columns by name, the colour worked out, time in parts."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

import polars as pl

from bihuan.expression import Checked, Kind
from bihuan.expression.columnar import to_columnar
from bihuan.expression.held import Held
from bihuan.expression.tree import Node
from bihuan.figure.clocks import Clocks
from bihuan.figure.engine.tally import Cuts
from bihuan.figure.identity import Same
from bihuan.figure.lake.columns import LakeColumn, days, microseconds
from bihuan.figure.lake.reading import Snapshot
from bihuan.figure.names import COLOUR, LedgerView, figure_names
from bihuan.figure.resolved import Flow
from bihuan.loop.colour import Colour, bounds_at

_COUNTY_AHEAD = int(timedelta(hours=8).total_seconds() * 1_000_000)
_DAY = 86_400_000_000
COLOURS = (Colour.GREEN, Colour.YELLOW, Colour.RED, Colour.WHITE)


def held_columns(snapshot: Snapshot, view: LedgerView, clocks: Clocks) -> Mapping[str, Held]:
    """How each name of the ledger is held, the colour as of the clocks' instant."""
    columns, manifest = Same(snapshot.columns), snapshot.manifest
    _, symbols, numbers = _told(columns)
    words = tuple([tuple(manifest.symbols.get(code, ())) for code in symbols])
    held = _held(columns, words, tuple([manifest.largest(code) for code in numbers]))
    if view.loop is not None and COLOUR not in held and COLOUR in figure_names(view):
        return {**held, COLOUR: Held(_colour(view, clocks), words=tuple(colour.value for colour in COLOURS))}
    return held


@lru_cache(maxsize=64)
def _told(columns: Same) -> tuple[list[LakeColumn], list[str], list[str]]:
    """All columns; those of few words, and the numbers: how they are held depends on what a lake says of them."""
    known: list[LakeColumn] = list(*columns.objects)
    symbols = [column.code for column in known if column.is_symbol]
    return known, symbols, [column.code for column in known if column.name.kind.is_number]


@lru_cache(maxsize=64)
def _held(columns: Same, words: tuple[tuple[str, ...], ...], largest: tuple[int, ...]) -> Mapping[str, Held]:
    """The same for each snapshot that says the same of its columns."""
    known, symbols, numbers = _told(columns)
    words_of, largest_of = dict(zip(symbols, words, strict=True)), dict(zip(numbers, largest, strict=True))
    return MappingProxyType(
        {
            column.name.code: Held(pl.col(column.code), words_of.get(column.code), largest_of.get(column.code))
            for column in known
        }
    )


def _colour(view: LedgerView, clocks: Clocks) -> pl.Expr:
    """`loop.colour.colour_of`, for a whole column."""
    if view.loop is None:
        raise AssertionError(view.code)
    bounds = bounds_at(view.loop, clocks.as_of)
    at, yellow = (pl.lit(microseconds(moment), dtype=pl.Int64) for moment in (bounds.at, bounds.yellow_until))
    due = pl.col("due_at")
    green, is_yellow, red, white = (pl.lit(number, dtype=pl.UInt16) for number in range(4))
    return (
        pl.when((pl.col("closed_at") <= at).fill_null(value=False))
        .then(white)
        .when((due < at).fill_null(value=False))
        .then(red)
        .when((due <= yellow).fill_null(value=False))
        .then(is_yellow)
        .otherwise(green)
    )


def condition(
    checked: Checked | None, held: Mapping[str, Held], clocks: Clocks, given: Mapping[Node, pl.Expr] | None = None
) -> pl.Expr:
    """Whether a row is counted: the expression is true of it, which unknown is not."""
    if checked is None:
        return pl.lit(value=True)
    found = to_columnar(checked, held, today=clocks.day, now=clocks.as_of, given=given)
    return found.fill_null(value=False)


def part_of_time(flow: Flow, held: Mapping[str, Held], cuts: Cuts) -> pl.Expr:
    """The part of time that a row falls into; -1 for one before all of them or without a date."""
    column = held[flow.field.code].column
    kind = {str: None, int: pl.Int32 if flow.field.kind is Kind.DATE else pl.Int64}
    reached = [(column >= pl.lit(mark, dtype=kind[type(mark)])).cast(pl.Int8) for mark in marks_of(flow, cuts)]
    return pl.sum_horizontal(*reached).cast(pl.Int32) - pl.lit(1, dtype=pl.Int32)


def marks_of(flow: Flow, cuts: Cuts) -> list[int | str]:
    """From which value of the field on a row has reached each part of time, as the lake keeps such values."""
    if flow.is_month:
        return [f"{_first_from(day, flow):%Y-%m}" for day in cuts.days]
    if flow.is_year:
        return [_first_from(day, flow).year for day in cuts.days]
    if flow.field.kind is Kind.DATETIME:
        return [days(day) * _DAY - _COUNTY_AHEAD for day in cuts.days]
    return [days(day) for day in cuts.days]


def _first_from(day: date, flow: Flow) -> date:
    """The first day on or after this one that a month (or year) begins on: a month stands for its first day."""
    begins = day.day == 1 and (flow.is_month or day.month == 1)
    if begins:
        return day
    if flow.is_month and day.month < 12:
        return date(day.year, day.month + 1, 1)
    return date(min(day.year + 1, 9999), 1, 1)
