"""Rows of records and events straight to the database, many at a time: the hand of `append.py`, and of no one else.

Going through model instances costs five times what the database itself needs.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import chain
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from bihuan.ledger.models import Event, Record
from bihuan.ledger.projection import RecordState

_A_STATEMENT = 250
"""So many rows go in one statement: it stays within the parameters that every SQLite since 3.32 allows, and takes long
enough for the process to get on with other work, which it does while a statement runs."""

EventRow = tuple[
    int,
    int,
    int,
    int,
    str,
    int | None,
    str,
    int | None,
    UUID | None,
    datetime,
    datetime,
    str,
    str,
    str,
]
"""In the order of _EVENT_COLUMNS."""

_EVENT_COLUMNS = (
    "ledger_id",
    "position",
    "record_id",
    "version",
    "kind",
    "person_id",
    "actor_name",
    "unit_id",
    "batch_id",
    "effective_at",
    "recorded_at",
    "reason",
    "payload",
    "hash",
)
_STATE_COLUMNS = (
    "number",
    "key",
    "unit_id",
    "state",
    "opened_at",
    "due_at",
    "closed_at",
    "data",
    "loop",
    "version",
    "deleted",
    "creator_id",
    "assignee_id",
    "updated_at",
)


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


def record_rows(ledger: int, created: Iterable[tuple[int, RecordState]], now: datetime) -> list[tuple[Any, ...]]:
    """New records with their ids, as the database keeps them."""
    keep = _moment_keeper()
    stamp = keep(now)
    return [(pk, ledger, *_state_values(state, keep), stamp, stamp) for pk, state in created]


def event_rows(events: Iterable[EventRow]) -> list[tuple[Any, ...]]:
    """Events as the database keeps them: its form of moments and of the batch."""
    keep, keep_batch = _moment_keeper(), _batch_keeper()
    return [(*event[:8], keep_batch(event[8]), keep(event[9]), keep(event[10]), *event[11:]) for event in events]


def insert_records(cursor: Any, values: Sequence[tuple[Any, ...]]) -> None:
    """Insert what `record_rows` made, with a cursor of the caller's transaction."""
    _insert(cursor, Record._meta.db_table, ("id", "ledger_id", *_STATE_COLUMNS, "created_at"), values)  # noqa: SLF001


def insert_events(cursor: Any, values: Sequence[tuple[Any, ...]]) -> None:
    """Insert what `event_rows` made, with a cursor of the caller's transaction."""
    _insert(cursor, Event._meta.db_table, _EVENT_COLUMNS, values)  # noqa: SLF001


def update_records(changed: Mapping[int, RecordState], now: datetime) -> None:
    """Bring changed records up to date."""
    if not changed:
        return
    assignments = ", ".join(f'"{column}" = %s' for column in _STATE_COLUMNS)
    keep = _moment_keeper()
    values = [(*_state_values(state, keep), keep(now), pk) for pk, state in changed.items()]
    with connection.cursor() as cursor:
        cursor.executemany(f'UPDATE "{Record._meta.db_table}" SET {assignments} WHERE "id" = %s', values)  # noqa: SLF001


def _state_values(state: RecordState, keep: Callable[[datetime | None], Any]) -> tuple[Any, ...]:
    return (
        state.number,
        state.key,
        state.unit,
        state.state,
        keep(state.opened_at),
        keep(state.due_at),
        keep(state.closed_at),
        orjson.dumps(state.data).decode(),
        orjson.dumps(state.loop).decode() if state.loop else "{}",
        state.version,
        state.deleted,
        state.creator,
        state.assignee,
    )


def _moment_keeper() -> Callable[[datetime | None], Any]:
    """A function that gives an instant as the database keeps it."""
    return (lambda value: value) if connection.vendor == "postgresql" else _sqlite_text


@lru_cache(maxsize=8_192)
def _sqlite_text(value: datetime | None) -> str | None:
    """Django's own form, made without its detours. The rows of a file share most of their moments."""
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _batch_keeper() -> Callable[[UUID | None], Any]:
    return (lambda value: value) if connection.vendor == "postgresql" else (lambda value: value.hex if value else None)


def _insert(cursor: Any, table: str, columns: tuple[str, ...], values: Sequence[tuple[Any, ...]]) -> None:
    for start in range(0, len(values), _A_STATEMENT):
        some = values[start : start + _A_STATEMENT]
        parameters = list(chain.from_iterable(some))
        if cursor.db.vendor == "postgresql":
            cursor.execute(_statement(table, columns, len(some), "%s"), parameters)
            continue
        with cursor.db.wrap_database_errors:
            # Past Django's cursor, which would look for each of the many places again and again.
            sqlite3.Cursor.execute(cursor.cursor, _statement(table, columns, len(some), "?"), parameters)


@cache
def _statement(table: str, columns: tuple[str, ...], rows: int, place: str) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    places = f"({', '.join([place] * len(columns))})"
    return f'INSERT INTO "{table}" ({names}) VALUES {", ".join([places] * rows)}'
