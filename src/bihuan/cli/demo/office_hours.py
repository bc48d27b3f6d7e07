"""When people of the demo county work: working days, and some minute of their office hours."""

from datetime import date, datetime, time, timedelta
from random import Random

from bihuan.base.clock import COUNTY_TIME
from bihuan.standards.holiday_files import packaged_calendar
from bihuan.standards.workdays import add_workdays_tolerant, is_workday_tolerant


def workday_back(day: date) -> date:
    """The day, or the last working day before it."""
    calendar = packaged_calendar()
    while not is_workday_tolerant(calendar, day).value:
        day -= timedelta(days=1)
    return day


def workday_on(day: date) -> date:
    """The day, or the next working day after it."""
    calendar = packaged_calendar()
    while not is_workday_tolerant(calendar, day).value:
        day += timedelta(days=1)
    return day


def office_hour(day: date, rng: Random, *, morning: bool = False) -> datetime:
    """Some minute of a day's office hours."""
    last = 10 * 60 if morning else 17 * 60
    minute = rng.randint(8 * 60 + 40, last)
    return datetime.combine(day, time(*divmod(minute, 60), rng.randint(0, 59)), COUNTY_TIME)


def later(at: datetime, workdays: int, rng: Random) -> datetime:
    """So many working days later; none is later on the same day, or the next morning if it has grown late."""
    if workdays == 0:
        soon = at + timedelta(minutes=rng.randint(15, 75), seconds=rng.randint(0, 59))
        if soon.time() < time(18):
            return soon
        workdays = 1
    day = add_workdays_tolerant(packaged_calendar(), at.date(), workdays).value
    return office_hour(day, rng)
