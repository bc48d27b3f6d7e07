"""Dates and times as people write them, and arithmetic for every engine. The county's clock is UTC+8."""

import calendar
import re
from datetime import UTC, date, datetime, timedelta, timezone

COUNTY = timezone(timedelta(hours=8))

_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")


def parse_date(text: str) -> date | None:
    """2026-01-31, 2026-1-31 or 2026年1月31日; None for anything else and for days that do not exist."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_datetime(text: str) -> datetime | None:
    """A date, a space (or T) and 08:30 or 08:30:15, on the county's clock; given back in UTC."""
    day_text, _, time_text = text.strip().replace("T", " ").rpartition(" ")
    day, match = parse_date(day_text), _TIME.fullmatch(time_text)
    if day is None or match is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        local = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=COUNTY)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError when it does not know its time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {moment}")
    return moment.astimezone(UTC)


def local_text(moment: datetime) -> str:
    """2026-01-31 08:30:15 on the county's clock."""
    return moment.astimezone(COUNTY).strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0")


def local_date(moment: datetime) -> date:
    return moment.astimezone(COUNTY).date()


def add_days(day: date, days: int) -> date | None:
    """None outside of the years 1 to 9999."""
    ordinal = day.toordinal() + days
    return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else None


def add_months(day: date, months: int) -> date | None:
    """The same day of the month, or the last one it has; None outside of the years 1 to 9999."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= date.max.year:
        return None
    last = calendar.monthrange(year, month0 + 1)[1]
    return date(year, month0 + 1, min(day.day, last))
