"""Matches a text's numbers with the figures that could have been meant, and says which are right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, Protocol

from bihuan.report.number_check.model import Number, Period
from bihuan.standards.measures import convert
from bihuan.standards.problem import Refused

Judgement = Literal["right", "wrong", "out_of_date", "unknown"]


class Candidate(Protocol):
    """A figure with its value in one period. `value` is None where the figure itself is unknown."""

    @property
    def title(self) -> str: ...
    @property
    def aliases(self) -> Sequence[str]: ...
    @property
    def unit(self) -> str: ...
    @property
    def period(self) -> Period | None: ...
    @property
    def value(self) -> Decimal | None: ...


@dataclass(frozen=True)
class Verdict:
    """What became of a number: `candidate` is the figure it was held against, with the right value if it is wrong."""

    judgement: Judgement
    candidate: Candidate | None = None


def judge(number: Number, candidates: Iterable[Candidate]) -> Verdict:
    """Right if the figure of that name, unit and period has the value as far as it is written; out of date if only
    another period of the figure has it; unknown if no figure of that name and unit is known.
    """
    alike = [(_likeness(number, candidate), candidate) for candidate in candidates]
    best = max((likeness for likeness, _ in alike), default=0)
    if best == 0:
        return Verdict("unknown")
    named = [candidate for likeness, candidate in alike if likeness == best and candidate.value is not None]
    spoken = [candidate for candidate in named if number.period in (None, candidate.period)]
    for group, judgement in ((spoken, "right"), (named, "out_of_date")):
        for candidate in group:
            if _is_value(number, candidate):
                return Verdict("right" if judgement == "right" else "out_of_date", candidate)
    return Verdict("wrong", spoken[0]) if spoken else Verdict("unknown")


def _likeness(number: Number, candidate: Candidate) -> int:
    """How many characters of the candidate's name the number's noun has; 0 where it does not have all of them."""
    if not _fits(number.unit, candidate.unit):
        return 0
    names = [candidate.title, *candidate.aliases]
    return max((len(name) for name in names if name and name in number.noun), default=0)


def _fits(unit: str, other: str) -> bool:
    if unit == other:
        return True
    try:
        convert(1, unit, other)
    except Refused:
        return False
    return True


def _is_value(number: Number, candidate: Candidate) -> bool:
    if candidate.value is None:
        return False
    exact = Fraction(candidate.value)
    there = exact if candidate.unit == number.unit else convert(candidate.value, candidate.unit, number.unit)
    slack = number.half if number.places != 0 or there.denominator != 1 else Fraction(0)
    return abs(Fraction(number.value) - there) <= slack
