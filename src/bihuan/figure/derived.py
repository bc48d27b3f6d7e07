"""Arithmetic of figures made of others: exact fractions, and unknown where a part is unknown."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from bihuan.expression import evaluate
from bihuan.figure.resolve import FORMULA_PLACES
from bihuan.figure.resolved import Derived
from bihuan.figure.value import rounded

Numbers = Sequence[Fraction | None]


def combined(figure: Derived, numbers: Numbers) -> Fraction | None:
    """The value of a figure from those of its parts, in the order of plan.part_codes."""
    if figure.kind == "formula":
        return _formula(figure, numbers)
    known = [number for number in numbers if number is not None]
    return _KINDS[figure.kind](figure, known) if len(known) == len(numbers) else None


def _ratio(figure: Derived, numbers: Sequence[Fraction]) -> Fraction | None:
    above, below = numbers
    return above / below * figure.factors[0] if below else None


def _difference(figure: Derived, numbers: Sequence[Fraction]) -> Fraction:
    one, other = numbers
    return one * figure.factors[0] - other * figure.factors[1]


def _change(figure: Derived, numbers: Sequence[Fraction]) -> Fraction | None:
    now, then = numbers
    if figure.spec.told_as == "difference":
        return (now - then) * figure.factors[0]
    return (now - then) / abs(then) * figure.factors[0] if then else None


def _same(figure: Derived, numbers: Sequence[Fraction]) -> Fraction:
    return numbers[0] * figure.factors[0]


def _formula(figure: Derived, numbers: Numbers) -> Fraction | None:
    """By the expression language; a part with endless digits is taken to twelve places, a quotient gives six."""
    if figure.formula is None:
        raise AssertionError(figure.code)
    given = {
        name: None if number is None else rounded(number, FORMULA_PLACES)
        for name, number in zip(figure.spec.names, numbers, strict=True)
    }
    found = evaluate(figure.formula, given, today=date.min, now=datetime.min.replace(tzinfo=UTC))
    return Fraction(found) if isinstance(found, int | Decimal) else None


def share_of(figure: Derived, own: Fraction | None, whole: Fraction | None) -> Fraction | None:
    """What part of the whole a unit has."""
    return own / whole * figure.factors[0] if own is not None and whole else None


def rank_among(own: Fraction | None, others: Numbers, *, ascending: bool) -> Fraction | None:
    """The place among units, the first is 1; equals share a place, and the unknown have none."""
    if own is None:
        return None
    return Fraction(1 + sum(1 for other in others if other is not None and (other < own if ascending else other > own)))


_KINDS: dict[str, Callable[[Derived, Sequence[Fraction]], Fraction | None]] = {
    "ratio": _ratio,
    "target": _ratio,
    "difference": _difference,
    "agree": _difference,
    "change": _change,
    "shift": _same,
    "cumulative": _same,
}
