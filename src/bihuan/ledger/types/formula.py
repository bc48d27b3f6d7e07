"""Computed fields: their formulas checked once, and their values worked out from a record's data."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.expression import Checked, Kind, Name, compile_check, evaluate
from bihuan.expression.tree import Call, Node, parts_of
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE
from bihuan.ledger.types.dates import stored_moment
from bihuan.ledger.types.numbers import rounded
from bihuan.ledger.types.quantity import SIGNIFICANT

Computer = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Takes a record's stored data; returns the stored values of its computed fields, without the unknown ones."""


@dataclass(frozen=True)
class Formula:
    """A computed field and its checked expression."""

    field: FieldSpec
    checked: Checked


def names_before(spec: LedgerSpec, field: FieldSpec) -> dict[str, Name]:
    """What a computed field's formula may use: the fields that are filled in, and computed ones declared before it.

    So no formula can lead back to itself, and what a record holds does not change with the day.
    """
    place = spec.fields.index(field)
    usable = [known for at, known in enumerate(spec.fields) if known.kind != "computed" or at < place]
    found = (BY_CODE[known.kind].name(known) for known in usable)
    return {name.code: name for name in found if name is not None}


def compile_formula(spec: LedgerSpec, field: FieldSpec) -> Checked:
    """The checked formula. Raises ExpressionError if it is wrong or does not give the field's `result`."""
    return compile_check(field.formula, names_before(spec, field), expect=BY_CODE["computed"].kind_of(field))


def computer(spec: LedgerSpec) -> Computer:
    """A function, made once for many records, that works out the computed fields in the order of declaration.

    It gives their stored values; a field whose value is unknown is absent. It raises Invalid for a number that is too
    large or a text that is too long to be stored.
    """
    formulas = [Formula(field, compile_formula(spec, field)) for field in spec.fields if field.kind == "computed"]

    def compute(data: Mapping[str, Any]) -> dict[str, Any]:
        computed = {formula.field.code for formula in formulas}
        known = {code: value for code, value in data.items() if code not in computed}
        today, now = clock.today(), clock.now()
        for formula in formulas:
            value = evaluate(formula.checked, known, today=today, now=now)
            stored = None if value is None else _stored(value, formula.field)
            if stored is not None:
                known[formula.field.code] = stored
        return {code: known[code] for code in computed if code in known}

    return compute if formulas else lambda _: {}


def _stored(value: object, field: FieldSpec) -> Any:
    match value:
        case bool():
            return value
        case int() | Decimal():
            return _number(value, field)
        case datetime():
            return stored_moment(value)
        case date():
            return value.isoformat()
        case _:
            return _text(str(value).strip(), field)


def _number(value: int | Decimal, field: FieldSpec) -> float | int:
    """Rounded half up to the field's places, as every conversion is."""
    kind = BY_CODE["computed"]
    if kind.kind_of(field) is Kind.INTEGER:
        if abs(value) >= 10**SIGNIFICANT:
            raise _refusal(field, f"算出的数太大，最多 {SIGNIFICANT} 位")
        return int(value)
    places = kind.places(field)
    scaled = rounded(Fraction(value) * 10**places)
    if abs(scaled) >= 10**SIGNIFICANT:
        raise _refusal(field, f"算出的数太大，整数加小数最多 {SIGNIFICANT} 位")
    return float(scaled.scaleb(-places)) + 0.0


def _text(text: str, field: FieldSpec) -> str | None:
    if len(text) > field.max_length:
        raise _refusal(field, f"算出的文字有 {len(text)} 个字，最多 {field.max_length} 个字")
    return text or None


def _refusal(field: FieldSpec, reason: str) -> Invalid:
    return Invalid("有内容算不出来", {field.code: f"“{field.title}”{reason}"})


def clock_words(checked: Checked) -> Iterator[str]:
    """`today` and `now` where a formula asks for them: a stored value cannot change with the day."""

    def calls(node: Node) -> Iterator[str]:
        if isinstance(node, Call) and node.function in ("today", "now"):
            yield node.function
        for part in parts_of(node):
            yield from calls(part)

    return calls(checked.tree)
