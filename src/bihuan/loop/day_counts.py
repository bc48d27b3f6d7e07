"""How many matters lie on each day of a list: those still open by their due day, those closed by the day they closed.

From the tallies, like the counts by colour. What a tally of whole days cannot know is counted one by one: the day asked
itself, and the few that are seen beside the units or stand in several ledgers.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal

from django.db.models import Q, QuerySet, Sum

from bihuan.base import clock
from bihuan.ledger.models import DueTally, Record
from bihuan.ledger.rules import scope_among, seen_beside, tally_scope
from bihuan.loop.colour import Colour
from bihuan.loop.joined import counted_elsewhere
from bihuan.loop.tally_counts import Matters, alike, any_of, by_days
from bihuan.org.actor import Actor

Field = Literal["due_at", "closed_at"]
_DAY = timedelta(days=1)


def day_counts(
    actor: Actor, ledgers: Matters, at: datetime, rows: QuerySet[Record], field: Field, colour: Colour | None, units: Q
) -> Counter[int]:
    """How many of `rows`, which are all in sight of these units and of a colour or of any, lie on each day of a field.

    `units` is a condition on the unit that records and tallies have alike; days are ordinals.
    """
    mine = [ledger for ledger, _ in ledgers]
    tallies = DueTally.objects.filter(tally_scope(actor, mine), units, closed=field == "closed_at", due_day__gt=0)
    today = clock.local_date(at)
    if colour is not None:
        tallies = tallies.annotate(colour=by_days(alike(ledgers, at))).filter(colour=colour.value)
    found = Counter(dict(tallies.order_by().values_list("due_day").annotate(n=Sum("total"))))
    found.update(_days(rows, field, seen_beside(actor, mine)))
    told = Q() if colour is None else any_of(alike(ledgers, at), colour)
    once = Record.objects.filter(scope_among(actor, mine), units, told, closed_at__isnull=field == "due_at")
    found.subtract(Counter(_days(once, field, counted_elsewhere(actor, mine))))
    if colour is not None:
        on_day = {f"{field}__gte": clock.start_of_day(today), f"{field}__lt": clock.start_of_day(today + _DAY)}
        found[today.toordinal()] = rows.order_by().filter(**on_day).count()
    ends = today.toordinal() if colour is Colour.WHITE else date.max.toordinal()
    return +Counter({day: number for day, number in found.items() if day <= ends})


def _days(rows: QuerySet[Record], field: Field, condition: Q | None) -> Iterator[int]:
    """The days of the few rows that also keep to a condition; none without one."""
    if condition is not None:
        for instant in rows.order_by().filter(condition, **{f"{field}__isnull": False}).values_list(field, flat=True):
            yield clock.local_date(instant).toordinal()
