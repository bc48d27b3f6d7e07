"""Matters over all ledgers at once: counted by colour, waiting for a person, opened by one; and as rows of a list.

Ledgers differ in their loops, and so in what is near due. Conditions are therefore put together ledger by ledger, and
asked in one query.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from django.db.models import BooleanField, Count, Q, QuerySet, prefetch_related_objects
from django.db.models.expressions import RawSQL
from django.urls import reverse

from bihuan.ledger.models import Event, Involved, Ledger, Record
from bihuan.ledger.pieces import Piece
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import scope_among, scope_aside, tally_scope
from bihuan.ledger.sight import Sight, sight_of
from bihuan.ledger.types import Lookup
from bihuan.loop.colour import Bounds, Colour, bounds_at
from bihuan.loop.day_counts import Field, day_counts
from bihuan.loop.joined import counted_elsewhere
from bihuan.loop.spec import LoopSpec
from bihuan.loop.tally_counts import Counts, alike, any_of, colour_in, counts_by_place, no_counts, summed
from bihuan.loop.waiting import Waiting, waiting_for
from bihuan.org.actor import Actor
from bihuan.web import showing

_PORTION, _PORTIONS = 300, 4
VIEWS = {"waiting": "待我办理", "done": "已办", "opened": "我发起", "copied": "抄送我"}


@dataclass(frozen=True)
class Units:
    """The units whose matters are meant; with `outside`, what belongs to none of them."""

    units: frozenset[int]
    outside: bool = False

    def has(self, unit: int | None) -> bool:
        return (unit in self.units) is not self.outside

    def condition(self) -> Q:
        """On records."""
        if self == EVERYWHERE:
            return Q()
        inside = Q(unit__in=sorted(self.units))
        return Q(unit__isnull=True) | ~inside if self.outside else inside

    def on_tallies(self) -> Q:
        """On tallies, which say 0 for no unit."""
        inside = Q(unit__in=sorted(self.units))
        return ~inside if self.outside else inside


EVERYWHERE = Units(frozenset(), outside=True)


@dataclass
class Matters:
    """The matters that a person may see, of the ledgers given, at an instant."""

    actor: Actor
    ledgers: list[tuple[Ledger, LoopSpec]]
    at: datetime

    @cached_property
    def bounds(self) -> dict[int, Bounds]:
        return {ledger.pk: bounds_at(loop, self.at) for ledger, loop in self.ledgers}

    @cached_property
    def _ledgers(self) -> list[Ledger]:
        return [ledger for ledger, _ in self.ledgers]

    @cached_property
    def _scope(self) -> Q:
        return scope_among(self.actor, self._ledgers)

    def aside(self) -> QuerySet[Record]:
        """The same matters, for a query that enters by due dates or by a few ids."""
        return self._once(Record.objects.filter(scope_aside(self.actor, self._ledgers)))

    def all(self) -> QuerySet[Record]:
        return self._once(Record.objects.filter(self._scope))

    def _once(self, rows: QuerySet[Record]) -> QuerySet[Record]:
        """What stands in several of the ledgers is listed where it is handled."""
        return rows if self._twice is None else rows.exclude(self._twice)

    @cached_property
    def _twice(self) -> Q | None:
        return counted_elsewhere(self.actor, self._ledgers)

    def coloured(self, colour: Colour) -> Q:
        """The condition that a matter has a colour, by its own ledger's rule."""
        return any_of(alike(self.ledgers, self.at), colour)

    def by_ledger(self) -> dict[int, Counts]:
        """How many of each colour every ledger has."""
        counts = {ledger.pk: no_counts() for ledger, _ in self.ledgers}
        for (ledger, _), some in counts_by_place(self.actor, self.ledgers, self.at).items():
            counts[ledger] = summed([counts[ledger], some])
        return counts

    def counts(self, condition: Q | None = None, of: Units = EVERYWHERE) -> Counts:
        """How many of each colour there are of these units, among those of a condition."""
        if condition is None:
            places = counts_by_place(self.actor, self.ledgers, self.at)
            return summed(some for (_, unit), some in places.items() if of.has(unit))
        colour = colour_in(alike(self.ledgers, self.at))
        rows = self.all().filter(condition, of.condition()).order_by().annotate(colour=colour).values_list("colour")
        return no_counts() | {Colour(name): number for name, number in rows.annotate(n=Count("pk"))}

    @cached_property
    def waiting(self) -> Waiting:
        """What somebody of the person's posts, or the person by name, must move on."""
        return waiting_for(self.actor, self.ledgers)

    def how_many(self, view: str) -> int:
        """How many there are of a view; those that wait are told by the tallies where they can tell."""
        counted = self.waiting.count(tally_scope(self.actor, self._ledgers)) if view == "waiting" else None
        rows = self.all() if view == "waiting" else self.aside()
        return rows.filter(self.view(view) or Q()).count() if counted is None else counted

    def in_order(self, view: str, colour: Colour | None = None, of: Units = EVERYWHERE) -> list[Piece]:
        """The matters of a view, a colour and these units, in pieces, each by an index of its own.

        What is open and due first comes first (so red stands before yellow, and yellow before green), then what has no
        deadline, then what is closed, the last closed first. With no view, the tallies tell where a page lies.
        """
        condition = (self.view(view) or Q()) & of.condition()
        rows = (self.all() if view == "waiting" else self.aside()).filter(condition)
        still = rows.filter(closed_at__isnull=True)
        due, free = still.filter(due_at__isnull=False).order_by("due_at", "pk"), still.filter(due_at__isnull=True)
        closed = self.all().filter(condition, closed_at__isnull=False).order_by("-closed_at", "-pk")
        to_come = closed.filter(closed_at__gt=self.at)
        if colour is not None:
            due, free, closed, to_come = (some.filter(self.coloured(colour)) for some in (due, free, closed, to_come))
        pieces: list[Piece] = []
        if colour is not Colour.WHITE:
            pieces.append(Piece(due, "due_at", days=self._days(view, due, "due_at", colour, of)))
        if colour in (None, Colour.GREEN):
            pieces.append(Piece(free.order_by("pk")))
        if colour in (None, Colour.WHITE):
            days = self._days(view, closed, "closed_at", colour, of)
            return [*pieces, Piece(closed, "closed_at", latest_first=True, days=days)]
        return [*pieces, Piece(to_come)]

    def _days(
        self, view: str, rows: QuerySet[Record], field: Field, colour: Colour | None, of: Units
    ) -> Callable[[], Mapping[int, int]] | None:
        """How many of the rows lie on each day; None in a view, which no tally counts."""
        if view:
            return None
        units = of.on_tallies()
        return cache(lambda: day_counts(self.actor, self.ledgers, self.at, rows, field, colour, units))

    def opened_here(self) -> Q:
        """The condition that the person brought a matter in, and it is still open."""
        # Written out, the number lets SQLite use the index of openings alone.
        first = RawSQL("version = 1", (), output_field=BooleanField())
        mine = Event.objects.filter(Q(first), person=self.actor.person or 0).values("record")
        return Q(pk__in=mine, closed_at__isnull=True)

    def done_here(self) -> Q:
        """The condition that the person did something to a matter that was there."""
        mine = Event.objects.filter(person=self.actor.person or 0, version__gt=1, batch__isnull=True)
        return Q(pk__in=mine.values("record"))

    def copied_here(self) -> Q:
        """The condition that the person was copied in."""
        copied = Involved.objects.filter(person=self.actor.person or 0, part="copied")
        return Q(pk__in=copied.values("record"))

    def near(self) -> QuerySet[Record]:
        """What is due next of all that is near due, by the index of what is open."""
        last = max((bounds.yellow_until for bounds in self.bounds.values()), default=self.at)
        within = Q(closed_at__isnull=True, due_at__gte=self.at, due_at__lte=last)
        return self.aside().filter(within).filter(self.coloured(Colour.YELLOW)).order_by("due_at")

    def recent(self, number: int) -> list[Event]:
        """The last things that people did one by one to matters in sight, looked for among the last thousands."""
        found: list[Event] = []
        below: Q = Q()
        for _ in range(_PORTIONS):
            some = list(Event.objects.filter(below, batch__isnull=True).order_by("-id")[:_PORTION])
            seen = set(self.aside().filter(pk__in={event.record_id for event in some}).values_list("pk", flat=True))
            found += [event for event in some if event.record_id in seen]
            if len(found) >= number or len(some) < _PORTION:
                break
            below = Q(id__lt=some[-1].pk)
        found = found[:number]
        prefetch_related_objects(found, "record")
        return found

    def view(self, name: str) -> Q | None:
        """The condition of one of the desk's views; None for all matters."""
        views = {
            "waiting": self.waiting.condition,
            "done": self.done_here,
            "opened": self.opened_here,
            "copied": self.copied_here,
        }
        return views[name]() if name in views else None


