"""What is exported: a title, who made it, the columns in order, and the records as they stand."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any, NamedTuple

import orjson
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from bihuan.base import clock
from bihuan.ledger.export_mark import Mark
from bihuan.ledger.models import Record
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import Lookup

_ROWS_AT_ONCE = 2_000


class Standing(NamedTuple):
    """A record as an export takes it: the columns that every record has, and its data by field code."""

    number: str
    state: str
    due_at: datetime | None
    closed_at: datetime | None
    data: Mapping[str, Any]
    pk: int = 0
    unit: int | None = None


@dataclass(frozen=True)
class Extra:
    """A column that no field holds, such as a matter's light: its head and what it says of a record.

    `value` gives text, a number, a date, a moment on the county's clock, or None; `cell_format` is its number format.
    """

    title: str
    value: Callable[[Standing], Any]
    cell_format: str = ""


@dataclass(frozen=True)
class Sheet:
    """What is exported, as seen on the page.

    `lookup` is what reference fields show by. `numbered` puts the record's number first, `extras` follow it, then the
    fields. `grouped` sets the groups of the fields over their heads. `show` overrides how a field's stored value is
    told, by field code, and makes its column text. `among` are the names that the ledger's fields go by: no other
    column may be called so, or an import would take it for the field. `see` turns the data of a record at a step into
    what the person may see of it (`ledger.sight.Sight.see_data`); without it they are as stored. `mark` is what a
    workbook carries to be recognised by when it comes back. `part` names the group of a record: the records come group
    by group, and each group ends in its subtotals (not in .csv, which holds records and nothing else).
    """

    title: str
    fields: Sequence[FieldSpec]
    lookup: Lookup
    prepared_by: str = ""
    reviewed_by: str = ""
    reporting_unit: str = ""
    numbered: bool = True
    grouped: bool = False
    with_total: bool = False
    extras: tuple[Extra, ...] = ()
    show: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    among: Sequence[FieldSpec] = ()
    day: date | None = None
    see: Callable[[str, Mapping[str, Any]], Mapping[str, Any]] | None = None
    mark: Mark | None = None
    part: Callable[[Standing], str] | None = None

    @property
    def stamp(self) -> str:
        """The line that says who filled the sheet in, who is to check it, and when it was made."""
        day = self.day or clock.today()
        parts = {
            "填报单位": self.reporting_unit,
            "填表人": self.prepared_by,
            "审核人": self.reviewed_by or "　　　　",
            "填报日期": f"{day.year}年{day.month}月{day.day}日",
        }
        return "　　".join(f"{name}：{value}" for name, value in parts.items() if value)


@dataclass(frozen=True)
class Written:
    """How many records were written, and what has to be said of the file; empty where nothing was left out."""

    rows: int
    notes: tuple[str, ...] = ()


def parts(sheet: Sheet, rows: Iterable[Standing]) -> Iterator[tuple[str | None, Iterator[Standing]]]:
    """The rows group by group, each with its name; one nameless group where the sheet has none."""
    if sheet.part is None:
        yield None, iter(rows)
    else:
        yield from groupby(rows, key=sheet.part)


See = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""Turns the data of a record at a step into what a person may see of it."""


def standings(records: Iterable[Record], see: See | None = None) -> Iterator[Standing]:
    """The records in their order, as they may be seen; without `see` as they are stored."""
    if see is None:
        yield from _as_stored(records)
    else:
        for standing in _as_stored(records):
            yield standing._replace(data=see(standing.state, standing.data))


def _as_stored(records: Iterable[Record]) -> Iterator[Standing]:
    """The records as they are, a query's without making a model instance of each."""
    if isinstance(records, QuerySet):
        # JSON and moments come as text, because the parsers here are several times faster than the ORM's.
        columns = ("pk", "number", "state", _text("due_at"), _text("closed_at"), _text("data"), "unit_id")
        for pk, number, state, due, closed, data, unit in records.values_list(*columns).iterator(_ROWS_AT_ONCE):
            yield Standing(number, state, _instant(due), _instant(closed), orjson.loads(data), pk, unit)
    else:
        for record in records:
            standing = (record.number, record.state, record.due_at, record.closed_at, record.data, record.pk)
            yield Standing(*standing, record.unit_id)


def _text(column: str) -> Cast:
    return Cast(column, TextField())


def _instant(text: str | None) -> datetime | None:
    """An instant as the database writes it: in UTC, which SQLite does not say and PostgreSQL does."""
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
