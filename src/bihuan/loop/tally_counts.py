"""How many matters of each colour, from the tallies of the days on which they fall due: a million like a thousand.

A tally knows days, not instants. What falls due today before the day's last second, and what was closed in a file with
a time still to come, are therefore counted one by one and set right.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Sum, Value, When
from django.db.models.lookups import In

from bihuan.base import clock
from bihuan.ledger.models import DueTally, Ledger, Record
from bihuan.ledger.rules import scope_among, scope_aside, seen_beside, tally_scope
from bihuan.loop.colour import Bounds, Colour, bounds_at, has_colour
from bihuan.loop.joined import counted_elsewhere
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor

Counts = dict[Colour, int]
Matters = Sequence[tuple[Ledger, LoopSpec]]
Place = tuple[int, int | None]
"""A ledger and a unit; None for no unit."""


def no_counts() -> Counts:
    """Nothing of any colour."""
    return dict.fromkeys(Colour, 0)


def counts_by_place(actor: Actor, ledgers: Matters, at: datetime) -> dict[Place, Counts]:
    """How many of each colour every unit has in every ledger, of what the actor may see.

    A matter that stands in several of the ledgers counts once, in the one where it is handled.
    """
    found: dict[Place, Counts] = {}
    mine = [ledger for ledger, _ in ledgers]
    groups = alike(ledgers, at)
    tallies = DueTally.objects.filter(tally_scope(actor, mine)).order_by()
    coloured = tallies.annotate(colour=by_days(groups)).values_list("ledger", "unit", "colour")
    for ledger, unit, colour, total in coloured.annotate(n=Sum("total")):
        _add(found, (ledger, unit or None), Colour(colour), total)
    _set_right(found, actor, mine, groups, at)
    beside = seen_beside(actor, mine)
    if beside is not None:
        _count_one_by_one(found, Record.objects.filter(beside), groups)
    twice = counted_elsewhere(actor, mine)
    if twice is not None:
        _count_one_by_one(found, Record.objects.filter(scope_among(actor, mine)).filter(twice), groups, -1)
    return {place: counts for place, counts in found.items() if any(counts.values())}


def alike(ledgers: Matters, at: datetime) -> list[tuple[list[int], Bounds]]:
    """Ledgers whose rules give the same bounds at an instant, together."""
    groups: dict[datetime, tuple[list[int], Bounds]] = {}
    for ledger, loop in ledgers:
        bounds = bounds_at(loop, at)
        groups.setdefault(bounds.yellow_until, ([], bounds))[0].append(ledger.pk)
    return list(groups.values())


def by_days(groups: list[tuple[list[int], Bounds]]) -> Case:
    """A tally's colour: a whole day is past, near or far."""
    cases = [When(closed=True, then=Value(Colour.WHITE.value)), When(due_day=0, then=Value(Colour.GREEN.value))]
    if groups:
        cases.append(When(due_day__lt=_first_not_past(groups[0][1].at), then=Value(Colour.RED.value)))
    for ids, bounds in groups:
        last = clock.local_date(bounds.yellow_until).toordinal()
        cases.append(When(ledger__in=ids, due_day__lte=last, then=Value(Colour.YELLOW.value)))
    return Case(*cases, default=Value(Colour.GREEN.value), output_field=CharField())


def _first_not_past(at: datetime) -> int:
    """The first day that is not past as a whole."""
    today = clock.local_date(at)
    return today.toordinal() + (at > clock.end_of_day(today))


def _set_right(
    found: dict[Place, Counts],
    actor: Actor,
    ledgers: list[Ledger],
    groups: list[tuple[list[int], Bounds]],
    at: datetime,
) -> None:
    """What the tallies of whole days cannot know."""
    start = clock.start_of_day(clock.local_date(at))
    by_due = Record.objects.filter(scope_aside(actor, ledgers))
    if _first_not_past(at) == clock.local_date(at).toordinal():
        past = by_due.filter(closed_at__isnull=True, due_at__gte=start, due_at__lt=at).order_by()
        for ledger, unit, number in past.values_list("ledger", "unit").annotate(n=Count("pk")):
            _add(found, (ledger, unit), Colour.YELLOW, -number)
            _add(found, (ledger, unit), Colour.RED, number)
    later = Record.objects.filter(scope_among(actor, ledgers), closed_at__gt=at)
    for ledger, unit, number in later.order_by().values_list("ledger", "unit").annotate(n=Count("pk")):
        _add(found, (ledger, unit), Colour.WHITE, -number)
    _count_one_by_one(found, later, groups)


def _count_one_by_one(
    found: dict[Place, Counts], rows: QuerySet[Record], groups: list[tuple[list[int], Bounds]], times: int = 1
) -> None:
    coloured = rows.order_by().annotate(colour=colour_in(groups)).values_list("ledger", "unit", "colour")
    for ledger, unit, colour, number in coloured.annotate(n=Count("pk")):
        _add(found, (ledger, unit), Colour(colour), times * number)


def colour_in(groups: list[tuple[list[int], Bounds]]) -> Case:
    """The colour of a record of any of the ledgers as a database expression."""
    named = [
        When(any_of(groups, colour), then=Value(colour.value)) for colour in (Colour.WHITE, Colour.RED, Colour.YELLOW)
    ]
    return Case(*named, default=Value(Colour.GREEN.value), output_field=CharField())


def any_of(groups: list[tuple[list[int], Bounds]], colour: Colour) -> Q:
    """The condition that a record of any of the ledgers has a colour.

    The ledger is no way in: SQLite would otherwise read whole ledgers where the due dates lead to the few rows asked.
    """
    condition = Q(pk__in=[])
    for ids, bounds in groups:
        condition |= Q(In(F("ledger_id") + Value(0), ids)) & has_colour(colour, bounds)
    return condition


def _add(found: dict[Place, Counts], place: Place, colour: Colour, number: int) -> None:
    found.setdefault(place, no_counts())[colour] += number


def summed(counts: Iterable[Counts]) -> Counts:
    """Several counts together."""
    total = no_counts()
    for some in counts:
        for colour, number in some.items():
            total[colour] += number
    return total
