"""The field types, listed by hand. A new one is a new file here and a row in this tuple."""

from bihuan.ledger.types.base import BadValue, FieldType, Lookup, is_blank
from bihuan.ledger.types.choice import Choice
from bihuan.ledger.types.dates import Date, DateTime
from bihuan.ledger.types.numbers import Integer, Money, Number
from bihuan.ledger.types.references import File, PersonReference, UnitReference
from bihuan.ledger.types.text import LongText, Text

FIELD_TYPES: tuple[FieldType, ...] = (
    Text(),
    LongText(),
    Integer(),
    Number(),
    Money(),
    Date(),
    DateTime(),
    Choice(),
    UnitReference(),
    PersonReference(),
    File(),
)
BY_CODE: dict[str, FieldType] = {kind.code: kind for kind in FIELD_TYPES}

__all__ = ["BY_CODE", "FIELD_TYPES", "BadValue", "FieldType", "Lookup", "is_blank"]
