"""A raw cell as a decimal in the field's measure: 1,234.5 · 3.2万元 · 12% · 三百 · numbers kept as text."""

from decimal import Decimal, InvalidOperation
from typing import Any

from bihuan.ledger.types.base import BadValue

_LARGEST = Decimal("1e15")


def read_quantity(raw: Any, measure: str) -> Decimal:
    """The number that a cell holds, in `measure`. Raises BadValue for what is not a number."""
    if isinstance(raw, bool):
        raise BadValue(f"“{'是' if raw else '否'}”不是数字")
    if isinstance(raw, int):
        return Decimal(raw)
    if isinstance(raw, float):
        return _finite(Decimal(repr(raw)), raw)
    if not isinstance(raw, str):
        raise BadValue(f"“{raw}”不是数字")
    text = raw.strip().replace(",", "").replace("，", "").replace(" ", "").replace("\u3000", "")
    try:
        return _finite(Decimal(text), raw)
    except InvalidOperation:
        return _finite(_worded(text, raw, measure), raw)


def _finite(number: Decimal, raw: Any) -> Decimal:
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise BadValue(f"“{raw}”不是可以记录的数字")
    return number


def _worded(text: str, raw: str, measure: str) -> Decimal:
    from bihuan.standards import chinese_numerals, measures

    if text.endswith(("%", "％")) and measure in ("%", "％"):
        return _plain(text[:-1], raw)
    try:
        number, found = measures.parse_measure_suffix(text)
    except ValueError:
        number, found = None, None
    if number is not None and found:
        try:
            exact = measures.convert(number, found, measure or found)
            return Decimal(exact.numerator) / Decimal(exact.denominator)
        except ValueError as error:
            raise BadValue(f"“{raw}”：{error}") from error
    try:
        return chinese_numerals.parse_number(text)
    except ValueError:
        raise BadValue(f"“{raw}”不是数字") from None


def _plain(text: str, raw: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise BadValue(f"“{raw}”不是数字") from None
