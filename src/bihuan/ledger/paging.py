"""Pieces of long lists: how many rows there are, up to a bound, and the rows of a stretch by their place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from orjson import loads

from bihuan.ledger.due_order import backwards, parts, walk
from bihuan.ledger.models import Ledger, Record

COUNTED = 10_000
"""Conditions that no index answers are counted so far; an exact count of a million rows would take seconds."""
_NEAR = 500


@dataclass(frozen=True)
class Total:
    """How many rows there are; with `more`, at least so many and one more."""

    count: int
    more: bool = False


class Row(NamedTuple):
    """A record of a list, as much of it as a list shows: no model is made for it."""

    pk: int
    number: str
    unit_id: int | None
    state: str
    opened_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None
    version: int
    data: Mapping[str, Any]
    loop: dict[str, Any]


def total_of(rows: QuerySet[Record], most: int | None = COUNTED) -> Total:
    """How many rows a query has, counted up to `most`."""
    if most is None:
        return Total(rows.order_by().count())
    counted = rows.order_by().values("pk")[: most + 1].count()
    return Total(min(counted, most), counted > most)


def stretch(rows: QuerySet[Record], start: int, count: int) -> list[Record]:
    """Some rows of a query by their place.

    Far down, their ids are walked to first, which an index can do alone, and only these rows are read.
    """
    queries = parts(rows)
    if start < _NEAR and len(queries) == 1:
        return list(rows[start : start + count])
    ids = walk(_ids(queries), start, count)
    found = Record.objects.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def rows_of(
    rows: QuerySet[Record], start: int, count: int, total: int | None = None, *, all_of: Ledger | None = None
) -> list[Row]:
    """The same, for showing only. With the `total`, a place in the second half is walked to from the end.

    `all_of` says that the rows are all of this ledger's, the newest first.
    """
    queries = parts(rows)
    if start < _NEAR and all_of is not None:
        return _read(_NEWEST, (all_of.pk, count, start))
    if start < _NEAR and len(queries) == 1:
        return _rows(rows[start : start + count])
    if total is None or start < max(_NEAR, total // 2):
        return rows_by_id(walk(_ids(queries), start, count))
    end = max(0, total - start - count)
    return rows_by_id(walk(_ids(backwards(rows)), end, max(0, total - start) - end)[::-1])


_NEWEST = f"""
    SELECT {", ".join("id" if name == "pk" else name for name in Row._fields)} FROM ledger_record
    WHERE ledger_id = %s AND NOT deleted ORDER BY id DESC LIMIT %s OFFSET %s
"""
"""By hand, because every list opens with it."""


def _ids(queries: list[QuerySet[Record]]) -> list[QuerySet[Record, int]]:
    return [query.values_list("pk", flat=True) for query in queries]


def _rows(records: QuerySet[Record]) -> list[Row]:
    """Django's statement, read without its converters for each cell: of a page they are half the time."""
    try:
        statement, parameters = records.values_list(*Row._fields).query.sql_with_params()
    except EmptyResultSet:
        return []
    return _read(statement, parameters)


def _read(statement: str, parameters: Sequence[Any]) -> list[Row]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(_in_one_answer(statement), parameters)
            rows = loads(cursor.fetchone()[0])
        else:
            cursor.execute(statement, parameters)
            rows = cursor.fetchall()
    at = _instant
    return [
        Row(pk, number, unit, state, at(opened), at(due), at(closed), version, loads(data), loads(loop))
        for pk, number, unit, state, opened, due, closed, version, data, loop in rows
    ]


def _in_one_answer(statement: str) -> str:
    """The rows as one text: at every row, SQLite's driver lets another thread of a busy server go first."""
    columns = ", ".join(Row._fields)
    return f"WITH page({columns}) AS ({statement}) SELECT json_group_array(json_array({columns})) FROM page"


def _instant(at: datetime | str | None) -> datetime | None:
    """SQLite keeps instants as text, in UTC without saying so."""
    return datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at


def rows_by_id(ids: Sequence[int]) -> list[Row]:
    """Rows in the order of their ids. The caller has checked the right to see them."""
    found = {row.pk: row for row in _rows(Record.objects.filter(pk__in=ids))}
    return [found[pk] for pk in ids if pk in found]
