"""Who owes what in a period. It follows from the declaration, the calendar, and the unit tree of the opening day.

Nothing here writes, and nothing depends on whether the sweep has run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from bihuan.base import clock
from bihuan.expression import compile_check
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Event, Record
from bihuan.ledger.names import names_of
from bihuan.ledger.queries import matching
from bihuan.ledger.references import lookup_for
from bihuan.loop.declared.definitions import InForce, declared_of
from bihuan.loop.declared.models import Declared
from bihuan.loop.definitions import loop_of
from bihuan.loop.duty.period import Period, day_of, periods, term_of
from bihuan.loop.duty.spec import DutySpec, OwersSpec
from bihuan.loop.notice.values import name_shown
from bihuan.org.tree import Tree, tree_on


@dataclass(frozen=True)
class Turn:
    """What one unit owes once. `subject` tells it from the others of its period."""

    code: str
    period: Period
    subject: str
    unit: int | None
    opens_on: date
    due_on: date
    about: str = ""
    object_number: str = ""


def duties_in_force() -> dict[str, InForce[DutySpec]]:
    """The declared duties, by full code."""
    return declared_of("duties", DutySpec)


def since(duty: InForce[DutySpec]) -> date:
    """The first day from which the duty is owed: it is not owed for days before it was first put in force."""
    first = Declared.objects.filter(kind="duties", code=duty.code).order_by("version").first()
    return max(duty.spec.from_, first.valid_from) if first else duty.spec.from_


def turns_opening(duty: InForce[DutySpec], first: date, last: date) -> Iterator[Turn]:
    """The duty's turns that open in a stretch of days, both ends within."""
    first = max(first, since(duty))
    if duty.spec.event:
        yield from _by_event(duty, first, last)
        return
    for period in periods(duty.spec, first, last):
        yield from turns_of(duty, period)


def turns_of(duty: InForce[DutySpec], period: Period) -> Iterator[Turn]:
    """All turns of one period; none of one whose days are all off."""
    term = term_of(duty.spec.opens, duty.spec.due, period)
    if term is None:
        return
    opens, due = term
    if duty.spec.round:
        yield from _by_round(duty, period, opens, due)
        return
    tree = tree_on(opens)
    for unit in owing_units(duty.spec.owers or OwersSpec(), tree):
        yield Turn(duty.code, period, f"unit:{unit}", unit, opens, due)


def owing_units(owers: OwersSpec, tree: Tree) -> list[int]:
    """The units named, and those of the kinds at or under the unit, in the tree's order."""
    named = {tree.by_code[code].pk for code in owers.units if code in tree.by_code}
    top = tree.by_code.get(owers.below)
    reach = tree.below(top.pk) if top else tree.nodes if not owers.below else ()
    wanted = {kind.value for kind in owers.kind}
    found = named | {node.pk for node in reach if node.kind in wanted}
    return [node.pk for node in tree.nodes if node.pk in found]


def _by_round(duty: InForce[DutySpec], period: Period, opens: date, due: date) -> Iterator[Turn]:
    """Every object that is in the ledger on the opening day or comes into it before the period's end, once."""
    over = duty.spec.round
    if over is None:
        return
    ledger = duty.ledger(over.ledger)
    spec, loop = spec_of(ledger), loop_of(ledger)
    until = clock.end_of_day(max(period.end, opens))
    rows = Record.objects.filter(ledger=ledger, deleted=False).filter(
        Q(opened_at__isnull=True) | Q(opened_at__lte=until)
    )
    if over.where:
        rows = matching(rows, compile_check(over.where, names_of(spec, loop.states if loop else {})))
    lookup = lookup_for(spec, tree_on(opens))
    for record in rows.order_by("pk"):
        came = max(opens, clock.local_date(record.opened_at)) if record.opened_at else opens
        name = name_shown(record, spec, lookup)
        yield Turn(duty.code, period, f"record:{record.pk}", record.unit_id, came, due, name, record.number)


def _by_event(duty: InForce[DutySpec], first: date, last: date) -> Iterator[Turn]:
    """A turn for every doing of the verb whose day is in the stretch."""
    cause = duty.spec.event
    if cause is None:
        return
    ledger = duty.ledger(cause.ledger)
    between = (clock.start_of_day(first), clock.end_of_day(last))
    events = Event.objects.filter(ledger=ledger, kind=f"verb:{cause.verb}", recorded_at__range=between)
    spec = spec_of(ledger)
    lookup = lookup_for(spec, tree_on(last))
    for event in events.select_related("record").order_by("position"):
        day = clock.local_date(event.recorded_at)
        period = event_period(day, event.record.number)
        opens, due = day_of(duty.spec.opens, period), day_of(duty.spec.due, period)
        name = name_shown(event.record, spec, lookup)
        unit = event.record.unit_id
        yield Turn(duty.code, period, f"event:{event.pk}", unit, opens, due, name, event.record.number)


def event_period(day: date, number: str) -> Period:
    """The day of an event as the period of its turn."""
    return Period(day.isoformat(), f"{day.year}年{day.month}月{day.day}日（{number}）", day, day)


def instant_of(day: date) -> datetime:
    """The instant at which a past day is looked back upon: its end, or now for today."""
    return min(clock.end_of_day(day), clock.now())
