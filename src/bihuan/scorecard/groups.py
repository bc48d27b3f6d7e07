"""Which units a scorecard compares with each other on a day."""

from collections.abc import Mapping
from decimal import Decimal

from bihuan.org.tree import Tree
from bihuan.scorecard.spec import GroupSpec, ScorecardSpec


def candidates(card: ScorecardSpec, tree: Tree) -> list[int]:
    """Every unit that fits some group by its code or kind."""
    return [node.pk for node in tree.nodes if any(_fits(group, node.code, node.kind) for group in card.groups)]


def units_by_group(
    card: ScorecardSpec, tree: Tree, values: Mapping[int, Mapping[str, Decimal | None]]
) -> dict[str, list[int]]:
    """The units of each group as the tree stood and as the figures tell their classes.

    A unit that fits several groups belongs to the first.
    """
    taken: set[int] = set()
    found: dict[str, list[int]] = {}
    for group in card.groups:
        units = [
            node.pk
            for node in tree.nodes
            if node.pk not in taken
            and _fits(group, node.code, node.kind)
            and (not group.where or (values.get(node.pk, {}).get(group.where) or 0) > 0)
        ]
        taken.update(units)
        found[group.code] = units
    return found


def _fits(group: GroupSpec, code: str, kind: str) -> bool:
    return code in group.units if group.units else kind in group.kinds
