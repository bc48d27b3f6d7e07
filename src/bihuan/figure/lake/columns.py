"""The lake's columns: which there are for a ledger's definition, of what type, and how a stored value gets in.

Numbers are whole numbers of the last place (1.50 with two places is 150), so that sums are exact. Choices and steps
are small numbers that stand for a word in the manifest's table of symbols.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import polars as pl

from bihuan.expression import Column as TableColumn
from bihuan.expression import Kind, Name
from bihuan.expression.exact import at_scale
from bihuan.figure.identity import Same
from bihuan.figure.lake.rectangles import OPEN, Rectangle

BOUNDS = ("effective_from", "effective_to", "known_from", "known_to")
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIXED: dict[str, Any] = {
    "record": pl.Int64,
    "version": pl.Int32,
    "effective_from": pl.Int64,
    "effective_to": pl.Int64,
    "known_from": pl.Int64,
    "known_to": pl.Int64,
}
_TYPES: dict[Kind, Any] = {
    Kind.TEXT: pl.String,
    Kind.INTEGER: pl.Int64,
    Kind.DECIMAL: pl.Int64,
    Kind.DATE: pl.Int32,
    Kind.DATETIME: pl.Int64,
    Kind.BOOLEAN: pl.Boolean,
    Kind.TEXTS: pl.List(pl.String),
}
SYMBOL = pl.UInt16
_DOUBTFUL = 0.25


def microseconds(moment: datetime) -> int:
    """An instant as the lake keeps it: exact, without a float in between."""
    in_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return (in_utc - _EPOCH) // _MICROSECOND


def days(day: date) -> int:
    """A day as the lake keeps it: days since 1970-01-01."""
    return day.toordinal() - _EPOCH_DAY


@dataclass(frozen=True)
class LakeColumn:
    """A column that expressions may ask for. `name` is its name there; `is_symbol` for few words as numbers."""

    name: Name
    is_symbol: bool

    @cached_property
    def code(self) -> str:
        """Under which name it stands in the files; a field never clashes with a column of the record itself."""
        return self.name.code if isinstance(self.name.storage, TableColumn) else f"f_{self.name.code}"

    @property
    def type(self) -> Any:
        return SYMBOL if self.is_symbol else _TYPES[self.name.kind]

    @property
    def signature(self) -> str:
        """What must be the same for old files to be read as this column."""
        return f"{self.name.kind}:{self.name.scale}:{int(self.is_symbol)}"


def lake_columns(names: Mapping[str, Name]) -> tuple[LakeColumn, ...]:
    """The columns of a ledger, for all names but those that are computed on the day asked."""
    return _lake_columns(Same(*names.values()))


@lru_cache(maxsize=256)
def _lake_columns(names: Same) -> tuple[LakeColumn, ...]:
    kept = [name for name in names.objects if isinstance(name, Name) and name.storage != TableColumn("colour")]
    return tuple(LakeColumn(name, _has_few_words(name)) for name in kept)


def _has_few_words(name: Name) -> bool:
    return name.kind is Kind.TEXT and (bool(name.choices) or name.storage == TableColumn("state"))


def schema_of(columns: tuple[LakeColumn, ...], *, weighted: bool = False) -> dict[str, Any]:
    """Polars types by column; a weighted file says for each row whether it comes (1) or goes (-1)."""
    shape = _FIXED | {column.code: column.type for column in columns}
    return shape | ({"weight": pl.Int8} if weighted else {})


class Symbols:
    """Words as small numbers, by column. The table only grows, so that old files keep their meaning."""

    def __init__(self, words: Mapping[str, list[str]]) -> None:
        self.words = {column: list(known) for column, known in words.items()}
        self._numbers = {column: {word: at for at, word in enumerate(known)} for column, known in words.items()}

    def number(self, column: str, word: str) -> int:
        """The number of a word, a new one if need be."""
        known = self._numbers.setdefault(column, {})
        found = known.get(word)
        if found is None:
            found = known[word] = len(known)
            self.words.setdefault(column, []).append(word)
        return found


class _Reader(NamedTuple):
    """How one column takes in what is stored, and where its values are gathered."""

    column: LakeColumn
    values: list[Any]
    read: Callable[[Any, Name], Any]


class Rows:
    """Rectangles gathered as columns, until there are enough of them for a file."""

    def __init__(self, columns: tuple[LakeColumn, ...], symbols: Symbols, *, weighted: bool = False) -> None:
        self.columns, self.symbols, self.weighted = columns, symbols, weighted
        self.unreadable: dict[str, int] = {}
        self._values: dict[str, list[Any]] = {code: [] for code in schema_of(columns, weighted=weighted)}
        own: list[tuple[str, _Reader]] = []
        fields: list[tuple[str, _Reader]] = []
        for column in columns:
            one = _Reader(column, self._values[column.code], _READERS[column.name.kind])
            (own if isinstance(column.name.storage, TableColumn) else fields).append((column.name.code, one))
        self._own, self._fields = own, fields

    def __len__(self) -> int:
        return len(self._values["record"])

    def add(self, record: int, piece: Rectangle, weight: int = 1) -> None:
        """Take in one row."""
        values, standing, state = self._values, piece.standing, piece.standing.state
        values["record"].append(record)
        values["version"].append(standing.version)
        values["effective_from"].append(piece.effective_from)
        values["effective_to"].append(piece.effective_to)
        values["known_from"].append(piece.known_from)
        values["known_to"].append(piece.known_to)
        if self.weighted:
            values["weight"].append(weight)
        own = {
            "number": state.number,
            "state": state.state,
            "unit": state.unit,
            "opened_at": state.opened_at,
            "due_at": state.due_at,
            "closed_at": state.closed_at,
            "created_at": standing.created,
            "updated_at": standing.updated,
        }
        for readers, stored in ((self._own, own), (self._fields, state.data)):
            for code, reader in readers:
                value = stored.get(code)
                reader.values.append(None if value is None else self._read(reader, value))

    def _read(self, reader: "_Reader", stored: Any) -> Any:
        """The value as the lake keeps it; one that is not of the field's present kind is unknown, and counted."""
        column = reader.column
        try:
            value = reader.read(stored, column.name)
        except (TypeError, ValueError, ArithmeticError):
            self.unreadable[column.name.code] = self.unreadable.get(column.name.code, 0) + 1
            return None
        return self.symbols.number(column.code, value) if column.is_symbol else value

    def frame(self) -> pl.DataFrame:
        """The rows so far, as a table."""
        return pl.DataFrame(self._values, schema=schema_of(self.columns, weighted=self.weighted), strict=True)


