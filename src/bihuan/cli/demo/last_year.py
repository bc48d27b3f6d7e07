"""The audits of the year before: taken in as they were reported, and closed out in one go when their terms had run.

They are there to be compared with. Whose work it was step by step is told of the last twelve months alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from bihuan.cli.demo.county import County, Size
from bihuan.cli.demo.dice import dice
from bihuan.cli.demo.findings import Finding, Project, draw_finding, projects_of
from bihuan.cli.demo.office_hours import office_hour, workday_back, workday_on
from bihuan.cli.demo.plan import Intake

_NEWEST, _APART, _BEFORE_REPORT = 378, 27, 24
_TERM, _SOONEST = 90, 25


@dataclass(frozen=True)
class CloseOut:
    """A project's findings are closed out, each when it was."""

    at: datetime
    closed: tuple[tuple[Finding, datetime], ...]


def last_year(county: County, size: Size, *, seed: int, today: date) -> Iterator[Intake | CloseOut]:
    """Audits about four weeks apart, as far back as the first day of last year, with this year's number of findings."""
    rng = dice("示范县", "去年", seed)
    first = date(today.year - 1, 1, 1) + timedelta(days=_BEFORE_REPORT)
    ages = list(range(_NEWEST, (today - first).days + 1, _APART))
    share = max(1, size.findings // size.projects)
    for project, age in zip(projects_of(county, ages, today), ages, strict=True):
        day = today - timedelta(days=age)
        yield from _audit(county, replace(project, title=f"{project.title}（{day.year}年实施）"), day, share, rng)


def _audit(county: County, project: Project, day: date, count: int, rng: Random) -> Iterator[Intake | CloseOut]:
    taken_in = office_hour(workday_back(day), rng, morning=True)
    drawn = tuple(draw_finding(county, project, number, taken_in.date(), rng) for number in range(1, count + 1))
    yield Intake(taken_in, project, drawn)
    closed = tuple((finding, _closed(taken_in, rng)) for finding in drawn)
    yield CloseOut(max(at for _, at in closed) + timedelta(minutes=30), closed)


def _closed(taken_in: datetime, rng: Random) -> datetime:
    return office_hour(workday_on(taken_in.date() + timedelta(days=rng.randint(_SOONEST, _TERM))), rng)
