"""Numbers: exact decimals of a known scale, with a unit of measure where the field names one.

A decimal is stored as a JSON number of at most 15 significant digits, which a double carries without loss.
"""

import re
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import inf
from typing import Any

from bihuan.expression import Kind
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types.base import BadValue, FieldType, Lookup, Reader, told
from bihuan.ledger.types.quantity import LARGEST, SIGNIFICANT, Quantity, read_quantity
from bihuan.standards.measures import find_unit, is_unit

_FEN = Fraction(1, 100)
_MOST_PLACES = 12
_EXACT = 10**SIGNIFICANT
"""A whole number under this is a float without loss, as which Python writes it with places."""


class Number(FieldType):
    """A decimal number with `scale` places, in the field's own measure. It is rounded only when it is converted."""

    code = "number"
    title = "数值"
    expression_kind = Kind.DECIMAL
    widget = "number"
    align_end = True

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        measure, places = self.measure(spec), self.places(spec)
        limit = 10.0 ** (SIGNIFICANT - places)
        plain = _plain_digits(places).fullmatch
        smallest = -inf if spec.minimum is None else spec.minimum
        largest = inf if spec.maximum is None else spec.maximum

        def slow(raw: Any) -> float:
            kept = float(at_places(read_quantity(raw, measure), places, raw))
            if abs(kept) >= limit:
                raise BadValue(f"{told(raw)}太大：整数加小数最多 {SIGNIFICANT} 位")
            require_between(kept, smallest, largest)
            return kept + 0.0

        def read(raw: Any) -> float:
            # A float that rounding leaves alone, and of at most 15 digits, is exactly that decimal.
            if raw.__class__ is float and round(raw, places) == raw and -limit < raw < limit:
                require_between(raw, smallest, largest)
                return float(raw + 0.0)  # there is no minus zero
            if raw.__class__ is str and plain(raw):
                kept = float(raw.replace(",", "")) + 0.0
                require_between(kept, smallest, largest)
                return kept
            return slow(raw)

        return read

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        measure = self.measure(spec)
        return self.digits(value, spec) + (f" {measure}" if measure else "")

    def digits(self, value: Any, spec: FieldSpec) -> str:
        """With thousands set apart, `scale` places, and more where the value has more."""
        if value.__class__ is int and -_EXACT < value < _EXACT:  # by far the most
            return f"{value:,.{spec.scale}f}"
        number = Decimal(repr(value))
        places = max(spec.scale, -int(number.normalize().as_tuple().exponent))
        return f"{number:,.{places}f}"

    def cell(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:  # noqa: ARG002
        return value

    def cell_format(self, spec: FieldSpec) -> str:
        optional = self.places(spec) - spec.scale
        return "#,##0" + ("." + "0" * spec.scale + "#" * optional if spec.scale or optional else "")

    def entry(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:  # noqa: ARG002
        return f"{Decimal(repr(value)).normalize():f}"

    def python(self, value: Any) -> Any:
        return Decimal(repr(value))


@cache
def _plain_digits(places: int) -> re.Pattern[str]:
    """Digits that fit the field as they are: at most 15, not more behind the point than are kept."""
    whole = SIGNIFICANT - places
    fraction = rf"(?:\.[0-9]{{1,{places}}})?" if places else ""
    grouped = rf"|[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,{whole // 3 - 1}}}" if whole >= 6 else ""
    return re.compile(rf"-?(?:[0-9]{{1,{whole}}}{grouped}){fraction}")


def at_places(found: Quantity, places: int, raw: Any) -> Decimal:
    """The number with that many decimal places: rounded half up if it was converted, refused if it has more."""
    exact = Fraction(found.number)
    scaled = exact * 10**places
    if scaled.denominator == 1:
        return Decimal(scaled.numerator).scaleb(-places)
    if found.converted:
        return rounded(scaled).scaleb(-places)
    what = f"小数超过 {places} 位" if places else "不是整数"
    raise BadValue(f"{told(raw)}{what}")


def rounded(exact: Fraction) -> Decimal:
    """To a whole number, half away from zero, in one step."""
    whole, rest = divmod(abs(exact.numerator), exact.denominator)
    whole += 2 * rest >= exact.denominator
    return Decimal(-whole if exact < 0 else whole)


def require_between(kept: float, smallest: float, largest: float) -> None:
    """Raise BadValue for a number outside of the field's bounds."""
    if kept < smallest:
        raise BadValue(f"{kept:.15g} 小于允许的最小值 {smallest:.15g}")
    if kept > largest:
        raise BadValue(f"{kept:.15g} 大于允许的最大值 {largest:.15g}")


class Money(Number):
    """An amount of money, in 万元 unless the field names another measure; kept to the 分 whatever the measure."""

    code = "money"
    title = "金额"

    def measure(self, spec: FieldSpec) -> str:
        return spec.measure or "万元"

    def places(self, spec: FieldSpec) -> int:
        measure = self.measure(spec)
        if not is_unit(measure):
            return spec.scale
        fen = 0
        while fen < _MOST_PLACES and Fraction(1, 10**fen) * find_unit(measure).factor > _FEN:
            fen += 1
        return max(spec.scale, fen)


class Percent(Number):
    """A number of per cent: 12 and 12% are the same. A bare 0.12 could mean either and is refused."""

    code = "percent"
    title = "百分比"

    def measure(self, spec: FieldSpec) -> str:  # noqa: ARG002
        return "%"

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:
        read_number = super().reader(spec, lookup)

        def read(raw: Any) -> float:
            if isinstance(raw, float) and spec.fraction:
                return float(read_number(float(f"{raw * 100:.15g}")))
            kept: float = read_number(raw)
            if 0 < abs(kept) <= 1 and not (isinstance(raw, str) and set(raw) & set("%％‰﹪百")):
                hundred = f"{kept * 100:.15g}"
                raise BadValue(f"{told(raw)}分不清是 {kept:.15g}% 还是 {hundred}%，请写上百分号")
            return kept

        return read

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return f"{self.digits(value, spec)}%"

    def cell(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:
        # A small number, or any where bare numbers are fractions, would be read as another when it comes back.
        return self.entry(value, spec, lookup) if spec.fraction or 0 < abs(value) <= 1 else value

    def cell_format(self, spec: FieldSpec) -> str:
        return f'{super().cell_format(spec)}"%"'

    def entry(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:
        return f"{super().entry(value, spec, lookup)}%"


class Integer(Number):
    """A whole number."""

    code = "integer"
    title = "整数"
    expression_kind = Kind.INTEGER

    def places(self, spec: FieldSpec) -> int:  # noqa: ARG002
        return 0

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:
        read_number = super().reader(spec, lookup)
        smallest = -inf if spec.minimum is None else spec.minimum
        largest = inf if spec.maximum is None else spec.maximum

        def read(raw: Any) -> int:
            if raw.__class__ is int and -LARGEST < raw < LARGEST:
                require_between(raw, smallest, largest)
                return int(raw)
            return int(read_number(raw))

        return read

    def digits(self, value: Any, spec: FieldSpec) -> str:  # noqa: ARG002
        return f"{value:,}"

    def cell_format(self, spec: FieldSpec) -> str:  # noqa: ARG002
        return "0"

    def entry(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:  # noqa: ARG002
        return str(value)

    def python(self, value: Any) -> Any:
        return value
