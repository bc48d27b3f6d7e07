"""Numbers: exact decimals of a known scale, with a unit of measure where the field names one.

A decimal is stored as a JSON number of at most 15 significant digits, which a double carries without loss.
"""

from decimal import Decimal
from typing import Any

from bihuan.expression import Kind
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types.base import BadValue, FieldType, Lookup, Reader
from bihuan.ledger.types.quantity import read_quantity

_SIGNIFICANT = 15


class Number(FieldType):
    """A decimal number with `scale` places, in the field's own measure."""

    code = "number"
    title = "数值"
    expression_kind = Kind.DECIMAL
    widget = "number"
    align_end = True

    def measure(self, spec: FieldSpec) -> str:
        return spec.measure

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        measure, scale = self.measure(spec), spec.scale
        smallest = None if spec.minimum is None else Decimal(str(spec.minimum))
        largest = None if spec.maximum is None else Decimal(str(spec.maximum))
        step = Decimal(1).scaleb(-scale)

        def read(raw: Any) -> float:
            number = read_quantity(raw, measure)
            kept = number.quantize(step) if number.adjusted() < _SIGNIFICANT else number
            if kept != number and isinstance(raw, str):
                raise BadValue(f"“{raw}”的小数超过 {scale} 位")
            if kept and kept.adjusted() + 1 + scale > _SIGNIFICANT:
                raise BadValue(f"“{raw}”太大：整数加小数最多 {_SIGNIFICANT} 位")
            if smallest is not None and kept < smallest:
                raise BadValue(f"{kept} 小于允许的最小值 {smallest}")
            if largest is not None and kept > largest:
                raise BadValue(f"{kept} 大于允许的最大值 {largest}")
            return float(kept) or 0.0

        return read

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        measure = self.measure(spec)
        return f"{self.python(value):,.{spec.scale}f}" + (f" {measure}" if measure else "")

    def cell(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:  # noqa: ARG002
        return value

    def cell_format(self, spec: FieldSpec) -> str:
        return "#,##0" + ("." + "0" * spec.scale if spec.scale else "")

    def python(self, value: Any) -> Any:
        return Decimal(repr(value))


class Money(Number):
    """An amount of money, in 万元 unless the field names another measure."""

    code = "money"
    title = "金额"

    def measure(self, spec: FieldSpec) -> str:
        return spec.measure or "万元"


class Integer(Number):
    """A whole number."""

    code = "integer"
    title = "整数"
    expression_kind = Kind.INTEGER

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:
        read_number = super().reader(spec.model_copy(update={"scale": 0}), lookup)

        def read(raw: Any) -> int:
            if isinstance(raw, float) and not raw.is_integer():
                raise BadValue(f"“{raw}”不是整数")
            return int(read_number(raw))

        return read

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002
        return f"{value:,}" + (f" {spec.measure}" if spec.measure else "")

    def cell_format(self, spec: FieldSpec) -> str:  # noqa: ARG002
        return "0"

    def python(self, value: Any) -> Any:
        return value
