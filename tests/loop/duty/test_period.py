"""Periods against an oracle that walks day by day; days against the published holidays."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.loop.duty.period import Period, day_of, period_of, periods, term_of
from bihuan.loop.duty.spec import DaySpec, DutySpec

DAYS = st.dates(min_value=date(2019, 1, 1), max_value=date(2035, 12, 31))
EVERY = st.sampled_from(["day", "week", "month", "quarter", "half", "year"])


def duty(**keys: object) -> DutySpec:
    shape = {
        "code": "d",
        "title": "周报",
        "every": "week",
        "from": "2026-01-01",
        "ledger": "task",
        "report": {"when": "true"},
    }
    return DutySpec.model_validate(shape | keys)


def mark(every: str, day: date) -> object:
    """What all days of one period have in common."""
    return {
        "day": day,
        "week": day.isocalendar()[:2],
        "month": (day.year, day.month),
        "quarter": (day.year, (day.month - 1) // 3),
        "half": (day.year, day.month > 6),
        "year": day.year,
    }[every]


@given(EVERY, DAYS)
def test_a_period_holds_just_the_days_that_belong_together(every: str, day: date) -> None:
    found = period_of(every, day)
    assert found.start <= day <= found.end
    walked = [found.start + timedelta(days=n) for n in range((found.end - found.start).days + 1)]
    assert {mark(every, one) for one in walked} == {mark(every, day)}
    assert mark(every, found.start - timedelta(days=1)) != mark(every, day)
    assert mark(every, found.end + timedelta(days=1)) != mark(every, day)


@given(EVERY, DAYS, st.integers(1, 6), st.integers(0, 900))
def test_several_at_a_time_are_counted_from_the_first(every: str, origin: date, interval: int, later: int) -> None:
    """The oracle walks from the origin, one single period after another, and counts them."""
    day = origin + timedelta(days=later)
    one, count = period_of(every, origin), 0
    first = one
    while one.end < day:
        one, count = period_of(every, one.end + timedelta(days=1)), count + 1
        if count % interval == 0:
            first = one
    found = period_of(every, day, interval, origin)
    assert found.start == first.start
    last = first
    for _ in range(interval - 1):
        last = period_of(every, last.end + timedelta(days=1))
    assert found.end == last.end


@pytest.mark.parametrize(
    "every, interval, key, title",
    [
        ("day", 1, "2026-03-02", "2026年3月2日"),
        ("week", 1, "2026-W10", "2026年第10周（3月2日至3月8日）"),
        ("month", 1, "2026-03", "2026年3月"),
        ("quarter", 1, "2026-Q1", "2026年第一季度"),
        ("half", 1, "2026-H1", "2026年上半年"),
        ("year", 1, "2026", "2026年"),
        ("year", 3, "2026", "2026年至2028年"),
        ("week", 2, "2026-03-02", "2026年3月2日至3月15日"),
    ],
)
def test_names(every: str, interval: int, key: str, title: str) -> None:
    found = period_of(every, date(2026, 3, 2), interval, date(2026, 3, 2))
    assert (found.key, found.title) == (key, title)


@given(EVERY, st.integers(1, 4), DAYS, st.integers(-40, 40), st.integers(0, 200), st.integers(0, 200))
def test_keys_differ_and_days_are_complete(
    every: str, interval: int, origin: date, shift: int, ahead: int, span: int
) -> None:
    """Whatever stretch is asked in parts, its periods are those of the whole, each once."""
    spec = duty(**{"every": every, "interval": interval, "from": origin, "opens": {"days": shift}})
    first = origin + timedelta(days=ahead)
    middle, last = first + timedelta(days=span // 2), first + timedelta(days=span)
    whole = list(periods(spec, first, last))
    parts = [*periods(spec, first, middle), *periods(spec, middle + timedelta(days=1), last)]
    assert whole == parts
    assert len({item.key for item in whole}) == len(whole)
    assert all(first <= day_of(spec.opens, item) <= last for item in whole)
    opened = set(opening_days(spec, first, last))
    assert {day_of(spec.opens, item) for item in whole} == opened


def opening_days(spec: DutySpec, first: date, last: date) -> Iterator[date]:
    """Every day of the stretch that is so many days from the start of some period since the origin's."""
    day = first
    while day <= last:
        start = day - timedelta(days=spec.opens.days)
        origin = period_of(spec.every, spec.from_)
        if start >= origin.start and period_of(spec.every, start, spec.interval, spec.from_).start == start:
            yield day
        day += timedelta(days=1)


WEEK = Period("w", "w", date(2026, 2, 9), date(2026, 2, 15))
"""The week before the Spring Festival of 2026: 15 to 23 February are days off, Saturday the 14th is worked."""


@pytest.mark.parametrize(
    "keys, day",
    [
        ({}, date(2026, 2, 9)),
        ({"of": "end"}, date(2026, 2, 15)),
        ({"of": "end", "shift": "earlier"}, date(2026, 2, 14)),
        ({"of": "end", "shift": "later"}, date(2026, 2, 24)),
        ({"days": 4}, date(2026, 2, 13)),
        ({"days": 5, "shift": "earlier"}, date(2026, 2, 14)),
        ({"days": 5, "count": "working"}, date(2026, 2, 14)),
        ({"days": 6, "count": "working"}, date(2026, 2, 24)),
        ({"days": -1, "count": "working"}, date(2026, 2, 6)),
    ],
)
def test_days_follow_the_published_holidays(keys: dict[str, object], day: date) -> None:
    assert day_of(DaySpec.model_validate(keys), WEEK) == day


def test_every_working_day_takes_made_up_days_in_and_leaves_holidays_out() -> None:
    spec = duty(every="day", workdays=True, **{"from": "2026-02-09"})
    found = [item.start.day for item in periods(spec, date(2026, 2, 9), date(2026, 2, 28))]
    assert found == [9, 10, 11, 12, 13, 14, 24, 25, 26, 27, 28]


def test_until_ends_it() -> None:
    spec = duty(until="2026-01-20", **{"from": "2026-01-05"})
    assert [item.key for item in periods(spec, date(2026, 1, 1), date(2026, 3, 1))] == [
        "2026-W02",
        "2026-W03",
        "2026-W04",
    ]


def test_a_week_without_a_working_day_owes_nothing() -> None:
    opens = DaySpec.model_validate({"of": "start", "shift": "later"})
    due = DaySpec.model_validate({"of": "start", "days": 4, "shift": "earlier"})
    spec = duty(**{"from": "2026-02-09"})
    terms = {item.key: term_of(opens, due, item) for item in periods(spec, date(2026, 2, 9), date(2026, 3, 1))}
    assert terms == {
        "2026-W07": (date(2026, 2, 9), date(2026, 2, 13)),
        "2026-W08": None,  # the Spring Festival, 15 to 23 February
        "2026-W09": (date(2026, 2, 24), date(2026, 2, 27)),
    }
    wrong = DaySpec.model_validate({"of": "start", "days": -3})
    [week, *_] = periods(spec, date(2026, 2, 9), date(2026, 3, 1))
    assert term_of(opens, wrong, week) == (date(2026, 2, 9), date(2026, 2, 6)), (
        "told where it is opened, not passed over"
    )
