"""The order by deadline in two parts: the rows that have one, then those without, each as an index walks it.

Blanks come last both ways, and no index holds them so: asked in one, a million rows are sorted for a page.
"""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import F, OrderBy, QuerySet
from django.db.models.lookups import Exact

from bihuan.ledger.index_expressions import Undated
from bihuan.ledger.models import Record

T = TypeVar("T")
_DUE = F("due_at")


def parts(rows: QuerySet[Record]) -> list[QuerySet[Record]]:
    """Queries that give the same rows in the same order one after the other; for another order the query itself."""
    first, *rest = rows.query.order_by or ("",)
    if not isinstance(first, OrderBy) or first.expression != _DUE:
        return [rows]
    # Without "nulls last", which is said of no blank here: PostgreSQL would not take the index for it.
    dated, undated = (rows.filter(Exact(Undated("due_at"), blank)) for blank in (0, 1))
    return [dated.order_by("-due_at" if first.descending else "due_at", *rest), undated.order_by("due_at", *rest)]


def backwards(rows: QuerySet[Record]) -> list[QuerySet[Record]]:
    """The same from the end."""
    return [part.reverse() for part in reversed(parts(rows))]


def walk(queries: Iterable[QuerySet[Record, T]], start: int, count: int) -> list[T]:
    """What queries give one after the other, from a place on. How many one has is asked only to pass over it."""
    found: list[T] = []
    for query in queries:
        some = list(query[start : start + count - len(found)])
        if start and not some:
            start -= query.order_by().count()
        else:
            start = 0
        found += some
        if len(found) == count:
            break
    return found
