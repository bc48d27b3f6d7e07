"""Puts the deltas into the base: rows that came stay, rows that went are gone, and nothing else changes."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import polars as pl

from bihuan.figure.lake.columns import BOUNDS, OPEN, LakeColumn, schema_of
from bihuan.figure.lake.files import write_file
from bihuan.figure.lake.manifest import LakeFile, Manifest

ROWS_IN_A_FILE = 1_000_000
_KEY = ("record", *BOUNDS)


def compacted(folder: Path, manifest: Manifest, columns: tuple[LakeColumn, ...]) -> Manifest:
    """The same content with the deltas as one, or, where they have grown large beside it, within the base."""
    deltas = _cancelled(_read(folder, manifest.deltas, columns, weighted=True))
    base_rows = sum(file.rows for file in manifest.files) - sum(file.rows for file in manifest.deltas)
    if len(deltas) * 4 < base_rows:
        merged = (write_file(folder, "delta", deltas),) if len(deltas) else ()
        return replace(manifest, deltas=merged)
    parts: dict[str, tuple[LakeFile, ...]] = {}
    for name in ("current", "past", "superseded"):
        base = _read(folder, getattr(manifest, name), columns, weighted=False)
        own = deltas.filter(_belongs(name))
        going = own.filter(pl.col("weight") < 0).select(_KEY)
        coming = own.filter(pl.col("weight") > 0).drop("weight")
        whole = pl.concat([base.join(going, on=_KEY, how="anti"), coming]).sort("record", "effective_from")
        parts[name] = tuple(
            write_file(folder, name, whole.slice(start, ROWS_IN_A_FILE))
            for start in range(0, len(whole), ROWS_IN_A_FILE)
        )
    return replace(
        manifest,
        deltas=(),
        generation=uuid4().hex,
        current=parts["current"],
        past=parts["past"],
        superseded=parts["superseded"],
    )


def _read(
    folder: Path, files: tuple[LakeFile, ...], columns: tuple[LakeColumn, ...], *, weighted: bool
) -> pl.DataFrame:
    schema = schema_of(columns, weighted=weighted)
    if not files:
        return pl.DataFrame(schema=schema)
    paths = [folder / file.name for file in files]
    rows = pl.scan_parquet(paths, schema=schema, missing_columns="insert", extra_columns="ignore", glob=False)
    return rows.collect()


def _cancelled(deltas: pl.DataFrame) -> pl.DataFrame:
    """What remains of rows that came and went: each at most once, the last that came for one key."""
    nets = deltas.group_by(_KEY, maintain_order=True).agg(pl.col("weight").cast(pl.Int32).sum().alias("net"))
    kept = nets.filter(pl.col("net") != 0)
    last = deltas.group_by([*_KEY, "weight"], maintain_order=True).last()
    joined = last.join(kept, on=_KEY).filter(pl.col("weight").sign() == pl.col("net").sign())
    return joined.drop("net").select(deltas.columns)


def _belongs(name: str) -> pl.Expr:
    known = pl.col("known_to") == OPEN
    effective = pl.col("effective_to") == OPEN
    return {"current": known & effective, "past": known & ~effective, "superseded": ~known}[name]
