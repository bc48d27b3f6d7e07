"""What a question needs of the lake: the rows that hold on its two clocks, from as few files as can be."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bihuan.figure.lake.columns import OPEN, LakeColumn, schema_of
from bihuan.figure.lake.files import require_whole
from bihuan.figure.lake.manifest import LakeFile, Manifest


@dataclass(frozen=True)
class Part:
    """Rows to be counted: those of the base once each, those of deltas by their weight (1 comes, -1 goes)."""

    rows: pl.LazyFrame
    weighted: bool
    identity: str
    """The same identity means the same rows, so that what was counted once can be remembered."""


@dataclass(frozen=True)
class Snapshot:
    """A ledger's lake at one moment. Its files do not change; a later question takes a later snapshot."""

    folder: Path
    manifest: Manifest
    columns: tuple[LakeColumn, ...]

    @property
    def by_name(self) -> dict[str, LakeColumn]:
        return {column.name.code: column for column in self.columns}

    def at(self, as_of: int, known_at: int) -> list[Part]:
        """The rows that hold at an instant as known at another, both in microseconds."""
        files = [
            *self.manifest.current,
            *(file for file in self.manifest.past if file.effective_ended > as_of),
            *(file for file in self.manifest.superseded if file.known_ended > known_at),
        ]
        return self._parts(files, as_of, known_at)

    def known(self, known_at: int) -> list[Part]:
        """The rows of all effective times as known at an instant, each with its own span."""
        superseded = (file for file in self.manifest.superseded if file.known_ended > known_at)
        return self._parts([*self.manifest.current, *self.manifest.past, *superseded], None, known_at)

    def _parts(self, files: list[LakeFile], as_of: int | None, known_at: int) -> list[Part]:
        deltas = list(self.manifest.deltas)
        require_whole(self.folder, [*files, *deltas])
        return [
            self._part(group, as_of, known_at, weighted=weighted)
            for weighted, group in ((False, files), (True, deltas))
            if group
        ]

    def _part(self, files: list[LakeFile], as_of: int | None, known_at: int, *, weighted: bool) -> Part:
        """Several files as one table, cut to what holds; nothing is asked that is true of all of them anyway."""
        rows = pl.scan_parquet(
            [self.folder / file.name for file in files],
            schema=schema_of(self.columns, weighted=weighted),
            missing_columns="insert",
            extra_columns="ignore",
            glob=False,
        )
        told = [file.name for file in files]
        for clock, instant in (("effective", as_of), ("known", known_at)):
            if instant is None:
                continue
            if any(getattr(file, f"{clock}_from") > instant for file in files):
                rows = rows.filter(pl.col(f"{clock}_from") <= instant)
                told.append(f"{clock}_from<={instant}")
            if any(getattr(file, f"{clock}_ended") > -OPEN for file in files):
                rows = rows.filter(pl.col(f"{clock}_to") > instant)
                told.append(f"{clock}_to>{instant}")
        return Part(rows, weighted, "|".join(told))
