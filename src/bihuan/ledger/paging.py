"""Pieces of long lists: how many rows there are, up to a bound, and the rows of a stretch by their place."""

from dataclasses import dataclass

from django.db.models import QuerySet

from bihuan.ledger.models import Record

COUNTED = 10_000
"""Conditions that no index answers are counted so far; an exact count of a million rows would take seconds."""


@dataclass(frozen=True)
class Total:
    """How many rows there are; with `more`, at least so many and one more."""

    count: int
    more: bool = False


def total_of(rows: QuerySet[Record], most: int | None = COUNTED) -> Total:
    """How many rows a query has, counted up to `most`."""
    if most is None:
        return Total(rows.order_by().count())
    counted = rows.order_by().values("pk")[: most + 1].count()
    return Total(min(counted, most), counted > most)


def stretch(rows: QuerySet[Record], start: int, count: int) -> list[Record]:
    """Some rows of a query by their place.

    Their ids are walked to first, which an index can do alone, and only these rows are read.
    """
    ids = list(rows.values_list("pk", flat=True)[start : start + count])
    found = Record.objects.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]
