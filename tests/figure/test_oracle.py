"""Every base figure, over random histories with corrections, equals a plain fold over the events."""

from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.figure.answer import Question, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.period import Period, parse_period
from bihuan.figure.plan import placed
from bihuan.figure.resolved import Base
from bihuan.figure.rollup import roll_up_on
from bihuan.figure.spec import FigureSpec
from tests.cast import Cast, examples, undone
from tests.figure import naive
from tests.figure.worlds import START, Writer, history, make_ledger

WHERES = (
    "",
    "level = 'city'",
    "level = 'city' and colour = 'white'",
    "colour = 'red'",
    "colour in ('red', 'yellow') and steps > 2",
    "not (colour = 'green' or level = 'county')",
    "amount > 100 or done",
    "day <= today() and state <> 'closed'",
    "level is null and not done",
    "contains(name, '甲') or has(tags, 'a')",
    "due_at is not null and days_between(date(opened_at), date(created_at)) <= 3",
    "coalesce(level, 'city') = 'city' and number like 'S%'",
)
MEASURES = (
    "count()",
    "sum(amount)",
    "sum(area * steps)",
    "avg(amount)",
    "min(area)",
    "max(amount + 1)",
    "distinct(name)",
    "distinct(unit)",
    "first(amount)",
    "last(steps)",
    "outliers(amount)",
    "sum(case when done then amount else 0 end)",
)
TIMES = ({}, {"during": "day"}, {"during": "at"}, {"during": "month"}, {"during": "year"}, {"during": "opened_at"})
PERIODS = ("2026-01", "2026-02", "2026", "2026-01..2026-03", "2025-12-20..2026-02-10", "2026-W06", "2026-03-02")


def figures() -> dict[str, FigureSpec]:
    """Every measure at every time, the conditions in turn."""
    specs = {}
    for index, (measure, time) in enumerate((measure, time) for measure in MEASURES for time in TIMES):
        where = WHERES[index * 5 % len(WHERES)]
        unit = "元" if measure.startswith(("sum(amount)", "avg")) else ""
        shape = {"title": "数", "of": "thing", "measure": measure, "where": where, "unit": unit, **time}
        specs[f"demo.f{index}"] = FigureSpec.model_validate(shape)
    return specs


FIGURES = figures()


def hours(number: int) -> datetime:
    return START + timedelta(hours=number)


def expect_same(
    cast: Cast, ledger, codes: list[str], periods: list[Period], clocks: Clocks, units: list[int | None]
) -> int:
    """Compare every cell, and return how many there were."""
    catalogue = Catalogue(given=FIGURES)
    past = naive.Past(ledger)
    found = answer(Question(tuple(codes), tuple(periods), clocks), reach=None, given=catalogue)
    for code in codes:
        base = catalogue[code]
        assert isinstance(base, Base)
        for period in periods:
            asked = placed(base, period)
            everywhere = naive.counted(base, past, None, asked, clocks.as_of, clocks.known_at)
            for unit in units:
                members = roll_up_on(found.day_of(period)).members(unit)
                rows = [(row, value) for row, value in everywhere if members is None or row.unit in members]
                value = found.value(code, unit, period)
                expected = naive.value_of(base, rows, everywhere)
                where = f"{base.spec.where} {base.spec.measure} {base.spec.during} {period.code} unit {unit}"
                assert value.number == expected, where
                assert value.records == len(rows), where
    return len(codes) * len(periods) * len(units)


@examples(4)
@given(seed=st.integers(0, 2**32))
def test_the_lake_says_what_the_events_say(cast: Cast, seed: int) -> None:
    """Built whole, then with deltas: on any two clocks."""
    dice = Random(seed)
    units = [cast.town.pk, cast.village.pk, cast.other_town.pk]
    asked_units = [None, cast.county.pk, cast.town.pk, cast.village.pk]
    with undone():
        ledger = make_ledger(cast.office)
        writer = Writer(ledger)
        changes = history(seed, units)
        middle = dice.randint(0, len(changes))
        for portion in (changes[:middle], changes[middle:]):
            writer.write(portion)
            clocks = Clocks(hours(dice.randint(200, 2_400)), hours(dice.randint(800, 2_400)))
            asked = [parse_period(text, clocks.day) for text in dice.sample(PERIODS, 2)]
            expect_same(cast, ledger, sorted(FIGURES), asked, clocks, asked_units)


@pytest.mark.parametrize("text", [*PERIODS, "2026-Q3", "2026-H2", "2026-02下旬"])
def test_a_period_is_read_back(text: str) -> None:
    today = START.date()
    assert parse_period(parse_period(text, today).code, today) == parse_period(text, today)
