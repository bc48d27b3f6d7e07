"""A whole ledger by colour, as one person sees it: counted once, and known until an event or the clock changes it.

What is remembered is named by the head of the ledger's chain, which is another after every event, and by all else that
the counts follow from. It holds up to the next instant at which a colour changes by itself.
"""

import hashlib
from datetime import datetime

from django.core.cache import cache
from django.db import connection
from django.db.models import Min

from bihuan.base import clock
from bihuan.ledger.data_scopes import reach_of
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.rules import scope_among, scope_aside
from bihuan.loop.colour import Bounds
from bihuan.loop.spec import LoopSpec
from bihuan.loop.tally_counts import Counts, counts_by_place, summed
from bihuan.org.actor import Actor

_KEPT = 3_600
_HEAD = "SELECT head FROM ledger_chain WHERE ledger_id = %s"
"""By hand, because every list asks it."""


def head_of(ledger: Ledger) -> str:
    """The hash of the ledger's last event; another after every change of a record."""
    with connection.cursor() as cursor:
        cursor.execute(_HEAD, [ledger.pk])
        head: str = cursor.fetchone()[0]
    return head


def mark_of(actor: Actor, ledger: Ledger, head: str, *asked: object) -> str:
    """Names what an actor sees of a ledger at an event of its chain, for what else was asked."""
    reach = reach_of(actor, ledger)
    mine = () if reach.whole else (sorted(reach.units), reach.own, sorted(actor.acts_for))
    mark = repr((ledger.pk, ledger.stamp, head, reach.whole, mine, asked))
    return hashlib.sha256(mark.encode()).hexdigest()


def whole_counts(actor: Actor, ledger: Ledger, loop: LoopSpec, bounds: Bounds, head: str) -> Counts:
    """How many of each colour the actor sees in the ledger at the bounds' instant."""
    mark = mark_of(actor, ledger, head, "colours", bounds.yellow_until, clock.local_date(bounds.at))
    known: tuple[datetime, datetime, Counts] | None = cache.get(mark)
    if known and known[0] <= bounds.at < known[1]:
        return known[2]
    counts = summed(counts_by_place(actor, [(ledger, loop)], bounds.at).values())
    cache.set(mark, (bounds.at, _next_change(actor, ledger, bounds.at), counts), _KEPT)
    return counts


def _next_change(actor: Actor, ledger: Ledger, at: datetime) -> datetime:
    """The first instant after this one at which a record falls overdue, is closed, or the day ends."""
    end = clock.end_of_day(clock.local_date(at))
    due = Record.objects.filter(scope_aside(actor, [ledger]), closed_at__isnull=True, due_at__gte=at, due_at__lte=end)
    closing = Record.objects.filter(scope_among(actor, [ledger]), closed_at__gt=at)
    found: list[datetime | None] = [due.aggregate(at=Min("due_at"))["at"], closing.aggregate(at=Min("closed_at"))["at"]]
    return min([end, *(moment for moment in found if moment)])
