"""What the loop's pages ask: how many of each colour, for whom, what is near due, how well it closes."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from bihuan.base.canonical import loads
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.projection import RecordState, apply
from bihuan.ledger.rules import owns, scope_everywhere, visible_ledgers
from bihuan.loop.colour import Bounds, Colour, bounds_at, colour_case, colour_of
from bihuan.loop.definitions import loops_of
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor

Counts = dict[Colour, int]


def no_counts() -> Counts:
    """Nothing of any colour."""
    return dict.fromkeys(Colour, 0)


def colour_counts(rows: QuerySet[Record], bounds: Bounds) -> Counts:
    """How many of the rows have each colour at the bounds' instant: one scan."""
    counted = rows.order_by().annotate(colour=colour_case(bounds)).values("colour").annotate(n=Count("pk"))
    return no_counts() | {Colour(row["colour"]): row["n"] for row in counted}


def waiting_steps(actor: Actor, ledger: Ledger, loop: LoopSpec) -> Q:
    """The condition under which a matter of this ledger waits for the actor: someone of their role must move it on."""
    condition = Q(pk__in=[])
    works_for_owner = owns(actor, ledger) and not actor.reads_all
    for verb in loop.verbs:
        if not verb.to or not verb.from_:
            continue
        for who in verb.who:
            if not any(post.role in who.role for post in actor.posts):
                continue
            steps = Q(state__in=verb.from_)
            if who.unit == "responsible":
                condition |= steps & Q(unit__in=_offices(actor, who.role))
            elif who.unit == "owner" and works_for_owner and _in_owner(actor, ledger, who.role):
                condition |= steps
    return condition & Q(closed_at__isnull=True)


def _offices(actor: Actor, roles: Sequence[str]) -> list[int]:
    """The units in which the actor works in one of the roles: their own, and the one whose section it is."""
    return sorted(
        {
            node.pk
            for post in actor.posts
            if post.role in roles
            for node in actor.tree.above(post.unit)
            if actor.tree.works_in(post.unit, node.pk)
        }
    )


def _in_owner(actor: Actor, ledger: Ledger, roles: Sequence[str]) -> bool:
    return any(post.role in roles and actor.tree.works_in(post.unit, ledger.owner_id) for post in actor.posts)


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
