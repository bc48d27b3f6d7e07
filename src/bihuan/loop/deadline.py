"""When a matter is due, and the day-by-day arithmetic that says why."""

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


def arithmetic(start: date, days: int, count: DayCount) -> tuple[workdays.DayStep, ...]:
    """Every day from the start to the due day, with whether it counted and why."""
    if count == "calendar":
        return workdays.explain_add_days(calendar(), start, days)
    return workdays.explain_add(calendar(), start, days, tolerant=True)


def shifted(due: datetime, since: date, until: date, count: DayCount) -> tuple[datetime, int]:
    """A deadline after a pause, and by how many days it moved: those after `since` up to `until`, as the term counts.

    The day on which the clock was stopped counts as any other, the day on which it was started again does not. Never
    earlier than before; the hour of the day stays.
    """
    days = max(0, days_left(since, until, count))
    day = clock.local_date(due)
    fresh = due_after(day, days, count).day if days else day
    return due + (fresh - day), days
