"""Matters that agree in some fields, by the lake's columns: what `loop.doubles` finds in stored JSON, for a million."""

from collections.abc import Collection, Sequence

import polars as pl

from bihuan.base import clock
from bihuan.expression import Kind
from bihuan.figure.lake.absorbing import fresh_snapshot
from bihuan.figure.lake.columns import LakeColumn, microseconds
from bihuan.figure.lake.reading import Snapshot
from bihuan.figure.names import LedgerView
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger
from bihuan.loop.definitions import loop_of

_ALIKE_EVERYWHERE = (Kind.TEXT, Kind.INTEGER, Kind.DATE, Kind.DATETIME, Kind.BOOLEAN)
"""Kinds whose values are written the same in every ledger; decimals have places of their own."""


def alike_groups(ledger: Ledger, ids: Collection[int], codes: Sequence[str]) -> list[list[int]] | None:
    """Of records of these ids those that agree in all of the fields, the largest groups first; blanks agree with none.

    None where a field is not in the lake. The caller has checked the right to see the records.
    """
    rows = _values(ledger, ids, codes)
    if rows is None:
        return None
    fields = rows.columns[1:]
    grouped = rows.group_by(fields).agg(pl.col("record").sort()).filter(pl.col("record").list.len() > 1)
    return grouped.sort(-pl.col("record").list.len().cast(pl.Int64), *fields)["record"].to_list()


def alike_pairs(
    ledger: Ledger,
    ids: Collection[int],
    codes: Sequence[str],
    other: Ledger,
    others: Collection[int],
    theirs: Sequence[str],
) -> list[tuple[int, int]] | None:
    """Each record of ours with the first of the other ledger's that agrees with it in fields by their places."""
    mine, known = _values(ledger, ids, codes), _values(other, others, theirs)
    if mine is None or known is None:
        return None
    first = known.group_by(known.columns[1:]).agg(pl.col("record").min().alias("other"))
    found = mine.join(first, left_on=mine.columns[1:], right_on=known.columns[1:]).sort("record")
    return list(found.select("record", "other").iter_rows())


def _values(ledger: Ledger, ids: Collection[int], codes: Sequence[str]) -> pl.DataFrame | None:
    """The records with their values in these fields as text, without those in which one is blank."""
    snapshot = fresh_snapshot(ledger, LedgerView(ledger.code, spec_of(ledger), loop_of(ledger)))
    columns = [snapshot.by_name.get(code) for code in codes]
    told = [_text(snapshot, column, at) for at, column in enumerate(columns) if column is not None]
    if len(told) < len(codes) or any(c.name.kind not in _ALIKE_EVERYWHERE for c in columns if c is not None):
        return None
    now = microseconds(clock.now())
    weight = [
        pl.col("weight").cast(pl.Int64) if part.weighted else pl.lit(1, dtype=pl.Int64)
        for part in snapshot.at(now, now)
    ]
    parts = [
        part.rows.select("record", *told, one.alias("weight"))
        for part, one in zip(snapshot.at(now, now), weight, strict=True)
    ]
    if not parts:
        return pl.DataFrame(schema={"record": pl.Int64, **{f"v{at}": pl.String for at in range(len(codes))}})
    rows = pl.concat(parts).drop_nulls().collect()
    if len(parts) > 1:
        rows = rows.group_by(rows.columns[:-1]).agg(pl.col("weight").sum()).filter(pl.col("weight") > 0)
    wanted = pl.DataFrame({"record": pl.Series(ids, dtype=pl.Int64)})
    return rows.drop("weight").join(wanted, "record", how="semi")


def _text(snapshot: Snapshot, column: LakeColumn, at: int) -> pl.Expr:
    words = dict(enumerate(snapshot.manifest.symbols.get(column.code, [])))
    value = pl.col(column.code)
    text = (
        value.replace_strict(words, default=None, return_dtype=pl.String) if column.is_symbol else value.cast(pl.String)
    )
    return text.alias(f"v{at}")
