"""When a matter is due, and the arithmetic that says why."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import clock
from bihuan.ledger.models import Record
from bihuan.loop.actions import Said, create_record, edit_record, perform
from bihuan.loop.deadline import Pause, day_by_day, days_left, due_after, last_day_within, shifted
from tests.cast import MONDAY, Cast
from tests.ledger.making import SHORT_LOOP, findings, make_ledger
from tests.loop.loops import days_between

DAYS = st.dates(date(2024, 1, 1), date(2027, 6, 1))
COUNTS = st.sampled_from(["calendar", "working"])


@pytest.mark.parametrize(
    ("start", "days", "count", "due"),
    [
        (date(2026, 2, 13), 5, "working", date(2026, 2, 27)),
        (date(2026, 9, 30), 7, "working", date(2026, 10, 15)),
        (date(2026, 2, 13), 5, "calendar", date(2026, 2, 18)),
        (date(2026, 3, 6), 1, "working", date(2026, 3, 9)),
        (date(2024, 2, 28), 2, "calendar", date(2024, 3, 1)),
    ],
)
def test_known_due_days(start: date, days: int, count: str, due: date) -> None:
    found = due_after(start, days, count)
    assert (found.day, found.provisional) == (due, False)
    assert found.at == clock.end_of_day(due)


@given(DAYS, st.integers(1, 60), COUNTS)
def test_the_days_up_to_the_due_day_are_as_many_as_were_given(start: date, days: int, count: str) -> None:
    due = due_after(start, days, count).day
    assert days_between(start, due, count) == days == days_left(start, due, count)
    assert days_between(start, due - timedelta(days=1), count) == days - 1


@given(DAYS, st.integers(0, 30), COUNTS)
def test_the_last_day_within_is_the_last(today: date, days: int, count: str) -> None:
    last = last_day_within(today, days, count)
    assert days_between(today, last, count) == days
    assert days_between(today, last + timedelta(days=1), count) == days + 1


@given(DAYS, st.integers(1, 30), COUNTS)
def test_the_arithmetic_counts_up_to_the_due_day(start: date, days: int, count: str) -> None:
    due = due_after(start, days, count).day
    steps = day_by_day(start, due, count)
    assert steps[-1].date == due
    assert sum(step.counted for step in steps) == days
    assert all(step.reason for step in steps)


@given(DAYS, st.integers(1, 30), st.integers(0, 20), st.integers(0, 40), COUNTS)
def test_a_pause_moves_the_deadline_by_the_days_that_did_not_count(
    start: date, days: int, after: int, length: int, count: str
) -> None:
    """The days that count, before the pause and after it, are the term; time of day stays; nothing gets earlier."""
    since = start + timedelta(days=after)
    until, due = since + timedelta(days=length), clock.end_of_day(due_after(start, days, count).day)
    moved, by = shifted(due, since, until, count)
    assert moved >= due
    assert moved - due == timedelta(days=(moved - due).days)
    assert by == days_between(since, until, count)
    assert days_left(until, clock.local_date(moved), count) == days_left(since, clock.local_date(due), count)
    if due >= clock.end_of_day(since):
        steps = day_by_day(start, clock.local_date(moved), count, [Pause(since, until)])
        assert sum(step.counted for step in steps) == days


def test_a_year_without_published_holidays_is_told() -> None:
    assert due_after(date(2026, 12, 30), 5, "working").provisional
    assert not due_after(date(2026, 12, 30), 5, "calendar").provisional


def test_a_deadline_that_has_passed_is_negative() -> None:
    assert days_left(date(2026, 3, 9), date(2026, 3, 6), "working") == -1
    assert days_left(date(2026, 3, 9), date(2026, 3, 6), "calendar") == -3


def begun(cast: Cast, loop: dict[str, object] | None = None, **fields: str) -> Record:
    """A matter of the short loop, ten working days a matter, begun on MONDAY."""
    ledger = make_ledger(cast.office, loop=loop or SHORT_LOOP)
    record = create_record(actor=cast["office"], ledger=ledger, fields={"no": "A1", **fields})
    return perform(actor=cast["office"], pk=record.pk, verb="start", said=Said())


def test_the_clock_starts_with_the_verb(cast: Cast) -> None:
    assert begun(cast).due_at == clock.end_of_day(date(2026, 3, 16))


def test_a_deadline_that_was_given_is_kept(cast: Cast) -> None:
    assert begun(cast, due_on="2026-03-05").due_at == clock.end_of_day(date(2026, 3, 5))


def test_the_clock_starts_once(cast: Cast) -> None:
    record = begun(cast)
    with clock.fixed(MONDAY + timedelta(days=3)):
        perform(actor=cast["office"], pk=record.pk, verb="back", said=Said())
        again = perform(actor=cast["office"], pk=record.pk, verb="start", said=Said())
    assert again.due_at == clock.end_of_day(date(2026, 3, 16))


def test_before_its_clock_starts_a_matter_may_be_without_a_deadline(cast: Cast) -> None:
    ledger = make_ledger(cast.office)
    record = create_record(actor=cast["office"], ledger=ledger, fields={"no": "A1", "due_on": "2026-03-05"})
    record = edit_record(actor=cast["office"], record=record, fields={"due_on": ""})
    assert record.due_at is None
    record = perform(actor=cast["office"], pk=record.pk, verb="start", said=Said())
    assert record.due_at == clock.end_of_day(date(2026, 3, 16))


def test_a_matter_under_way_is_never_left_without_a_deadline(cast: Cast) -> None:
    record = begun(cast, due_on="2026-03-05")
    with clock.fixed(MONDAY + timedelta(days=1)):
        record = edit_record(actor=cast["office"], record=record, fields={"due_on": ""})
    assert record.due_at == clock.end_of_day(date(2026, 3, 17))
    assert findings(record.ledger) == []


def test_a_clock_that_starts_with_the_finding_follows_the_day_of_finding(cast: Cast) -> None:
    loop = {**SHORT_LOOP, "deadline": {"days": 30, "count": "calendar", "start": "opened"}}
    ledger = make_ledger(cast.office, loop=loop)
    record = create_record(actor=cast["office"], ledger=ledger, fields={"no": "A1", "found_on": "2026-02-10"})
    assert record.due_at == clock.end_of_day(date(2026, 3, 12))
    record = edit_record(actor=cast["office"], record=record, fields={"found_on": "2026-02-20"})
    assert record.due_at == clock.end_of_day(date(2026, 3, 22))
    record = edit_record(actor=cast["office"], record=record, fields={"name": "别的都不动"})
    assert record.due_at == clock.end_of_day(date(2026, 3, 22))
    record = edit_record(actor=cast["office"], record=record, fields={"due_on": "2026-03-03"})
    record = edit_record(actor=cast["office"], record=record, fields={"found_on": "2026-01-20"})
    assert record.due_at == clock.end_of_day(date(2026, 3, 3))
    record = edit_record(actor=cast["office"], record=record, fields={"due_on": ""})
    assert record.due_at == clock.end_of_day(date(2026, 2, 19))


def test_a_unit_that_is_taken_away_leaves_the_matter_without_one(cast: Cast) -> None:
    record = begun(cast, responsible="青溪镇")
    assert record.unit_id == cast.town.pk
    record = edit_record(actor=cast["office"], record=record, fields={"responsible": ""})
    assert record.unit_id is None
    assert "responsible" not in record.data
