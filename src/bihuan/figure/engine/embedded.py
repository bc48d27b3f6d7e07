"""The engine of every day: runs scans over the lake in this process."""

from collections.abc import Callable, Mapping
from functools import cached_property

import polars as pl

from bihuan.figure.engine.cube import cube_of
from bihuan.figure.engine.groups import Group
from bihuan.figure.engine.listed import listed_values
from bihuan.figure.engine.rows import held_columns
from bihuan.figure.engine.scan import Counted, count_scan
from bihuan.figure.engine.tally import Amounts, Cuts, Tally
from bihuan.figure.engine.timed import shares_of_time
from bihuan.figure.lake.reading import Part, Snapshot
from bihuan.figure.names import LedgerView
from bihuan.figure.plan import Scan
from bihuan.figure.resolved import Base, Resolved


def run_scan(scan: Scan, figures: Mapping[str, Resolved], snapshot: Snapshot, view: LedgerView) -> Counted:
    """Count everything that a scan wants, reading the rows as few times as can be."""
    cuts = Cuts.of(scan.periods)
    return count_scan(scan, figures, cuts, _Columns(scan, snapshot, view, cuts))


class _Columns:
    """Reads the lake's columns by Polars."""

    def __init__(self, scan: Scan, snapshot: Snapshot, view: LedgerView, cuts: Cuts) -> None:
        self.snapshot, self.clocks, self.cuts = snapshot, scan.clocks, cuts
        self.held = held_columns(snapshot, view, scan.clocks)

    @cached_property
    def parts(self) -> list[Part]:
        return self.snapshot.at(*self.clocks.instants)

    @cached_property
    def timed_parts(self) -> list[Part]:
        return self.snapshot.known(self.clocks.instants[1])

    def count(self, group: Group) -> Callable[[int], Amounts]:
        return cube_of(group, self.held, self.cuts, self.clocks).count(self.parts)

    def list_values(self, base: Base) -> pl.DataFrame | None:
        return listed_values(base, self.parts, self.held, self.cuts, self.clocks) if self.parts else None

    def share_time(self, base: Base) -> Tally:
        return shares_of_time(base, self.timed_parts, self.held, self.cuts, self.clocks)
