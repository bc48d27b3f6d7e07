"""Loops and instants for the tests of colours and deadlines."""

from datetime import date, datetime, timedelta
from typing import Any

from bihuan.base import clock
from bihuan.loop.spec import LoopSpec
from bihuan.standards import workdays
from bihuan.standards.holiday_files import packaged_calendar
from tests.ledger.making import SHORT_LOOP


def loop_with(*rules: tuple[date, int, str], **changed: Any) -> LoopSpec:
    """The short loop with these colour rules: from which day on, within how many days, of which count."""
    colours = [{"valid_from": day, "yellow_within": within, "count": count} for day, within, count in rules]
    return LoopSpec.model_validate({**SHORT_LOOP, "colours": colours, **changed})


def at(text: str) -> datetime:
    """An instant in the county's time."""
    return datetime.fromisoformat(text).replace(tzinfo=clock.COUNTY_TIME)


def days_between(today: date, due: date, count: str) -> int:
    """Days after today up to the due day, counted one by one."""
    days = [today + timedelta(days=ahead) for ahead in range(1, (due - today).days + 1)]
    if count == "calendar":
        return len(days)
    return sum(workdays.is_workday_tolerant(packaged_calendar(), day).value for day in days)
