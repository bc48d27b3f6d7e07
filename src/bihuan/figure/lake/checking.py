"""Compares a ledger's lake with one made anew from its events, row by row; and makes all lakes anew."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from bihuan.figure.lake.absorbing import build, built_in, folder_of
from bihuan.figure.lake.columns import BOUNDS, LakeColumn, lake_columns, schema_of
from bihuan.figure.lake.files import DamagedLake, require_whole
from bihuan.figure.lake.manifest import BadManifest, Manifest, read_manifest
from bihuan.figure.names import LedgerView, figure_names
from bihuan.ledger.models import Ledger


@dataclass(frozen=True)
class Checked:
    """What came of one ledger's lake: its rows, and what is wrong with it, empty for nothing."""

    ledger: str
    rows: int
    fault: str = ""


def rebuild_lake(ledger: Ledger, view: LedgerView) -> Checked:
    """Make the lake anew."""
    return Checked(ledger.code, build(ledger, view).rows)


def check_lake(ledger: Ledger, view: LedgerView) -> Checked:
    """Whether the lake as it lies holds what its events up to its position say."""
    columns = lake_columns(figure_names(view))
    folder = folder_of(ledger)
    try:
        manifest = read_manifest(folder)
        if manifest is None:
            return Checked(ledger.code, 0)
        require_whole(folder, manifest.files)
    except (BadManifest, DamagedLake) as error:
        return Checked(ledger.code, 0, str(error))
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        expected = built_in(Path(fresh), ledger, columns, manifest.position)
        if expected.head != manifest.head:
            return Checked(ledger.code, manifest.rows, "数据湖不是由这条事件链写成的")
        lying = _content(folder, replace(manifest, columns=expected.columns), columns)
        same = lying.equals(_content(Path(fresh), expected, columns))
    return Checked(ledger.code, manifest.rows, "" if same else "有的行与事件不一致")


def _content(folder: Path, manifest: Manifest, columns: tuple[LakeColumn, ...]) -> pl.DataFrame:
    """All rows that stand, with words for numbers, in one order."""
    frames = []
    base = manifest.current + manifest.past + manifest.superseded
    for files, weighted in ((base, False), (manifest.deltas, True)):
        if files:
            paths = [folder / file.name for file in files]
            schema = schema_of(columns, weighted=weighted)
            rows = pl.scan_parquet(
                paths, schema=schema, missing_columns="insert", extra_columns="ignore", glob=False
            ).collect()
            frames.append(rows if weighted else rows.with_columns(pl.lit(1, dtype=pl.Int8).alias("weight")))
    if not frames:
        return pl.DataFrame()
    whole = _in_words(pl.concat(frames), manifest, columns)
    names = [name for name in whole.columns if name != "weight"]
    nets = whole.group_by(names).agg(pl.col("weight").cast(pl.Int32).sum()).filter(pl.col("weight") != 0)
    return nets.sort("record", *BOUNDS)


def _in_words(rows: pl.DataFrame, manifest: Manifest, columns: tuple[LakeColumn, ...]) -> pl.DataFrame:
    told = []
    for column in columns:
        if column.is_symbol:
            words = manifest.symbols.get(column.code, [])
            numbers = list(range(len(words)))
            told.append(pl.col(column.code).replace_strict(numbers, words, default=None, return_dtype=pl.String))
    return rows.with_columns(told)
