"""What a question needs of the lake: the rows that hold on its two clocks, from as few files as can be."""

from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from operator import attrgetter
from pathlib import Path

import polars as pl

from bihuan.figure.lake.at_hand import FEW_ROWS, Column, keep_at_hand, rows_at_hand
from bihuan.figure.lake.columns import OPEN, LakeColumn, schema_of
from bihuan.figure.lake.files import require_whole
from bihuan.figure.lake.manifest import LakeFile, Manifest

_BOUNDS = {clock: (attrgetter(f"{clock}_from"), attrgetter(f"{clock}_ended")) for clock in ("effective", "known")}


@dataclass(frozen=True)
class Part:
    """Rows to be counted: those of the base once each, those of deltas by their weight (1 comes, -1 goes).

    `bounds` are what a row must keep to beside being in the files: column, <= or >, instant.
    """

    folder: Path
    files: tuple[LakeFile, ...]
    columns: tuple[LakeColumn, ...]
    weighted: bool
    bounds: tuple[tuple[str, str, int], ...] = ()

    @property
    def identity(self) -> Hashable:
        """The same identity means the same rows, so that what was counted once can be remembered."""
        return tuple([file.name for file in self.files]), self.bounds

    @property
    def count(self) -> int:
        """How many rows lie in the files."""
        return sum([file.rows for file in self.files])

    def largest(self, column: str) -> int:
        """The greatest absolute value that a column holds in them."""
        return max((file.largest.get(column, 0) for file in self.files), default=0)

    def portions(self, files: int) -> list["Part"]:
        """The same rows, so many files at a time."""
        every = range(0, len(self.files), files)
        return [replace(self, files=self.files[start : start + files]) for start in every]

    @property
    def is_few(self) -> bool:
        """Whether it is a delta of so few rows that they are taken by column, out of `numbers`."""
        return self.weighted and self.count <= FEW_ROWS

    @cached_property
    def table(self) -> pl.DataFrame:
        """All rows of the file of a delta, read once in this process."""
        found = self._at_hand
        return keep_at_hand(self.files[0].name, self._scanned().collect()).table if found is None else found

    def numbers(self, codes: Collection[str]) -> list[Column]:
        """Columns of whole numbers of a delta of few rows; some may have come to the ledger after it was written."""
        found = rows_at_hand(self.files[0].name)
        if found is None or not found.numbers.keys() >= set(codes):
            found = keep_at_hand(self.files[0].name, self._scanned().collect())
        return [found.numbers[code] for code in codes]

    @property
    def _at_hand(self) -> pl.DataFrame | None:
        found = rows_at_hand(self.files[0].name) if self.weighted else None
        is_same = found is not None and found.table.columns == list(schema_of(self.columns, weighted=True))
        return found.table if found is not None and is_same else None

    @cached_property
    def rows(self) -> pl.LazyFrame:
        """The files as one table, cut to what holds."""
        found = self.table.lazy() if self.is_few or self._at_hand is not None else self._scanned()
        for column, sign, instant in self.bounds:
            found = found.filter(pl.col(column) <= instant if sign == "<=" else pl.col(column) > instant)
        return found

    def _scanned(self) -> pl.LazyFrame:
        return pl.scan_parquet(
            [self.folder / file.name for file in self.files],
            schema=schema_of(self.columns, weighted=self.weighted),
            missing_columns="insert",
            extra_columns="ignore",
            glob=False,
        )


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
        """The rows that hold at an instant as known at another, both in microseconds. Raises DamagedLake."""
        return self._whole(self.chosen_at(as_of, known_at))

    def known(self, known_at: int) -> list[Part]:
        """The rows of all effective times as known at an instant, each with its own span. Raises DamagedLake."""
        return self._whole(self.chosen_known(known_at))

    def chosen_at(self, as_of: int, known_at: int) -> list[Part]:
        """As `at`, the files not looked at yet."""
        files = (
            *self.manifest.current,
            *(file for file in self.manifest.past if file.effective_ended > as_of),
            *(file for file in self.manifest.superseded if file.known_ended > known_at),
        )
        return self._parts(files, {"effective": as_of, "known": known_at})

    def chosen_known(self, known_at: int) -> list[Part]:
        """As `known`, the files not looked at yet."""
        superseded = (file for file in self.manifest.superseded if file.known_ended > known_at)
        return self._parts((*self.manifest.current, *self.manifest.past, *superseded), {"known": known_at})

    def _whole(self, parts: list[Part]) -> list[Part]:
        require_whole(self.folder, [file for part in parts for file in part.files])
        return parts

    def _parts(self, files: tuple[LakeFile, ...], instants: dict[str, int]) -> list[Part]:
        """The base as one table, each delta by itself, for what was counted of it stays true when another comes."""
        groups = [((file,), True) for file in self.manifest.deltas]
        return [
            Part(self.folder, group, self.columns, weighted, tuple(_bounds(group, instants)))
            for group, weighted in ([(files, False)] if files else []) + groups
        ]


def _bounds(files: tuple[LakeFile, ...], instants: dict[str, int]) -> Iterator[tuple[str, str, int]]:
    """What cuts the files to what holds; nothing is asked that is true of all their rows anyway."""
    for clock, instant in instants.items():
        begun, ended = _BOUNDS[clock]
        if max(map(begun, files)) > instant:
            yield f"{clock}_from", "<=", instant
        if max(map(ended, files)) > -OPEN:
            yield f"{clock}_to", ">", instant
