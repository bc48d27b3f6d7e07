"""The database as it was at one instant, read while others go on writing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from bihuan.cli.archive.columns import KINDS
from bihuan.cli.archive.manifest import LedgerPart
from bihuan.cli.archive.tables import Table

_ROWS_AT_ONCE = 1_000
_JSON = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE


@dataclass(frozen=True)
class Kept:
    """A file that the database names: its content's hash, and the name its sender gave it."""

    sha256: str
    title: str


@contextmanager
def snapshot() -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own that sees one state of the database until the end, takes no lock and writes nothing."""
    reader = connections["default"].copy()
    try:
        with reader.cursor() as cursor:
            if reader.vendor == "postgresql":
                cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            else:
                # What is read once needs no cache: the memory stays small however large the file is.
                cursor.execute("PRAGMA mmap_size=0")
                cursor.execute("PRAGMA cache_size=-8192")
                cursor.execute("BEGIN DEFERRED")
            # The state is taken at the first read.
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
        yield reader
    finally:
        reader.close()


def lines(reader: BaseDatabaseWrapper, table: Table) -> Iterator[Sequence[bytes]]:
    """A table's rows in the order of its key, each as a line of JSON, some at a time."""
    turns = [(place, KINDS[kind].reading(reader.vendor)) for place, kind in enumerate(table.columns.values())]
    needed = [(place, turn) for place, turn in turns if turn is not None]
    names = ", ".join(f'"{name}"' for name in table.columns)
    with reader.chunked_cursor() as cursor:
        cursor.execute(f'SELECT {names} FROM "{table.name}" ORDER BY "{table.key}"')
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield [_line(row, needed) for row in rows]


def _line(row: Sequence[Any], turns: Sequence[tuple[int, Any]]) -> bytes:
    values = list(row)
    for place, turn in turns:
        if values[place] is not None:
            values[place] = turn(values[place])
    return orjson.dumps(values, option=_JSON)


def last_id(reader: BaseDatabaseWrapper, table: Table) -> int | None:
    """The greatest id ever given in a table; None where ids are not given by counting."""
    if not table.counts:
        return None
    with reader.cursor() as cursor:
        if reader.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)", [table.name, table.key]
            )
        else:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table.name])
        found = cursor.fetchone()
    return int(found[0] or 0) if found else 0


def chain_heads(reader: BaseDatabaseWrapper) -> tuple[LedgerPart, ...]:
    """Where each ledger's chain ends."""
    rows = _rows(
        reader,
        "SELECT code, position, head, signature FROM ledger_chain JOIN ledger_ledger ON ledger_id = id ORDER BY code",
    )
    return tuple(LedgerPart(code=code, position=at, head=head, signature=signed) for code, at, head, signed in rows)


def attachments(reader: BaseDatabaseWrapper) -> list[Kept]:
    """The contents that attachments name, each once."""
    rows = _rows(reader, "SELECT sha256, MIN(name) FROM ledger_attachment GROUP BY sha256 ORDER BY sha256")
    return [Kept(*row) for row in rows]


def uploads(reader: BaseDatabaseWrapper) -> list[tuple[Kept, bool]]:
    """The uploaded tables that batches name, and whether one is still to be read: not yet imported.

    What the command line imports is never uploaded; its batch names a content that is nowhere.
    """
    rows = _rows(
        reader,
        "SELECT file_hash, MIN(file_name), MAX(CASE WHEN state IN ('uploaded', 'checked', 'running') THEN 1 ELSE 0 END)"
        " FROM ledger_batch WHERE file_hash <> '' GROUP BY file_hash ORDER BY file_hash",
    )
    return [(Kept(sha256, title), bool(waits)) for sha256, title, waits in rows]


def _rows(reader: BaseDatabaseWrapper, sql: str) -> list[Any]:
    with reader.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
