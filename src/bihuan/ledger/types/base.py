"""A field type is a class: how a value is read, kept, shown, put into a cell and asked about."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bihuan.expression import Kind
from bihuan.ledger.spec import FieldSpec


class BadValue(ValueError):
    """A value that the field cannot take; the message says what was found and what is allowed."""


@dataclass(frozen=True)
class Lookup:
    """What fields refer to: units by name and code, persons by name and login, files by id. Read once a request."""

    units: dict[str, int] = field(default_factory=dict)
    unit_names: dict[int, str] = field(default_factory=dict)
    persons: dict[str, int] = field(default_factory=dict)
    person_names: dict[int, str] = field(default_factory=dict)
    file_names: dict[int, str] = field(default_factory=dict)
    ambiguous: frozenset[str] = frozenset()


Reader = Callable[[Any], Any]
"""Takes a raw cell or form value that is not blank; returns the stored value or raises BadValue."""


class FieldType(ABC):
    """One kind of field. Instances hold no state; `field` carries the particulars."""

    code: ClassVar[str]
    title: ClassVar[str]
    expression_kind: ClassVar[Kind]
    widget: ClassVar[str] = "text"
    align_end: ClassVar[bool] = False

    @abstractmethod
    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:
        """A function, made once for many values, that turns a raw value into the one that is stored."""

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002 - some types need them
        """The value as a page shows it."""
        return str(value)

    def cell(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:
        """The value as an exported cell holds it: a number, a date, or text."""
        return self.show(value, spec, lookup)

    def cell_format(self, spec: FieldSpec) -> str:  # noqa: ARG002 - numbers need the spec
        """The number format of an exported cell; empty for text."""
        return ""

    def python(self, value: Any) -> Any:
        """The stored value as the expression evaluator takes it."""
        return value


def is_blank(raw: Any) -> bool:
    """Whether a raw value says nothing. Zero is not blank."""
    return raw is None or (isinstance(raw, str) and not raw.strip()) or raw == []


def as_text(raw: Any) -> str:
    """A raw cell as the text a person saw in it: whole numbers without `.0`."""
    if isinstance(raw, str):
        return raw.strip()
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        return str(int(raw))
    return str(raw).strip()
