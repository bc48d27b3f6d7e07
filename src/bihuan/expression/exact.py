"""Exact decimal arithmetic, and how values are read from records."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

from bihuan.expression.numbers import QUOTIENT_SCALE

# More digits than the sums and products of numbers that the checker lets through: they are never rounded.
EXACT = Context(prec=400, rounding=ROUND_HALF_UP)


def at_scale(number: Decimal, scale: int, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Rounded half away from zero (by default) to `scale` decimal places."""
    quantum = number.quantize(Decimal(1).scaleb(-scale), rounding=rounding, context=EXACT)
    return EXACT.plus(quantum)  # there is no minus zero


def divide(left: Decimal, right: Decimal) -> Decimal | None:
    """Rounded half away from zero to six places; None when `right` is zero."""
    if not right:
        return None
    # 400 digits tell on which side of a half the quotient is, for numbers of 100 digits come no nearer to it.
    return at_scale(EXACT.divide(left, right), QUOTIENT_SCALE)


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
