"""What would lift a grade: for each value alone, the least change that does it (close 3 matters, and it is B)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from bihuan.scorecard.evaluating import UnitScore, Values, value_of
from bihuan.scorecard.full_points import full_points
from bihuan.scorecard.prospects import what_if
from bihuan.scorecard.spec import (
    BandsSpec,
    CasesSpec,
    GivenSpec,
    ItemSpec,
    LinearSpec,
    ScorecardSpec,
)

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Way:
    """One value that would have to move, and what that brings."""

    key: str
    title: str
    now: Decimal | None
    then: Decimal
    grade: str
    total: Decimal | None


@dataclass(frozen=True)
class _Asked:
    card: ScorecardSpec
    groups: Mapping[str, Sequence[int]]
    values: Mapping[int, Values]
    on: date
    unit: int

    def with_value(self, key: str, value: Decimal) -> UnitScore:
        scores = what_if(self.card, self.groups, self.values, self.on, {self.unit: {key: value}})
        return next(score for score in scores if score.unit == self.unit)

    def place(self, score: UnitScore) -> int:
        """The place of the grade, the best is 0; behind all grades where there is none."""
        grades = self.card.grades_on(self.on)
        codes = [level.code for level in grades.levels] if grades else []
        return codes.index(score.grade.code) if score.grade else len(codes)


def ways_up(
    card: ScorecardSpec,
    groups: Mapping[str, Sequence[int]],
    values: Mapping[int, Values],
    on: date,
    one: UnitScore,
) -> tuple[Way, ...]:
    """Every single value whose change alone gives a better grade, each moved no further than it must.

    Better data never lowers a score, so that the least move is found by halving.
    """
    asked = _Asked(card, groups, values, on, one.unit)
    standing = asked.place(one)
    if not standing or one.grade is None:
        return ()
    own = values.get(one.unit, {})
    found = []
    for key, title, goal in _goals(asked, one.group, own):
        now = own.get(key)
        if now == goal or asked.place(asked.with_value(key, goal)) >= standing:
            continue
        then = _least(asked, key, now, goal, standing)
        score = asked.with_value(key, then)
        grade = score.grade.code if score.grade else ""
        found.append(Way(key, title, now, then, grade, score.total))
    return tuple(found)


def _goals(asked: _Asked, group: str, own: Values) -> list[tuple[str, str, Decimal]]:
    """What may move, and the best it could be."""
    goals: dict[str, tuple[str, Decimal]] = {}
    full = full_points(asked.card)
    for item in asked.card.items:
        if item.ranked and (not item.groups or group in item.groups):
            goals[item.figure or item.code] = (item.title, _best(asked, item, full[item.code], group))
    holds = [(cap.figure, cap.title) for cap in asked.card.caps]
    holds += [(veto.figure, veto.title) for veto in asked.card.vetoes]
    for figure, title in holds:
        if (own.get(figure) or 0) > 0:
            goals.setdefault(figure, (title, Decimal(0)))
    return [(key, title, goal) for key, (title, goal) in goals.items()]


def _best(asked: _Asked, item: ItemSpec, full: Decimal, group: str) -> Decimal:
    known = [value_of(item, asked.values.get(unit, {})) for unit in asked.groups.get(group, ())]
    present = [value for value in known if value is not None] or [Decimal(0)]
    match item.score:
        case LinearSpec(target=target):
            return target
        case BandsSpec(bands=bands):
            return max(bands, key=lambda band: (band.percent, -band.from_)).from_
        case CasesSpec(points=points, most=most):
            return Decimal(0) if points < 0 else Decimal(-(-most // points))
        case GivenSpec():
            return Decimal(0) if item.part == "deduction" else full
        case score:
            return min(present) if getattr(score, "less_is_better", False) else max(present)


def _least(asked: _Asked, key: str, now: Decimal | None, goal: Decimal, standing: int) -> Decimal:
    """The nearest value to what is now that lifts the grade: a whole number for cases, else one of hundredths."""
    if now is None:
        return goal
    is_whole = now == now.to_integral_value() and goal == goal.to_integral_value() and asked_in_cases(asked.card, key)
    step = Decimal(1) if is_whole else _CENT
    sign = 1 if goal > now else -1
    now = now.quantize(step, ROUND_FLOOR if sign > 0 else ROUND_CEILING)
    far, near = abs(goal - now), Decimal(0)
    while far - near > step:
        middle = near + ((far - near) / 2 / step).to_integral_value() * step
        if middle in (near, far):
            break
        if asked.place(asked.with_value(key, now + sign * middle)) < standing:
            far = middle
        else:
            near = middle
    return now + sign * far


def asked_in_cases(card: ScorecardSpec, key: str) -> bool:
    """Whether a value counts things: cases, steps of a count, matters that hold the grade down."""
    items = [item for item in card.items if (item.figure or item.code) == key]
    return all(isinstance(item.score, CasesSpec | BandsSpec) for item in items)
