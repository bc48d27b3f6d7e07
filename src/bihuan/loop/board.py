"""The dispatch board: units by colours, each unit with all that is under it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bihuan.base import clock
from bihuan.ledger.models import Ledger
from bihuan.loop.definitions import loops_of
from bihuan.loop.tally_counts import Counts, counts_by_place, no_counts, summed
from bihuan.org.actor import Actor


@dataclass(frozen=True)
class BoardRow:
    """A unit's matters by colour, with those of the units under it."""

    unit: int | None
    name: str
    counts: Counts
    is_own: bool = False

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def board(
    actor: Actor, ledgers: Iterable[Ledger], *, under: int | None = None, at: datetime | None = None
) -> list[BoardRow]:
    """Units by colours over ledgers with loops: the children of a unit (the county's, at first), each rolled up."""
    at = at or clock.now()
    by_unit: dict[int | None, Counts] = {}
    some = list(ledgers)
    loops = loops_of(some)
    with_loop = [(ledger, loops[ledger.pk]) for ledger in some if ledger.pk in loops]
    for (_, unit), counts in counts_by_place(actor, with_loop, at).items():
        by_unit[unit] = summed([by_unit.get(unit, no_counts()), counts])
    return _roll_up(actor, by_unit, under)


def _roll_up(actor: Actor, by_unit: dict[int | None, Counts], under: int | None) -> list[BoardRow]:
    tree = actor.tree
    roots = [node for node in tree.nodes if node.depth == 0]
    top = tree.by_pk.get(under) if under else next(iter(roots), None)
    rows: list[BoardRow] = []
    if top:
        if own := [unit for unit in by_unit if tree.standing(unit) == top]:
            rows.append(BoardRow(top.pk, f"{top.name}（本级）", _summed(by_unit, own), is_own=True))
        children = [node for node in tree.below(top.pk) if node.parent == top.pk]
        rows += [BoardRow(child.pk, child.name, _summed(by_unit, sorted(tree.within(child.pk)))) for child in children]
    if under is None:
        stray = [unit for unit in by_unit if tree.standing(unit) is None]
        rows.append(BoardRow(None, "未定责任单位", _summed(by_unit, stray)))
    return [row for row in rows if row.total]


def _summed(by_unit: dict[int | None, Counts], units: Sequence[int | None]) -> Counts:
    return summed(by_unit[unit] for unit in units if unit in by_unit)
