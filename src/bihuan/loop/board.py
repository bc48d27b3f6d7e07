"""The dispatch board: units by colours, each unit with all that is under it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from bihuan.base import clock
from bihuan.ledger.models import Ledger
from bihuan.ledger.rules import visible_records
from bihuan.loop.colour import Colour, bounds_at, colour_case
from bihuan.loop.definitions import loop_of
from bihuan.loop.queries import Counts, no_counts
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
    for ledger in ledgers:
        loop = loop_of(ledger)
        if loop is None:
            continue
        rows = visible_records(actor, ledger).order_by()
        coloured = rows.annotate(colour=colour_case(bounds_at(loop, at)))
        for row in coloured.values("unit", "colour").annotate(n=Count("pk")):
            by_unit.setdefault(row["unit"], no_counts())[Colour(row["colour"])] += row["n"]
    return _roll_up(actor, by_unit, under)


def _roll_up(actor: Actor, by_unit: dict[int | None, Counts], under: int | None) -> list[BoardRow]:
    tree = actor.tree
    roots = [node for node in tree.nodes if node.depth == 0]
    top = tree.by_pk.get(under) if under else next(iter(roots), None)
    rows: list[BoardRow] = []
    if top:
        if top.pk in by_unit:
            rows.append(BoardRow(top.pk, f"{top.name}（本级）", by_unit[top.pk], is_own=True))
        children = [node for node in tree.below(top.pk) if node.parent == top.pk]
        rows += [
            BoardRow(child.pk, child.name, _summed(by_unit, [node.pk for node in tree.below(child.pk)]))
            for child in children
        ]
    if under is None:
        stray = [unit for unit in by_unit if unit is None or unit not in tree.by_pk]
        rows.append(BoardRow(None, "未定责任单位", _summed(by_unit, stray)))
    return [row for row in rows if row.total]


def _summed(by_unit: dict[int | None, Counts], units: Sequence[int | None]) -> Counts:
    total = no_counts()
    for unit in units:
        for colour, number in by_unit.get(unit, {}).items():
            total[colour] += number
    return total
