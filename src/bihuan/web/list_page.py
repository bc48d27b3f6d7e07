"""How many records a list has, in which colours, and where in it a page stands: exact where that is cheap."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet, Value
from django.http import HttpRequest

from bihuan.ledger.among import among
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.paging import COUNTED, Row, Total, rows_by_id, rows_of, total_of
from bihuan.ledger.rules import sees_whole, whole_total
from bihuan.loop.colour import colour_case, found_by_colour, is_walked
from bihuan.loop.queries import colour_counts
from bihuan.loop.tally_counts import Counts, no_counts
from bihuan.loop.whole_counts import whole_counts
from bihuan.web.asking import Query

_LONGEST_NUMBER = 9


class Found(NamedTuple):
    """A record that a condition finds, with its colour; blank in a ledger without a loop."""

    pk: int
    colour: str


@dataclass(frozen=True)
class Standing:
    """What was asked for, in all colours (`alike`) and in the one chosen (`rows`).

    A condition that no index answers is looked for once: up to a bound all that it finds is kept, and the page, its
    counts and its summary come from that.
    """

    query: Query
    alike: QuerySet[Record]
    rows: QuerySet[Record]

    @cached_property
    def found(self) -> list[Found] | None:
        """All that a condition finds, in order; None without one, and where it finds more than are kept."""
        if not self.query.get("where").strip():
            return None
        bounds = self.query.opened.bounds
        colour = colour_case(bounds) if bounds else Value("")
        *order, newest = self.alike.query.order_by or ("-pk",)
        ids = list(self.alike.order_by(newest).values_list("pk", flat=True)[: COUNTED + 1])
        if len(ids) > COUNTED:
            return None
        ordered = Record.objects.filter(among(ids)).order_by(*order, "-pk")
        return [Found(*one) for one in ordered.annotate(colour=colour).values_list("pk", "colour")]

    @property
    def summed(self) -> QuerySet[Record]:
        """The records of all colours, to sum up."""
        return self.alike if self.found is None else Record.objects.filter(pk__in=[one.pk for one in self.found])

    @cached_property
    def counts(self) -> Counts | None:
        """How many of each colour; None for more than are counted one by one."""
        opened = self.query.opened
        if opened.loop is None or opened.bounds is None:
            return None
        if self.found is not None:
            colours = Counter(one.colour for one in self.found)
            return {colour: colours[colour.value] for colour in no_counts()}
        if not self.query.narrows_beside_colour:
            return whole_counts(opened.actor, opened.ledger, opened.loop, opened.bounds, self.query.head)
        if total_of(self.alike, COUNTED).more and not self.query.counts_all:
            return None
        return colour_counts(self.alike, opened.bounds)

    @cached_property
    def total(self) -> Total:
        """How many are listed."""
        if self.counts is not None:
            chosen = self.query.colour
            return Total(self.counts[chosen] if chosen else sum(self.counts.values()))
        if self.found is not None:
            return Total(len(self.found))
        if self.query.narrows:
            return total_of(self.rows, None if self.query.counts_all else COUNTED)
        return Total(whole_total(self.query.opened.actor, self.query.opened.ledger))

    @property
    def _whole(self) -> Ledger | None:
        """The ledger, where all of its records are asked for and seen, the newest first."""
        opened, bare = self.query.opened, not (self.query.narrows or self.query.get("sort"))
        return opened.ledger if bare and sees_whole(opened.actor, opened.ledger) else None

    def page(self, start: int, size: int) -> list[Row]:
        """The rows of a page."""
        chosen, bounds = self.query.colour, self.query.opened.bounds
        if self.found is None:
            total, rows = None if self.total.more else self.total.count, self.rows
            if chosen and bounds and is_walked(self.total, self.query.get("sort")):
                rows = self.alike.filter(found_by_colour(chosen, bounds))
            return rows_of(rows, start, size, total, all_of=self._whole)
        listed = [one.pk for one in self.found if chosen is None or one.colour == chosen.value]
        return rows_by_id(listed[start : start + size])


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

    def told(self, sizes: Sequence[int], count_all: str = "") -> dict[str, Any]:
        """For components/pager.html. What was not counted says so, and `count_all` is where it is."""
        pages = max(1, -(-self.total.count // self.size))
        more = self.total.more
        return {
            "number": self.number,
            "pages": max(pages, self.number + 1) if more else pages,
            "total": self.total.count,
            "size": self.size,
            "sizes": sizes,
            "note": f"仅数到 {self.total.count:,} 条，后面还有" if more else "",
            "count_all": count_all if more else "",
        }
