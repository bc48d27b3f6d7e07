"""Serial numbers against openpyxl, and where the standard is odd."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904, from_excel, to_excel

from bihuan.standards.excel_serial import from_serial, to_serial
from bihuan.standards.problem import Refused

# openpyxl reads a serial below 61 otherwise than spreadsheets show it, so the comparison begins there.
later = st.integers(61, 2_958_465)


@given(later)
def test_days_agree_with_openpyxl(serial):
    assert from_serial(serial) == from_excel(serial).date()
    assert to_serial(from_serial(serial)) == serial == to_excel(from_serial(serial))


@given(st.integers(1, 2_957_003))
def test_days_of_1904_agree_with_openpyxl(serial):
    assert from_serial(serial, 1904) == from_excel(serial, epoch=CALENDAR_MAC_1904).date()
    assert from_serial(serial, 1904) == from_serial(serial + 1462)
    assert to_serial(from_serial(serial, 1904), 1904) == serial


@given(st.datetimes(datetime(1900, 3, 1), datetime(2100, 1, 1)).map(lambda t: t.replace(microsecond=0)))
def test_moments_return_through_a_float(moment):
    read = from_serial(float(to_serial(moment)))
    assert read == (moment if moment.time() != datetime.min.time() else moment.date())
    assert type(read) is (datetime if moment.time() != datetime.min.time() else date)


@pytest.mark.parametrize(
    ("serial", "day"),
    [(1, date(1900, 1, 1)), (59, date(1900, 2, 28)), (61, date(1900, 3, 1)), (45356, date(2024, 3, 5))],
)
def test_around_the_day_that_never_was(serial, day):
    assert from_serial(serial) == day
    assert to_serial(day) == serial


@pytest.mark.parametrize(
    ("serial", "system", "words"),
    [
        (60, 1900, "1900-02-29"),
        (60.5, 1900, "1900-02-29"),
        (0, 1900, "只有时刻"),
        (0.5, 1900, "只有时刻"),
        (-1, 1900, "超出范围"),
        (-0.5, 1900, "超出范围"),
        (2_958_466, 1900, "2958465"),
        (-1, 1904, "超出范围"),
        (2_957_004, 1904, "2957003"),
        (float("nan"), 1900, "不是数"),
        (float("inf"), 1900, "不是数"),
    ],
)
def test_refused(serial, system, words):
    with pytest.raises(Refused, match=words):
        from_serial(serial, system)


def test_fractions():
    assert from_serial(45356.604166666664) == datetime(2024, 3, 5, 14, 30)
    assert from_serial(45356.99999999999) == date(2024, 3, 6)
    assert to_serial(datetime(2024, 3, 5, 12)) == Decimal("45356.5")
    assert from_serial(0, 1904) == date(1904, 1, 1)


def test_before_the_first_day():
    with pytest.raises(Refused, match="早于 1900"):
        to_serial(date(1899, 12, 31))
    with pytest.raises(Refused, match="早于 1904"):
        to_serial(date(1904, 1, 1) - timedelta(1), 1904)
