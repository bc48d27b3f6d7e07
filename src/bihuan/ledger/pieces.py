"""Long lists made of several ordered queries after each other, and the rows of a page by their place.

A piece that is ordered by an instant may know how many of its rows lie on each day. A page in the midst of a million is
then entered by the index at its day; without that, every row before it would be walked over.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from bihuan.base import clock
from bihuan.ledger.models import Record


@dataclass(frozen=True)
class Piece:
    """Rows in order. `days`, once asked, counts them by the ordinal of the local day of `field`, their order."""

    rows: QuerySet[Record]
    field: str = ""
    latest_first: bool = False
    days: Callable[[], Mapping[int, int]] | None = None

    def count(self) -> int:
        return self.rows.order_by().count() if self.days is None else sum(self.days().values())

    def backwards(self) -> "Piece":
        return Piece(self.rows.reverse(), self.field, not self.latest_first, self.days)

    def ids(self, start: int, count: int) -> list[int]:
        """The ids of the rows from a place on."""
        rows = self.rows
        if self.days is not None and start:
            day, start = self._day_of(self.days(), start)
            if day is None:
                return []
            rows = rows.filter(self._from(day))
        return list(rows.values_list("pk", flat=True)[start : start + count])

    def _day_of(self, days: Mapping[int, int], place: int) -> tuple[int | None, int]:
        """The day on which the row of a place lies, and which of that day's rows it is."""
        for day, number in sorted(days.items(), reverse=self.latest_first):
            if place < number:
                return day, place
            place -= number
        return None, place

    def _from(self, day: int) -> Q:
        first = clock.start_of_day(date.fromordinal(day))
        if self.latest_first:
            return Q(**{f"{self.field}__lt": first + timedelta(days=1)})
        return Q(**{f"{self.field}__gte": first})


def stretch_of(pieces: Sequence[Piece], start: int, count: int, total: int) -> list[Record]:
    """Some rows of a list of `total` by their place, from its nearer end."""
    last = min(start + count, total)
    if start <= total // 2:
        return _read(_walk(pieces, start, last - start))
    backwards = [piece.backwards() for piece in reversed(pieces)]
    return _read(_walk(backwards, total - last, last - start)[::-1])


def _walk(pieces: Iterable[Piece], start: int, count: int) -> list[int]:
    """Ids by their place. A piece is counted only to step over it."""
    ids: list[int] = []
    for piece in pieces:
        if len(ids) >= count:
            break
        some = piece.ids(start, count - len(ids))
        ids += some
        start = 0 if some or not start else max(0, start - piece.count())
    return ids


def _read(ids: Sequence[int]) -> list[Record]:
    found = Record.objects.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]
