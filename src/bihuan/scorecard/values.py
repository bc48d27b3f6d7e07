"""What a scorecard is computed from: its figures for every unit in one question, and the scores given by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bihuan.figure.answer import Question, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.period import Period
from bihuan.figure.value import rounded
from bihuan.org.tree import Tree, tree_on
from bihuan.scorecard.groups import candidates, units_by_group
from bihuan.scorecard.models import GivenScore
from bihuan.scorecard.spec import ScorecardSpec

_PLACES = 6


@dataclass(frozen=True)
class Basis:
    """The units of each group and what is known of them, by figure id or by the code of an item given by hand."""

    tree: Tree
    groups: dict[str, list[int]]
    values: dict[int, dict[str, Decimal | None]]


def basis_of(code: str, card: ScorecardSpec, period: Period, clocks: Clocks) -> Basis:
    """Ask all figures of all units at once, as the tree stood at the period's end or on the day asked."""
    tree = tree_on(min(period.end, clocks.day))
    units = candidates(card, tree)
    values: dict[int, dict[str, Decimal | None]] = {unit: {} for unit in units}
    if card.figures:
        found = answer(Question(card.figures, (period,), clocks), reach=None)
        for unit in units:
            for figure in card.figures:
                number = found.value(figure, unit, period).number
                values[unit][figure] = None if number is None else rounded(number, _PLACES)
    for unit, item, points in _given(code, period, clocks, units):
        values[unit][item] = points
    groups = units_by_group(card, tree, values)
    scored = {unit for members in groups.values() for unit in members}
    return Basis(tree, groups, {unit: own for unit, own in values.items() if unit in scored})


def _given(code: str, period: Period, clocks: Clocks, units: Sequence[int]) -> list[tuple[int, str, Decimal]]:
    """Scores by hand as they were known, an earlier one before a later one."""
    rows = GivenScore.objects.filter(code=code, period=period.code, given_at__lte=clocks.known_at, unit__in=units)
    return list(rows.order_by("given_at", "pk").values_list("unit_id", "item", "points"))
