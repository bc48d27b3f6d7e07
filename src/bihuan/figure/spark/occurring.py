"""How many values occur, and how many more than once: counted where the rows are, for they may be too many to fetch."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pyspark.sql import functions as F  # noqa: N812 - as everybody writes it


class Occurring(NamedTuple):
    """How many values, and in how many records."""

    values: int = 0
    records: int = 0


Occurrences = dict[tuple[int, int | None], Occurring]
"""By period, as its place among some, and county; None is all counties together."""


def occurring(tables: Sequence[Any], least: int = 1) -> Occurrences:
    """The values in at least so many records: of each county, and of all of them together.

    The tables have a period and a county, a known value as text, and n, which says how often it comes (1) or goes (-1).
    """
    keyed = united(tables).select(F.struct("period", "value").alias("told"), "county", "n")
    sums = keyed.rollup("told", "county").agg(F.sum("n").alias("n"))
    enough = sums.filter(F.col("told").isNotNull() & (F.col("n") >= least))
    found = enough.groupBy("told.period", "county").agg(F.count("n"), F.sum("n")).collect()
    return {(period, county): Occurring(values, records) for period, county, values, records in found}


def apart(found: Occurrences) -> Occurrences:
    """The same, with no value of one county that of another: what is counted of all is the sum."""
    each = {key: own for key, own in found.items() if key[1] is not None}
    whole: Occurrences = {}
    for (period, _), own in each.items():
        values, records = whole.get((period, None), Occurring())
        whole[period, None] = Occurring(values + own.values, records + own.records)
    return each | whole


def by_period(rows: Any, spans: Sequence[range]) -> Any:
    """A table with the first and the last part of time of each row, once for each of the periods that it touches."""
    touched = [
        F.when((F.col("first") < span.stop) & (F.col("last") >= span.start), F.lit(at)) for at, span in enumerate(spans)
    ]
    return rows.withColumn("period", F.explode(F.array_compact(F.array(*touched))))


def united(tables: Sequence[Any]) -> Any:
    """(a b) (c d): balanced, for a plan of many tables one under the other would be deep."""
    if len(tables) == 1:
        return tables[0]
    middle = len(tables) // 2
    return united(tables[:middle]).unionByName(united(tables[middle:]))