def matter_rows(matters: Matters, records: Iterable[Record]) -> list[dict[str, Any]]:
    """Records as the rows of parts/matter_rows.html."""
    known = {ledger.pk: (ledger, loop) for ledger, loop in matters.ledgers}
    names = NameLookup(matters.actor)
    found = []
    for record in records:
        ledger, loop = known[record.ledger_id]
        bounds = matters.bounds[ledger.pk]
        found.append(
            {
                "number": record.number,
                "title": names.of(record, ledger),
                "url": reverse("record", args=[record.pk]),
                "ledger": ledger.title,
                "step": loop.states.get(record.state, record.state),
                "light": showing.light(record, loop, bounds),
                "due": showing.day(record.due_at),
                "left": showing.left(record, bounds),
                "unit": matters.actor.tree.name(record.unit_id) or "责任单位未定",
            }
        )
    return found


class NameLookup:
    """What records of many ledgers are called, without a query for each."""

    _ASKS = ("person", "record")

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._plain = Lookup(unit_names={node.pk: node.name for node in actor.tree.nodes})
        self._asked: dict[int, Lookup] = {}
        self._sights: dict[int, Sight] = {}

    def of(self, record: Record, ledger: Ledger) -> str:
        sight = self._sight(ledger)
        spec, lookup = sight.spec, self._lookup(sight)
        return showing.name_of(sight.see(record, lookup), spec, lookup)

    def _sight(self, ledger: Ledger) -> Sight:
        if ledger.pk not in self._sights:
            self._sights[ledger.pk] = sight_of(self.actor, ledger)
        return self._sights[ledger.pk]

    def _lookup(self, sight: Sight) -> Lookup:
        field = sight.spec.by_code.get(sight.spec.name_field)
        if field is None or field.kind not in self._ASKS:
            return self._plain
        if sight.ledger.pk not in self._asked:
            self._asked[sight.ledger.pk] = lookup_for(sight.spec, self.actor.tree)
        return self._asked[sight.ledger.pk]
