"""A scan counted by whoever reads the rows: every figure's states, whatever the engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from bihuan.expression.held import Held
from bihuan.figure.engine.groups import Group, groups_of
from bihuan.figure.engine.tally import Amounts, Cuts, Tally
from bihuan.figure.measure import Function
from bihuan.figure.plan import Scan
from bihuan.figure.resolved import Base, Resolved
from bihuan.figure.slices import Slice, sliced

LISTED = frozenset({Function.MIN, Function.MAX, Function.DISTINCT, Function.FIRST, Function.LAST, Function.OUTLIERS})
"""The functions that need single values."""


@dataclass(frozen=True)
class Counted:
    """What a scan found: the states of each figure (and slice), by unit and by the parts that `cuts` makes of time."""

    cuts: Cuts
    tallies: Mapping[tuple[str, Slice | None], Tally]


class Reader(Protocol):
    """An engine's way to the rows that hold on a scan's clocks."""

    @property
    def held(self) -> Mapping[str, Held]:
        """The ledger's names, with the words and the greatest numbers of their columns."""

    def count(self, group: Group) -> list[Amounts]:
        """Counts and sums of a group's figures, in its order."""

    def list_values(self, base: Base) -> pl.DataFrame | None:
        """The single values that a figure is told by: unit, part, value, n."""

    def share_time(self, base: Base) -> Tally:
        """For how long a condition held, of how long was counted."""


def count_scan(scan: Scan, figures: Mapping[str, Resolved], cuts: Cuts, reader: Reader) -> Counted:
    """Count everything that a scan wants, reading the rows as few times as can be."""
    bases: dict[tuple[str, Slice | None], Base] = {}
    for code, cut in scan.wanted:
        figure = figures[code]
        if isinstance(figure, Base):
            bases[code, cut] = sliced(figure, cut)
    plain = {id(base): key for key, base in bases.items() if base.function is not Function.SHARE}
    tallies: dict[tuple[str, Slice | None], Tally] = {}
    for group in groups_of([bases[key] for key in plain.values()], reader.held):
        for base, amounts in zip(group.bases, reader.count(group), strict=True):
            tallies[plain[id(base)]] = Tally(amounts, reader.list_values(base) if base.function in LISTED else None)
    for key, base in bases.items():
        if base.function is Function.SHARE:
            tallies[key] = reader.share_time(base)
    return Counted(cuts, tallies)
