"""Numbers of records: given in order, by year where the ledger says so, and never a second time."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby

from bihuan.base import clock
from bihuan.ledger.models import Ledger, Serial
from bihuan.ledger.spec import LedgerSpec


def next_number(ledger: Ledger, spec: LedgerSpec, opened_at: datetime | None) -> str:
    """The number of one record more, opened at an instant."""
    (number,) = numberer(ledger, spec, {series_of(spec, opened_at): 1})([opened_at])
    return number


def numberer(
    ledger: Ledger, spec: LedgerSpec, wanted: dict[str, int]
) -> Callable[[Sequence[datetime | None]], list[str]]:
    """A function that gives the next numbers for records opened at these instants, in their order.

    `wanted` says how many numbers of each series will be asked for; they are set aside at once, inside the caller's
    transaction. A number set aside and not used is lost, never given again.
    """
    nexts: dict[str, int] = {}
    for series, count in wanted.items():
        Serial.objects.get_or_create(ledger=ledger, series=series)
        row = Serial.objects.select_for_update().get(ledger=ledger, series=series)
        nexts[series] = row.last
        Serial.objects.filter(pk=row.pk).update(last=row.last + count)

    digits = spec.number.digits

    def give(opened_at: Sequence[datetime | None]) -> list[str]:
        names = {at: series_of(spec, at) for at in set(opened_at)}
        numbers = []
        for name, some in groupby(map(names.__getitem__, opened_at)):
            before = nexts[name]
            nexts[name] += sum(1 for _ in some)
            numbers += [name + str(number).zfill(digits) for number in range(before + 1, nexts[name] + 1)]
        return numbers

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
