"""Four colours as a function of dates: closed out is white, past due red, near due yellow, else green. Never stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Case, CharField, Q, Value, When
from django.db.models.lookups import Exact

from bihuan.base import clock
from bihuan.ledger.paging import COUNTED, Total
from bihuan.loop.deadline import last_day_within
from bihuan.loop.spec import ColourSpec, LevelSpec, LoopSpec


class Colour(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    WHITE = "white"


WORDS = {
    Colour.GREEN: "在办",
    Colour.YELLOW: "临期",
    Colour.RED: "超期",
    Colour.WHITE: "已销号",
}
_GRAVITY = {Colour.WHITE: 0, Colour.GREEN: 1, Colour.YELLOW: 2, Colour.RED: 3}


@dataclass(frozen=True)
class Bounds:
    """The instants that part the colours at a moment: due before `at` is red, due up to `yellow_until` yellow."""

    at: datetime
    yellow_until: datetime
    rule: ColourSpec


def bounds_at(loop: LoopSpec, at: datetime) -> Bounds:
    """The bounds of a loop at an instant, by the colour rule in force on that day."""
    today = clock.local_date(at)
    rules = [rule for rule in loop.colours if rule.valid_from <= today]
    rule = rules[-1] if rules else loop.colours[0]
    last = last_day_within(today, rule.yellow_within, rule.count)
    return Bounds(at, clock.end_of_day(last), rule)


def colour_of(due_at: datetime | None, closed_at: datetime | None, bounds: Bounds) -> Colour:
    """The colour of a matter. One without a deadline is in term."""
    if closed_at and closed_at <= bounds.at:
        return Colour.WHITE
    if due_at is None:
        return Colour.GREEN
    if due_at < bounds.at:
        return Colour.RED
    return Colour.YELLOW if due_at <= bounds.yellow_until else Colour.GREEN


def has_colour(colour: Colour, bounds: Bounds) -> Q:
    """The same as `colour_of`, as a condition on records."""
    closed = Q(closed_at__isnull=False, closed_at__lte=bounds.at)
    if colour is Colour.WHITE:
        return closed
    if colour is Colour.RED:
        return ~closed & Q(due_at__lt=bounds.at)
    if colour is Colour.YELLOW:
        return ~closed & Q(due_at__gte=bounds.at, due_at__lte=bounds.yellow_until)
    return ~closed & (Q(due_at__isnull=True) | Q(due_at__gt=bounds.yellow_until, due_at__gte=bounds.at))


def colour_case(bounds: Bounds) -> Case:
    """The colour as a database expression, for counting by colour in one scan."""
    rest = [When(has_colour(c, bounds), then=Value(c.value)) for c in (Colour.WHITE, Colour.RED, Colour.YELLOW)]
    return Case(*rest, default=Value(Colour.GREEN.value), output_field=CharField())


def is_walked(total: Total, order: str) -> bool:
    """Whether a list of one colour is walked along: many records have it, and nothing but the newest sorts it."""
    return total.count >= COUNTED and not order


def found_by_colour(colour: Colour, bounds: Bounds) -> Q:
    """The same as `has_colour` for a colour that many records have and a list that has its order by an index.

    Nothing in it can be entered by, so that SQLite walks along the list instead of sorting all that it enters.
    """
    return Q(Exact(colour_case(bounds), Value(colour.value)))


def worse(one: Colour, other: Colour) -> Colour:
    """The graver of two colours."""
    return max(one, other, key=_GRAVITY.__getitem__)


def gravity(colour: Colour) -> int:
    """White 0, green 1, yellow 2, red 3."""
    return _GRAVITY[colour]


def word(loop: LoopSpec, colour: Colour) -> str:
    """What this loop calls a colour."""
    return loop.words.get(colour.value) or WORDS[colour]


def called_at(
    level: LevelSpec,
    loop: LoopSpec,
    opened_at: datetime | None,
    due_at: datetime | None,
    closed_at: datetime | None,
) -> datetime | None:
    """The instant from which on a level is called upon; None where a matter never gets there.

    It follows from the dates alone, so that no job has to run for a level to be called.
    """
    if level.colour == "green":
        return opened_at
    if due_at is None:
        return None
    if level.colour == "red":
        moment = due_at + timedelta(seconds=1) + timedelta(days=level.days_overdue)
    else:
        moment = _turns_yellow(loop, due_at)
    if opened_at:
        moment = max(moment, opened_at)
    return None if closed_at and closed_at < moment else moment


def _turns_yellow(loop: LoopSpec, due_at: datetime) -> datetime:
    """The start of the first day on which a matter due then is yellow."""
    day = clock.local_date(due_at)
    for _ in range(4_000):
        before = day - timedelta(days=1)
        if bounds_at(loop, clock.start_of_day(before)).yellow_until < due_at:
            return clock.start_of_day(day)
        day = before
    return clock.start_of_day(day)
