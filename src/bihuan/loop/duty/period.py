"""Periods and their days: pure arithmetic of the civil calendar and of the State Council's working days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bihuan.loop.deadline import calendar
from bihuan.loop.duty.spec import DaySpec, DutySpec
from bihuan.standards import workdays

_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


@dataclass(frozen=True)
class Period:
    """A stretch of days, both ends within, with its key (sortable within a duty) and its name."""

    key: str
    title: str
    start: date
    end: date


def period_of(every: str, day: date, interval: int = 1, origin: date | None = None) -> Period:
    """The period that a day lies in. Several at a time (`interval`) are counted from the one that `origin` lies in."""
    if every in ("day", "week"):
        return _of_days(every, day, interval, origin or day)
    return _of_months(every, day, interval, origin or day)


def _of_days(every: str, day: date, interval: int, origin: date) -> Period:
    length = 7 if every == "week" else 1
    first = origin - timedelta(days=origin.weekday()) if every == "week" else origin
    passed = (day - first).days // (length * interval)
    start = first + timedelta(days=passed * length * interval)
    end = start + timedelta(days=length * interval - 1)
    if every == "day" and interval == 1:
        return Period(start.isoformat(), f"{start.year}年{start.month}月{start.day}日", start, end)
    year, week, _ = start.isocalendar()
    span = f"{start.month}月{start.day}日至{end.month}月{end.day}日"
    if every == "week" and interval == 1:
        return Period(f"{year}-W{week:02d}", f"{year}年第{week}周（{span}）", start, end)
    return Period(start.isoformat(), f"{start.year}年{span}", start, end)


def _of_months(every: str, day: date, interval: int, origin: date) -> Period:
    length = _MONTHS[every]
    first = _month_number(origin) // length * length
    span = length * interval
    number = first + (_month_number(day) - first) // span * span
    start, end = _first_of(number), _first_of(number + span) - timedelta(days=1)
    if interval == 1:
        return Period(_month_key(every, start), _month_title(every, start), start, end)
    last = _month_title(every, _first_of(number + span - length))
    return Period(_month_key(every, start), f"{_month_title(every, start)}至{last}", start, end)


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_of(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def _month_key(every: str, start: date) -> str:
    part = {
        "month": f"-{start.month:02d}",
        "quarter": f"-Q{(start.month + 2) // 3}",
        "half": f"-H{(start.month + 5) // 6}",
    }
    return f"{start.year}{part.get(every, '')}"


def _month_title(every: str, start: date) -> str:
    quarter = "一二三四"[(start.month - 1) // 3]
    part = {
        "month": f"{start.month}月",
        "quarter": f"第{quarter}季度",
        "half": "上半年" if start.month == 1 else "下半年",
    }
    return f"{start.year}年{part.get(every, '')}"


def periods(duty: DutySpec, since: date, through: date) -> Iterator[Period]:
    """The duty's periods whose opening day lies in a stretch of days, both ends within, in order."""
    if duty.every == "event":
        return
    margin = timedelta(days=2 * max(0, -duty.opens.days) + 31)
    current = period_of(duty.every, duty.from_, duty.interval, duty.from_)
    last = min(through + margin, duty.until or date.max)
    while current.start <= last:
        if since <= day_of(duty.opens, current) <= through and _takes_place(duty, current):
            yield current
        current = period_of(duty.every, current.end + timedelta(days=1), duty.interval, duty.from_)


def _takes_place(duty: DutySpec, period: Period) -> bool:
    if not duty.workdays or duty.every != "day":
        return True
    return workdays.is_workday_tolerant(calendar(), period.start).value


def day_of(spec: DaySpec, period: Period) -> date:
    """The day that is so many days from the period's start or end, moved off a day off if the declaration says so."""
    base = period.start if spec.of == "start" else period.end
    if spec.count == "working":
        day = workdays.add_workdays_tolerant(calendar(), base, spec.days).value
    else:
        day = base + timedelta(days=spec.days)
    step = timedelta(days={"none": 0, "earlier": -1, "later": 1}[spec.shift])
    while step and not workdays.is_workday_tolerant(calendar(), day).value:
        day += step
    return day


def term_of(opens: DaySpec, due: DaySpec, period: Period) -> tuple[date, date] | None:
    """The days on which the period's turn opens and falls due. None where all days between them are off, as in the week
    of the Spring Festival: moved off them to either side, the two have passed each other.
    """
    first, last = day_of(opens, period), day_of(due, period)
    if last < first and _unmoved(opens, period) <= _unmoved(due, period):
        return None
    return first, last


def _unmoved(spec: DaySpec, period: Period) -> date:
    return day_of(spec.model_copy(update={"shift": "none"}), period)
