"""Shares of time: how long a condition held of the records counted, over the parts of time, up to the instant asked."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from bihuan.base import clock
from bihuan.expression.columnar import Held
from bihuan.figure.clocks import Clocks
from bihuan.figure.engine.rows import condition
from bihuan.figure.engine.tally import Amounts, Cuts
from bihuan.figure.lake.columns import microseconds
from bihuan.figure.lake.reading import Part
from bihuan.figure.resolved import Base


def shares_of_time(base: Base, parts: Sequence[Part], held: Mapping[str, Held], cuts: Cuts, clocks: Clocks) -> Amounts:
    """Microseconds for which the operand was true (`total`) of those that were counted (`known`)."""
    asked = microseconds(clocks.as_of)
    starts = [microseconds(clock.start_of_day(day)) for day in cuts.days]
    ends = [*starts[1:], asked]
    spans = [(start, min(end, asked)) for start, end in zip(starts, ends, strict=True)]
    counted, true = condition(base.where, held, clocks), condition(base.operand, held, clocks)
    found = [_of_part(part, spans, counted, true) for part in parts]
    whole = pl.concat(found).group_by("unit").agg(pl.all().sum()).sort("unit")
    units = whole["unit"].to_numpy()
    shape = (len(units), len(spans))

    def table(kind: str) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
        columns = [whole[f"{kind}{index}"].to_list() for index in range(len(spans))]
        return np.array(columns, dtype=object).T.reshape(shape)

    return Amounts(units, table("n"), table("k"), table("s"))


def _of_part(part: Part, spans: Sequence[tuple[int, int]], counted: pl.Expr, true: pl.Expr) -> pl.DataFrame:
    weight = pl.col("weight").cast(pl.Int128) if part.weighted else pl.lit(1, dtype=pl.Int128)
    rows = part.rows.filter(counted).with_columns(true.alias("__true"))
    sums: list[pl.Expr] = []
    for index, (start, end) in enumerate(spans):
        first = pl.max_horizontal("effective_from", pl.lit(start, dtype=pl.Int64))
        last = pl.min_horizontal("effective_to", pl.lit(end, dtype=pl.Int64))
        length = pl.max_horizontal(last - first, pl.lit(0, dtype=pl.Int64)).cast(pl.Int128)
        began = (length > 0).cast(pl.Int128)
        sums += [
            (began * weight).sum().alias(f"n{index}"),
            (length * weight).sum().alias(f"k{index}"),
            (length * weight).filter(pl.col("__true")).sum().alias(f"s{index}"),
        ]
    return rows.group_by(pl.col("unit").fill_null(0)).agg(sums).collect()
