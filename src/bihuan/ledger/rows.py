"""Rows of records and events straight to the database, many at a time: the hand of `append.py`, and of no one else.

Going through model instances costs five times what the database itself needs.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain, groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from bihuan.ledger.models import Event, Record
from bihuan.ledger.projection import STATE_FIELDS, RecordState, moved_places

_A_STATEMENT = 16_000
"""So many parameters go in one statement: within what every SQLite since 3.32 allows (32,766). Alone, it is no quicker
than one of a quarter; but the process gets on with other work while it runs, and after each the two wait for turns."""
_A_COPY = 250
"""PostgreSQL takes more rows than these by COPY."""

_MANY = 20_000

EventRow = tuple[int, int, int, str, datetime, str, str, str]
"""What differs from event to event: position, record, version, kind, effective_at, reason, payload, hash."""

FreshRow = tuple[int, dict[str, Any], str]
"""A new record by its id, the columns beside its fields as events hold them, and its fields as JSON."""


@dataclass(frozen=True)
class Rows:
    """Rows as the database keeps them: what all hold alike, by column, and the columns where each has its own."""

    same: Mapping[str, Any]
    own: Mapping[str, Sequence[Any]]

    @property
    def count(self) -> int:
        return len(next(iter(self.own.values())))


@dataclass(frozen=True)
class OfAll:
    """What all rows of one writing have in common."""

    ledger: int
    person: int | None
    actor_name: str
    unit: int | None
    batch: UUID | None
    now: datetime

    def records(self) -> dict[str, Any]:
        """What all new records hold alike."""
        stamp = moment_keeper()(self.now)
        return {"ledger_id": self.ledger, "updated_at": stamp, "created_at": stamp}

    def events(self) -> dict[str, Any]:
        """What all events hold alike."""
        by = {"person_id": self.person, "actor_name": self.actor_name, "unit_id": self.unit}
        return {
            **by,
            "ledger_id": self.ledger,
            "batch_id": _batch(self.batch),
            "recorded_at": moment_keeper()(self.now),
        }


_POINTING = frozenset({"unit", "creator", "assignee"})
_STATE_COLUMNS = tuple(f"{name}_id" if name in _POINTING else name for name in STATE_FIELDS)
_EVENT_COLUMNS = ("position", "record_id", "version", "kind", "effective_at", "reason", "payload", "hash")


def reserve_records(count: int) -> Sequence[int]:
    """Ids for new records, set aside inside the caller's transaction."""
    if not count:
        return ()
    table = Record._meta.db_table  # noqa: SLF001 - Django's documented model API
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()
        first = (last[0] if last else 0) + 1
        return range(first, first + count)


@contextmanager
def indexed_afterwards(moved: int) -> Iterator[None]:
    """Take the indexes of records that only find, and forbid nothing, away and make them anew at the end.

    Sorting once is cheaper than finding a place for every row, where `moved` as many rows as there are. On SQLite only,
    where one writer excludes every other, readers keep what they had before, and all of it is one transaction: after a
    crash the indexes are there as before.
    """
    table = Record._meta.db_table  # noqa: SLF001 - Django's documented model API
    if connection.vendor != "sqlite" or moved < _MANY:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM " + table)
        if cursor.fetchone()[0] > moved:
            yield
            return
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql LIKE 'CREATE INDEX %%'",
            [table],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _, sql in indexes:
            cursor.execute(sql)


def record_rows(of_all: OfAll, created: Iterable[tuple[int, RecordState]], fresh: Iterable[FreshRow] = ()) -> Rows:
    """New records with their ids, and behind them those that hold nothing yet but what their first event says."""
    keep, read = moment_keeper(), moment_reader()
    values = [(pk, *_state_values(state, keep)) for pk, state in created]
    values += [(pk, *_fresh_values(system, text, read)) for pk, system, text in fresh]
    return Rows(of_all.records(), _by_column(("id", *_STATE_COLUMNS), values))


def event_rows(of_all: OfAll, events: Iterable[EventRow]) -> Rows:
    """Events as the database keeps them."""
    keep = moment_keeper()
    values = [
        (position, pk, version, kind, keep(effective), reason, payload, link)
        for position, pk, version, kind, effective, reason, payload, link in events
    ]
    return Rows(of_all.events(), _by_column(_EVENT_COLUMNS, values))


def _by_column(names: Sequence[str], values: Sequence[tuple[Any, ...]]) -> dict[str, Sequence[Any]]:
    return dict(zip(names, zip(*values, strict=True), strict=True)) if values else dict.fromkeys(names, ())


def insert_records(cursor: Any, rows: Rows) -> None:
    """Insert new records, with a cursor of the caller's transaction."""
    _insert(cursor, Record._meta.db_table, rows)  # noqa: SLF001 - Django's documented model API


