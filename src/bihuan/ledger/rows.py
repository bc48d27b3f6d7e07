"""Rows of records and events straight to the database, many at a time: the hand of `append.py`, and of no one else.

Going through model instances costs five times what the database itself needs.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from bihuan.ledger.models import Event, Record
from bihuan.ledger.projection import RecordState

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


def insert_records(ledger: int, created: Iterable[tuple[int, RecordState]], now: datetime) -> None:
    """Insert new records with their ids."""
    stamp = _moment(now)
    values = [(pk, ledger, *_state_values(state, stamp), stamp) for pk, state in created]
    _insert(Record._meta.db_table, ("id", "ledger_id", *_STATE_COLUMNS, "created_at"), values)  # noqa: SLF001


def update_records(changed: Mapping[int, RecordState], now: datetime) -> None:
    """Bring changed records up to date."""
    if not changed:
        return
    assignments = ", ".join(f'"{column}" = %s' for column in _STATE_COLUMNS)
    stamp = _moment(now)
    values = [(*_state_values(state, stamp), pk) for pk, state in changed.items()]
    with connection.cursor() as cursor:
        cursor.executemany(f'UPDATE "{Record._meta.db_table}" SET {assignments} WHERE "id" = %s', values)  # noqa: SLF001


def insert_events(events: Sequence[EventRow]) -> None:
    """Insert events; their moments and batch become what the database keeps."""
    values = [(*event[:8], _uuid(event[8]), _moment(event[9]), _moment(event[10]), *event[11:]) for event in events]
    _insert(Event._meta.db_table, _EVENT_COLUMNS, values)  # noqa: SLF001


def _state_values(state: RecordState, stamp: Any) -> tuple[Any, ...]:
    return (
        state.number,
        state.key,
        state.unit,
        state.state,
        _moment(state.opened_at),
        _moment(state.due_at),
        _moment(state.closed_at),
        orjson.dumps(state.data).decode(),
        orjson.dumps(state.loop).decode() if state.loop else "{}",
        state.version,
        state.deleted,
        state.creator,
        state.assignee,
        stamp,
    )


def _moment(value: datetime | None) -> Any:
    """An instant as the database keeps it; SQLite's text is Django's own form, made without its detours."""
    if value is None or connection.vendor == "postgresql":
        return value
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _uuid(value: UUID | None) -> Any:
    return value.hex if value and connection.vendor != "postgresql" else value


def _insert(table: str, columns: Sequence[str], values: Sequence[tuple[Any, ...]]) -> None:
    if not values:
        return
    names = ", ".join(f'"{column}"' for column in columns)
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', values)
