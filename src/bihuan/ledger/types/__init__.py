"""The field types, listed by hand. A new one is a new class here and a row in this tuple."""

from bihuan.ledger.types.base import BadValue, FieldType, KnownRecords, Lookup, is_blank
from bihuan.ledger.types.choice import Choice, Choices, YesNo
from bihuan.ledger.types.codes import AdminCode, CreditCode, Identity, Phone
from bihuan.ledger.types.computed import Computed
from bihuan.ledger.types.dates import Date, DateTime, Month
from bihuan.ledger.types.geometry import Line, Point, Polygon
from bihuan.ledger.types.masked import Masked
from bihuan.ledger.types.numbers import Integer, Money, Number, Percent
from bihuan.ledger.types.references import File, PersonReference, RecordReference, UnitReference
from bihuan.ledger.types.text import LongText, Text

FIELD_TYPES: tuple[FieldType, ...] = (
    Text(),
    LongText(),
    Integer(),
    Number(),
    Money(),
    Percent(),
    Date(),
    DateTime(),
    Month(),
    Choice(),
    Choices(),
    YesNo(),
    UnitReference(),
    PersonReference(),
    RecordReference(),
    Phone(),
    Identity(),
    CreditCode(),
    AdminCode(),
    Point(),
    Line(),
    Polygon(),
    File(),
    Computed(),
)
BY_CODE: dict[str, FieldType] = {kind.code: kind for kind in FIELD_TYPES}

__all__ = ["BY_CODE", "FIELD_TYPES", "BadValue", "FieldType", "KnownRecords", "Lookup", "Masked", "is_blank"]
