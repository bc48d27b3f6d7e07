"""Numbers of records: given in order, by year where the ledger says so, and never a second time."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from bihuan.base import clock
from bihuan.ledger.models import Ledger, Serial
from bihuan.ledger.spec import LedgerSpec


def numberer(ledger: Ledger, spec: LedgerSpec, wanted: dict[str, int]) -> Callable[[datetime | None], str]:
    """A function that gives the next number for a record opened at an instant.

    `wanted` says how many numbers of each series will be asked for; they are set aside at once, inside the caller's
    transaction. A number set aside and not used is lost, never given again.
    """
    nexts: dict[str, int] = {}
    for series, count in wanted.items():
        Serial.objects.get_or_create(ledger=ledger, series=series)
        row = Serial.objects.select_for_update().get(ledger=ledger, series=series)
        nexts[series] = row.last
        Serial.objects.filter(pk=row.pk).update(last=row.last + count)

    def give(opened_at: datetime | None) -> str:
        name = series_of(spec, opened_at or clock.now())
        nexts[name] += 1
        return f"{name}{nexts[name]:0{spec.number.digits}d}"

    return give


def series_of(spec: LedgerSpec, opened_at: datetime | None) -> str:
    """The series that a record's number belongs to: the prefix, and the year in which the record was opened."""
    prefix = f"{spec.number.prefix}-" if spec.number.prefix else ""
    if not spec.number.by_year:
        return prefix
    return f"{prefix}{_year(opened_at or clock.now())}-"


@lru_cache(maxsize=8_192)
def _year(opened_at: datetime) -> int:
    return clock.local_date(opened_at).year
