"""The routine duties of the demo county: opened as their day comes, most of them reported in time, some never."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bihuan.base import clock
from bihuan.base.clock import COUNTY_TIME
from bihuan.cli.demo.bureaus.book import Book
from bihuan.cli.demo.dice import dice
from bihuan.cli.demo.office_hours import workday_on
from bihuan.cli.demo.people import SECTION_LOGINS
from bihuan.ledger.models import Record
from bihuan.loop.actions import Said, perform
from bihuan.loop.draw.actions import commit_draw, reveal_draw
from bihuan.loop.duty.actions import open_due
from bihuan.org.actor import Actor, actor_of
from bihuan.org.models import Person

_ACCEPTED_BY = {"audit.routine": "shenji", "urban.routine": "chengguanshen", "urban.random_check": "chengguanshen"}
_DRAWS = ("urban.gas_stalls", "urban.door_front_shops")
_SOON = timedelta(days=12)


@dataclass(frozen=True)
class Monday:
    """A week's first hour: what has come due is opened, what was asked for is reported and accepted."""

    at: datetime


def mondays(book: Book) -> Iterator[Monday]:
    """The first working hour of each week of this year, and of yesterday."""
    day = book.since.replace(year=book.today.year)
    while day < book.today:
        opening = datetime.combine(workday_on(day), time(8, 35), COUNTY_TIME)
        if opening.date() < book.today:
            yield Monday(opening)
        day += timedelta(days=7 - day.weekday())


def do_routine(seed: int) -> None:
    """Open what is due; report what is due soon but for one in six; accept what was reported the week before."""
    open_due()
    if clock.today().month % 3 == 2 and clock.today().day <= 7:
        _draw()
    actors = {login: actor_of(Person.objects.get(username=login)) for login in _ACCEPTED_BY.values()}
    waiting = Record.objects.filter(ledger__code__in=_ACCEPTED_BY, closed_at=None).select_related("ledger", "unit")
    for record in waiting.order_by("pk"):
        if record.state == "submitted":
            by = actors[_ACCEPTED_BY[record.ledger.code]]
            perform(actor=by, pk=record.pk, verb="accept", said=Said(reason="同意"))
        elif record.ledger.code == "urban.random_check" or (
            record.due_at and clock.now() < record.due_at < clock.now() + _SOON
        ):
            _report(record, seed, actors)


def _draw() -> None:
    """Once a quarter, objects and inspectors are drawn before a witness. The seed is fresh, as it must be."""
    clerk = actor_of(Person.objects.get(username="chengguanke"))
    for code in _DRAWS:
        drawn = commit_draw(actor=clerk, code=code)
        reveal_draw(actor=clerk, pk=drawn.pk, witness="示范县公证员在场")


def _report(record: Record, seed: int, actors: dict[str, Actor]) -> None:
    rng = dice("例行", seed, record.number)
    if rng.random() < 1 / 6 or record.unit is None:
        return
    login = SECTION_LOGINS[record.unit.code]
    actors.setdefault(login, actor_of(Person.objects.get(username=login)))
    times = str(rng.choice((0, 1, 1, 1, 2)))
    said = Said({"times": times, "result": "按计划开展。" if times != "0" else "本期没有开展。"}, "请核对")
    perform(actor=actors[login], pk=record.pk, verb="submit", said=said)
