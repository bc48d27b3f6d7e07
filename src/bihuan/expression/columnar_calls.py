"""The functions that Polars does exactly as `evaluate` does, over columns held as `held` says."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from bihuan.expression import texts
from bihuan.expression.held import EPOCH_DAY, INT64, NotNative, bounded, is_true, lake_value, narrow
from bihuan.expression.names import Kind
from bihuan.expression.tree import Call, Node

if TYPE_CHECKING:
    from bihuan.expression.columnar import Columnar

_FIRST_DAY, _LAST_DAY = 1 - EPOCH_DAY, date.max.toordinal() - EPOCH_DAY
_DAY = 86_400_000_000
_COUNTY_AHEAD = 8 * 3_600_000_000

Renderer = Callable[["Columnar", Call, tuple[Node, ...]], pl.Expr]


def _plain(render: Callable[..., pl.Expr]) -> Renderer:
    return lambda engine, _, arguments: render(*(engine.root(argument) for argument in arguments))


def _meeting(render: Callable[..., pl.Expr]) -> Renderer:
    """Numbers are brought to the places of the result first."""

    def rendered(engine: "Columnar", call: Call, arguments: tuple[Node, ...]) -> pl.Expr:
        found = render(*engine.meeting(arguments, call.type.scale))
        return narrow(found, engine.bound(call)) if call.type.kind.is_number else found

    return rendered


def _date(engine: "Columnar", _: Call, arguments: tuple[Node, ...]) -> pl.Expr:
    value = engine.root(arguments[0])
    if arguments[0].type.kind is Kind.DATE:
        return value
    return ((value + _typed(_COUNTY_AHEAD)) // _typed(_DAY)).cast(pl.Int32)


def _typed(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.Int64)


def _calendar(part: Callable[[pl.Expr], pl.Expr]) -> Renderer:
    return _plain(lambda day: part(day.cast(pl.Int32).cast(pl.Date)).cast(pl.Int64))


def _moved(day: pl.Expr, days: pl.Expr) -> pl.Expr:
    moved = day.cast(pl.Int128) + days.cast(pl.Int128)
    first, last = (pl.lit(day, dtype=pl.Int128) for day in (_FIRST_DAY, _LAST_DAY))
    is_known = is_true((moved >= first) & (moved <= last))
    return pl.when(is_known).then(moved).otherwise(pl.lit(None, dtype=pl.Int128)).cast(pl.Int32)


def _as_wide(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.Int64)


def _rounded(step: Callable[[pl.Expr, int, int], pl.Expr]) -> Renderer:
    def render(engine: "Columnar", call: Call, arguments: tuple[Node, ...]) -> pl.Expr:
        value = engine.root(arguments[0])
        bound = bounded(arguments[0], engine.held).bound
        cut = arguments[0].type.scale - call.type.scale
        if cut > 18 or bound > INT64 // 4:
            raise NotNative
        return value if cut <= 0 else step(value, 10**cut, bound)

    return render


def _half_away(value: pl.Expr, unit: int, _: int) -> pl.Expr:
    size = (value.abs() + _typed(unit // 2)) // _typed(unit)
    return pl.when(is_true(value < _typed(0))).then(_typed(0) - size).otherwise(size)


def _is_blank(engine: "Columnar", _: Call, arguments: tuple[Node, ...]) -> pl.Expr:
    value = engine.root(arguments[0])
    match arguments[0].type.kind:
        case Kind.TEXT:
            return value.is_null() | (value.str.strip_chars(texts.BLANKS) == "").fill_null(value=False)
        case Kind.TEXTS:
            return value.is_null() | (value.list.len() == 0).fill_null(value=False)
        case _:
            return value.is_null()


def _substr(engine: "Columnar", _: Call, arguments: tuple[Node, ...]) -> pl.Expr:
    text, start, *length = [engine.root(argument) for argument in arguments]
    return text.str.slice(start - 1, length[0] if length else None)


CALLS: dict[str, Renderer] = {
    "today": lambda engine, _call, _arguments: pl.lit(engine.today.toordinal() - EPOCH_DAY, dtype=pl.Int32),
    "now": lambda engine, call, _arguments: pl.lit(lake_value(engine.now, call.type), dtype=pl.Int64),
    "date": _date,
    "year": _calendar(lambda day: day.dt.year()),
    "quarter": _calendar(lambda day: day.dt.quarter()),
    "month": _calendar(lambda day: day.dt.month()),
    "day": _calendar(lambda day: day.dt.day()),
    "days_between": _plain(lambda start, end: _as_wide(end) - _as_wide(start)),
    "add_days": _plain(_moved),
    "length": _plain(lambda text: text.str.len_chars().cast(pl.Int64)),
    "trim": _plain(lambda text: text.str.strip_chars(texts.BLANKS)),
    "substr": _substr,
    "contains": _plain(lambda text, part: text.str.contains(part, literal=True)),
    "starts_with": _plain(lambda text, start: text.str.starts_with(start)),
    "ends_with": _plain(lambda text, end: text.str.ends_with(end)),
    "concat": _plain(lambda *parts: pl.concat_str([part.fill_null("") for part in parts])),
    "coalesce": _meeting(lambda *values: pl.coalesce(values)),
    "abs": _plain(lambda number: number.abs()),
    "round": _rounded(_half_away),
    "floor": _rounded(lambda value, unit, _: value // _typed(unit)),
    "ceil": _rounded(lambda value, unit, _: _typed(0) - (_typed(0) - value) // _typed(unit)),
    "least": _meeting(lambda *values: pl.min_horizontal(values)),
    "greatest": _meeting(lambda *values: pl.max_horizontal(values)),
    "has": _plain(lambda codes, code: codes.list.contains(code).fill_null(value=False)),
    "is_blank": _is_blank,
}
"""What Polars does exactly as `evaluate` does; the rest of the functions go by way of the evaluator."""
