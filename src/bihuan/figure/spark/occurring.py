"""How many values occur, and how many more than once: counted where the rows are, for they may be too many to fetch."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pyspark.sql import functions as F  # noqa: N812 - as everybody writes it


class Occurring(NamedTuple):
    """How many values, and in how many records."""

    values: int = 0
    records: int = 0


def occurring(tables: Sequence[Any], least: int) -> dict[int | None, Occurring]:
    """The values in at least so many records: by county, and among all of them together (None).

    The tables have a county, a known value as text, and n, which says whether it comes (1) or goes (-1).
    """
    sums = united(tables).rollup("value", "county").agg(F.sum("n").alias("n"))
    enough = sums.filter(F.col("value").isNotNull() & (F.col("n") >= least))
    found = enough.groupBy("county").agg(F.count("n"), F.sum("n")).collect()
    return {county: Occurring(values, records) for county, values, records in found}


def united(tables: Sequence[Any]) -> Any:
    """(a b) (c d): balanced, for a plan of many tables one under the other would be deep."""
    if len(tables) == 1:
        return tables[0]
    middle = len(tables) // 2
    return united(tables[:middle]).unionByName(united(tables[middle:]))
