"""A field whose value follows from the others by a formula. It looks and behaves as the kind of its result."""

from typing import Any, NoReturn

from bihuan.expression import Kind
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types.base import BadValue, FieldType, Lookup, Reader
from bihuan.ledger.types.choice import YesNo
from bihuan.ledger.types.dates import Date, DateTime
from bihuan.ledger.types.numbers import Integer, Money, Number, Percent
from bihuan.ledger.types.text import Text

RESULTS: dict[str, FieldType] = {
    kind.code: kind for kind in (Text(), Integer(), Number(), Money(), Percent(), Date(), DateTime(), YesNo())
}


class Computed(FieldType):
    """Nobody fills it in: `bihuan.ledger.types.formula.computer` gives its value."""

    code = "computed"
    title = "计算"
    expression_kind = Kind.DECIMAL
    is_input = False
    needs = ("formula",)

    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:  # noqa: ARG002
        def refuse(_: Any) -> NoReturn:
            raise BadValue(f"“{spec.title}”由公式算出，不能填写")

        return refuse

    def kind_of(self, spec: FieldSpec) -> Kind | None:
        return RESULTS[spec.result].kind_of(spec)

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:
        return RESULTS[spec.result].show(value, spec, lookup)

    def cell(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:
        return RESULTS[spec.result].cell(value, spec, lookup)

    def cell_format(self, spec: FieldSpec) -> str:
        return RESULTS[spec.result].cell_format(spec)

    def measure(self, spec: FieldSpec) -> str:
        return RESULTS[spec.result].measure(spec)

    def places(self, spec: FieldSpec) -> int:
        return RESULTS[spec.result].places(spec)
