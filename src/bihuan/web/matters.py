"""Matters over all ledgers at once: counted by colour, waiting for a person, opened by one; and as rows of a list.

Ledgers differ in their loops, and so in what is near due. Conditions are therefore put together ledger by ledger, and
asked in one query.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.urls import reverse

from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import scope_everywhere
from bihuan.ledger.sight import Sight, sight_of
from bihuan.ledger.types import Lookup
from bihuan.loop.colour import Bounds, Colour, bounds_at, has_colour
from bihuan.loop.queries import Counts, no_counts, waiting_steps
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor
from bihuan.web import showing

BY_URGENCY = (F("due_at").asc(nulls_last=True), "pk")
"""What is due first comes first: so red stands before yellow, and yellow before green."""


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
    def _scope(self) -> Q:
        return scope_everywhere(self.actor) & Q(ledger__in=[ledger.pk for ledger, _ in self.ledgers])

    def all(self) -> QuerySet[Record]:
        return Record.objects.filter(self._scope)

    def coloured(self, colour: Colour) -> Q:
        """The condition that a matter has a colour, by its own ledger's rule."""
        alike: dict[datetime, list[int]] = {}
        for ledger, bounds in self.bounds.items():
            alike.setdefault(bounds.yellow_until, []).append(ledger)
        condition = Q(pk__in=[])
        for ledgers in alike.values():
            condition |= Q(ledger__in=ledgers) & has_colour(colour, self.bounds[ledgers[0]])
        return condition

    def by_ledger(self, condition: Q | None = None) -> dict[int, Counts]:
        """How many of each colour every ledger has, among those of a condition: one query."""
        named = [When(self.coloured(c), then=Value(c.value)) for c in (Colour.WHITE, Colour.RED, Colour.YELLOW)]
        colour = Case(*named, default=Value(Colour.GREEN.value), output_field=CharField())
        rows = (
            self.all()
            .filter(condition or Q())
            .order_by()
            .annotate(colour=colour)
            .values("ledger", "colour")
            .annotate(n=Count("pk"))
        )
        counts = {ledger.pk: no_counts() for ledger, _ in self.ledgers}
        for row in rows:
            counts[row["ledger"]][Colour(row["colour"])] = row["n"]
        return counts

    def waiting(self) -> Q:
        """The condition that somebody of the person's posts must move a matter on."""
        condition = Q(pk__in=[])
        for ledger, loop in self.ledgers:
            condition |= Q(ledger=ledger) & waiting_steps(self.actor, ledger, loop)
        return condition

    def opened_here(self) -> Q:
        """The condition that the person brought a matter in, and it is still open."""
        mine = Event.objects.filter(person=self.actor.person or 0, version=1).values("record")
        return Q(pk__in=mine, closed_at__isnull=True)


def summed(counts: Iterable[Counts]) -> Counts:
    """The counts of several ledgers together."""
    total = no_counts()
    for some in counts:
        for colour, number in some.items():
            total[colour] += number
    return total


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
