"""What the figures are measured over: 300 of them, and the lake of a ledger in which each record has three versions."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

UNITS, CATEGORIES, LEVELS, STATES = 300, 10, 3, 5
START = date(2025, 1, 1)
FOR_EVER = 127


def ledger_spec() -> Any:
    from bihuan.ledger.spec import LedgerSpec

    def choices(name: str, count: int) -> list[dict[str, str]]:
        return [{"code": f"{name}{n}", "title": f"{name}{n}"} for n in range(count)]

    fields = [
        {"code": "category", "title": "类别", "kind": "choice", "choices": choices("c", CATEGORIES)},
        {"code": "level", "title": "层级", "kind": "choice", "choices": choices("l", LEVELS)},
        {"code": "stage", "title": "阶段", "kind": "choice", "choices": choices("s", STATES)},
        {"code": "amount", "title": "金额", "kind": "money"},
        {"code": "found_on", "title": "发现日期", "kind": "date"},
    ]
    return LedgerSpec.model_validate({"code": "measure", "title": "测量", "fields": fields})


def figures() -> dict[str, Any]:
    """A count and a sum for each of 150 conditions."""
    from bihuan.figure.spec import FigureSpec

    found = {}
    for c in range(CATEGORIES):
        for level in range(LEVELS):
            for s in range(STATES):
                where = f"category = 'c{c}' and level = 'l{level}' and stage = 's{s}'"
                shape = {"title": "数", "of": "measure", "where": where, "during": "found_on"}
                found[f"demo.n{c}_{level}_{s}"] = FigureSpec.model_validate(shape)
                found[f"demo.s{c}_{level}_{s}"] = FigureSpec.model_validate({**shape, "measure": "sum(amount)"})
    return found


def rows(count: int, seed: int) -> dict[str, Any]:
    """The current rows: small numbers for words, whole numbers for money."""
    dice = np.random.default_rng(seed)
    return {
        "unit": dice.integers(1, UNITS + 1, count),
        "category": dice.integers(0, CATEGORIES, count).astype(np.uint16),
        "level": dice.integers(0, LEVELS, count).astype(np.uint16),
        "stage": dice.integers(0, STATES, count).astype(np.uint16),
        "amount": dice.integers(0, 10**8, count),
        "found_on": ((START - date(1970, 1, 1)).days + dice.integers(0, 365, count)).astype(np.int32),
    }


def build_lake(folder: Path, count: int) -> Any:
    """The lake as absorbing would leave it: of each record a current row, two that time ended, two known better now."""
    from bihuan.figure.lake.columns import OPEN, lake_columns, schema_of
    from bihuan.figure.lake.files import write_file
    from bihuan.figure.lake.manifest import Manifest
    from bihuan.figure.lake.reading import Snapshot
    from bihuan.figure.names import LedgerView, figure_names

    view = LedgerView("demo.measure", ledger_spec(), None)
    columns = lake_columns(figure_names(view))
    schema = schema_of(columns)
    spans = {
        "current": (2, 2, OPEN, OPEN),
        "past": (0, 0, 1, OPEN),
        "past2": (1, 1, 2, OPEN),
        "superseded": (1, 0, OPEN, 1),
        "superseded2": (2, 1, OPEN, 2),
    }
    files: dict[str, list[Any]] = {"current": [], "past": [], "superseded": []}
    for start in range(0, count, 1_000_000):
        size = min(1_000_000, count - start)
        values = rows(size, start)
        for name, (since, known, until, known_to) in spans.items():
            frame = pl.DataFrame(
                {
                    "record": np.arange(start, start + size),
                    "version": np.full(size, since + 1, dtype=np.int32),
                    "effective_from": np.full(size, since),
                    "effective_to": np.full(size, until),
                    "known_from": np.full(size, known),
                    "known_to": np.full(size, known_to),
                    "unit": values["unit"],
                    **{f"f_{code}": values[code] for code in ("category", "level", "stage", "amount", "found_on")},
                }
            )
            blank = [pl.lit(None, dtype=kind).alias(code) for code, kind in schema.items() if code not in frame.columns]
            whole = frame.with_columns(blank).select([pl.col(code).cast(kind) for code, kind in schema.items()])
            files[name.rstrip("2")].append(write_file(folder, name, whole))
    symbols = {
        "f_category": [f"c{n}" for n in range(CATEGORIES)],
        "f_level": [f"l{n}" for n in range(LEVELS)],
        "f_stage": [f"s{n}" for n in range(STATES)],
    }
    parts = {name: tuple(found) for name, found in files.items()}
    signatures = {column.code: column.signature for column in columns}
    return Snapshot(folder, Manifest("demo.measure", 0, "", signatures, symbols, **parts), columns), view


def refreshed(snapshot: Any, folder: Path, count: int, turn: int) -> Any:
    """The same lake with 1,000 records changed: their rows go, and come again with another amount."""
    from bihuan.figure.lake.files import write_file

    step = max(1, count // 1_000)
    files = [folder / file.name for file in snapshot.manifest.current]
    some = pl.scan_parquet(files).filter(pl.col("record") % step == turn % step).head(1_000).collect()
    going = some.with_columns(pl.lit(-1, dtype=pl.Int8).alias("weight"))
    coming = some.with_columns(pl.col("f_amount") + 1, pl.lit(1, dtype=pl.Int8).alias("weight"))
    delta = write_file(folder, "delta", pl.concat([going, coming]))
    return replace(snapshot, manifest=replace(snapshot.manifest, deltas=(delta,)))


def ideal_file(folder: Path, snapshot: Any) -> Path:
    """What is written by hand reads: the current rows alone, in the narrowest types."""
    ideal = folder / "ideal.parquet"
    names = {f"f_{code}": code for code in ("category", "level", "stage", "amount", "found_on")}
    current = pl.scan_parquet([folder / file.name for file in snapshot.manifest.current])
    current.select("unit", *names).rename(names).with_columns(
        pl.col("category", "level", "stage").cast(pl.UInt8), pl.col("unit").cast(pl.Int32).cast(pl.Int64)
    ).collect().write_parquet(ideal, compression="lz4", row_group_size=250_000)
    return ideal


def history_file(folder: Path, snapshot: Any) -> Path:
    """All versions in one file, in the narrowest types, each with when it holds and was known: OPEN is FOR_EVER."""
    from bihuan.figure.lake.columns import BOUNDS, OPEN

    history = folder / "history.parquet"
    names = {f"f_{code}": code for code in ("category", "level", "stage", "amount", "found_on")}
    bounds = [pl.when(pl.col(code) < OPEN).then(code).otherwise(FOR_EVER).cast(pl.Int8).alias(code) for code in BOUNDS]
    rows = pl.scan_parquet([folder / file.name for file in snapshot.manifest.files]).select("unit", *names, *bounds)
    narrow = [pl.col("category", "level", "stage").cast(pl.UInt8), pl.col("unit").cast(pl.Int16)]
    rows.rename(names).with_columns(*narrow, pl.col("amount").cast(pl.Int32)).sink_parquet(
        history, compression="lz4", row_group_size=250_000
    )
    return history


def usual_file(folder: Path, ideal: Path) -> Path:
    """What people have: choices as words (by dictionary), days as dates, money with its places."""
    usual = folder / "usual.parquet"
    names = {"category": ("c", CATEGORIES), "level": ("l", LEVELS), "stage": ("s", STATES)}
    words = [
        pl.col(code).replace_strict(list(range(count)), [f"{name}{n}" for n in range(count)]).cast(pl.Categorical)
        for code, (name, count) in names.items()
    ]
    rows = pl.scan_parquet(ideal).with_columns(*words, pl.col("found_on").cast(pl.Date), pl.col("amount") / 100)
    rows.collect().write_parquet(usual, compression="lz4", row_group_size=250_000)
    return usual
