"""How many values lie outside of the fences, over more values than one machine holds: found by their running counts."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any, overload

from pyspark.sql import Window
from pyspark.sql import functions as F  # noqa: N812 - as everybody writes it

from bihuan.expression.spark import WIDE
from bihuan.figure.engine.tally import quartile
from bihuan.figure.spark.occurring import Occurrences, Occurring, united

_TOGETHER = -1
_PLACES = [f"(total - 1) * {quarter} div 4 + {more}" for quarter in (1, 3) for more in (0, 1)]
"""Where in the order of all values the quartiles lie between."""


def outlying(tables: Sequence[Any]) -> Occurrences:
    """How many values lie outside of Tukey's fences (1977): each county's by its own values, all together by theirs.

    The tables are those of `occurring`, the values whole numbers.
    """
    keyed = united(tables).select(
        F.struct("period", F.col("value").cast(WIDE).alias("value")).alias("told"), "county", "n"
    )
    sums = keyed.rollup("told", "county").agg(F.sum("n").alias("n")).filter("told IS NOT NULL AND n > 0")
    known = sums.select("told.*", F.coalesce("county", F.lit(_TOGETHER)).alias("county"), "n")
    cells = Window.partitionBy("period", "county")
    reached = known.withColumn("reached", F.sum("n").over(cells.orderBy("value")))
    placed = reached.withColumn("total", F.sum("n").over(cells))
    near = " OR ".join(f"{place} >= reached - n AND {place} < reached" for place in _PLACES)
    rows: dict[tuple[int, int], list[Any]] = {}
    for row in placed.filter(near).collect():
        rows.setdefault((row.period, row.county), []).append(row)
    fences = {cell: _fences(_Ordered(some)) for cell, some in rows.items()}
    return _outside(known, fences) if fences else {}


def _fences(ordered: "_Ordered") -> tuple[int, int]:
    """The least and the greatest whole number within the fences."""
    low, high = quartile(ordered, 1), quartile(ordered, 3)
    reach = Fraction(3, 2) * (high - low)
    return ceil(low - reach), floor(high + reach)


class _Ordered(Sequence[int]):
    """All values in their order, of which those near the quartiles are known."""

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return int(self._rows[0].total)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[int]: ...
    def __getitem__(self, place: int | slice) -> int | Sequence[int]:
        if isinstance(place, slice):
            raise TypeError(place)
        return next(int(row.value) for row in self._rows if row.reached - row.n <= place < row.reached)


def _outside(known: Any, fences: Mapping[tuple[int, int], tuple[int, int]]) -> Occurrences:
    shape = "period int, county int, low decimal(38, 0), high decimal(38, 0)"
    bounds = [(*cell, Decimal(low), Decimal(high)) for cell, (low, high) in fences.items()]
    table = F.broadcast(known.sparkSession.createDataFrame(bounds, shape))
    outside = known.join(table, ["period", "county"]).filter("value < low OR value > high")
    found = outside.groupBy("period", "county").agg(F.count("n"), F.sum("n")).collect()
    return {
        (period, None if county == _TOGETHER else county): Occurring(values, records)
        for period, county, values, records in found
    }
