"""The sweep: which notices are due because a colour was reached, a level called upon, or a verb done.

It may run at any time, any number of times.

A definition looks at what comes to pass from the day on which it was first put in force, and 31 days back at most: an
old ledger does not send a letter for everything that was overdue long ago, and a sweep costs what is new.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q, QuerySet

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotFound
from bihuan.ledger.models import Chain, Event, Ledger, Record
from bihuan.loop.colour import Colour, bounds_at, called_at, has_colour
from bihuan.loop.declared.definitions import InForce
from bihuan.loop.declared.models import Declared
from bihuan.loop.definitions import loop_of
from bihuan.loop.notice.actions import Cause, by_itself, issue_notice
from bihuan.loop.notice.models import Notice, Watched
from bihuan.loop.notice.rules import notices_in_force
from bihuan.loop.notice.spec import NoticeSpec, WhenSpec
from bihuan.loop.spec import LevelSpec, LoopSpec
from bihuan.org.actor import Actor

_log = logging.getLogger("bihuan.notice")
_LOOKS_BACK = timedelta(days=31)
MOST_AT_ONCE = 200
"""For each cause of each definition in one sweep; the next sweep goes on."""


@dataclass(frozen=True)
class Swept:
    """What a sweep did. `left` says that there is more, for the next sweep."""

    issued: int
    left: bool


def issue_due() -> Swept:
    """Issue every notice that is due now and was not issued yet."""
    actor, issued, left = by_itself(), 0, False
    for notice in notices_in_force().values():
        for when in notice.spec.when:
            try:
                ledger = notice.ledger(when.ledger)
            except NotFound:
                continue  # Its pack is not installed here: nothing of it can come to pass.
            loop = loop_of(ledger)
            if loop is None:
                continue
            found = list(_causes(notice, when, ledger, loop))
            left = left or len(found) >= MOST_AT_ONCE
            issued += sum(_issue(actor, notice, record, cause) for record, cause in found)
            if when.verb and found:
                _looked_until(notice, ledger, when, max(cause.position for _, cause in found))
    return Swept(issued, left)


def _issue(actor: Actor, notice: InForce[NoticeSpec], record: Record, cause: Cause) -> int:
    """Issue one. Words that cannot be filled for one matter must not keep the others from theirs."""
    try:
        return int(issue_notice(actor=actor, notice=notice, record=record, cause=cause) is not None)
    except IntegrityError:
        return 0  # Another sweep was faster, and its notice stands.
    except Invalid as error:
        _log.warning("notice %s of record %s was not issued: %s", notice.code, record.pk, type(error).__name__)
        return 0


def _causes(
    notice: InForce[NoticeSpec], when: WhenSpec, ledger: Ledger, loop: LoopSpec
) -> Iterator[tuple[Record, Cause]]:
    if when.verb:
        return _verbs_done(notice, when, ledger)
    if when.colour:
        return _colours_reached(notice, when, ledger, loop)
    return _levels_called(notice, when, ledger, loop)


def looks_back_to(code: str) -> datetime:
    """The instant from which on a notice looks: the day on which it was first declared, at most 31 days ago."""
    first = Declared.objects.filter(kind="notices", code=code).order_by("version").first()
    declared = first.valid_from if first else clock.today()
    return clock.start_of_day(max(declared, clock.today() - _LOOKS_BACK))


def _colours_reached(
    notice: InForce[NoticeSpec], when: WhenSpec, ledger: Ledger, loop: LoopSpec
) -> Iterator[tuple[Record, Cause]]:
    since, colour = looks_back_to(notice.code), Colour(when.colour)
    before = has_colour(colour, bounds_at(loop, since - timedelta(seconds=1))) & Q(opened_at__lt=since)
    rows = _open(ledger).filter(has_colour(colour, bounds_at(loop, clock.now()))).exclude(before)
    for record in _untold(rows, notice.code, when.colour):
        yield record, Cause(_key(notice, when, record), mark=when.colour)


def _key(notice: InForce[NoticeSpec], when: WhenSpec, record: Record) -> str:
    """A colour or a level is reached once for each due date: an extension lets it be reached again."""
    due = f"{record.due_at:%Y%m%d%H%M%S}" if record.due_at else "-"
    return f"{notice.code}|{when.colour or when.level}|{record.pk}|{due}"


def _open(ledger: Ledger) -> QuerySet[Record]:
    rows = Record.objects.filter(ledger=ledger, deleted=False, closed_at__isnull=True)
    return rows.select_related("ledger", "ledger__owner").order_by("due_at", "pk")


def _untold(rows: QuerySet[Record], code: str, mark: str) -> QuerySet[Record]:
    """Those that have not had this notice at this mark for their present due date."""
    same_due = Q(due_at=OuterRef("due_at")) | (Q(due_at__isnull=True) & Q(record__due_at__isnull=True))
    told = Notice.objects.filter(same_due, code=code, record=OuterRef("pk"), mark=mark)
    return rows.exclude(Exists(told))[:MOST_AT_ONCE]


def _levels_called(
    notice: InForce[NoticeSpec], when: WhenSpec, ledger: Ledger, loop: LoopSpec
) -> Iterator[tuple[Record, Cause]]:
    level = next((item for item in loop.levels if item.code == when.level), None)
    if level is None:
        return
    now, since = clock.now(), looks_back_to(notice.code)
    rows = _open(ledger).filter(_may_be_called(level, loop, since, now))
    for record in _untold(rows, notice.code, level.code):
        called = called_at(level, loop, record.opened_at, record.due_at, None)
        if called is not None and since <= called <= now:
            yield record, Cause(_key(notice, when, record), mark=level.code)


def _may_be_called(level: LevelSpec, loop: LoopSpec, since: datetime, now: datetime) -> Q:
    """The matters on which a level may have been called between two instants, for the database to look up."""
    opened = Q(opened_at__gte=since)
    if level.colour == "green":
        return opened
    if level.colour == "red":
        days = timedelta(days=level.days_overdue, seconds=1)
        return Q(due_at__lte=now - days) & (opened | Q(due_at__gte=since - days))
    near_before = bounds_at(loop, since - timedelta(seconds=1)).yellow_until
    return Q(due_at__lte=bounds_at(loop, now).yellow_until) & (opened | Q(due_at__gt=near_before))


def _verbs_done(notice: InForce[NoticeSpec], when: WhenSpec, ledger: Ledger) -> Iterator[tuple[Record, Cause]]:
    """A ledger's events are written one after another, so that a position once passed brings nothing new."""
    seen, _ = Watched.objects.get_or_create(
        code=_watch(notice, when), ledger=ledger, defaults={"position": Chain.objects.get(ledger=ledger).position}
    )
    events = Event.objects.filter(ledger=ledger, position__gt=seen.position, kind=f"verb:{when.verb}")
    for event in events.select_related("record__ledger__owner").order_by("position")[:MOST_AT_ONCE]:
        key = f"{notice.code}|verb|{event.pk}"
        yield event.record, Cause(key, event.reason, event.actor_name, position=event.position)


def _watch(notice: InForce[NoticeSpec], when: WhenSpec) -> str:
    return f"{notice.code}|{when.verb}"[:81]


def _looked_until(notice: InForce[NoticeSpec], ledger: Ledger, when: WhenSpec, position: int) -> None:
    Watched.objects.filter(code=_watch(notice, when), ledger=ledger).update(position=position)
