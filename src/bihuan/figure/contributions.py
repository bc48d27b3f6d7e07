"""What every record brings to a cell at one pair of clocks, row by row, and the value of any set of such rows.

So a value can be worked out again with some records as they were known then and others as they are known now.
"""

from collections.abc import Collection, Mapping
from fractions import Fraction

import polars as pl

from bihuan.base import clock
from bihuan.expression.columnar import to_columnar
from bihuan.expression.held import Held
from bihuan.figure.answer import Answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.doubled import values_in_place
from bihuan.figure.engine.rows import condition, held_columns
from bihuan.figure.engine.tally import State, measured
from bihuan.figure.lake.columns import microseconds
from bihuan.figure.measure import Function
from bihuan.figure.opening import counted_rows
from bihuan.figure.period import Period
from bihuan.figure.plan import clocks_for
from bihuan.figure.resolved import Base, Doubled, Flow
from bihuan.figure.rules import NOBODY, counted_units

COLUMNS = ("place", "record", "inside", "operand", "order", "counted", "held")
"""Which ledger (by index) and record; whether its unit belongs to the cell; the operand; what first and last go by;
for a share of time the microseconds counted, and those of them in which the condition held. `n` is how often."""
_SUMS = frozenset({Function.SUM, Function.AVG})


def ledgers_of(figure: Base | Doubled) -> tuple[str, ...]:
    """The ledgers that the column `place` means."""
    return (figure.view.code,) if isinstance(figure, Base) else tuple(view.code for view, _ in figure.places)


def rows_of_cell(figure: Base | Doubled, unit: int | None, period: Period, asked: Answer) -> pl.DataFrame:
    """What every record brings to a cell, those of all other units too: they are not inside."""
    found = _of_doubled(figure, unit, period, asked) if isinstance(figure, Doubled) else []
    if isinstance(figure, Base):
        ledger = asked.catalogue.ledgers[figure.view.code]
        units, _ = counted_units(asked.reach, ledger, unit, asked.tree(period), figure)
        own = clocks_for(figure, period, asked.question.clocks)
        held = held_columns(asked.snapshots.of(figure.view), figure.view, own)
        columns = _timed(figure, period, held, own) if figure.function is Function.SHARE else _single(figure, held, own)
        for rows, weight in counted_rows(asked, figure, period):
            found.append(rows.select("record", place=_PLACE, inside=_inside(units), **columns, n=weight).collect())
    whole = pl.concat(found, how="vertical_relaxed").select(*COLUMNS, "n")
    return whole.group_by(COLUMNS).agg(pl.col("n").sum()).filter(pl.col("n") > 0)


_PLACE = pl.lit(0, dtype=pl.Int32)
_NOTHING = pl.lit(0, dtype=pl.Int64)


def value_of_rows(figure: Base | Doubled, rows: pl.DataFrame) -> Fraction | None:
    """The value of a cell of which these rows are known: the same aggregate as the engine's."""
    inside = rows.filter("inside")
    if isinstance(figure, Doubled):
        held = inside.group_by("operand").agg(pl.col("n").sum())
        return Fraction(held.filter(pl.col("n") > 1).height)
    count = _total(inside, pl.lit(1))
    if figure.function is Function.SHARE:
        return measured(figure, State(count, _total(inside, pl.col("counted")), _total(inside, pl.col("held"))))
    known = inside.filter(pl.col("operand").is_not_null())
    total = _total(known, pl.col("operand")) if figure.function in _SUMS else 0
    everywhere = rows.filter(pl.col("operand").is_not_null())
    return measured(figure, State(count, _total(known, pl.lit(1)), total, _listed(known), _listed(everywhere)))


def _total(rows: pl.DataFrame, what: pl.Expr) -> int:
    return int(rows.select((what.cast(pl.Int128) * pl.col("n").cast(pl.Int128)).sum()).item() or 0)


def _listed(known: pl.DataFrame) -> pl.DataFrame | None:
    if known.is_empty():
        return None
    return known.select("n", "order", "record", value="operand")


def _single(figure: Base, held: Mapping[str, Held], own: Clocks) -> dict[str, pl.Expr]:
    """The operand as it stands, and the day or the entry that first and last go by."""
    operand = (
        pl.lit(None) if figure.operand is None else to_columnar(figure.operand, held, today=own.day, now=own.as_of)
    )
    by = figure.time.field.code if isinstance(figure.time, Flow) else "created_at"
    is_edge = figure.function in (Function.FIRST, Function.LAST)
    order = held[by].column if is_edge else pl.lit(None)
    return {"operand": operand, "order": order, "counted": _NOTHING, "held": _NOTHING}


def _timed(figure: Base, period: Period, held: Mapping[str, Held], own: Clocks) -> dict[str, pl.Expr]:
    """How long a row stood within the period up to the instant asked, and how long the condition held meanwhile."""
    start = microseconds(clock.start_of_day(period.start))
    end = min(microseconds(own.as_of), microseconds(clock.end_of_day(period.end)) + 1_000_000)
    first = pl.max_horizontal("effective_from", pl.lit(start, dtype=pl.Int64))
    last = pl.min_horizontal("effective_to", pl.lit(end, dtype=pl.Int64))
    length = pl.max_horizontal(last - first, _NOTHING)
    true = length * condition(figure.operand, held, own).cast(pl.Int64)
    return {"operand": pl.lit(None), "order": pl.lit(None), "counted": length, "held": true}


def _of_doubled(figure: Doubled, unit: int | None, period: Period, asked: Answer) -> list[pl.DataFrame]:
    own, tree, found = clocks_for(figure, period, asked.question.clocks), asked.tree(period), []
    for index, place in enumerate(figure.places):
        view, _ = place
        units, _ = counted_units(asked.reach, asked.catalogue.ledgers[view.code], unit, tree, figure)
        for rows in values_in_place(figure, place, asked.snapshots.of(view), own):
            chosen = rows.select(
                "record",
                "n",
                place=pl.lit(index, dtype=pl.Int32),
                inside=_inside(units),
                operand="value",
                order=pl.lit(None),
                counted=_NOTHING,
                held=_NOTHING,
            )
            found.append(chosen.collect())
    return found


def _inside(units: Collection[int] | None) -> pl.Expr:
    return pl.lit(value=True) if units is None else pl.col("unit").fill_null(NOBODY).is_in(sorted(units))
