"""The engine of every day: runs scans over the lake in this process."""

from collections.abc import Mapping
from dataclasses import dataclass

from bihuan.figure.engine.cube import Cube, groups_of
from bihuan.figure.engine.listed import LISTED, listed_values
from bihuan.figure.engine.rows import held_columns
from bihuan.figure.engine.tally import Cuts, Tally
from bihuan.figure.engine.timed import shares_of_time
from bihuan.figure.lake.reading import Snapshot
from bihuan.figure.measure import Function
from bihuan.figure.names import LedgerView
from bihuan.figure.plan import Scan
from bihuan.figure.resolved import Base, Resolved
from bihuan.figure.slices import Slice, sliced


@dataclass(frozen=True)
class Counted:
    """What a scan found: the states of each figure (and slice), by unit and by the parts that `cuts` makes of time."""

    cuts: Cuts
    tallies: Mapping[tuple[str, Slice | None], Tally]


def run_scan(scan: Scan, figures: Mapping[str, Resolved], snapshot: Snapshot, view: LedgerView) -> Counted:
    """Count everything that a scan wants, reading the rows as few times as can be."""
    as_of, known_at = scan.clocks.instants
    held = held_columns(snapshot, view, scan.clocks)
    cuts = Cuts.of(scan.periods)
    bases: dict[tuple[str, Slice | None], Base] = {}
    for code, cut in scan.wanted:
        figure = figures[code]
        if isinstance(figure, Base):
            bases[code, cut] = sliced(figure, cut)
    plain = {key: base for key, base in bases.items() if base.function is not Function.SHARE}
    tallies: dict[tuple[str, Slice | None], Tally] = {}
    if plain:
        parts = snapshot.at(as_of, known_at)
        by_identity = {id(base): key for key, base in plain.items()}
        for group in groups_of(list(plain.values()), held):
            cube = Cube(group, held, cuts, scan.clocks, snapshot.manifest.largest("unit"))
            for base, amounts in zip(group.bases, cube.count(parts), strict=True):
                listed = (
                    listed_values(base, parts, held, cuts, scan.clocks) if base.function in LISTED and parts else None
                )
                tallies[by_identity[id(base)]] = Tally(amounts, listed)
    timed = {key: base for key, base in bases.items() if base.function is Function.SHARE}
    if timed:
        parts = snapshot.known(known_at)
        for key, base in timed.items():
            tallies[key] = Tally(shares_of_time(base, parts, held, cuts, scan.clocks))
    return Counted(cuts, tallies)
