"""Dates, moments and months: what is read, and what is refused rather than guessed or dropped."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger.types import BY_CODE, BadValue
from bihuan.standards.excel_serial import to_serial
from tests.ledger.types.fields import LOOKUP, read, spec


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("2024-03-05 14:30", "14:30:00”带有时刻"),
        (datetime(2024, 3, 5, 0, 0, 1), "带有时刻"),
        (45000.5, "带有时刻"),
        ("2024年3月", "只写到月"),
        ("2024.1", "去掉末尾 0 的 10 月"),
        (2024.1, "去掉末尾 0 的 10 月"),
        (202403.0, "只写到月"),
        (2024.0, "不是日期"),
        (5.0, "不是日期"),
        (True, "不是日期"),
        ("03/04/2024", "分不清"),
        ("2024-02-30", "2 月没有 30 日"),
        (20240230.0, "2 月没有 30 日"),
        ("45000", "日期序号"),
        (timedelta(hours=1), "不是日期"),
    ],
)
def test_a_date_is_refused_with_the_reason(raw: Any, why: str) -> None:
    with pytest.raises(BadValue) as caught:
        read("date", raw)
    assert why in str(caught.value)


@given(st.dates(date(1909, 1, 1), date(2199, 12, 31)))
def test_a_day_is_read_alike_however_it_comes(day: date) -> None:
    written = (
        day.isoformat(),
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        float(f"{day:%Y%m%d}"),
        float(to_serial(day)),
        day,
        datetime(day.year, day.month, day.day),
        f"{day.isoformat()} 00:00",
        datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8),
    )
    assert {read("date", raw) for raw in written} == {day.isoformat()}


def test_a_whole_month_is_a_day_only_where_the_field_says_which() -> None:
    assert read("date", "2024年2月", whole_month="first") == "2024-02-01"
    assert read("date", "2024年2月", whole_month="last") == "2024-02-29"
    assert read("date", 202402.0, whole_month="last") == "2024-02-29"
    assert read("date", "2024-02-01", whole_month="last") == "2024-02-01"
    with pytest.raises(BadValue):
        read("datetime", "2024年2月")


def test_day_and_month_in_the_order_that_the_field_says() -> None:
    assert read("date", "03/04/2024", date_order="mdy") == "2024-03-04"
    assert read("date", "03/04/2024", date_order="dmy") == "2024-04-03"


@given(st.datetimes(datetime(1900, 3, 2), datetime(9999, 12, 30)).map(lambda m: m.replace(microsecond=0)))
def test_a_moment_without_a_zone_is_the_countys(local: datetime) -> None:
    stored = read("datetime", local)
    assert datetime.fromisoformat(stored) == local.replace(tzinfo=UTC) - timedelta(hours=8)
    assert {read("datetime", raw) for raw in (str(local), f"{local.isoformat()}+08:00")} == {stored}
    assert BY_CODE["datetime"].show(stored, spec("datetime"), LOOKUP) == f"{local:%Y-%m-%d %H:%M}"


def test_a_moment_is_kept_to_the_nearest_second() -> None:
    assert read("datetime", datetime(2024, 3, 5, 14, 29, 59, 999_500)) == "2024-03-05T06:30:00Z"
    assert read("datetime", datetime(2024, 3, 5, 14, 30, 0, 400)) == "2024-03-05T06:30:00Z"


@pytest.mark.parametrize(
    "raw", [datetime.max, datetime.min, "9999-12-31T23:59:59Z", "0001-01-01", datetime.max.replace(tzinfo=UTC)]
)
def test_a_moment_beyond_the_calendar_is_refused(raw: Any) -> None:
    with pytest.raises(BadValue, match="超出可以记录的年份"):
        read("datetime", raw)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_month(day: date) -> None:
    month = f"{day:%Y-%m}"
    first = day.replace(day=1)
    for raw in (month, f"{day.year}年{day.month}月", f"{day:%Y%m}", float(f"{day:%Y%m}"), first, f"{first} 00:00"):
        assert read("month", raw) == month
    if day.day > 1:
        with pytest.raises(BadValue, match="写到了日"):
            read("month", day)


def test_days_before_the_spreadsheets_calendar_are_exported_as_text() -> None:
    assert BY_CODE["date"].cell("1900-02-28", spec("date"), LOOKUP) == "1900-02-28"
    assert BY_CODE["date"].cell("1900-03-01", spec("date"), LOOKUP) == date(1900, 3, 1)
    assert BY_CODE["datetime"].cell("1899-12-31T00:00:00Z", spec("datetime"), LOOKUP) == "1899-12-31 08:00:00"


def test_seconds_are_in_the_form_only_where_there_are_some() -> None:
    entry = BY_CODE["datetime"].entry
    assert entry("2024-03-05T06:30:00Z", spec("datetime"), LOOKUP) == "2024-03-05T14:30"
    assert entry("2024-03-05T06:30:05Z", spec("datetime"), LOOKUP) == "2024-03-05T14:30:05"
