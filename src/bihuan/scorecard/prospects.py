"""What would be: another score if some values were others, how far the next grade is, how firm the ranking stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from bihuan.scorecard.evaluating import UnitScore, Values, evaluate
from bihuan.scorecard.full_points import full_points
from bihuan.scorecard.spec import ScorecardSpec, WeightsSpec

_SWINGS = 200


@dataclass(frozen=True)
class NextGrade:
    """The next better grade: points that are missing, and what holds the grade down whatever the score."""

    code: str
    missing: Decimal
    held_by: tuple[str, ...]


@dataclass(frozen=True)
class Firmness:
    """How often a unit kept its place when every weight was moved at random by up to ±20 %, and its places then."""

    unit: int
    kept: Decimal
    best: int
    worst: int


def what_if(
    card: ScorecardSpec,
    groups: Mapping[str, Sequence[int]],
    values: Mapping[int, Values],
    on: date,
    changed: Mapping[int, Values],
) -> tuple[UnitScore, ...]:
    """The scores if some units had other values: the same evaluation, so that it is what then happens."""
    merged = {unit: {**own, **changed.get(unit, {})} for unit, own in values.items()}
    merged |= {unit: dict(own) for unit, own in changed.items() if unit not in values}
    return evaluate(card, groups, merged, on)


def next_grade(card: ScorecardSpec, one: UnitScore, on: date) -> NextGrade | None:
    """The distance to the next better grade; None at the best, or where nothing is graded."""
    grades = card.grades_on(on)
    if grades is None or one.grade is None or one.total is None:
        return None
    codes = [level.code for level in grades.levels]
    place = codes.index(one.grade.code)
    if not place:
        return None
    better = grades.levels[place - 1]
    return NextGrade(better.code, max(Decimal(0), better.from_ - one.total), one.grade.held_by)


def firmness(
    card: ScorecardSpec,
    groups: Mapping[str, Sequence[int]],
    values: Mapping[int, Values],
    on: date,
    *,
    seed: int = 0,
    swings: int = _SWINGS,
) -> dict[int, Firmness]:
    """Move every weight on its own by up to ±20 %, scaled back to the same sum, and see who keeps their place."""
    dice = Random(seed)  # noqa: S311 - a sample, not a secret
    standing = {one.unit: one.rank for one in evaluate(card, groups, values, on) if one.rank is not None}
    places: dict[int, list[int]] = {unit: [] for unit in standing}
    for _ in range(swings):
        for one in evaluate(_moved(card, dice), groups, values, on):
            if one.unit in places and one.rank is not None:
                places[one.unit].append(one.rank)
    return {
        unit: Firmness(
            unit, Decimal(100 * sum(rank == standing[unit] for rank in ranks)) / len(ranks), min(ranks), max(ranks)
        )
        for unit, ranks in places.items()
        if ranks
    }


def _moved(card: ScorecardSpec, dice: Random) -> ScorecardSpec:
    full = full_points(card)
    base = {item.code for item in card.base_items}
    moved = {code: full[code] * Decimal(dice.uniform(0.8, 1.2)) for code in sorted(base)}
    before, after = sum(full[code] for code in base), sum(moved.values())
    scale = before / after if after else Decimal(1)
    items = tuple(
        item.model_copy(update={"weight": moved[item.code] * scale}) if item.code in base else item
        for item in card.items
    )
    return card.model_copy(update={"items": items, "weights": WeightsSpec()})
