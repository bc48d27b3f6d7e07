"""Which units of a text can stand for which of a figure: by conversion, or as clerks take one for another."""

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from bihuan.standards.measures import convert
from bihuan.standards.problem import Refused

_ALIKE = (
    frozenset("个件项条起处宗例份篇套批间桩本张块面"),
    frozenset(("次", "场", "场次", "期", "回", "轮")),
    frozenset(("人", "名", "位", "个")),
    frozenset(("户", "家", "个", "处", "台")),
)
"""Words of counting that are taken one for another: 12 个 and 12 件 are twelve."""


@lru_cache(maxsize=8_192)
def same_measure(unit: str, other: str) -> bool:
    """Whether one converts into the other."""
    if unit == other:
        return True
    try:
        convert(1, unit, other)
    except Refused:
        return False
    return True


def is_measured(unit: str) -> bool:
    """Whether it measures (平方米, 万元), where others count (个) or compare (%)."""
    return bool(unit) and any(same_measure(unit, one) for one in ("平方米", "元", "米", "吨"))


@lru_cache(maxsize=8_192)
def alike(unit: str, other: str) -> bool:
    """Whether they measure the same or count the same way; a bare number may count anything."""
    return not unit or same_measure(unit, other) or any(unit in some and other in some for some in _ALIKE)


def in_unit(value: Decimal | Fraction, unit: str, target: str) -> Fraction:
    """The value in another unit that is `alike`."""
    if unit == target or not unit or not target or not same_measure(unit, target):
        return Fraction(value)
    return convert(Fraction(value), unit, target)
