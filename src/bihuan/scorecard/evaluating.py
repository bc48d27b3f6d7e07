"""The score of every unit: points item by item, added up as printed, ranked within its group, graded, held down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from bihuan.scorecard.awards import Award, award_of
from bihuan.scorecard.full_points import full_points
from bihuan.scorecard.grading import Grade, grade_of
from bihuan.scorecard.scoring import place_of, plain, points_of_cases, rounded, share_of
from bihuan.scorecard.spec import CasesSpec, GivenSpec, ItemSpec, ScorecardSpec

Values = Mapping[str, Decimal | None]
"""Figure or item code to value; absent or None is unknown, which is not zero."""


@dataclass(frozen=True)
class ItemScore:
    """One item of one unit: `full` points could be had, `points` were. `counted` is false where nothing is known."""

    item: ItemSpec
    value: Decimal | None
    full: Decimal
    points: Decimal
    told: str
    counted: bool = True


@dataclass(frozen=True)
class UnitScore:
    """A unit's score. `total` is None where no item could be counted; `rank` is within the group."""

    unit: int
    group: str
    items: tuple[ItemScore, ...]
    base: Decimal
    bonus: Decimal
    deduction: Decimal
    total: Decimal | None
    grade: Grade | None = None
    rank: int | None = None
    awards: tuple[Award, ...] = ()

    @property
    def full(self) -> Decimal:
        return sum((item.full for item in self.items if item.item.part == "base" and item.counted), Decimal(0))


def evaluate(
    card: ScorecardSpec, groups: Mapping[str, Sequence[int]], values: Mapping[int, Values], on: date
) -> tuple[UnitScore, ...]:
    """Score the units of each group from their values on a day, best first within each group.

    `values` holds, for each unit, a value by figure id (for items, vetoes and caps) or, for an item without a figure,
    by the item's code.
    """
    full = full_points(card)
    found: list[UnitScore] = []
    for group, units in groups.items():
        items = [item for item in card.items if not item.groups or group in item.groups]
        known = {item.code: _known(item, units, values) for item in items}
        scored = [_score_unit(card, unit, group, items, full, known, values.get(unit, {})) for unit in units]
        graded = [_graded(card, one, values.get(one.unit, {}), on) for one in scored]
        found += [_awarded(card, one, values.get(one.unit, {})) for one in _ranked(graded)]
    return tuple(found)


def value_of(item: ItemSpec, values: Values) -> Decimal | None:
    return values.get(item.figure or item.code)


def _known(item: ItemSpec, units: Sequence[int], values: Mapping[int, Values]) -> list[Decimal]:
    found = (value_of(item, values.get(unit, {})) for unit in units)
    return [value for value in found if value is not None]


def _score_unit(
    card: ScorecardSpec,
    unit: int,
    group: str,
    items: Sequence[ItemSpec],
    full: Mapping[str, Decimal],
    known: Mapping[str, Sequence[Decimal]],
    values: Values,
) -> UnitScore:
    stretch = _stretch(items, full, values)
    scores = tuple(_score_item(item, full[item.code], stretch, known[item.code], values) for item in items)
    base, bonus, deduction = (
        sum((score.points for score in scores if score.item.part == part and score.counted), Decimal(0))
        for part in ("base", "bonus", "deduction")
    )
    bonus = min(bonus, card.bonus_most)
    counted = any(score.counted and score.item.part == "base" for score in scores)
    total = max(Decimal(0), base + bonus + deduction) if counted else None
    return UnitScore(unit, group, scores, base, bonus, deduction, total)


def _stretch(items: Sequence[ItemSpec], full: Mapping[str, Decimal], values: Values) -> Decimal:
    """By how much the points of the known base items grow because those of the excluded ones are shared out."""
    base = [item for item in items if item.part == "base" and item.ranked]
    whole = sum((full[item.code] for item in base), Decimal(0))
    left = sum(
        (full[item.code] for item in base if value_of(item, values) is not None or item.unknown == "zero"), Decimal(0)
    )
    return whole / left if left else Decimal(1)


def _score_item(item: ItemSpec, full: Decimal, stretch: Decimal, known: Sequence[Decimal], values: Values) -> ItemScore:
    value = value_of(item, values)
    available = rounded(full * stretch) if item.part == "base" else full
    if not item.ranked:
        return ItemScore(item, value, Decimal(0), Decimal(0), "只展示，不计分", counted=False)
    if value is None:
        zero = item.unknown == "zero"
        told = "没有数值，记零分" if zero else "没有数值，不计，满分按比例分给其他项"
        return ItemScore(item, None, available if zero else Decimal(0), Decimal(0), told, counted=zero)
    points, told = _points(item, available, value, known)
    return ItemScore(item, value, available, points, told)


def _points(item: ItemSpec, full: Decimal, value: Decimal, known: Sequence[Decimal]) -> tuple[Decimal, str]:
    if isinstance(item.score, CasesSpec):
        points, told = points_of_cases(item.score, value)
        if item.part == "base":
            points, told = max(Decimal(0), full + points), f"{plain(full)} 分起扣：{told}"
        return rounded(points), told
    if isinstance(item.score, GivenSpec):
        held = min(full, max(Decimal(0), value))
        return rounded(-held if item.part == "deduction" else held), "人工评分"
    share = share_of(item.score, value, known)
    points = rounded(full * share.percent / 100)
    told = f"{share.told} = {plain(rounded(share.percent))}% × {plain(full)} 分"
    return (-points if item.part == "deduction" else points), told


def _graded(card: ScorecardSpec, one: UnitScore, values: Values, on: date) -> UnitScore:
    zero = next((veto for veto in card.vetoes if veto.effect == "zero" and (values.get(veto.figure) or 0) > 0), None)
    if zero is not None and one.total is not None:
        one = replace(one, total=Decimal(0))
    return replace(one, grade=grade_of(card, one.total, values, on))


def _ranked(scored: Sequence[UnitScore]) -> list[UnitScore]:
    """Best first; equals share a place; a unit without a score comes last and has none."""
    totals = [one.total for one in scored if one.total is not None]
    placed = [
        one if one.total is None else replace(one, rank=place_of(one.total, totals, less_is_better=False))
        for one in scored
    ]
    return sorted(placed, key=lambda one: (one.rank is None, one.rank or 0))


def _awarded(card: ScorecardSpec, one: UnitScore, values: Values) -> UnitScore:
    mine = [award for award in card.awards if not award.groups or one.group in award.groups]
    grade = one.grade.code if one.grade else ""
    return replace(one, awards=tuple(award_of(award, one.total, one.rank, grade, values) for award in mine))
