"""A scan counted by whoever reads the rows: every figure's states, whatever the engine."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import polars as pl

from bihuan.expression.held import Held
from bihuan.figure.engine.groups import Group, groups_of
from bihuan.figure.engine.tally import Amounts, Cuts, Tally
from bihuan.figure.identity import Same
from bihuan.figure.measure import Function
from bihuan.figure.plan import Scan
from bihuan.figure.resolved import Base, Resolved
from bihuan.figure.slices import Slice, sliced

LISTED = frozenset({Function.MIN, Function.MAX, Function.DISTINCT, Function.FIRST, Function.LAST, Function.OUTLIERS})
"""The functions that need single values."""
Wanted = tuple[str, Slice | None]


@dataclass(frozen=True)
class Counted:
    """What a scan found: the states of each figure (and slice), by unit and by the parts that `cuts` makes of time."""

    cuts: Cuts
    tallies: Mapping[Wanted, Tally]


class Reader(Protocol):
    """An engine's way to the rows that hold on a scan's clocks."""

    @property
    def held(self) -> Mapping[str, Held]:
        """The ledger's names, with the words and the greatest numbers of their columns."""

    def count(self, group: Group) -> Callable[[int], Amounts]:
        """Counts and sums of a group's figures, each by its place in the group."""

    def list_values(self, base: Base) -> pl.DataFrame | None:
        """The single values that a figure is told by: unit, part, value, n."""

    def share_time(self, base: Base) -> Tally:
        """For how long a condition held, of how long was counted."""


def count_scan(scan: Scan, figures: Mapping[str, Resolved], cuts: Cuts, reader: Reader) -> Counted:
    """Count everything that a scan wants, reading the rows as few times as can be."""
    words = tuple([(code, column.words) for code, column in reader.held.items()])
    asked = _asked(Same(*figures.values(), beside=scan.wanted), words)
    return Counted(
        cuts,
        _Tallies(
            asked.places,
            [reader.count(group) for group in asked.groups],
            {key: reader.list_values(base) for key, base in asked.listed.items()},
            {key: reader.share_time(base) for key, base in asked.timed.items()},
        ),
    )


@dataclass(frozen=True)
class _Asked:
    """How a scan's figures are counted: `places` says in which group and where in it; `timed` are shares of time."""

    groups: tuple[Group, ...]
    places: Mapping[Wanted, tuple[int, int]]
    listed: Mapping[Wanted, Base]
    timed: Mapping[Wanted, Base]


@lru_cache(maxsize=64)
def _asked(same: Same, words: tuple[tuple[str, tuple[str, ...] | None], ...]) -> _Asked:
    """Worked out once for the same figures, of which some are wanted."""
    figures = {figure.code: figure for figure in same.objects if isinstance(figure, Base)}
    bases = {(code, cut): sliced(figures[code], cut) for code, cut in same.beside if code in figures}
    plain = {id(base): key for key, base in bases.items() if base.function is not Function.SHARE}
    groups = groups_of([bases[key] for key in plain.values()], words)
    return _Asked(
        groups,
        {plain[id(base)]: (one, at) for one, group in enumerate(groups) for at, base in enumerate(group.bases)},
        {key: base for key, base in bases.items() if base.function in LISTED},
        {key: base for key, base in bases.items() if base.function is Function.SHARE},
    )


@dataclass(frozen=True)
class _Tallies(Mapping[Wanted, Tally]):
    """What was counted, by figure and slice; each is put together when it is asked for."""

    places: Mapping[Wanted, tuple[int, int]]
    counted: Sequence[Callable[[int], Amounts]]
    listed: Mapping[Wanted, pl.DataFrame | None]
    timed: Mapping[Wanted, Tally]

    def __getitem__(self, key: Wanted) -> Tally:
        if key in self.timed:
            return self.timed[key]
        group, at = self.places[key]
        return Tally(self.counted[group](at), self.listed.get(key))

    def __iter__(self) -> Iterator[Wanted]:
        yield from self.places
        yield from self.timed

    def __len__(self) -> int:
        return len(self.places) + len(self.timed)
