"""When a matter is due, and the day-by-day arithmetic that says why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bihuan.base import clock
from bihuan.loop.spec import DayCount
from bihuan.standards import workdays
from bihuan.standards.holiday_files import packaged_calendar


def calendar() -> workdays.Calendar:
    """The State Council's holidays and made-up days."""
    return packaged_calendar()


@dataclass(frozen=True)
class Due:
    """A due day, and whether it reaches into a year whose holidays are not published."""

    day: date
    provisional: bool = False

    @property
    def at(self) -> datetime:
        return clock.end_of_day(self.day)


def due_after(start: date, days: int, count: DayCount) -> Due:
    """The day that is so many days after `start`; the starting day does not count (Civil Code, article 201)."""
    if count == "calendar":
        return Due(start + timedelta(days=days))
    reached = workdays.add_workdays_tolerant(calendar(), start, days)
    return Due(reached.value, reached.provisional)


def days_left(today: date, due: date, count: DayCount) -> int:
    """Days from today to the due day; negative once it is past."""
    if count == "calendar":
        return (due - today).days
    return workdays.workdays_between_tolerant(calendar(), today, due).value


def last_day_within(today: date, days: int, count: DayCount) -> date:
    """The latest due day that is at most `days` away, so that nearness can be asked of an index."""
    if count == "calendar":
        return today + timedelta(days=days)
    return workdays.add_workdays_tolerant(calendar(), today, days + 1).value - timedelta(days=1)


@dataclass(frozen=True)
class Pause:
    """A span in which the clock stood still: the days after `since` up to `until` do not count."""

    since: date
    until: date
    reason: str = ""

    def covers(self, day: date) -> bool:
        return self.since < day <= self.until


def day_by_day(start: date, due: date, count: DayCount, pauses: Sequence[Pause] = ()) -> tuple[workdays.DayStep, ...]:
    """Every day after the start up to the due day, with whether it counted and why."""
    steps: list[workdays.DayStep] = []
    ordinal = 0
    for ahead in range(1, (due - start).days + 1):
        day = start + timedelta(days=ahead)
        reckoned = workdays.is_workday_tolerant(calendar(), day)
        pause = next((span for span in pauses if span.covers(day)), None)
        counts = pause is None and (count == "calendar" or reckoned.value)
        reason = f"暂停：{pause.reason}" if pause else workdays.day_reason(calendar(), day)
        ordinal += counts
        provisional = count == "working" and reckoned.provisional
        steps.append(workdays.DayStep(day, counts, ordinal if counts else None, reason, provisional))
    return tuple(steps)


def shifted(due: datetime, since: date, until: date, count: DayCount) -> tuple[datetime, int]:
    """A deadline after a pause, and by how many days it moved: those after `since` up to `until`, as the term counts.

    The day on which the clock was stopped counts as any other, the day on which it was started again does not. Never
    earlier than before; the hour of the day stays.
    """
    days = max(0, days_left(since, until, count))
    day = clock.local_date(due)
    fresh = due_after(day, days, count).day if days else day
    return due + (fresh - day), days
