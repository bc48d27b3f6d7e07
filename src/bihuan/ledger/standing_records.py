"""The records that the rows of a file mean, found by number or by key, and what is known of their past."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from bihuan.base.canonical import loads
from bihuan.ledger.export_mark import Mark
from bihuan.ledger.models import Event, Ledger, Record, Tie
from bihuan.ledger.past_terms import PastTerms
from bihuan.ledger.row_reading import Row
from bihuan.ledger.sealed import open_data
from bihuan.ledger.unreported import UNREPORTED, flag_of

_AT_ONCE = 500


@dataclass(frozen=True)
class Standing:
    """Records by number and by key; `merged` says by key into which number one went.

    `bases` is what each was at the export, or what the last files said of it; `exported` are the fields that went out.
    Both are told in the terms of the present definition."""

    ledger: Ledger | None = None
    mark: Mark | None = None
    by_number: Mapping[str, Record] = field(default_factory=dict)
    by_key: Mapping[str, Record] = field(default_factory=dict)
    bases: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    exported: frozenset[str] = frozenset()
    visible: QuerySet[Record] | None = None
    merged: Mapping[str, str] = field(default_factory=dict)

    def of(self, row: Row) -> Record | None:
        """The record that a row means; None for a new one, and for a number that is nobody's."""
        return self.by_number.get(row.record) if row.record else self.by_key.get(row.key)

    def base(self, record: Record) -> Mapping[str, Any]:
        """What the record's fields were before both sides went on; a field that is not named has no known past."""
        known = self.bases.get(record.pk, {})
        if self.mark and record.pk in self.mark.records:
            return {code: UNREPORTED if known.get(flag_of(code)) else known.get(code) for code in self.exported}
        return known

    def removed(self, touched: Collection[int]) -> list[Record]:
        """The records that were exported, still stand, and have no row any more."""
        if self.mark is None or self.visible is None:
            return []
        rest = sorted(self.mark.records - set(touched))
        return [record for some in _portions(rest) for record in self.visible.filter(pk__in=some)]

    def taken(self, keys: list[str]) -> set[str]:
        """Those of some keys that a standing record has."""
        if self.ledger is None:
            return set()
        rows = (_standing(self.ledger).filter(key__in=some).values_list("key", flat=True) for some in _portions(keys))
        return {key for some in rows for key in some if key}


def standing_records(
    ledger: Ledger, rows: Iterable[Row], mark: Mark | None, visible: QuerySet[Record] | None, terms: PastTerms
) -> Standing:
    """Find the records of a file's rows; by number only among those that are visible to the actor, or among all."""
    found = list(rows)
    numbers = [row.record for row in found if row.record]
    among = _standing(ledger) if visible is None else visible
    by_number = {one.number: one for some in _portions(numbers) for one in _opened(among.filter(number__in=some))}
    keys = [row.key for row in found if not row.record]
    rows_by_key = (_standing(ledger).filter(key__in=some) for some in _portions(keys))
    by_key = {one.key or "": one for some in rows_by_key for one in _opened(some)}
    ids = {record.pk for record in (*by_number.values(), *by_key.values())}
    exported = sorted(ids & mark.records) if mark else []
    bases = _exported_values(terms, exported, mark.position) if mark else {}
    bases = _imported_values(terms, sorted(ids - set(exported))) | bases
    fields = frozenset(terms.codes(mark.fields, version_at(ledger, mark.position))) if mark else frozenset()
    return Standing(ledger, mark, by_number, by_key, bases, fields, among, _merged(ledger, keys))


def is_anybody(ledger: Ledger, keys: Sequence[str]) -> bool:
    """Whether any of some keys is that of a record that stands, or of one that went into another."""
    standing = (_standing(ledger).filter(key__in=some).exists() for some in _portions(keys))
    return any(standing) or bool(_merged(ledger, keys))


def version_at(ledger: Ledger, position: int) -> int:
    """The version of the definition under which an event was written."""
    payload = Event.objects.filter(ledger=ledger, position=position).values_list("payload", flat=True).first()
    return int(loads(payload).get("v", 1)) if payload else ledger.version


def _merged(ledger: Ledger, keys: Sequence[str]) -> dict[str, str]:
    """By their keys, the records that went into another, and that one's number."""
    ties = Tie.objects.filter(record__ledger=ledger, kind="merged")
    if not ties.exists():
        return {}
    rows = (ties.filter(record__key__in=some).values_list("record__key", "other__number") for some in _portions(keys))
    return {str(key): number for some in rows for key, number in some}


def _opened(records: QuerySet[Record]) -> Iterator[Record]:
    """The records with what is sealed in them opened, to be compared."""
    for record in records.select_related("ledger"):
        record.data = open_data(record.ledger.code, record.data)
        yield record


def _standing(ledger: Ledger) -> QuerySet[Record]:
    return Record.objects.filter(ledger=ledger, deleted=False)


def _portions(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]


def _exported_values(terms: PastTerms, records: list[int], position: int) -> dict[int, dict[str, Any]]:
    """The records' fields as the events up to a place in the chain made them."""
    return _replayed(terms, Event.objects.filter(ledger=terms.ledger, position__lte=position), records)


def _imported_values(terms: PastTerms, records: list[int]) -> dict[int, dict[str, Any]]:
    """What the last files said of each record: the common base against which a new file is compared."""
    by_file = Event.objects.filter(ledger=terms.ledger, kind__in=("imported", "updated_by_file"))
    return _replayed(terms, by_file, records)


def _replayed(terms: PastTerms, events: QuerySet[Event], records: list[int]) -> dict[int, dict[str, Any]]:
    """What some events made of each record, carried on from each definition under which they were written."""
    base: dict[int, dict[str, Any]] = {}
    under: dict[int, int] = {}
    ledger, present = terms.ledger.code, terms.ledger.version
    for some in _portions(records):
        rows = events.filter(record__in=some).order_by("record_id", "version")
        for record, text in rows.values_list("record_id", "payload"):
            payload = loads(text)
            version, known = payload.get("v", 1), base.setdefault(record, {})
            if under.setdefault(record, version) < version:
                known = base[record] = terms.carried(known, under[record], version)
                under[record] = version
            known.update(open_data(ledger, payload.get("set", {})))
    late = {record: version for record, version in under.items() if version < present}
    return base | {record: terms.carried(base[record], version, present) for record, version in late.items()}
