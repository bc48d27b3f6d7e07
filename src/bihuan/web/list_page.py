"""How many records a list has, in which colours, and where in it a page stands: exact where that is cheap."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import QuerySet, Value
from django.http import HttpRequest

from bihuan.figure.listing import Listing, listing_of
from bihuan.ledger.among import among
from bihuan.ledger.grouping import Grouped, grouped
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.paging import COUNTED, Row, Total, rows_by_id, rows_of, stretch, total_of
from bihuan.ledger.rules import sees_whole, whole_total
from bihuan.ledger.spec import FieldSpec
from bihuan.loop.colour import colour_case, found_by_colour, is_walked
from bihuan.loop.queries import colour_counts
from bihuan.loop.summary import Summary
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
    def listing(self) -> Listing | None:
        """The list by the columns of the ledger's lake; None where the database tells it as fast, or alone."""
        if self.alike.query.is_empty():
            return None
        query, opened = self.query, self.query.opened
        asked = query.asked(coloured=False)
        return listing_of(opened.actor, opened.ledger, opened.loop, asked, grouped=bool(query.group))

    @cached_property
    def found(self) -> list[Found] | None:
        """All that a condition finds, in order; None without one, and where it finds more than are kept."""
        if not self.query.get("where").strip() or self.listing:
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
    def summary(self) -> Summary | None:
        """The summary of the records of all colours; None for more than a page can wait for."""
        if self.counts is None:
            return None
        count = sum(self.counts.values())
        if self.listing and self.query.narrows_beside_colour:
            if count > COUNTED:
                return None
            return self.query.summary_of(Record.objects.filter(among(self.listing.ids(0, count))), count)
        found = self.alike if self.found is None else Record.objects.filter(pk__in=[one.pk for one in self.found])
        return self.query.summary_of(found, count)

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
        if self.listing:
            return self.listing.counts
        if self._of_all_colours.more and not self.query.counts_all:
            return None
        return colour_counts(self.alike, opened.bounds)

    @cached_property
    def _of_all_colours(self) -> Total:
        """How many there are in all colours, counted so far as a page can wait for."""
        return total_of(self.alike, COUNTED)

    @cached_property
    def total(self) -> Total:
        """How many are listed."""
        if self.counts is not None:
            chosen = self.query.colour
            return Total(self.counts[chosen] if chosen else sum(self.counts.values()))
        if self.found is not None:
            return Total(len(self.found))
        if self.query.narrows and self.listing:
            return Total(self.listing.total)
        if self.query.narrows and self.rows is self.alike and not self.query.counts_all:
            return self._of_all_colours
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
        if self.listing:
            return rows_by_id(self.listing.ids(start, size, chosen))
        if self.found is None:
            total, rows = None if self.total.more else self.total.count, self.rows
            if chosen and bounds and is_walked(self.total, self.query.get("sort")):
                rows = self.alike.filter(found_by_colour(chosen, bounds))
            return rows_of(rows, start, size, total, all_of=self._whole)
        listed = [one.pk for one in self.found if chosen is None or one.colour == chosen.value]
        return rows_by_id(listed[start : start + size])

    def records(self, start: int, count: int) -> list[Record]:
        """The same as records, to be worked with."""
        if self.listing is None:
            return stretch(self.rows, start, count)
        ids = self.listing.ids(start, count, self.query.colour)
        found = Record.objects.in_bulk(ids)
        return [found[pk] for pk in ids if pk in found]

    def groups(self, code: str, summed: Sequence[FieldSpec]) -> Grouped:
        """The rows in groups by a field."""
        found = None
        if self.listing:
            found = self.listing.groups(code, [field.code for field in summed], self.query.colour)
        return found or grouped(self.rows, self.query.opened.spec, code, summed)


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
