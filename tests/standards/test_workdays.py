"""Working days against the independent package chinesecalendar, a day-by-day walk, and dates worked out by hand."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.standards.holiday_files import packaged_calendar
from bihuan.standards.problem import Refused
from bihuan.standards.workdays import (
    Calendar,
    CalendarNotPublished,
    Mark,
    add_days,
    add_workdays,
    add_workdays_tolerant,
    day_reason,
    days_between,
    explain_add,
    explain_add_days,
    is_workday,
    is_workday_tolerant,
    nth_workday_of,
    on_or_after,
    workdays_between,
    workdays_between_tolerant,
)

CAL = packaged_calendar()
FIRST, LAST = date(2019, 1, 1), date(2026, 12, 31)
DAY = timedelta(1)
days = st.dates(FIRST, LAST)
inner = st.dates(date(2020, 6, 1), date(2025, 6, 1))
any_day = st.dates(date(2000, 1, 1), date(2060, 1, 1))
steps = st.integers(-250, 250)


def oracle(day):
    """Work on a day: the other package where it knows the year, Monday to Friday elsewhere."""
    if FIRST <= day <= LAST:
        return chinese_calendar.is_workday(day)
    return day.weekday() < 5


def walk(start, n):
    """The n-th working day by walking."""
    day, left, step = start, abs(n), DAY if n > 0 else -DAY
    while left:
        day += step
        left -= oracle(day)
    return day


def test_every_day_agrees_with_the_other_package():
    every = [FIRST + DAY * i for i in range((LAST - FIRST).days + 1)]
    assert [d for d in every if is_workday(CAL, d) != chinese_calendar.is_workday(d)] == []


def test_the_names_agree_with_the_other_package():
    for day, name in CAL.holidays.items():
        _, detail = chinese_calendar.get_holiday_detail(day)
        known = next(holiday.chinese for holiday in chinese_calendar.Holiday if holiday.value == detail)
        assert known in name


@pytest.mark.parametrize(
    ("year", "count"),
    [(2019, 250), (2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)],
)
def test_working_days_of_a_year(year, count):
    assert sum(day.year == year for day in CAL.workdays) == count


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-09-30", 7, "2026-10-15"),
        ("2020-01-23", 1, "2020-02-03"),
        ("2019-04-30", 1, "2019-05-05"),
        ("2026-02-27", -5, "2026-02-13"),
        ("2026-01-01", 0, "2026-01-01"),
        ("2024-09-13", 1, "2024-09-14"),
        ("2026-12-30", 1, "2026-12-31"),
    ],
)
def test_known_dates(start, n, end):
    assert add_workdays(CAL, date.fromisoformat(start), n) == date.fromisoformat(end)


@given(inner, steps)
def test_adding_is_walking(start, n):
    assert add_workdays(CAL, start, n) == walk(start, n)


@given(days, days)
def test_between_counts_the_days_passed(a, b):
    low, high = min(a, b), max(a, b)
    passed = sum(oracle(low + DAY * i) for i in range(1, (high - low).days + 1))
    assert workdays_between(CAL, a, b) == (passed if a <= b else -passed)


@given(inner, steps)
def test_between_undoes_add(start, n):
    if n < 0 and not is_workday(CAL, start):
        start = on_or_after(CAL, start)
    assert workdays_between(CAL, start, add_workdays(CAL, start, n)) == n


@given(inner, inner)
def test_add_undoes_between(a, b):
    a, b = on_or_after(CAL, a), on_or_after(CAL, b)
    assert add_workdays(CAL, a, workdays_between(CAL, a, b)) == b


@given(days, days, days)
def test_between_is_additive(a, b, c):
    assert workdays_between(CAL, a, c) == workdays_between(CAL, a, b) + workdays_between(CAL, b, c)


@given(inner, steps, st.integers(0, 40))
def test_add_never_goes_back(start, n, later):
    assert add_workdays(CAL, start + DAY * later, n) >= add_workdays(CAL, start, n) or n == 0
    assert add_workdays(CAL, start, n + 1) > add_workdays(CAL, start, n) or n in (0, -1)


@given(days)
def test_on_or_after(day):
    found = on_or_after(CAL, day) if day < date(2026, 12, 31) else day
    assert found >= day
    assert not any(oracle(day + DAY * i) for i in range((found - day).days))


def test_an_unpublished_year_is_refused_not_guessed():
    with pytest.raises(CalendarNotPublished) as caught:
        add_workdays(CAL, date(2026, 12, 30), 2)
    assert (caught.value.year, caught.value.last_date) == (2027, LAST)
    assert str(caught.value).startswith("2027 年的节假日安排尚未公布（日历未公布）")
    assert "2026-12-31" in str(caught.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda: is_workday(CAL, date(2027, 1, 1)),
        lambda: is_workday(CAL, date(2018, 12, 31)),
        lambda: add_workdays(CAL, date(2027, 1, 4), 1),
        lambda: add_workdays(CAL, date(2027, 1, 4), -1),
        lambda: add_workdays(CAL, date(2019, 1, 2), -1),
        lambda: add_workdays(CAL, date(2018, 12, 31), 1),
        lambda: add_workdays(CAL, date(2026, 1, 1), 10**9),
        lambda: workdays_between(CAL, date(2026, 12, 1), date(2027, 1, 1)),
        lambda: workdays_between(CAL, date(2018, 12, 31), date(2019, 1, 2)),
        lambda: explain_add(CAL, date(2026, 12, 30), 2),
        lambda: on_or_after(CAL, date(2027, 1, 1)),
        lambda: nth_workday_of(CAL, 2027, 1, 1),
    ],
)
def test_both_ends_refuse(call):
    with pytest.raises(CalendarNotPublished):
        call()


def test_before_the_first_year_the_reason_is_another():
    with pytest.raises(CalendarNotPublished, match="2018 年的节假日安排没有收录"):
        is_workday(CAL, date(2018, 12, 31))


@given(any_day, st.integers(-600, 600))
def test_tolerant_adding_is_walking(start, n):
    found = add_workdays_tolerant(CAL, start, n)
    assert found.value == walk(start, n)
    outside = not (FIRST <= start <= LAST and FIRST <= found.value <= LAST)
    assert found.provisional == (outside and n != 0)
    assert bool(found.reason) == found.provisional


@given(any_day, any_day)
def test_tolerant_between_is_tolerant_walking(a, b):
    found = workdays_between_tolerant(CAL, a, b)
    assert found.value == -workdays_between_tolerant(CAL, b, a).value
    if a <= b and oracle(b):
        assert add_workdays_tolerant(CAL, a, found.value).value == b
    assert found.provisional == (min(a, b) < FIRST or max(a, b) > LAST)


@given(any_day)
def test_tolerant_is_workday(day):
    assert is_workday_tolerant(CAL, day).value == oracle(day)


def test_the_provisional_reason_names_the_year():
    found = add_workdays_tolerant(CAL, date(2026, 12, 30), 7)
    assert found.value == date(2027, 1, 8)
    assert "2027 年的节假日安排尚未公布（日历未公布）" in found.reason
    assert "2018 年" in add_workdays_tolerant(CAL, date(2018, 12, 3), 1).reason


@pytest.mark.parametrize("n", [10**7, -(10**7)])
def test_tolerant_stops_at_the_ends_of_time(n):
    with pytest.raises(Refused, match="9999"):
        add_workdays_tolerant(CAL, date(2026, 1, 1), n)


@given(inner, st.integers(-60, 60))
def test_the_explanation_ends_at_the_answer(start, n):
    told = explain_add(CAL, start, n)
    assert (told[-1].date if told else start) == add_workdays(CAL, start, n)
    assert [step.ordinal for step in told if step.counted] == list(range(1, abs(n) + 1))
    assert all(step.counted == oracle(step.date) for step in told)
    assert all(step.ordinal is None for step in told if not step.counted)
    assert not any(step.provisional for step in told)


def test_the_explanation_says_why():
    told = {step.date: step for step in explain_add(CAL, date(2026, 9, 30), 7)}
    assert len(told) == 15
    assert told[date(2026, 10, 1)].reason == "国庆节"
    assert told[date(2026, 10, 10)].reason == "调休上班（国庆节）"
    assert told[date(2026, 10, 10)].ordinal == 3
    assert told[date(2026, 10, 11)].reason == "周日"
    assert told[date(2026, 10, 15)].reason == "工作日"
    assert told[date(2026, 10, 15)].weekday == "周四"


def test_the_tolerant_explanation_marks_what_is_provisional():
    told = explain_add(CAL, date(2026, 12, 30), 3, tolerant=True)
    assert [(step.date.isoformat(), step.provisional) for step in told] == [
        ("2026-12-31", False),
        ("2027-01-01", True),
        ("2027-01-02", True),
        ("2027-01-03", True),
        ("2027-01-04", True),
    ]
    assert told[1].reason == "周五（日历未公布）"


def test_calendar_days():
    assert add_days(date(2026, 2, 13), 15) == date(2026, 2, 28)
    assert days_between(date(2026, 2, 28), date(2026, 2, 13)) == -15
    told = explain_add_days(CAL, date(2026, 2, 13), 2)
    assert [(step.reason, step.ordinal) for step in told] == [("调休上班（春节）", 1), ("春节", 2)]
    with pytest.raises(Refused, match="9999"):
        add_days(date(2026, 1, 1), 10**7)


@given(inner, st.integers(-60, 60))
def test_calendar_days_all_count(start, n):
    told = explain_add_days(CAL, start, n)
    assert len(told) == abs(n)
    assert (told[-1].date if told else start) == add_days(start, n) == start + DAY * n


def test_day_reason():
    assert day_reason(CAL, date(2026, 2, 14)) == "调休上班（春节）"
    assert day_reason(CAL, date(2026, 3, 7)) == "周六"
    assert day_reason(CAL, date(2025, 10, 6)) == "国庆节、中秋节"


def test_nth_workday_of_a_month():
    assert nth_workday_of(CAL, 2026, 1, 1) == date(2026, 1, 4)
    assert nth_workday_of(CAL, 2026, 10, 5) == date(2026, 10, 13)
    assert nth_workday_of(CAL, 2026, 12, 23) == date(2026, 12, 31)
    for n in (0, 24):
        with pytest.raises(Refused, match=f"没有第 {n} 个工作日"):
            nth_workday_of(CAL, 2026, 12, n)


def test_a_calendar_needs_years_that_follow_on_each_other():
    with pytest.raises(Refused, match="2024、2026"):
        Calendar((2024, 2026), ())
    with pytest.raises(Refused, match="空"):
        Calendar((), ())


def test_calendars_compare_by_what_they_say():
    mark = Mark(date(2024, 1, 1), "holiday", "元旦")
    assert Calendar((2024,), (mark,)) == Calendar((2024,), (mark,))
    assert Calendar((2024,), (mark,)) != Calendar((2024,), ())
    assert len({Calendar((2024,), (mark,)), Calendar((2024,), (mark,))}) == 1
