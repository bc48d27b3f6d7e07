"""What the demo county's bureaus gave out: last year's summaries and ranking, briefs of two months, a month's ranking.

Each is written, approved and issued by its own people in its own week, and so shows what was known then.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction

from bihuan.base import clock
from bihuan.cli.demo.office_hours import workday_on
from bihuan.figure.clocks import Clocks
from bihuan.figure.period import parse_period
from bihuan.org.actor import Actor, actor_of
from bihuan.org.models import Person
from bihuan.report.actions import approve_draft, issue_draft, start_draft, submit_draft, write_part
from bihuan.report.definitions import report_in_force
from bihuan.report.queries import subject_of
from bihuan.scorecard.actions import publish
from bihuan.scorecard.definitions import scorecard_in_force

_WRITERS = {"audit": ("jingban", "shenji"), "urban": ("chengguanke", "chengguanshen")}
"""By pack: who writes, and who approves and publishes."""
_OF_A_YEAR = ("audit.year_summary", "urban.year_summary")
_OF_A_MONTH = ("audit.rectification_bulletin", "urban.monthly_brief")
_RANKED_BY_YEAR, _RANKED_BY_MONTH = ("audit.rectification",), ("urban.duty",)
_MONTHS = 2


@dataclass(frozen=True)
class Ended:
    """A period that is over: its code, its last day, and when its figures are given out."""

    period: str
    last_day: date
    at: datetime


@transaction.atomic
def give_out(today: date) -> int:
    """Issue the reports and publish the rankings of what is over, or none; returns how many there were."""
    due = sorted(_due(today), key=lambda one: one[0].at)
    for ended, give, code in due:
        with clock.fixed(ended.at):
            give(code, ended)
    return len(due)


def _due(today: date) -> Iterator[tuple[Ended, Callable[[str, Ended], None], str]]:
    """What is to be given out, how, and when: rankings wait until the scores of the period have come in."""
    year_end = date(today.year - 1, 12, 31)
    for ended in _ended(f"{year_end.year}", year_end, 12, today):
        yield from ((ended, _issue, code) for code in _OF_A_YEAR)
        yield from ((ended, _publish, code) for code in _RANKED_BY_YEAR)
    month_end = today.replace(day=1) - timedelta(days=1)
    for ended in _ended(f"{month_end:%Y-%m}", month_end, 15, today):
        yield from ((ended, _publish, code) for code in _RANKED_BY_MONTH)
    for _ in range(_MONTHS):
        for ended in _ended(f"{month_end:%Y-%m}", month_end, 3, today):
            yield from ((ended, _issue, code) for code in _OF_A_MONTH)
        month_end = month_end.replace(day=1) - timedelta(days=1)


def _ended(period: str, last_day: date, days_after: int, today: date) -> Iterator[Ended]:
    """The period, if the day on which its figures are due is behind us."""
    day = workday_on(last_day + timedelta(days=days_after))
    if day < today:
        yield Ended(period, last_day, datetime.combine(day, time(10, 20), clock.COUNTY_TIME))


def _people(code: str) -> tuple[Actor, Actor]:
    writer, approver = _WRITERS[code.partition(".")[0]]
    return actor_of(Person.objects.get(username=writer)), actor_of(Person.objects.get(username=approver))


def _issue(code: str, ended: Ended) -> None:
    writer, approver = _people(code)
    report = report_in_force(code)
    draft = start_draft(actor=writer, report=report, unit=subject_of(report), period=ended.period, as_of=ended.last_day)
    for part in draft.parts.order_by("pk"):
        write_part(actor=writer, draft=draft.pk, code=part.code, text=part.text, version=part.version, is_done=True)
    submit_draft(actor=writer, draft=draft.pk)
    approve_draft(actor=approver, draft=draft.pk)
    issue_draft(actor=approver, draft=draft.pk)


def _publish(code: str, ended: Ended) -> None:
    _, publisher = _people(code)
    now = clock.now()
    publish(
        actor=publisher,
        scorecard=scorecard_in_force(code),
        period=parse_period(ended.period, ended.last_day),
        clocks=Clocks(now, now),
    )
