"""The kinds of column an archive knows, and how a value of each is written: the same, whichever database it is from.

In an archive a value is JSON: a moment in UTC to the microsecond, a JSON document as the text that is stored, a
decimal as its digits, bytes in base64. Nothing is rounded and nothing is parsed that has to come back as it was.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

_LEAST, _MOST = -(2**63), 2**63 - 1

Turn = Callable[[Any], Any]
"""From one form of a value to another; never given None, which is null in every form."""


@dataclass(frozen=True)
class Kind:
    """What the two databases give for a value of the kind and what they take. None leaves the value as it is.

    A Turn raises ValueError or TypeError for a value that is not of the kind.
    """

    from_sqlite: Turn | None
    from_postgresql: Turn | None
    to_sqlite: Turn
    to_postgresql: Turn

    def reading(self, vendor: str) -> Turn | None:
        return self.from_postgresql if vendor == "postgresql" else self.from_sqlite

    def writing(self, vendor: str) -> Turn:
        return self.to_postgresql if vendor == "postgresql" else self.to_sqlite


def _integer(value: Any) -> int:
    if type(value) is not int or not _LEAST <= value <= _MOST:
        raise TypeError("应为 64 位整数")
    return value


def _boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise TypeError("应为 true 或 false")
    return value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("应为文字")
    return value


def _day(value: Any) -> str:
    return date.fromisoformat(value).isoformat()


def _sqlite_moment(value: Any) -> str:
    return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _postgresql_moment(value: Any) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC)


def _digits(value: Any) -> str:
    """SQLite keeps a decimal as a number, whose shortest form is the one it was given in."""
    return format(value if isinstance(value, Decimal) else Decimal(str(value)), "f")


def _finite(value: float) -> float | str:
    """JSON has no infinity and no NaN."""
    return value if abs(value) < float("inf") else str(value)


def _bytes(value: Any) -> bytes:
    return b64decode(_text(value), validate=True)


def _base64(value: Any) -> str:
    return b64encode(value).decode()


_AS_IT_IS = (None, None)

KINDS = {
    "integer": Kind(*_AS_IT_IS, _integer, _integer),
    "boolean": Kind(*_AS_IT_IS, _boolean, _boolean),
    "text": Kind(*_AS_IT_IS, _text, _text),
    "date": Kind(*_AS_IT_IS, _day, _day),
    "datetime": Kind(*_AS_IT_IS, _sqlite_moment, _postgresql_moment),
    "uuid": Kind(UUID, None, lambda value: UUID(value).hex, UUID),
    "json": Kind(*_AS_IT_IS, _text, _text),
    "decimal": Kind(_digits, _digits, lambda value: str(Decimal(value)), Decimal),
    "float": Kind(_finite, _finite, float, float),
    "binary": Kind(_base64, _base64, _bytes, _bytes),
}
"""A moment, a day and a UUID come from the driver as Python's own types, which the JSON writer knows."""

_OF_FIELD = {
    "AutoField": "integer",
    "BigAutoField": "integer",
    "SmallAutoField": "integer",
    "IntegerField": "integer",
    "BigIntegerField": "integer",
    "SmallIntegerField": "integer",
    "PositiveIntegerField": "integer",
    "PositiveBigIntegerField": "integer",
    "PositiveSmallIntegerField": "integer",
    "BooleanField": "boolean",
    "CharField": "text",
    "TextField": "text",
    "SlugField": "text",
    "DateField": "date",
    "DateTimeField": "datetime",
    "UUIDField": "uuid",
    "JSONField": "json",
    "DecimalField": "decimal",
    "FloatField": "float",
    "BinaryField": "binary",
}


def kind_of(internal_type: str) -> str:
    """The kind of a column by Django's internal type. Raises LookupError for one that archives do not know yet."""
    return _OF_FIELD[internal_type]
