"""What the loop's pages ask: how many of each colour, for whom, what is near due, how well it closes."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, QuerySet

from bihuan.base.canonical import loads
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.projection import RecordState, apply
from bihuan.ledger.rules import scope_everywhere, visible_ledgers
from bihuan.loop.colour import Bounds, Colour, bounds_at, colour_case, colour_of
from bihuan.loop.definitions import loops_of
from bihuan.loop.spec import LoopSpec
from bihuan.loop.tally_counts import Counts, no_counts
from bihuan.org.actor import Actor


def colour_counts(rows: QuerySet[Record], bounds: Bounds) -> Counts:
    """How many of the rows have each colour at the bounds' instant: one scan."""
    counted = rows.order_by().annotate(colour=colour_case(bounds)).values("colour").annotate(n=Count("pk"))
    return no_counts() | {Colour(row["colour"]): row["n"] for row in counted}


def state_on(record: Record, at: datetime) -> RecordState:
    """A record as it was at an instant, replayed from what had taken effect by then."""
    state = RecordState()
    events = Event.objects.filter(record=record, effective_at__lte=at).order_by("version")
    for payload in events.values_list("payload", flat=True):
        state = apply(state, loads(payload))
    return state


def loop_ledgers(actor: Actor) -> list[tuple[Ledger, LoopSpec]]:
    """The visible ledgers that have a loop."""
    ledgers = visible_ledgers(actor)
    loops = loops_of(ledgers)
    return [(ledger, loops[ledger.pk]) for ledger in ledgers if ledger.pk in loops]


def mine_everywhere(actor: Actor) -> QuerySet[Record]:
    """All records the actor may see, over all ledgers."""
    return Record.objects.filter(scope_everywhere(actor))


def history_colours(record: Record, loop: LoopSpec, days: Sequence[datetime]) -> list[Colour]:
    """The colour a matter had at each instant, replayed from its events and the rules in force then."""
    colours = []
    for at in days:
        state = state_on(record, at)
        colours.append(colour_of(state.due_at, state.closed_at, bounds_at(loop, at)))
    return colours
