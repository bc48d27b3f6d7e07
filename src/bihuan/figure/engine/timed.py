"""Shares of time: how long a condition held of the records counted, over the parts of time, up to the instant asked."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from bihuan.base import clock
from bihuan.expression.held import Held
from bihuan.figure.clocks import Clocks
from bihuan.figure.engine.rows import condition
from bihuan.figure.engine.tally import Amounts, Cuts, Tally
from bihuan.figure.lake.columns import microseconds
from bihuan.figure.lake.reading import Part
from bihuan.figure.resolved import Base


def shares_of_time(base: Base, parts: Sequence[Part], held: Mapping[str, Held], cuts: Cuts, clocks: Clocks) -> Tally:
    """Microseconds for which the operand was true (`total`) of those that were counted (`known`)."""
    spans = spans_of(cuts, clocks)
    counted, true = condition(base.where, held, clocks), condition(base.operand, held, clocks)
    rows = [part.rows.filter(counted).with_columns(_weight(part), true.alias("__true")) for part in parts]
    if not rows:
        return tally_of_time([], [], len(spans))
    sums = pl.concat([some.group_by(_UNIT).agg(_lengths(spans)) for some in rows])
    totals = sums.group_by("unit").agg(pl.all().sum()).sort("unit").collect()
    first, last = _reached("effective_from", spans, 0), _reached("effective_to", spans, 1)
    seen = pl.concat(
        [some.select(_UNIT, "record", first.alias("first"), last.alias("last"), "weight") for some in rows]
    )
    grouped = seen.filter(pl.col("first") <= pl.col("last")).group_by("unit", "record", "first", "last")
    standing = grouped.agg(pl.col("weight").sum()).filter(pl.col("weight") > 0).drop("weight").collect()
    return tally_of_time(totals.rows(), standing.rows(), len(spans))


def spans_of(cuts: Cuts, clocks: Clocks) -> list[tuple[int, int]]:
    """The parts of time in microseconds, up to the instant asked; one after it is empty."""
    asked = microseconds(clocks.as_of)
    starts = [microseconds(clock.start_of_day(day)) for day in cuts.days]
    return [(start, min(end, asked)) for start, end in zip(starts, [*starts[1:], asked], strict=True)]


def tally_of_time(totals: Sequence[Sequence[int]], seen: Sequence[Sequence[int]], spans: int) -> Tally:
    """From rows of unit, then known and true length of each part; and of unit, record, first and last part."""
    table = np.array([[int(value) for value in row[1:]] for row in totals], dtype=object)
    table = table.reshape(len(totals), spans, 2)
    units = np.array([row[0] for row in totals], dtype=np.int64)
    nothing = np.zeros(table.shape[:2], dtype=object)
    shape = dict.fromkeys(("unit", "record", "first", "last"), pl.Int64)
    listed = pl.DataFrame([tuple(row) for row in seen], schema=shape, orient="row")
    return Tally(Amounts(units, nothing, table[:, :, 0], table[:, :, 1]), listed)


_UNIT = pl.col("unit").fill_null(0).cast(pl.Int64)


def _weight(part: Part) -> pl.Expr:
    return (pl.col("weight") if part.weighted else pl.lit(1)).cast(pl.Int128).alias("weight")


def _lengths(spans: Sequence[tuple[int, int]]) -> list[pl.Expr]:
    sums: list[pl.Expr] = []
    for index, (start, end) in enumerate(spans):
        first = pl.max_horizontal("effective_from", pl.lit(start, dtype=pl.Int64))
        last = pl.min_horizontal("effective_to", pl.lit(end, dtype=pl.Int64))
        length = pl.max_horizontal(last - first, pl.lit(0, dtype=pl.Int64)).cast(pl.Int128) * pl.col("weight")
        sums += [length.sum().alias(f"k{index}"), length.filter(pl.col("__true")).sum().alias(f"s{index}")]
    return sums


def _reached(bound: str, spans: Sequence[tuple[int, int]], at: int) -> pl.Expr:
    """The first part that ends after a row begins (at 0), or the last that begins before it ends (at 1)."""
    if at == 0:
        passed = [(pl.col(bound) >= pl.lit(end, dtype=pl.Int64)).cast(pl.Int64) for _, end in spans]
        return pl.sum_horizontal(passed)
    begun = [(pl.col(bound) > pl.lit(start, dtype=pl.Int64)).cast(pl.Int64) for start, end in spans if start < end]
    return (pl.sum_horizontal(begun) if begun else pl.lit(0)).cast(pl.Int64) - 1
