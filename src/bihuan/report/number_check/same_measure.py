"""Numbers of a text as amounts of one measure: which can be compared, and how far rounding moved them."""

from fractions import Fraction

from bihuan.report.number_check.model import Number
from bihuan.standards.measures import convert
from bihuan.standards.problem import Refused


def are_comparable(one: Number, other: Number) -> bool:
    """Whether both measure the same: units that convert, or none on both sides."""
    if one.unit == other.unit:
        return True
    if not (one.unit and other.unit):
        return False
    try:
        convert(1, one.unit, other.unit)
    except Refused:
        return False
    return True


def amount(number: Number, unit: str) -> Fraction:
    """The value in a comparable unit."""
    return Fraction(number.value) if number.unit == unit else convert(number.value, number.unit, unit)


def half_in(number: Number, unit: str) -> Fraction:
    """Half of the last written place, in a comparable unit."""
    return number.half if number.unit == unit else convert(number.half, number.unit, unit)


def slack(number: Number, half: Fraction) -> Fraction:
    """A whole number of things is exact; a decimal, and a number in 万 or 亿, was rounded."""
    return half if number.places != 0 or number.unit[:1] in ("万", "亿") else Fraction(0)


def shown(value: Fraction) -> str:
    """The value as a message says it."""
    return f"{float(round(value, 4)):.10g}"


def is_near(written: Fraction, there: Fraction, least: Fraction) -> bool:
    """Whether it looks like the other with a slip: not further off than `least` or a third, or its digits with another
    multiple (‰ for %, 万件 for 件).
    """
    if abs(written - there) <= max(least, abs(there) * Fraction(1, 3)):
        return True
    return there != 0 and any(abs(written / there / power - 1) < Fraction(1, 100) for power in _POWERS)


_POWERS = (Fraction(10_000), Fraction(1, 10_000), Fraction(10), Fraction(1, 10))
