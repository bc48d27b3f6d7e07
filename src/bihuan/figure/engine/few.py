"""A delta of few rows, taken by column and row by row: to plan a query over them costs more than all else."""

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from bihuan.figure.engine.changed import Touched
from bihuan.figure.engine.places import Places
from bihuan.figure.engine.tally import Numbers
from bihuan.figure.lake.reading import Part


def few_rows(part: Part, places: Places, operands: Mapping[str, pl.Expr]) -> Touched:
    """What each row brings or takes, those left out that hold at another time or lie outside of all parts."""
    asked = [column for column, _ in places.sources]
    weights, *found = _columns(part.table, [pl.col("weight"), *asked, *operands.values()])
    blanks = [blank for _, blank in places.sources]
    sources = [_known(column, blank)[0] for column, blank in zip(found, blanks, strict=False)]
    number, slot, unit = places.apart(sources)
    weight = weights.to_numpy().astype(np.int64)
    sums = {"n": weight}
    for name, column in zip(operands, found[len(asked) :], strict=True):
        values, known = _known(column, 0)
        sums |= {f"k_{name}": weight * known, f"s_{name}": values * weight}
    holds = _holding(part, slot >= places.outside)
    sums = {name: values[holds] for name, values in sums.items()}
    return Touched(number[holds], slot[holds] - places.outside, unit[holds], sums)


def _columns(table: pl.DataFrame, asked: Iterable[pl.Expr]) -> list[pl.Series]:
    """What lies there is taken as it is; the rest is worked out at once."""
    named = {str(at): column for at, column in enumerate(asked)}
    rest = {name: column for name, column in named.items() if not column.meta.is_column()}
    worked_out = table.select(**rest) if rest else table
    return [
        worked_out[name] if name in rest else table.get_column(column.meta.output_name())
        for name, column in named.items()
    ]


def _known(column: pl.Series, blank: int) -> tuple[Numbers, Numbers | bool]:
    """The values, something in the place of unknown ones; and which are known."""
    known = column.is_not_null().to_numpy() if column.null_count() else True
    filled = column if known is True else column.fill_null(blank)
    return np.array(filled.to_list(), dtype=object) if filled.dtype == pl.Int128 else filled.to_numpy(), known


def _holding(part: Part, is_inside: Numbers) -> Numbers:
    for column, sign, instant in part.bounds:
        values = part.table.get_column(column).to_numpy()
        is_inside &= values <= instant if sign == "<=" else values > instant
    return np.flatnonzero(is_inside)