def _read_decimal(stored: Any, name: Name) -> int:
    """A stored number of at most 15 digits: the double nearest to it gives its digits back by rounding."""
    if isinstance(stored, bool) or not isinstance(stored, int | float):
        raise TypeError(stored)
    product = stored * 10**name.scale
    scaled: int = round(product)
    if abs(product - scaled) > _DOUBTFUL:  # kept with more places than the field has today
        scaled = int(at_scale(Decimal(repr(stored)), name.scale).scaleb(name.scale))
    if abs(scaled) >= 10**15:
        raise ValueError(stored)
    return scaled


def _read_integer(stored: Any, _: Name) -> int:
    if isinstance(stored, bool) or stored != int(stored):
        raise TypeError(stored)
    return int(stored)


def _read_day(stored: Any, _: Name) -> int:
    return days(date.fromisoformat(stored))


def _read_moment(stored: Any, _: Name) -> int:
    if isinstance(stored, int):
        return stored
    return microseconds(stored if isinstance(stored, datetime) else datetime.fromisoformat(stored))


def _read_text(stored: Any, _: Name) -> str:
    if not isinstance(stored, str):
        raise TypeError(stored)
    return stored


def _read_truth(stored: Any, _: Name) -> bool:
    if not isinstance(stored, bool):
        raise TypeError(stored)
    return stored


def _read_texts(stored: Any, _: Name) -> list[str]:
    if not isinstance(stored, list):
        raise TypeError(stored)
    return [str(part) for part in stored]


_READERS: dict[Kind, Callable[[Any, Name], Any]] = {
    Kind.TEXT: _read_text,
    Kind.INTEGER: _read_integer,
    Kind.DECIMAL: _read_decimal,
    Kind.DATE: _read_day,
    Kind.DATETIME: _read_moment,
    Kind.BOOLEAN: _read_truth,
    Kind.TEXTS: _read_texts,
}

__all__ = [
    "BOUNDS",
    "OPEN",
    "LakeColumn",
    "Rows",
    "Symbols",
    "days",
    "lake_columns",
    "microseconds",
    "schema_of",
]
