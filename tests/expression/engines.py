"""Runs rendered SQL on a real SQLite and a real PostgreSQL over rows given as evaluate() takes them."""

import json
import sqlite3
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl

from bihuan.expression import (
    SQLITE_FUNCTIONS,
    Checked,
    Column,
    Kind,
    read_postgresql,
    read_sqlite,
    to_postgresql,
    to_sqlite,
)
from bihuan.expression.columnar import to_columnar
from bihuan.expression.evaluate import read_value
from bihuan.expression.held import Held, read_columnar
from tests.expression.sample import NAMES, NOW, TODAY

COLUMNS = {code: name for code, name in NAMES.items() if isinstance(name.storage, Column)}

# The types that Django gives to its fields.
_SQLITE_TYPES = {
    Kind.TEXT: "varchar(200)",
    Kind.INTEGER: "bigint",
    Kind.DECIMAL: "decimal",
    Kind.DATE: "date",
    Kind.DATETIME: "datetime",
    Kind.BOOLEAN: "bool",
    Kind.TEXTS: "text",
}
_POSTGRESQL_TYPES = {
    **_SQLITE_TYPES,
    Kind.TEXT: 'text COLLATE "und-x-icu"',  # orders aAbB: the code points must win all the same
    Kind.DECIMAL: "numeric(15, 2)",
    Kind.DATETIME: "timestamptz",
    Kind.TEXTS: "jsonb",
}


def _columns(types: dict[Kind, str], document: str) -> str:
    return ", ".join([f"data {document}", *(f"{code} {types[name.kind]}" for code, name in COLUMNS.items())])


def document_of(row: dict[str, object]) -> str:
    """The record's JSON: decimals as JSON numbers, as the ledger writes them."""
    data = {code: value for code, value in row.items() if code not in COLUMNS}
    return json.dumps(data, default=float, ensure_ascii=False)


def _stored_in_sqlite(kind: Kind, value: object) -> object:
    if value is None:
        return None
    match kind:
        case Kind.DECIMAL:
            return str(value)
        case Kind.DATE:
            return value.isoformat()
        case Kind.DATETIME:
            return str(value.replace(tzinfo=None))
        case Kind.TEXTS:
            return json.dumps(value)
        case _:
            return value


class Sqlite:
    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:")
        for name, (count, function) in SQLITE_FUNCTIONS.items():
            self.connection.create_function(name, count, function, deterministic=True)
        self.connection.execute(f"CREATE TABLE record ({_columns(_SQLITE_TYPES, 'text')})")

    def values(self, checked: Checked, rows: list[dict[str, object]]) -> list[object]:
        self.connection.execute("DELETE FROM record")
        marks = ", ".join("?" * (1 + len(COLUMNS)))
        for row in rows:
            stored = [_stored_in_sqlite(name.kind, row.get(code)) for code, name in COLUMNS.items()]
            self.connection.execute(f"INSERT INTO record VALUES ({marks})", [document_of(row), *stored])
        sql = to_sqlite(checked, alias="r", today=TODAY, now=NOW)
        query = f"SELECT {sql.text} FROM record AS r ORDER BY rowid".replace("%s", "?")
        return [read_sqlite(checked, found) for (found,) in self.connection.execute(query, sql.params)]


class Postgresql:
    def __init__(self, url: str) -> None:
        import psycopg

        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("SET TIME ZONE 'America/New_York'")  # no answer may depend on it
        columns = _columns(_POSTGRESQL_TYPES, "jsonb")
        self.connection.execute(f"CREATE TEMPORARY TABLE record (place integer, {columns})")

    def values(self, checked: Checked, rows: list[dict[str, object]]) -> list[object]:
        self.connection.execute("TRUNCATE record")
        marks = ", ".join(["%s"] * (2 + len(COLUMNS)))
        for place, row in enumerate(rows):
            stored = [
                json.dumps(row[code]) if name.kind is Kind.TEXTS and row.get(code) is not None else row.get(code)
                for code, name in COLUMNS.items()
            ]
            self.connection.execute(f"INSERT INTO record VALUES ({marks})", [place, document_of(row), *stored])
        sql = to_postgresql(checked, alias="r", today=TODAY, now=NOW)
        found = self.connection.execute(f"SELECT {sql.text} FROM record AS r ORDER BY place", sql.params)
        return [read_postgresql(checked, value) for (value,) in found]


def same(left: object, right: object) -> bool:
    """Equal, and of one kind: 1 is neither True nor 1.00."""
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return left.as_tuple() == right.as_tuple()
    return type(left) is type(right) and left == right


_LAKE_TYPES = {
    Kind.TEXT: pl.String,
    Kind.INTEGER: pl.Int64,
    Kind.DECIMAL: pl.Int64,
    Kind.DATE: pl.Int32,
    Kind.DATETIME: pl.Int64,
    Kind.BOOLEAN: pl.Boolean,
    Kind.TEXTS: pl.List(pl.String),
}


def _in_lake(value: object, scale: int) -> object:
    """A value as the lake's columns hold it."""
    match value:
        case Decimal():
            return int(value.scaleb(scale))
        case datetime():
            return (value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        case date():
            return (value - date(1970, 1, 1)).days
        case tuple():
            return list(value)
        case _:
            return value


class Columnar:
    """Polars, over the columns that the lake would hold; texts of few words as their numbers."""

    def values(self, checked: Checked, rows: list[dict[str, object]]) -> list[object]:
        data: dict[str, pl.Series] = {}
        held: dict[str, Held] = {}
        for code, name in NAMES.items():
            stored = [read_value(name, row.get(code)) for row in rows]
            kept = [None if value is None else _in_lake(value, name.scale) for value in stored]
            if name.kind is Kind.TEXT and name.choices:
                words = sorted({value for value in kept if value is not None})
                data[code] = pl.Series(
                    [None if value is None else words.index(value) for value in kept], dtype=pl.UInt16
                )
                held[code] = Held(pl.col(code), words=tuple(words))
            else:
                data[code] = pl.Series(kept, dtype=_LAKE_TYPES[name.kind])
                numbers = [abs(value) for value in kept if name.kind.is_number and value is not None]
                held[code] = Held(pl.col(code), largest=max(numbers, default=0) if name.kind.is_number else None)
        result = to_columnar(checked, held, today=TODAY, now=NOW)
        found = pl.DataFrame(data).with_columns(result.alias("_found"))["_found"].to_list()
        return [read_columnar(checked.tree.type, value) for value in found]
