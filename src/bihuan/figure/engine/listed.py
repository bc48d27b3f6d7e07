"""Single values by unit and part of time, for figures that counts and sums do not tell: distinct, extremes, edges."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial

import polars as pl

from bihuan.expression.columnar import to_columnar
from bihuan.expression.held import Held
from bihuan.figure.clocks import Clocks
from bihuan.figure.engine.rows import condition, part_of_time
from bihuan.figure.engine.tally import Cuts
from bihuan.figure.identity import Same
from bihuan.figure.kept import Kept
from bihuan.figure.lake.reading import Part
from bihuan.figure.measure import Function
from bihuan.figure.resolved import Base, Flow

_LISTED: Kept[pl.DataFrame] = Kept(128 * 1024 * 1024)
EDGES = (Function.FIRST, Function.LAST)
"""The functions that are told by the order of records."""


def listed_values(
    base: Base, parts: Sequence[Part], held: Mapping[str, Held], cuts: Cuts, clocks: Clocks
) -> pl.DataFrame:
    """The known values of the operand that are counted, each with how often it occurs: unit, part, value, n."""
    if base.operand is None:
        raise AssertionError(base.code)
    value = to_columnar(base.operand, held, today=clocks.day, now=clocks.as_of)
    flow = base.time if isinstance(base.time, Flow) else None
    place = part_of_time(flow, held, cuts) if flow else pl.lit(0, dtype=pl.Int32)
    kept = {"unit": pl.col("unit").fill_null(0), "part": place, "value": value}
    if base.function in EDGES:
        order = held[flow.field.code].column if flow else held["created_at"].column
        kept |= {"order": order, "record": pl.col("record")}
    words = tuple(column.words for _, column in sorted(held.items()))
    asked = (Same(base), cuts.days, clocks.as_of if base.uses_clock else None, words)
    found = [_remembered(part, asked, partial(_of_part, part, base, kept, held, clocks)) for part in parts]
    names = list(kept)
    whole = pl.concat(found, how="vertical_relaxed") if len(found) > 1 else found[0]
    if len(found) > 1:
        whole = whole.group_by(names).agg(pl.col("n").sum())
    return whole.filter(pl.col("n") > 0)


def _remembered(part: Part, asked: Hashable, work: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """What the lake's base gives stays true until it is compacted; only deltas are read again."""
    found = None if part.weighted else _LISTED.get((part.identity, asked))
    if found is None:
        found = work()
        if not part.weighted:
            _LISTED.put((part.identity, asked), found, int(found.estimated_size()))
    return found


def _of_part(
    part: Part, base: Base, kept: Mapping[str, pl.Expr], held: Mapping[str, Held], clocks: Clocks
) -> pl.DataFrame:
    weight = pl.col("weight").cast(pl.Int64) if part.weighted else pl.lit(1, dtype=pl.Int64)
    rows = part.rows if base.where is None else part.rows.filter(condition(base.where, held, clocks))
    columns = [expression.alias(name) for name, expression in kept.items()]
    rows = rows.select(*columns, weight.alias("n")).filter(pl.col("value").is_not_null() & (pl.col("part") >= 0))
    return rows.group_by(list(kept)).agg(pl.col("n").sum()).collect(engine="streaming")
