"""What SQLite cannot do exactly by itself, as functions to register on the connection.

A number reaches them unscaled: 1.50 with two places is 150, an integer, or its digits as text where it may exceed
64 bits. They give numbers back as text; the renderer casts what fits to INTEGER. None of them raises.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bihuan.expression import dates, texts

Whole = int | str


def _half_away(numerator: int, denominator: int) -> int:
    quotient, rest = divmod(abs(numerator), abs(denominator))
    rounded = quotient + (2 * rest >= abs(denominator))
    return rounded if (numerator >= 0) == (denominator > 0) else -rounded


def _divide(left: Whole, right: Whole, left_shift: int, right_shift: int) -> str | None:
    divisor = int(right) * 10**right_shift
    return str(_half_away(int(left) * 10**left_shift, divisor)) if divisor else None


def _round(number: Whole, places: int) -> str:
    return str(_half_away(int(number), 10**places))


def _order(left: Whole, right: Whole) -> int:
    return (int(left) > int(right)) - (int(left) < int(right))


def _between(number: Whole | None, low: Whole | None, high: Whole | None) -> bool | None:
    if number is None:
        return None
    above = None if low is None else int(number) >= int(low)
    below = None if high is None else int(number) <= int(high)
    if above is False or below is False:
        return False
    return None if above is None or below is None else True


def _decimal_text(number: Whole, scale: int) -> str:
    value = int(number)
    digits = str(abs(value)).rjust(scale + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else f"{sign}{digits}"


def _number(text: str) -> int | None:
    number = texts.parse_number(text)
    return None if number is None else int(number.scaleb(texts.NUMBER_SCALE))


def _add_days(day: str, days: Whole) -> str | None:
    moved = dates.add_days(date.fromisoformat(day), int(days))
    return None if moved is None else moved.isoformat()


def _add_months(day: str, months: Whole) -> str | None:
    moved = dates.add_months(date.fromisoformat(day), int(months))
    return None if moved is None else moved.isoformat()


def _extreme(choose: Callable[..., Any], key: Callable[[Any], Any] | None = None) -> Callable[..., Any]:
    def chosen(*values: Any) -> Any:
        return choose((value for value in values if value is not None), key=key, default=None)

    return chosen


def _known(function: Callable[..., Any]) -> Callable[..., Any]:
    """NULL in, NULL out."""
    return lambda *values: None if any(value is None for value in values) else function(*values)


# Name -> number of arguments (-1: any), function. All are deterministic.
SQLITE_FUNCTIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "bihuan_add": (2, _known(lambda left, right: str(int(left) + int(right)))),
    "bihuan_subtract": (2, _known(lambda left, right: str(int(left) - int(right)))),
    "bihuan_multiply": (2, _known(lambda left, right: str(int(left) * int(right)))),
    "bihuan_divide": (4, _known(_divide)),
    "bihuan_negate": (1, _known(lambda number: str(-int(number)))),
    "bihuan_abs": (1, _known(lambda number: str(abs(int(number))))),
    "bihuan_round": (2, _known(_round)),
    "bihuan_floor": (2, _known(lambda number, places: str(int(number) // 10**places))),
    "bihuan_ceil": (2, _known(lambda number, places: str(-(-int(number) // 10**places)))),
    "bihuan_order": (2, _known(_order)),
    "bihuan_between": (3, _between),
    "bihuan_least": (-1, _extreme(min)),
    "bihuan_greatest": (-1, _extreme(max)),
    "bihuan_least_number": (-1, _extreme(min, int)),
    "bihuan_greatest_number": (-1, _extreme(max, int)),
    "bihuan_decimal_text": (2, _known(_decimal_text)),
    "bihuan_number": (1, _known(_number)),
    "bihuan_add_days": (2, _known(_add_days)),
    "bihuan_add_months": (2, _known(_add_months)),
    "bihuan_has": (2, _known(lambda codes, code: code in json.loads(codes))),
    "bihuan_ends_with": (2, _known(lambda text, end: text.endswith(end))),
}
