"""The one clock: every question of "now" and "today" is asked here, so that a test or a demonstration can move it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta, timezone

COUNTY_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China keeps one time of UTC+8 without summer time."""

_fixed: datetime | None = None


def now() -> datetime:
    """The present instant, in UTC."""
    return _fixed or datetime.now(UTC)


def today() -> date:
    """The present day in the county."""
    return local_date(now())


def local_date(instant: datetime) -> date:
    """The county's calendar day of an instant."""
    return instant.astimezone(COUNTY_TIME).date()


def start_of_day(day: date) -> datetime:
    """The first instant of a county day, in UTC."""
    return datetime.combine(day, time(), COUNTY_TIME).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The last whole second of a county day, in UTC: the instant a date-only deadline falls due."""
    return datetime.combine(day, time(23, 59, 59), COUNTY_TIME).astimezone(UTC)


@contextmanager
def fixed(instant: datetime) -> Iterator[None]:
    """Hold the clock at an instant, for tests and for the demo county's history."""
    global _fixed  # noqa: PLW0603 - the clock is the one thing all of the process shares
    before, _fixed = _fixed, instant.astimezone(UTC)
    try:
        yield
    finally:
        _fixed = before
