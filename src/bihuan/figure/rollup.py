"""Which units' records belong to a unit on a day: the tree as it stood then, and where an ended unit's records go."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from bihuan.org.models import TreeStamp, UnitVersion
from bihuan.org.tree import Tree, tree_on


@dataclass(frozen=True)
class RollUp:
    """The tree of a day. `heirs` are units that no longer stand (or do not yet) and where their records go.

    That is the unit into which they were merged, else the one that they last hung under: so a merged village's old
    records stay in its town's total. `orphans` stand on their own under a unit that no longer does: with all below
    them they count for where that one's records go.
    """

    tree: Tree
    heirs: dict[int, int]
    orphans: dict[int, int]

    def home(self, unit: int | None) -> int | None:
        """The standing unit that a record of this unit counts for; None for a record without one."""
        seen: set[int] = set()
        while unit is not None and unit not in self.tree.by_pk:
            if unit in seen:
                return None
            seen.add(unit)
            unit = self.heirs.get(unit)
        return unit

    def members(self, unit: int | None) -> frozenset[int] | None:
        """Every unit whose records count for this one; None for all records, those without a unit too."""
        if unit is None:
            return None
        below = {node.pk for node in self.tree.below(unit)}
        waiting = dict(self.orphans)
        while found := [orphan for orphan, parent in waiting.items() if self.home(parent) in below]:
            for orphan in found:
                del waiting[orphan]
                below |= {node.pk for node in self.tree.below(orphan)}
        ended = {heir for heir in self.heirs if self.home(heir) in below}
        return frozenset(below | ended)

    @cached_property
    def roots(self) -> tuple[int, ...]:
        return tuple(node.pk for node in self.tree.nodes if node.depth == 0)

    def siblings(self, unit: int) -> tuple[int, ...]:
        """The units beside this one, itself among them."""
        node = self.tree.by_pk.get(unit)
        if node is None:
            return ()
        return tuple(
            other.pk
            for other in self.tree.nodes
            if other.parent == node.parent and other.depth == node.depth and other.kind == node.kind
        )


def roll_up_on(day: date) -> RollUp:
    """The roll-up of a day, kept in the process until the tree changes."""
    return _roll_up_at(day, TreeStamp.objects.values_list("stamp", flat=True).first() or "")


@lru_cache(maxsize=64)
def _roll_up_at(day: date, stamp: str) -> RollUp:  # noqa: ARG001 - the stamp makes the key unique
    tree = tree_on(day)
    heirs: dict[int, int] = {}
    orphans: dict[int, int] = {}
    columns = ("unit", "parent", "unit__successor", "valid_from")
    for unit, parent, successor, valid_from in UnitVersion.objects.order_by("unit", "valid_from").values_list(*columns):
        heir = (successor if valid_from <= day else None) or parent
        if unit not in tree.by_pk and heir is not None and (valid_from <= day or unit not in heirs):
            heirs[unit] = heir
        if unit in tree.by_pk and tree.by_pk[unit].parent is None and parent is not None and valid_from <= day:
            orphans[unit] = parent
        elif unit in orphans and valid_from <= day:
            del orphans[unit]
    return RollUp(tree, heirs, orphans)
