"""A field type is a class: how a value is read, kept, shown, masked, put into a cell and asked about."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Any, ClassVar

from bihuan.expression import Choice, JsonKey, Kind, Name
from bihuan.ledger.spec import FieldSpec
from bihuan.standards.cell_text import RE_ENTER
from bihuan.standards.masking import mask_address, mask_all, mask_name

_MOST_TOLD = 40
_FORMULA_STARTS = "=+-@"
# A spreadsheet keeps 15 digits of a number; of a longer code the rest is already lost.
_EXACT_WHOLE = 1e15


class BadValue(ValueError):
    """A value that the field cannot take; the message says what was found and what is allowed."""


@dataclass(frozen=True)
class KnownRecords:
    """The records of one ledger that fields may point at: those that occur, found with one query.

    `ids` are by number and by key; a word that names two of them is in `ambiguous`. `numbers` are by id.
    """

    title: str = ""
    ids: dict[str, int] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)
    ambiguous: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Lookup:
    """What fields refer to: units by name and code, persons by name and login, files by id. Read once a request.

    `records` are by the ledger's code as FieldSpec.of writes it.
    """

    units: dict[str, int] = field(default_factory=dict)
    unit_names: dict[int, str] = field(default_factory=dict)
    persons: dict[str, int] = field(default_factory=dict)
    person_names: dict[int, str] = field(default_factory=dict)
    file_names: dict[int, str] = field(default_factory=dict)
    ambiguous: frozenset[str] = frozenset()
    records: dict[str, KnownRecords] = field(default_factory=dict)


Reader = Callable[[Any], Any]
"""Takes a raw cell or form value that is not blank; returns the stored value or raises BadValue."""


class FieldType(ABC):
    """One kind of field. Instances hold no state; `spec` carries the particulars."""

    code: ClassVar[str]
    title: ClassVar[str]
    expression_kind: ClassVar[Kind | None]
    """The kind that expressions see; None keeps the field out of them."""
    widget: ClassVar[str] = "text"
    align_end: ClassVar[bool] = False
    is_input: ClassVar[bool] = True
    """Whether people and files fill it in."""
    needs: ClassVar[tuple[str, ...]] = ()
    """The keys of FieldSpec without which a field of this kind makes no sense."""
    personal: ClassVar[bool] = False
    """Whether its values are personal data unless the field says otherwise."""

    @abstractmethod
    def reader(self, spec: FieldSpec, lookup: Lookup) -> Reader:
        """A function, made once for many values, that turns a raw value into the one that is stored."""

    def show(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:  # noqa: ARG002 - some types need them
        """The value as a page shows it."""
        return str(value)

    def shower(self, spec: FieldSpec, lookup: Lookup) -> Callable[[Any], str]:
        """`show` for a whole column, made once for many values."""
        return lambda value: self.show(value, spec, lookup)

    def cell(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:
        """The value as an exported cell holds it: a number, a date, or text. Read again it gives the same value."""
        return self.show(value, spec, lookup)

    def cell_format(self, spec: FieldSpec) -> str:  # noqa: ARG002 - numbers need the spec
        """The number format of an exported cell; empty for text."""
        return ""

    def entry(self, value: Any, spec: FieldSpec, lookup: Lookup) -> Any:  # noqa: ARG002 - some types need them
        """The value as the widget of a form holds it. Read again it gives the same value."""
        return value

    def options(self, spec: FieldSpec) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - choices need the spec
        """What may be chosen, as (entry, title), for the widgets select, radio and ticks."""
        return ()

    def mask(self, value: Any, spec: FieldSpec, lookup: Lookup) -> str:
        """The value as it is shown to those who may not see personal data (GB/T 35273-2020, 7.2)."""
        shown = self.show(value, spec, lookup)
        if spec.personal == "name":
            return mask_name(shown)
        if spec.personal == "address":
            return mask_address(shown)
        return mask_all(shown) if spec.personal == "all" else self.mask_shown(shown)

    def mask_shown(self, shown: str) -> str:
        """What remains of a value of this kind where the field does not say how to mask it."""
        return mask_all(shown)

    def is_personal(self, spec: FieldSpec) -> bool:
        """Whether the field holds personal data: as it says, else as its kind does."""
        return self.personal if spec.personal is None else spec.personal != "none"

    def python(self, value: Any) -> Any:
        """The stored value as the expression evaluator takes it."""
        return value

    def measure(self, spec: FieldSpec) -> str:
        """The unit of measure that is shown behind the value."""
        return spec.measure

    def places(self, spec: FieldSpec) -> int:
        """The decimal places that are kept."""
        return spec.scale

    def kind_of(self, spec: FieldSpec) -> Kind | None:  # noqa: ARG002 - a computed field's kind is in the spec
        """What the field is to expressions; None for a field that they do not see."""
        return self.expression_kind

    @property
    def in_expressions(self) -> bool:
        return self.expression_kind is not None

    def name(self, spec: FieldSpec) -> Name | None:
        """The field as expressions know it, or None."""
        kind = self.kind_of(spec)
        if kind is None:
            return None
        chosen = spec.choices if kind in (Kind.TEXT, Kind.TEXTS) else ()
        return Name(
            spec.code,
            spec.title,
            kind,
            JsonKey(spec.code),
            scale=self.places(spec) if kind is Kind.DECIMAL else 0,
            choices=tuple(Choice(choice.code, choice.title) for choice in chosen),
            refused=f"“{spec.title}”加密保存，不能用于条件和公式" if spec.encrypted else "",
        )


def is_blank(raw: Any) -> bool:
    """Whether a raw value says nothing. Zero is not blank."""
    return raw is None or (isinstance(raw, str) and not raw.strip()) or raw == []


def told(raw: Any) -> str:
    """A raw value in quotes for a message, cut where it is long."""
    if isinstance(raw, int) and raw.bit_length() > 200:
        return "这个数"
    text = raw.strip() if isinstance(raw, str) else str(raw)
    return f"“{text[:_MOST_TOLD]}…”" if len(text) > _MOST_TOLD else f"“{text}”"


def as_text(raw: Any) -> str:
    """A raw cell as the text a person saw in it: whole numbers without `.0`, days without a midnight.

    An apostrophe that keeps a text from being taken for a formula is no part of it. Raises BadValue for a number so
    long that the spreadsheet has lost its last digits, and for what is no text at all.
    """
    if isinstance(raw, str):
        text = raw.strip()
        return text[1:] if text[:1] == "'" and text[1:2] and text[1] in _FORMULA_STARTS else text
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, int | float):
        return _number_as_text(raw)
    if isinstance(raw, datetime):
        return str(raw.date() if raw.time() == time() else raw)
    if isinstance(raw, date | time | timedelta):
        return str(raw)
    raise BadValue(f"{told(raw)}不是文字")


def _number_as_text(raw: float) -> str:
    if isinstance(raw, float) and not isfinite(raw):
        raise BadValue(f"{told(raw)}不是可以记录的内容")
    if abs(raw) >= _EXACT_WHOLE:
        raise BadValue(f"{told(raw)}在表格里是按数字保存的，超过 15 位的部分已经丢失，{RE_ENTER}")
    return str(int(raw)) if raw == int(raw) else f"{raw:.15g}"
