"""A figure's value as it is told: exact, with what it rests on."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from bihuan.figure.measure import Function
from bihuan.figure.period import Period
from bihuan.figure.resolved import Base, Derived, Resolved
from bihuan.figure.slices import Slice

_WHOLE_KINDS = frozenset({"rank"})


@dataclass(frozen=True)
class Value:
    """A number by figure, unit and period; None is unknown, which is not zero.

    `records` is how many records were counted for it, None where it does not come from records. `partial`: only what
    the person may see was counted.
    """

    code: str
    unit: int | None
    period: Period
    number: Fraction | None
    records: int | None = None
    partial: bool = False
    slice: Slice | None = None


def places_of(figure: Resolved) -> int:
    """How many decimal places a figure is shown with."""
    if figure.spec.scale is not None:
        return figure.spec.scale
    if isinstance(figure, Base):
        if figure.function in {Function.COUNT, Function.DISTINCT, Function.OUTLIERS}:
            return 0
        if figure.function in {Function.AVG, Function.SHARE} or figure.operand is None:
            return 2
        return figure.operand.scale if figure.factor == 1 else 2
    if isinstance(figure, Derived):
        return 0 if figure.kind in _WHOLE_KINDS else 2
    return 2 if figure.spec.external else 0


def rounded(number: Fraction, places: int) -> Decimal:
    """Half away from zero (四舍五入), once and at the end."""
    scaled = number * 10**places
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    whole += 2 * rest >= scaled.denominator
    return Decimal(-whole if number < 0 else whole).scaleb(-places).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def shown(number: Fraction | None, figure: Resolved) -> str:
    """The number as it is read aloud, without its unit of measure; empty where it is unknown."""
    return "" if number is None else f"{rounded(number, places_of(figure)):,f}"
