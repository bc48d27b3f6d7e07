"""A year of audit work, thought out before a thing is written: which findings, and who does what to each, when.

It is pure: the same seed, size and day give the same plan.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from bihuan.base.clock import start_of_day
from bihuan.cli.demo.county import County, Size
from bihuan.cli.demo.dice import dice
from bihuan.cli.demo.findings import Finding, Project, draw_finding, draw_unit, projects_of
from bihuan.cli.demo.office_hours import later, office_hour, workday_back, workday_on
from bihuan.cli.demo.people import CLERK, DISPATCHER, JUDGE, LEADER, undertaker
from bihuan.cli.demo.stories import Beat, Story, Term, stories_for
from bihuan.cli.demo.texts import (
    ACCEPTED,
    ACKNOWLEDGED,
    ASSIGNED,
    ORDERED,
    RECEIVED,
    REFUSED,
    SENT_BACK,
    SUBMITTED,
    SUPERVISED,
    WITHDRAWN,
)

_FRESH_AUDITS = (3, 27, 53)
_OLDEST, _YOUNGEST_OLD = 352, 78
_TERMS: dict[Term, int | None] = {"usual": None, "short": 30, "long": 90, "stages": 300}
_WORDS = {
    "assign": ASSIGNED,
    "receive": RECEIVED,
    "submit": SUBMITTED,
    "send_back": SENT_BACK,
    "accept": ACCEPTED,
    "supervise": SUPERVISED,
    "order": ORDERED,
    "acknowledge": ACKNOWLEDGED,
    "refuse": REFUSED,
    "withdraw": WITHDRAWN,
}


@dataclass(frozen=True)
class Step:
    """A verb done to a finding: when, by whom, with what in the form."""

    at: datetime
    finding: Finding
    login: str
    verb: str
    reason: str
    unit: str
    due_on: date | None = None
    amount_fixed: Decimal | None = None
    measures: str = ""
    story: str = ""
    serial: int = 0


@dataclass(frozen=True)
class Intake:
    """A project's findings come in as one file."""

    at: datetime
    project: Project
    findings: tuple[Finding, ...]
    login: str = CLERK


@dataclass(frozen=True)
class Plan:
    """What happens in the year: `acts` in order of time. Nothing happens on the day itself or later."""

    county: County
    today: date
    acts: tuple[Intake | Step, ...]
    findings: tuple[Finding, ...] = field(repr=False)


def make_plan(county: County, size: Size, *, seed: int, today: date, term_days: int) -> Plan:
    """Plan the year that ends with the day before `today`; `term_days` is the term that the loop gives by itself."""
    rng = dice("示范县", seed)
    ages = _ages(size.projects)
    pending = _stories_to_be_told(ages)
    acts: list[Intake | Step] = []
    findings: list[Finding] = []
    for project, age, count in zip(projects_of(county, ages, today), ages, _shares(size), strict=True):
        taken_in = office_hour(workday_back(today - timedelta(days=age)), rng, morning=True)
        drawn = tuple(draw_finding(county, project, number, taken_in.date(), rng) for number in range(1, count + 1))
        acts.append(Intake(taken_in, project, drawn))
        findings += drawn
        for finding, story in zip(drawn, _choose(pending, age, count, rng), strict=True):
            acts += _Telling(county, finding, story, taken_in, today, term_days, rng).steps()
    acts.sort(key=lambda act: act.at)
    return Plan(county, today, tuple(acts), tuple(findings))


def _ages(projects: int) -> list[int]:
    """How many days ago each audit was reported: three lately, the others spread over the year before."""
    others = projects - len(_FRESH_AUDITS)
    gap = (_OLDEST - _YOUNGEST_OLD) / max(1, others - 1)
    return [*(round(_OLDEST - gap * number) for number in range(others)), *reversed(_FRESH_AUDITS)]


def _shares(size: Size) -> list[int]:
    """The findings dealt out to the projects."""
    share, rest = divmod(size.findings, size.projects)
    return [share + (number < rest) for number in range(size.projects)]


def _stories_to_be_told(ages: Sequence[int]) -> list[Story]:
    """Each story that the audits allow, once: so that a small county shows every step and colour too."""
    told = {story.code: story for age in ages for story in stories_for(age)}
    return list(told.values())


def _choose(pending: list[Story], age: int, count: int, rng: Random) -> list[Story]:
    """The stories of a project's findings: some of those not yet told, and the others by how common they are."""
    possible = stories_for(age)
    first = [story for story in pending if story in possible][: (count + 1) // 2]
    for story in first:
        pending.remove(story)
    chosen = first + rng.choices(possible, [story.weight for story in possible], k=count - len(first))
    rng.shuffle(chosen)
    return chosen


class _Telling:
    """Tells one finding's story: each beat becomes a step at a moment of its own, as long as that is past."""

    def __init__(
        self,
        county: County,
        finding: Finding,
        story: Story,
        start: datetime,
        today: date,
        term_days: int,
        rng: Random,
    ) -> None:
        self.county, self.finding, self.story, self.rng = county, finding, story, rng
        self.at, self.horizon, self.term_days = start, start_of_day(today), term_days
        self.unit = finding.unit
        self.due: date | None = None
        self.submissions = 0

    def steps(self) -> Iterator[Step]:
        for beat in self.story.beats:
            self.at = self._moment(beat)
            if self.at >= self.horizon:
                return
            yield self._step(beat.verb)

    def _moment(self, beat: Beat) -> datetime:
        gap = self.rng.randint(*beat.after)
        if beat.past_due and self.due:
            past = office_hour(workday_on(self.due + timedelta(days=gap)), self.rng)
            return max(past, self.at + timedelta(minutes=30))
        return later(self.at, gap, self.rng)

    def _step(self, verb: str) -> Step:
        step = Step(
            self.at,
            self.finding,
            self._login(verb),
            verb,
            self.rng.choice(_WORDS[verb]),
            self.unit,
            story=self.story.code,
        )
        if verb == "assign":
            return replace(step, due_on=self._assigned())
        if verb == "refuse":
            self.unit = draw_unit(self.county, self.finding.fault, self.rng, other_than=self.unit)
        if verb == "submit":
            self.submissions += 1
            return self._submitted(step)
        return step

    def _assigned(self) -> date | None:
        """The due day that is written into the form; None leaves it to the loop."""
        days = _TERMS[self.story.term]
        day = self.at.date()
        self.due = self.due or day + timedelta(days=days or self.term_days)
        return self.due if days else None

    def _submitted(self, step: Step) -> Step:
        last = max(place for place, beat in enumerate(self.story.beats) if beat.verb == "submit")
        tries = [place for place, beat in enumerate(self.story.beats) if beat.verb == "submit"]
        is_last = tries[self.submissions - 1] == last
        amount = self.finding.amount
        part = Decimal(1) if is_last else Decimal("0.6")
        fixed = (amount * part).quantize(Decimal("0.01")) if amount is not None else None
        return replace(step, measures=self.finding.measures(self.at), amount_fixed=fixed, serial=self.submissions)

    def _login(self, verb: str) -> str:
        if verb == "order":
            return LEADER
        if verb in ("assign", "supervise"):
            return DISPATCHER
        if verb in ("accept", "send_back"):
            return self.rng.choice((DISPATCHER, JUDGE))
        return undertaker(self.county, self.unit)
