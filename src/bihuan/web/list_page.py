"""How many records a list has, in which colours, and where in it a page stands: exact where that is cheap."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from bihuan.ledger.models import Record
from bihuan.ledger.paging import Total, total_of
from bihuan.ledger.rules import whole_total
from bihuan.loop.queries import colour_counts
from bihuan.loop.tally_counts import Counts
from bihuan.loop.whole_counts import whole_counts
from bihuan.web.asking import Query

_LONGEST_NUMBER = 9


@dataclass(frozen=True)
class Standing:
    """What was asked for, in all colours (`alike`) and in the one chosen (`rows`)."""

    query: Query
    alike: QuerySet[Record]
    rows: QuerySet[Record]

    @cached_property
    def counts(self) -> Counts | None:
        """How many of each colour; None for more than are counted one by one."""
        opened = self.query.opened
        if opened.loop is None or opened.bounds is None:
            return None
        if self.query.narrows_beside_colour:
            return None if total_of(self.alike).more else colour_counts(self.alike, opened.bounds)
        return whole_counts(opened.actor, opened.ledger, opened.loop, opened.bounds, self.query.head)

    @cached_property
    def total(self) -> Total:
        """How many are listed."""
        if self.counts is not None:
            chosen = self.query.colour
            return Total(self.counts[chosen] if chosen else sum(self.counts.values()))
        if self.query.narrows:
            return total_of(self.rows)
        return Total(whole_total(self.query.opened.actor, self.query.opened.ledger))


@dataclass(frozen=True)
class ListPage:
    """A page of a list, by its number from 1."""

    number: int
    size: int
    total: Total

    @classmethod
    def of(cls, request: HttpRequest, total: Total, size: int) -> "ListPage":
        """The page that the address names, or the nearest that there is."""
        text = request.GET.get("page", "")
        number = int(text) if text.isdecimal() and len(text) <= _LONGEST_NUMBER else 1
        last = max(1, -(-total.count // size))
        return cls(max(1, number if total.more else min(number, last)), size, total)

    @property
    def start(self) -> int:
        return (self.number - 1) * self.size

    def told(self, sizes: Sequence[int]) -> dict[str, Any]:
        """For components/pager.html. What was not counted says so."""
        pages = max(1, -(-self.total.count // self.size))
        more = self.total.more
        return {
            "number": self.number,
            "pages": max(pages, self.number + 1) if more else pages,
            "total": self.total.count,
            "size": self.size,
            "sizes": sizes,
            "note": f"仅数到 {self.total.count:,} 条，后面还有" if more else "",
        }
