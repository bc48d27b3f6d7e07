"""Parquet files of the lake: written durably with what must be known of them, and known whole before they are read."""

import os
import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

import polars as pl

from bihuan.base.errors import BihuanError
from bihuan.figure.lake.at_hand import keep_at_hand
from bihuan.figure.lake.columns import BOUNDS, OPEN
from bihuan.figure.lake.durable import flush_file, sha256_of
from bihuan.figure.lake.manifest import LakeFile, Manifest

_ROWS_IN_A_GROUP = 250_000
_GRACE = 15 * 60
"""How long, in seconds, a file that is no longer named stays for those who may still read it."""


class DamagedLake(BihuanError):
    """A file of the lake is missing or not what was written; it must be made anew from the events."""


def write_file(folder: Path, kind: str, frame: pl.DataFrame) -> LakeFile:
    """Write rows into a file of their own. It counts only once a manifest names it."""
    name = f"{kind}-{uuid4().hex}.parquet"
    path = folder / name
    if kind != "delta":  # what is counted side by side lies side by side
        frame = frame.sort("unit", maintain_order=True)
    frame.write_parquet(path, compression="lz4", row_group_size=_ROWS_IN_A_GROUP)
    flush_file(path)
    if kind == "delta":
        keep_at_hand(name, frame)
    bounds = frame.select(
        effective_from=pl.col("effective_from").max(),
        effective_ended=_latest_end("effective_to"),
        known_from=pl.col("known_from").max(),
        known_ended=_latest_end("known_to"),
    ).row(0, named=True)
    written = path.stat()
    hashed = _hash_at(str(path), written.st_size, written.st_mtime_ns, written.st_ino)
    return LakeFile(name, len(frame), written.st_size, hashed, largest=_largest(frame), **bounds)


def _latest_end(column: str) -> pl.Expr:
    return pl.col(column).filter(pl.col(column) < OPEN).max().fill_null(-OPEN)


def _largest(frame: pl.DataFrame) -> dict[str, int]:
    whole = [column for column, kind in frame.schema.items() if kind == pl.Int64 and column not in BOUNDS]
    found = frame.select(
        pl.max_horizontal(pl.col(column).max().abs(), pl.col(column).min().abs()).alias(column) for column in whole
    )
    return {column: int(value) for column, value in found.row(0, named=True).items() if value is not None}


def require_whole(folder: Path, files: Iterable[LakeFile]) -> None:
    """Raise DamagedLake unless every file is there with the size and the content that were written."""
    for file in files:
        path = f"{folder}/{file.name}"
        try:
            found = os.stat(path)  # noqa: PTH116 - one call for all that is asked
        except FileNotFoundError as error:
            raise DamagedLake(f"数据湖缺少文件 {file.name}") from error
        if found.st_size != file.size:
            raise DamagedLake(f"数据湖文件 {file.name} 有 {found.st_size} 字节，应有 {file.size} 字节")
        if _hash_at(path, found.st_size, found.st_mtime_ns, found.st_ino) != file.sha256:
            raise DamagedLake(f"数据湖文件 {file.name} 的内容被改动过")


@lru_cache(maxsize=4_096)
def _hash_at(path: str, size: int, changed: int, inode: int) -> str:  # noqa: ARG001 - a changed file is another
    return sha256_of(Path(path))


def sweep(folder: Path, manifest: Manifest) -> None:
    """Remove files that no manifest names any more, once nobody can still be reading them."""
    named = {file.name for file in manifest.files}
    for path in folder.glob("*.parquet"):
        try:
            if path.name not in named and time.time() - path.stat().st_mtime > _GRACE:
                path.unlink()
        except FileNotFoundError:
            continue  # another process swept it
