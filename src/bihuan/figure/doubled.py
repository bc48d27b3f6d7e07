"""Values that occur more than once, in one ledger or over several: what a total would count twice."""

from collections.abc import Sequence

import polars as pl

from bihuan.expression import Name
from bihuan.figure.clocks import Clocks
from bihuan.figure.engine.rows import held_columns
from bihuan.figure.lake.reading import Snapshot
from bihuan.figure.names import LedgerView
from bihuan.figure.resolved import Doubled
from bihuan.figure.rules import NOBODY


def values_in_place(
    figure: Doubled, place: tuple[LedgerView, Name], snapshot: Snapshot, clocks: Clocks
) -> list[pl.LazyFrame]:
    """The known values of one of the fields: unit, record, version, value, n (1 comes, -1 goes)."""
    view, name = place
    held = held_columns(snapshot, view, clocks)[name.code]
    value = held.column
    if held.words is not None:
        value = value.replace_strict(
            list(range(len(held.words))), list(held.words), default=None, return_dtype=pl.String
        )
    if figure.scale:
        value = value.cast(pl.Int128) * 10 ** (figure.scale - name.scale)
    found = []
    for part in snapshot.at(*clocks.instants):
        weight = pl.col("weight").cast(pl.Int64) if part.weighted else pl.lit(1, dtype=pl.Int64)
        known = part.rows.filter(value.is_not_null())
        found.append(known.select("unit", "record", "version", value=value, n=weight))
    return found


def doubled_rows(
    figure: Doubled, snapshots: Sequence[Snapshot], scopes: Sequence[frozenset[int] | None], clocks: Clocks
) -> pl.DataFrame:
    """The records whose value occurs again: place (index of the ledger), record, version, value."""
    found = []
    for index, (place, snapshot, units) in enumerate(zip(figure.places, snapshots, scopes, strict=True)):
        for known in values_in_place(figure, place, snapshot, clocks):
            rows = known if units is None else known.filter(pl.col("unit").fill_null(NOBODY).is_in(sorted(units)))
            found.append(rows.select("record", "version", "value", "n", place=pl.lit(index)).collect())
    whole = (
        pl.concat(found) if found else pl.DataFrame(schema={"place": pl.Int32, "record": pl.Int64, "value": pl.Int64})
    )
    if whole.is_empty():
        return whole
    standing = whole.group_by("place", "record", "version", "value").agg(pl.col("n").sum()).filter(pl.col("n") > 0)
    return standing.filter(pl.col("record").count().over("value") > 1).sort("value", "place", "record")


def doubled_values(
    figure: Doubled, snapshots: Sequence[Snapshot], scopes: Sequence[frozenset[int] | None], clocks: Clocks
) -> tuple[int, int]:
    """How many values occur again, and in how many records."""
    rows = doubled_rows(figure, snapshots, scopes, clocks)
    return rows["value"].n_unique() if len(rows) else 0, len(rows)