def insert_events(cursor: Any, rows: Rows) -> None:
    """Insert events, with a cursor of the caller's transaction."""
    _insert(cursor, Event._meta.db_table, rows)  # noqa: SLF001 - Django's documented model API


def update_records(
    changed: Mapping[int, RecordState], now: datetime, known: Mapping[int, RecordState] = MappingProxyType({})
) -> None:
    """Bring changed records up to date, in their order.

    Of those whose rows are `known`, only what moves is written: an index over a column that is named in the statement
    is changed too, be the value the same or not, and there are eight.
    """
    keep = moment_keeper()
    stamp = keep(now)
    moved = [(moved_places(known.get(pk), state), pk, state) for pk, state in changed.items()]
    with connection.cursor() as cursor:
        for places, some in groupby(moved, key=itemgetter(0)):
            assignments = "".join(f'"{_STATE_COLUMNS[place]}" = %s, ' for place in places)
            sql = f'UPDATE "{Record._meta.db_table}" SET {assignments}"updated_at" = %s WHERE "id" = %s'  # noqa: SLF001
            values = ((_state_values(state, keep), pk) for _, pk, state in some)
            cursor.executemany(sql, [(*[kept[place] for place in places], stamp, pk) for kept, pk in values])


def _state_values(state: RecordState, keep: Callable[[datetime | None], Any]) -> tuple[Any, ...]:
    """A state as the database keeps it, in the order of STATE_FIELDS."""
    return (
        state.number,
        state.key,
        state.unit,
        state.state,
        keep(state.opened_at),
        keep(state.due_at),
        keep(state.closed_at),
        orjson.dumps(state.loop).decode() if state.loop else "{}",
        state.deleted,
        state.creator,
        state.assignee,
        orjson.dumps(state.data).decode(),
        state.version,
    )


def _fresh_values(system: dict[str, Any], text: str, keep: Callable[[str | None], Any]) -> tuple[Any, ...]:
    """The same of a record that its first event alone has made, by that event's columns and its fields as JSON."""
    return (
        system["number"],
        system.get("key"),
        system.get("unit"),
        system.get("state", ""),
        keep(system.get("opened_at")),
        keep(system.get("due_at")),
        keep(system.get("closed_at")),
        orjson.dumps(system.get("loop", {})).decode(),
        False,
        system.get("creator"),
        system.get("assignee"),
        text,
        1,
    )


def moment_keeper() -> Callable[[datetime | None], Any]:
    """A function that gives an instant as the database keeps it."""
    return (lambda value: value) if connection.vendor == "postgresql" else _sqlite_text


def moment_reader() -> Callable[[str | None], Any]:
    """The same for an instant as events hold it."""
    return (lambda text: text) if connection.vendor == "postgresql" else _sqlite_text_of


@lru_cache(maxsize=8_192)
def _sqlite_text_of(text: str | None) -> str | None:
    return _sqlite_text(datetime.fromisoformat(text)) if text else None


@lru_cache(maxsize=8_192)
def _sqlite_text(value: datetime | None) -> str | None:
    """Django's own form, made without its detours. The rows of a file share most of their moments."""
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _batch(batch: UUID | None) -> UUID | str | None:
    return batch if connection.vendor == "postgresql" or batch is None else batch.hex


def _insert(cursor: Any, table: str, rows: Rows) -> None:
    same, columns = list(rows.same.values()), list(rows.own.values())
    names = ", ".join(f'"{column}"' for column in (*rows.same, *rows.own))
    if cursor.db.vendor == "sqlite":
        at_once = _A_STATEMENT // len(columns)
        for start in range(0, rows.count, at_once):
            some = [column[start : start + at_once] for column in columns]
            statement = _statement(table, names, len(same), len(some), len(some[0]))
            with cursor.db.wrap_database_errors:
                # Past Django's cursor, which would look for each of the many places again and again.
                values = chain.from_iterable(zip(*some, strict=True))
                sqlite3.Cursor.execute(cursor.cursor, statement, [*same, *values])
    elif rows.count > _A_COPY:
        with cursor.db.wrap_database_errors, cursor.cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for row in zip(*columns, strict=True):
                copy.write_row((*same, *row))
    elif rows.count:
        places = f"({', '.join(['%s'] * (len(same) + len(columns)))})"
        statement = f'INSERT INTO "{table}" ({names}) VALUES {", ".join([places] * rows.count)}'
        cursor.execute(statement, list(chain.from_iterable((*same, *row) for row in zip(*columns, strict=True))))


@lru_cache(maxsize=16)
def _statement(table: str, names: str, same: int, own: int, rows: int) -> str:
    """An INSERT of so many rows for SQLite, in which what is the same in all of them is a parameter once."""
    places = ", ".join([f"({', '.join(['?'] * own)})"] * rows)
    return f'INSERT INTO "{table}" ({names}) SELECT {"?, " * same}own.* FROM (VALUES {places}) AS own'
