"""Rows of records and events straight to the database, many at a time: the hand of `append.py`, and of no one else.

Going through model instances costs five times what the database itself needs.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import chain, groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from bihuan.ledger.models import Event, Record
from bihuan.ledger.projection import STATE_FIELDS, RecordState, moved_places

_A_STATEMENT = 250
"""So many rows go in one statement: it stays within the parameters that every SQLite since 3.32 allows, and takes long
enough for the process to get on with other work, which it does while a statement runs."""

_MANY = 20_000

EventRow = tuple[int, int, int, str, datetime, str, str, str]
"""What differs from event to event: position, record, version, kind, effective_at, reason, payload, hash."""

FreshRow = tuple[int, dict[str, Any], str]
"""A new record by its id, the columns beside its fields as events hold them, and its fields as JSON."""


@dataclass(frozen=True)
class OfAll:
    """What all rows of one writing have in common."""

    ledger: int
    person: int | None
    actor_name: str
    unit: int | None
    batch: UUID | None
    now: datetime


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
_POINTING = frozenset({"unit", "creator", "assignee"})
_STATE_COLUMNS = tuple(f"{name}_id" if name in _POINTING else name for name in STATE_FIELDS)


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


def record_rows(of_all: OfAll, created: Iterable[tuple[int, RecordState]]) -> list[tuple[Any, ...]]:
    """New records with their ids, as the database keeps them."""
    keep = moment_keeper()
    stamp = keep(of_all.now)
    return [(pk, of_all.ledger, *_state_values(state, keep), stamp, stamp) for pk, state in created]


def fresh_rows(of_all: OfAll, fresh: Iterable[FreshRow]) -> list[tuple[Any, ...]]:
    """New records that hold nothing yet but what their first event says, as the database keeps them."""
    keep, ledger = moment_reader(), of_all.ledger
    stamp = moment_keeper()(of_all.now)
    return [
        (
            pk,
            ledger,
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
            stamp,
            stamp,
        )
        for pk, system, text in fresh
    ]


def event_rows(of_all: OfAll, events: Iterable[EventRow]) -> list[tuple[Any, ...]]:
    """Events as the database keeps them."""
    keep, by = moment_keeper(), (of_all.person, of_all.actor_name, of_all.unit, _batch(of_all.batch))
    ledger, stamp = of_all.ledger, keep(of_all.now)
    return [
        (ledger, position, pk, version, kind, *by, keep(effective), stamp, reason, payload, link)
        for position, pk, version, kind, effective, reason, payload, link in events
    ]


def insert_records(cursor: Any, values: Sequence[tuple[Any, ...]]) -> None:
    """Insert what `record_rows` made, with a cursor of the caller's transaction."""
    _insert(cursor, Record._meta.db_table, ("id", "ledger_id", *_STATE_COLUMNS, "updated_at", "created_at"), values)  # noqa: SLF001


def insert_events(cursor: Any, values: Sequence[tuple[Any, ...]]) -> None:
    """Insert what `event_rows` made, with a cursor of the caller's transaction."""
    _insert(cursor, Event._meta.db_table, _EVENT_COLUMNS, values)  # noqa: SLF001


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


def _insert(cursor: Any, table: str, columns: tuple[str, ...], values: Sequence[tuple[Any, ...]]) -> None:
    if cursor.db.vendor == "postgresql" and len(values) > _A_STATEMENT:
        names = ", ".join(f'"{column}"' for column in columns)
        with cursor.db.wrap_database_errors, cursor.cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for row in values:
                copy.write_row(row)
        return
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
