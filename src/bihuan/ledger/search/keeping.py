"""Keeps the index of a ledger's records: few changes in the transaction that makes them, many afterwards in portions.

A mark says up to which event of the ledger's chain everything is indexed. Whatever came later is looked at one by one
by every search, so that an index that lags behind is slower and never wrong.
"""

from collections.abc import Iterable
from threading import Lock
from typing import Any

from django.db import connection, transaction
from django.db.models import Subquery
from django.db.models.functions import Coalesce

from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Chain, Event, Ledger, Record, SearchMark
from bihuan.ledger.sealed import sealed_fields
from bihuan.ledger.search.grams import grams_of_record
from bihuan.ledger.search.tables import TABLE
from bihuan.ledger.spec import LedgerSpec

AT_ONCE = 200
"""Up to so many events are indexed in the transaction that writes them."""
POINTING = frozenset({"choice", "choices", "unit", "person"})
"""Kinds of fields that are found by what they point at."""
WHOLE = frozenset({"record", "identity", "credit_code"})
"""Kinds of fields that are found by their whole value, beside what they hold: see `finding.holding`."""
PARCEL_TITLES = frozenset({"宗地编号", "地块编号", "不动产单元号", "宗地代码"})
"""Texts that tell a parcel of land by these titles are found so too."""
_PORTION = 2_000
_ROWS = 500
_at_work = Lock()


def pointing_fields(spec: LedgerSpec) -> tuple[str, ...]:
    return tuple(field.code for field in spec.fields if field.kind in POINTING)


def whole_fields(spec: LedgerSpec) -> tuple[str, ...]:
    return tuple(field.code for field in spec.fields if field.kind in WHOLE or field.title in PARCEL_TITLES)


def ledger_gram(ledger: int) -> str:
    """The word by which all of a ledger's records are found, and none of another's."""
    return f"ledger{ledger}"


def follow(ledger: Ledger, before: int, after: int) -> None:
    """Index the events from a position of the chain to another, if they are few and nothing before them is missing."""
    if after - before > AT_ONCE:
        return
    mark = SearchMark.objects.filter(ledger=ledger, position=before)
    if not mark.exists():
        return
    _index(ledger, before, after)
    mark.update(position=after)


def absorb(ledger: Ledger) -> int:
    """Index all that is not yet, in portions, each in a transaction of its own; returns how many events there were.

    What another thread is at already is left to it: two would only keep each other waiting for the database.
    """
    if not _at_work.acquire(blocking=False):
        return 0
    done = 0
    try:
        while some := _absorb_some(ledger):
            done += some
    finally:
        _at_work.release()
    return done


def absorb_all() -> int:
    """Index what is not yet, in every ledger: after a crash, a restore, or a new version of the index."""
    behind = [ledger for ledger in Ledger.objects.order_by("pk") if not is_whole(ledger)]
    return sum(absorb(ledger) for ledger in behind)


def refill(ledger: Ledger) -> None:
    """Index again what the ledger's mark says is indexed: the index itself is derived, and no archive holds it."""
    position = SearchMark.objects.filter(ledger=ledger).values_list("position", flat=True).first()
    if position:
        _index(ledger, 0, position)


@transaction.atomic
def _absorb_some(ledger: Ledger) -> int:
    mark, _ = SearchMark.objects.select_for_update().get_or_create(ledger=ledger)
    events = Event.objects.filter(ledger=ledger, position__gt=mark.position).order_by("position")
    last = max(events.values_list("position", flat=True)[:_PORTION], default=mark.position)
    if last > mark.position:
        _index(ledger, mark.position, last)
        SearchMark.objects.filter(pk=mark.pk).update(position=last)
    return last - mark.position


def _index(ledger: Ledger, before: int, after: int) -> None:
    spec, ids = spec_of(ledger), _touched(ledger, before, after)
    for start in range(0, len(ids), _ROWS):
        records = Record.objects.filter(pk__in=ids[start : start + _ROWS], deleted=False)
        _put(ledger, spec, records.values_list("pk", "number", "data"))


def _touched(ledger: Ledger, before: int, after: int) -> list[int]:
    events = Event.objects.filter(ledger=ledger, position__gt=before, position__lte=after)
    return list(events.order_by().values_list("record_id", flat=True).distinct())


def _put(ledger: Ledger, spec: LedgerSpec, rows: Iterable[tuple[int, str, dict[str, Any]]]) -> None:
    pointing, whole, sealed = pointing_fields(spec), whole_fields(spec), sealed_fields(spec)
    own = ledger_gram(ledger.pk)
    found = [(pk, [own, *grams_of_record(number, data, pointing, sealed, whole)]) for pk, number, data in rows]
    with connection.cursor() as cursor:
        cursor.executemany(_statement(), [(pk, _kept(grams)) for pk, grams in found])


def _statement() -> str:
    if connection.vendor == "postgresql":
        return (
            f"INSERT INTO {TABLE} (record_id, grams) VALUES (%s, %s) "
            "ON CONFLICT (record_id) DO UPDATE SET grams = excluded.grams"
        )
    return f"INSERT INTO {TABLE} (rowid, grams) VALUES (%s, %s)"


def _kept(grams: list[str]) -> list[str] | str:
    return grams if connection.vendor == "postgresql" else " ".join(grams)


def is_whole(ledger: Ledger) -> bool:
    """Whether everything in a ledger is indexed."""
    behind = Chain.objects.filter(ledger=ledger, position__gt=Coalesce(_mark_of(ledger), 0))
    return not behind.exists()


def _mark_of(ledger: Ledger) -> Subquery:
    return Subquery(SearchMark.objects.filter(ledger=ledger).values("position"))


def forget(ledger: Ledger) -> None:
    """Begin the index of a ledger anew: the next absorbing makes all of it."""
    SearchMark.objects.filter(ledger=ledger).update(position=0)
