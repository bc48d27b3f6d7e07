"""What an expression may speak of: named, typed fields and where they are stored."""

import re
from dataclasses import dataclass
from enum import StrEnum

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_SAFE_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


class Kind(StrEnum):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    TEXTS = "texts"  # several choices: a list of codes
    NULL = "null"  # the bare word null, until its neighbours give it a kind; never the kind of a result

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def is_number(self) -> bool:
        return self in {Kind.INTEGER, Kind.DECIMAL}


_LABELS = {
    Kind.TEXT: "文本",
    Kind.INTEGER: "整数",
    Kind.DECIMAL: "小数",
    Kind.DATE: "日期",
    Kind.DATETIME: "时间",
    Kind.BOOLEAN: "是否",
    Kind.TEXTS: "多选",
    Kind.NULL: "空",
}


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    title: str


def _require_identifier(word: str) -> None:
    if not _SAFE_IDENTIFIER.fullmatch(word):
        raise ValueError(f"not a plain identifier: {word!r}")


@dataclass(frozen=True, slots=True)
class JsonKey:
    """A key of the JSON document in `column`. Both are plain identifiers, for they are written into SQL."""

    key: str
    column: str = "data"

    def __post_init__(self) -> None:
        _require_identifier(self.key)
        _require_identifier(self.column)


@dataclass(frozen=True, slots=True)
class Column:
    """A real column of the table, of the type Django gives to the name's kind (TEXTS: a JSON column)."""

    name: str

    def __post_init__(self) -> None:
        _require_identifier(self.name)


@dataclass(frozen=True, slots=True)
class Name:
    """One field that an expression may use, by its code or by its Chinese title.

    `scale` is the number of decimal places of a DECIMAL; its values keep |value| < 10^(15 - scale).
    `choices` are the codes a TEXT (or TEXTS, or INTEGER) field may hold; `unit` is only told to the reader.
    Of one that `holds_shape` only whether it is filled is worth asking.
    `refused` says why the name, though it is known, may not be used; empty where it may.
    """

    code: str
    title: str
    kind: Kind
    storage: JsonKey | Column
    scale: int = 0
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    refused: str = ""
    holds_shape: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.scale <= 12:
            raise ValueError(f"scale of {self.code} must be from 0 to 12, not {self.scale}")
        if self.scale and self.kind is not Kind.DECIMAL:
            raise ValueError(f"{self.code} is {self.kind} and so has no decimal places")
        if self.kind is Kind.NULL:
            raise ValueError(f"{self.code}: no field is of kind null")
        if self.choices and self.kind not in {Kind.TEXT, Kind.TEXTS, Kind.INTEGER}:
            raise ValueError(f"{self.code} is {self.kind} and so has no choices")
        if self.kind is Kind.INTEGER and not all(_WHOLE.fullmatch(choice.code) for choice in self.choices):
            raise ValueError(f"the codes of the choices of {self.code} must be whole numbers")
