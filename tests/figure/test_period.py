"""Periods: how they are read, named, and set beside each other."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.errors import Invalid
from bihuan.figure.period import Period, before, cut, months_of, parse_period, to_end, year_of, years_before

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("text", "start", "end", "title"),
    [
        ("2026-03-05", (2026, 3, 5), (2026, 3, 5), "2026年3月5日"),
        ("2026-W10", (2026, 3, 2), (2026, 3, 8), "2026年第10周"),
        ("2026-02下旬", (2026, 2, 21), (2026, 2, 28), "2026年2月下旬"),
        ("2024-02", (2024, 2, 1), (2024, 2, 29), "2024年2月"),
        ("2026-Q4", (2026, 10, 1), (2026, 12, 31), "2026年第4季度"),
        ("2026-H2", (2026, 7, 1), (2026, 12, 31), "2026年下半年"),
        ("2026", (2026, 1, 1), (2026, 12, 31), "2026年"),
        ("2026-ytd", (2026, 1, 1), (2026, 3, 2), "2026年1月1日—3月2日"),
        ("ytd", (2026, 1, 1), (2026, 3, 2), "2026年1月1日—3月2日"),
        ("2025-01..2025-11", (2025, 1, 1), (2025, 11, 30), "2025年1—11月"),
        ("2025-11..2026-01", (2025, 11, 1), (2026, 1, 31), "2025年11月—2026年1月"),
    ],
)
def test_forms(text: str, start: tuple[int, int, int], end: tuple[int, int, int], title: str) -> None:
    found = parse_period(text, TODAY)
    assert (found.start, found.end, found.title) == (date(*start), date(*end), title)
    assert parse_period(found.code, TODAY) == found


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-W60", "2026-Q5", "2026-H3", "2026-02-30", "三月", "2026-03..2026-01"]
)
def test_what_is_no_period_is_told(text: str) -> None:
    with pytest.raises(Invalid):
        parse_period(text, TODAY)


@pytest.mark.parametrize(
    ("text", "last_year", "last_one"),
    [
        ("2024-02", "2023-02", "2024-01"),
        ("2024-02-29", "2023-02-28", "2024-02-28"),
        ("2026-Q1", "2025-Q1", "2025-Q4"),
        ("2026", "2025", "2025"),
        ("2026-03上旬", "2025-03上旬", "2026-02下旬"),
        ("2026-01..2026-05", "2025-01..2025-05", "2025-08..2025-12"),
    ],
)
def test_what_it_is_compared_with(text: str, last_year: str, last_one: str) -> None:
    period = parse_period(text, TODAY)
    assert years_before(period, 1) == parse_period(last_year, TODAY)
    assert before(period) == parse_period(last_one, TODAY)


PERIODS = st.builds(
    lambda start, days: Period(start, start + timedelta(days=days)),
    st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    st.integers(0, 800),
)


@given(period=PERIODS, day=st.dates(date(2000, 1, 1), date(2040, 1, 1)))
def test_any_range_keeps_its_meaning(period: Period, day: date) -> None:
    assert parse_period(period.code, TODAY) == period
    assert before(period).end == period.start - timedelta(days=1)
    assert cut(period, day).end <= period.end
    assert months_of(period)[0].start <= period.start <= period.end <= months_of(period)[-1].end
    assert year_of(period).end == to_end(period, of_year=True).start.replace(month=12, day=31)
