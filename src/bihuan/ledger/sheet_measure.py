"""Numbers under a head that names another unit than the field: 金额（元） for a field in 万元."""

from collections.abc import Callable
from typing import Any

from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import BY_CODE, Lookup
from bihuan.ledger.types.base import Reader
from bihuan.ledger.unreported import UNREPORTED, reader_of
from bihuan.standards.measures import find_unit, is_unit

_FINEST = 8


def is_other_measure(field: FieldSpec, measure: str | None) -> bool:
    """Whether a column's numbers are counted in another unit of the same quantity than the field's."""
    own = BY_CODE[field.kind].measure(field)
    if not (measure and own and measure != own and is_unit(measure) and is_unit(own)):
        return False
    ours, theirs = find_unit(own), find_unit(measure)
    return ours.dimension == theirs.dimension and ours.factor != theirs.factor


def reader_under(field: FieldSpec, measure: str | None, lookup: Lookup) -> Reader:
    """The field's reader for a column whose head, or a line over the table, names a unit.

    A bare number is of that unit; one that brings its own, as 3.2万元, is of its own.
    """
    read = reader_of(field, lookup)
    if measure is None or not is_other_measure(field, measure):
        return read
    kind = BY_CODE[field.kind]
    sheet = field.model_copy(update={"measure": measure, "scale": _FINEST, "minimum": None, "maximum": None})
    if field.kind == "integer":
        kind, sheet = BY_CODE["number"], sheet.model_copy(update={"kind": "number"})
    return _converting(reader_of(sheet, lookup), read, lambda value: f"{kind.entry(value, sheet, lookup)}{measure}")


def _converting(first: Reader, then: Reader, told: Callable[[Any], str]) -> Reader:
    def read(raw: Any) -> Any:
        value = first(raw)
        return value if value == "" or value is UNREPORTED else then(told(value))

    return read
