"""Exact decimal arithmetic, and how values are read from records."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

from bihuan.expression.numbers import QUOTIENT_SCALE

# Twice the digits that the checker lets a number have: sums and products are never rounded here.
EXACT = Context(prec=400, rounding=ROUND_HALF_UP)
_CUT = Context(prec=400, rounding=ROUND_HALF_UP)


def at_scale(number: Decimal, scale: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Rounded half away from zero (by default) to `scale` decimal places."""
    quantum = number.quantize(Decimal(1).scaleb(-scale), rounding=rounding, context=EXACT)
    return EXACT.plus(quantum)  # there is no minus zero


def divide(left: Decimal, right: Decimal) -> Decimal | None:
    """Rounded half away from zero to six places; None when `right` is zero."""
    if not right:
        return None
    # Cut, not rounded, at first: rounding twice could carry 0.4999… over the half.
    return at_scale(_CUT.divide(left, right), QUOTIENT_SCALE)


def floor(number: Decimal) -> int:
    return int(at_scale(number, 0, ROUND_FLOOR))


def ceil(number: Decimal) -> int:
    return int(at_scale(number, 0, ROUND_CEILING))


ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal | None]] = {
    "+": EXACT.add,
    "-": EXACT.subtract,
    "*": EXACT.multiply,
    "/": divide,
}
