"""Which units a scorecard compares with each other on a day."""

from bihuan.org.tree import Tree
from bihuan.scorecard.spec import GroupSpec, ScorecardSpec


def units_by_group(card: ScorecardSpec, tree: Tree) -> dict[str, list[int]]:
    """The units of each group as the tree stood. A unit that fits several groups belongs to the first."""
    taken: set[int] = set()
    found: dict[str, list[int]] = {}
    for group in card.groups:
        units = [node.pk for node in tree.nodes if node.pk not in taken and _fits(group, node.code, node.kind)]
        taken.update(units)
        found[group.code] = units
    return found


def _fits(group: GroupSpec, code: str, kind: str) -> bool:
    return code in group.units if group.units else kind in group.kinds
