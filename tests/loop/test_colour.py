"""Colour is a function of the loop, the dates and the instant asked: in Python for one matter, in SQL for many."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import clock
from bihuan.ledger.models import Record
from bihuan.loop.actions import Said, create_record, edit_record, perform
from bihuan.loop.colour import (
    WORDS,
    Colour,
    bounds_at,
    called_at,
    colour_of,
    found_by_colour,
    gravity,
    has_colour,
    word,
    worse,
)
from bihuan.loop.definitions import install_loop
from bihuan.loop.intake import simple_loop
from bihuan.loop.queries import colour_counts, history_colours
from bihuan.loop.spec import LoopSpec
from tests.cast import MONDAY, Cast, examples, undone
from tests.ledger.making import make_ledger
from tests.loop.loops import at, days_between, loop_with

OLD = date(2000, 1, 1)
THREE_DAYS = loop_with((OLD, 3, "calendar"))
THREE_WORKING_DAYS = loop_with((OLD, 3, "working"))

# From two years of published holidays into one that is not published yet.
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 3, 1), timezones=st.just(UTC)).map(
    lambda instant: instant.replace(microsecond=0)
)
RULES = st.tuples(st.just(OLD), st.integers(0, 20), st.sampled_from(["calendar", "working"]))
CHANGES = st.tuples(
    st.dates(date(2025, 1, 1), date(2027, 1, 1)), st.integers(0, 20), st.sampled_from(["calendar", "working"])
)
LOOPS = RULES.map(loop_with)
LOOPS_THAT_CHANGE = st.tuples(RULES, CHANGES).map(lambda rules: loop_with(*rules))


@given(
    LOOPS, INSTANTS, st.timedeltas(timedelta(0), timedelta(days=60)), st.timedeltas(timedelta(0), timedelta(days=90))
)
def test_colour_never_improves_while_time_passes(
    loop: LoopSpec, due: datetime, before: timedelta, later: timedelta
) -> None:
    first = due - before
    then = colour_of(due, None, bounds_at(loop, first))
    afterwards = colour_of(due, None, bounds_at(loop, first + later))
    assert gravity(afterwards) >= gravity(then)


@given(LOOPS_THAT_CHANGE, INSTANTS, INSTANTS, st.none() | INSTANTS)
def test_colour_agrees_with_counting_days_one_by_one(
    loop: LoopSpec, now: datetime, due: datetime, closed: datetime | None
) -> None:
    today = clock.local_date(now)
    rule = loop.colours[1] if loop.colours[1].valid_from <= today else loop.colours[0]
    if closed is not None and closed <= now:
        expected = Colour.WHITE
    elif due < now:
        expected = Colour.RED
    elif days_between(today, clock.local_date(due), rule.count) <= rule.yellow_within:
        expected = Colour.YELLOW
    else:
        expected = Colour.GREEN
    assert colour_of(due, closed, bounds_at(loop, now)) is expected


@pytest.mark.parametrize(
    ("now", "colour"),
    [
        ("2026-03-06 23:59:59", "green"),
        ("2026-03-07 00:00:00", "yellow"),
        ("2026-03-07 00:00:01", "yellow"),
        ("2026-03-10 23:59:58", "yellow"),
        ("2026-03-10 23:59:59", "yellow"),
        ("2026-03-11 00:00:00", "red"),
        ("2099-01-01 00:00:00", "red"),
    ],
)
def test_three_calendar_days_before_the_end_of_10_march(now: str, colour: str) -> None:
    due = clock.end_of_day(date(2026, 3, 10))
    assert colour_of(due, None, bounds_at(THREE_DAYS, at(now))).value == colour


@pytest.mark.parametrize(
    ("now", "colour"),
    [
        ("2026-03-05 09:59:59", "green"),
        ("2026-03-06 23:59:59", "green"),
        ("2026-03-07 00:00:00", "yellow"),
        ("2026-03-10 09:59:59", "yellow"),
        ("2026-03-10 10:00:00", "yellow"),
        ("2026-03-10 10:00:01", "red"),
    ],
)
def test_a_deadline_at_ten_o_clock_is_kept_to_the_second(now: str, colour: str) -> None:
    assert colour_of(at("2026-03-10 10:00:00"), None, bounds_at(THREE_DAYS, at(now))).value == colour


@pytest.mark.parametrize(
    ("due", "now", "colour"),
    [
        # Wednesday 11 March: three working days are Monday to Wednesday, so it is yellow from the Friday on.
        (date(2026, 3, 11), "2026-03-05 23:59:59", "green"),
        (date(2026, 3, 11), "2026-03-06 00:00:00", "yellow"),
        # 15 to 23 February is Spring Festival; Saturday 14 and Saturday 28 February are worked.
        (date(2026, 2, 25), "2026-02-12 23:59:59", "green"),
        (date(2026, 2, 25), "2026-02-13 00:00:00", "yellow"),
        (date(2026, 2, 28), "2026-02-24 23:59:59", "green"),
        (date(2026, 2, 28), "2026-02-25 00:00:00", "yellow"),
        # A Sunday that nobody works is as near as the Friday before it.
        (date(2026, 3, 15), "2026-03-09 23:59:59", "green"),
        (date(2026, 3, 15), "2026-03-10 00:00:00", "yellow"),
    ],
)
def test_three_working_days_by_the_state_council_s_calendar(due: date, now: str, colour: str) -> None:
    assert colour_of(clock.end_of_day(due), None, bounds_at(THREE_WORKING_DAYS, at(now))).value == colour


def test_without_a_deadline_a_matter_is_in_term_and_a_closed_one_is_white() -> None:
    bounds = bounds_at(THREE_DAYS, MONDAY)
    assert colour_of(None, None, bounds) is Colour.GREEN
    assert colour_of(None, MONDAY, bounds) is Colour.WHITE
    assert colour_of(MONDAY - timedelta(days=9), MONDAY, bounds) is Colour.WHITE
    assert colour_of(MONDAY - timedelta(days=9), MONDAY + timedelta(seconds=1), bounds) is Colour.RED


def test_a_rule_holds_from_its_day_on() -> None:
    loop = loop_with((date(2026, 1, 1), 3, "calendar"), (date(2026, 3, 1), 10, "calendar"))
    due = clock.end_of_day(date(2026, 3, 9))
    assert colour_of(due, None, bounds_at(loop, at("2026-02-28 23:59:59"))) is Colour.GREEN
    assert colour_of(due, None, bounds_at(loop, at("2026-03-01 00:00:00"))) is Colour.YELLOW
    assert bounds_at(loop, at("2025-06-01 00:00:00")).rule is loop.colours[0]


def test_a_narrower_rule_lets_a_matter_be_green_again() -> None:
    loop = loop_with((date(2026, 1, 1), 30, "calendar"), (date(2026, 3, 1), 2, "calendar"))
    due = clock.end_of_day(date(2026, 3, 9))
    colours = [
        colour_of(due, None, bounds_at(loop, at(f"2026-{day} 12:00:00"))).value for day in ("02-28", "03-01", "03-07")
    ]
    assert colours == ["yellow", "green", "yellow"]


SPREAD = st.integers(-40, 40).map(lambda days: timedelta(days=days)) | st.sampled_from(
    [timedelta(seconds=seconds) for seconds in (-1, 0, 1)]
)
DATES = st.none() | st.tuples(SPREAD, st.sampled_from([0, 1, -1, 3600])).map(
    lambda parts: MONDAY + parts[0] + timedelta(seconds=parts[1])
)


@examples(25)
@given(st.lists(st.tuples(DATES, DATES), min_size=1, max_size=8), LOOPS, DATES)
def test_the_database_gives_each_row_the_very_colour_of_the_function(
    cast: Cast, rows: list[tuple[datetime | None, datetime | None]], loop: LoopSpec, now: datetime | None
) -> None:
    bounds = bounds_at(loop, now or MONDAY)
    # Both edges of yellow, to the second.
    edges = [(bounds.yellow_until + timedelta(seconds=more), None) for more in (-1, 0, 1)]
    with undone():
        ledger = make_ledger(cast.office)
        for number, (due, closed) in enumerate([*rows, *edges]):
            Record.objects.create(
                ledger=ledger, number=str(number), due_at=due, closed_at=closed, created_at=MONDAY, updated_at=MONDAY
            )
        mine = Record.objects.filter(ledger=ledger)
        expected = {row.pk: colour_of(row.due_at, row.closed_at, bounds) for row in mine}
        assert len(expected) == len(rows) + 3
        found = {colour: set(mine.filter(has_colour(colour, bounds)).values_list("pk", flat=True)) for colour in Colour}
        assert found == {colour: {pk for pk, one in expected.items() if one is colour} for colour in Colour}
        for colour in Colour:
            assert set(mine.filter(found_by_colour(colour, bounds)).values_list("pk", flat=True)) == found[colour]
        assert colour_counts(mine, bounds) == {colour: len(found[colour]) for colour in Colour}


@given(LOOPS, INSTANTS, st.none() | st.timedeltas(timedelta(0), timedelta(days=60)))
def test_the_level_for_yellow_is_called_at_the_first_instant_of_yellow(
    loop: LoopSpec, due: datetime, since: timedelta | None
) -> None:
    level = loop.levels[1]
    called = called_at(level, loop, None, due, None)
    assert level.colour == "yellow"
    assert called is not None
    assert colour_of(due, None, bounds_at(loop, called)) is Colour.YELLOW
    assert colour_of(due, None, bounds_at(loop, called - timedelta(seconds=1))) is Colour.GREEN
    opened = None if since is None else due - since
    assert called_at(level, loop, opened, due, None) == (max(called, opened) if opened else called)


@given(LOOPS_THAT_CHANGE, INSTANTS)
def test_from_its_call_on_a_matter_stays_yellow_or_worse_whatever_rule_comes(loop: LoopSpec, due: datetime) -> None:
    called = called_at(loop.levels[1], loop, None, due, None)
    assert called is not None
    for hours in range(0, int((due - called).total_seconds() // 3600) + 30, 13):
        assert gravity(colour_of(due, None, bounds_at(loop, called + timedelta(hours=hours)))) >= 2


@given(LOOPS, INSTANTS, st.integers(0, 5))
def test_the_level_for_red_is_called_at_the_first_second_of_red_and_its_days(
    loop: LoopSpec, due: datetime, days: int
) -> None:
    level = loop.levels[2].model_copy(update={"days_overdue": days})
    called = called_at(level, loop, None, due, None)
    assert called is not None
    first = called - timedelta(days=days)
    assert colour_of(due, None, bounds_at(loop, first)) is Colour.RED
    assert colour_of(due, None, bounds_at(loop, first - timedelta(seconds=1))) is Colour.YELLOW


def test_a_matter_that_is_closed_before_or_has_no_deadline_calls_no_level_above() -> None:
    unit, office, government = THREE_DAYS.levels
    due = clock.end_of_day(date(2026, 3, 10))
    assert called_at(unit, THREE_DAYS, MONDAY, None, None) == MONDAY
    assert called_at(office, THREE_DAYS, MONDAY, None, None) is None
    assert called_at(office, THREE_DAYS, MONDAY, due, at("2026-03-06 23:59:59")) is None
    assert called_at(office, THREE_DAYS, MONDAY, due, at("2026-03-07 00:00:00")) == at("2026-03-07 00:00:00")
    assert called_at(government, THREE_DAYS, MONDAY, due, at("2026-03-10 23:59:59")) is None
    assert called_at(government, THREE_DAYS, MONDAY, due, None) == at("2026-03-11 00:00:00")


def test_past_days_are_replayed_with_the_deadlines_and_rules_of_then(cast: Cast) -> None:
    loop = loop_with((OLD, 3, "calendar"), (date(2026, 3, 20), 10, "calendar"))
    ledger = make_ledger(cast.office)
    install_loop(ledger=ledger, spec=loop)
    record = create_record(actor=cast["office"], ledger=ledger, fields={"no": "A1", "due_on": "2026-03-06"})
    with clock.fixed(at("2026-03-05 10:00:00")):
        edit_record(actor=cast["office"], record=record, fields={"due_on": "2026-03-31"})
    with clock.fixed(at("2026-03-25 10:00:00")):
        perform(actor=cast["office"], pk=record.pk, verb="start", said=Said())
        perform(actor=cast["office"], pk=record.pk, verb="finish", said=Said())
    days = [at(f"2026-03-{day} 12:00:00") for day in ("02", "04", "05", "19", "20", "21", "24", "25", "31")]
    record.refresh_from_db()
    assert [colour.value for colour in history_colours(record, loop, days)] == [
        "green", "yellow", "green", "green", "green", "yellow", "yellow", "white", "white",
    ]  # fmt: skip


def test_colours_have_an_order_and_words() -> None:
    assert [gravity(colour) for colour in (Colour.WHITE, Colour.GREEN, Colour.YELLOW, Colour.RED)] == [0, 1, 2, 3]
    assert worse(Colour.RED, Colour.GREEN) is worse(Colour.GREEN, Colour.RED) is Colour.RED
    assert word(simple_loop(), Colour.RED) == WORDS[Colour.RED] == "超期"
    assert word(loop_with((OLD, 3, "calendar"), words={"red": "红色督办"}), Colour.RED) == "红色督办"
    assert word(loop_with((OLD, 3, "calendar"), words={"red": "红色督办"}), Colour.GREEN) == "在办"
