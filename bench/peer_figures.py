"""The same cells by other ways: by hand over ideal Parquet of only the current rows, DuckDB, pandas."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from figure_lake import CATEGORIES, LEVELS, STATES, UNITS


def month_number() -> pl.Expr:
    day = pl.col("found_on").cast(pl.Date)
    return (day.dt.month().cast(pl.Int64) - 1).alias("month")


def by_hand_aggregates(path: Path) -> pl.DataFrame:
    """One group-by with an aggregate for each figure."""
    expressions = []
    for c in range(CATEGORIES):
        for level in range(LEVELS):
            for s in range(STATES):
                met = (pl.col("category") == c) & (pl.col("level") == level) & (pl.col("stage") == s)
                expressions.append(met.sum().alias(f"n{c}_{level}_{s}"))
                expressions.append(pl.col("amount").filter(met).sum().alias(f"s{c}_{level}_{s}"))
    return pl.scan_parquet(path).group_by("unit", month_number()).agg(expressions).collect(engine="streaming")


def by_hand_packed(path: Path) -> Any:
    """One packed number a row, added at its place in a table: the best that we know to write, by Polars and NumPy."""
    place = pl.col("unit") * 12 + month_number()
    kind = (pl.col("category").cast(pl.Int64) * LEVELS + pl.col("level")) * STATES + pl.col("stage")
    key = place * (CATEGORIES * LEVELS * STATES) + kind
    found = pl.scan_parquet(path).select(key.alias("key"), "amount").collect(engine="streaming")
    keys, size = found["key"].to_numpy(), (UNITS + 1) * 12 * CATEGORIES * LEVELS * STATES
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, keys, found["amount"].to_numpy())
    counted = np.bincount(keys, minlength=size)
    return [side.reshape(UNITS + 1, 12, -1) for side in (counted, total)]


def by_hand_grouped(path: Path) -> pl.DataFrame:
    """One group-by over one packed number, as it is written in Polars alone."""
    kind = (pl.col("category").cast(pl.Int64) * LEVELS + pl.col("level")) * STATES + pl.col("stage")
    key = (pl.col("unit") * 12 + month_number()) * (CATEGORIES * LEVELS * STATES) + kind
    grouped = pl.scan_parquet(path).group_by(key.alias("key")).agg(pl.len().alias("n"), pl.col("amount").sum())
    return grouped.collect(engine="streaming")


def by_duckdb(path: Path) -> int:
    """One query for each figure."""
    import duckdb

    cells = 0
    with duckdb.connect() as base:
        for c in range(CATEGORIES):
            for level in range(LEVELS):
                for s in range(STATES):
                    for what in ("count(*)", "sum(amount)"):
                        query = (
                            f"SELECT unit, found_on // 31 AS month, {what} FROM '{path}' "
                            f"WHERE category = {c} AND level = {level} AND stage = {s} GROUP BY ALL"
                        )
                        cells += len(base.execute(query).fetchall())
    return cells


def by_pandas(path: Path, names: Sequence[str] = ("", "", ""), at: int | None = None) -> int:
    """One filter and group-by for each figure; `names` is what stands before a choice's number where it is a word.

    What is read and made into dates is so once; each query stands for itself, as those for DuckDB do. Over all versions
    each picks those that hold `at` an instant as known at the same.
    """
    import pandas as pd

    frame = pd.read_parquet(path)
    day = frame["found_on"]
    frame["found_on"] = pd.to_datetime(day, unit="D") if day.dtype.kind == "i" else pd.to_datetime(day)
    codes = [[f"{name}{n}" if name else n for n in range(CATEGORIES)] for name in names]
    cells = 0
    for c in range(CATEGORIES):
        for level in range(LEVELS):
            for s in range(STATES):
                for what in ("count", "sum"):
                    met = (
                        (frame["category"] == codes[0][c])
                        & (frame["level"] == codes[1][level])
                        & (frame["stage"] == codes[2][s])
                    )
                    if at is not None:
                        met &= (frame["effective_from"] <= at) & (frame["effective_to"] > at)
                        met &= (frame["known_from"] <= at) & (frame["known_to"] > at)
                    rows = frame[met]
                    cells += len(rows.groupby(["unit", rows["found_on"].dt.month])["amount"].agg(what))
    return cells


def check(tallies: Any, dense: Any) -> None:
    """Every cell the same, or the measure is worth nothing."""
    for index, (c, level, s) in enumerate(
        (c, level, s) for c in range(CATEGORIES) for level in range(LEVELS) for s in range(STATES)
    ):
        count, total = (tallies[f"demo.{what}{c}_{level}_{s}", None].amounts for what in "ns")
        expected = [side[count.units][:, :, index] for side in dense]
        if not (count.records[:, :12] == expected[0]).all() or not (total.total[:, :12] == expected[1]).all():
            sys.exit(f"cells differ: c{c} l{level} s{s}")
