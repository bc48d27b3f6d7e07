from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import clock

DAYS = st.dates(date(1990, 1, 1), date(2100, 1, 1))


def test_the_clock_can_be_held_and_goes_on_afterwards() -> None:
    then = datetime(2026, 3, 2, 1, tzinfo=UTC)
    later = then + timedelta(days=1)
    with clock.fixed(then):
        assert clock.now() == then
        with clock.fixed(later):
            assert clock.now() == later
        assert clock.now() == then
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)


def test_the_clock_goes_on_after_an_error() -> None:
    with pytest.raises(ValueError), clock.fixed(datetime(2001, 3, 2, tzinfo=UTC)):
        int("x")
    assert clock.now().year > 2001


def test_the_county_s_day_begins_at_sixteen_hours_utc() -> None:
    with clock.fixed(datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 1)
    with clock.fixed(datetime(2026, 3, 1, 16, 0, tzinfo=UTC)):
        assert clock.today() == date(2026, 3, 2)


@given(DAYS)
def test_a_day_holds_its_first_and_its_last_instant_and_no_other_day_does(day: date) -> None:
    first, last = clock.start_of_day(day), clock.end_of_day(day)
    assert clock.local_date(first) == clock.local_date(last) == day
    assert clock.local_date(first - timedelta(microseconds=1)) == day - timedelta(days=1)
    assert last + timedelta(seconds=1) == clock.start_of_day(day + timedelta(days=1))
