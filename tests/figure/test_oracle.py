"""Every base figure, over random histories with corrections, equals a plain fold over the events."""

from random import Random

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from bihuan.figure.answer import Question, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.engine.postgres import postgres_runner
from bihuan.figure.opening import open_value
from bihuan.figure.period import Period, parse_period
from bihuan.figure.plan import placed
from bihuan.figure.resolved import Base
from bihuan.figure.rollup import roll_up_on
from tests.cast import Cast, examples, undone
from tests.figure import naive
from tests.figure.sample import FIGURES, OPENED, PERIODS, hours
from tests.figure.worlds import START, Writer, history, make_ledger


def expect_same(
    cast: Cast, ledger, codes: list[str], periods: list[Period], clocks: Clocks, units: list[int | None]
) -> int:
    """Compare every cell, and return how many there were."""
    catalogue = Catalogue(given=FIGURES)
    past = naive.Past(ledger)
    checked_by = None
    if connection.vendor == "postgresql":
        checked = tuple(codes[clocks.known_at.hour % 8 :: 8])  # a statement for each figure takes its time
        own = Question(checked, tuple(periods), clocks)
        checked_by = answer(own, reach=None, given=catalogue, runner=postgres_runner())
    found = answer(Question(tuple(codes), tuple(periods), clocks), reach=None, given=catalogue)
    for code in codes:
        base = catalogue[code]
        assert isinstance(base, Base)
        for period in periods:
            asked = placed(base, period)
            everywhere = naive.counted(base, past, None, asked, clocks.as_of, clocks.known_at)
            for unit in units:
                members = roll_up_on(found.day_of(period)).members(unit)
                owned = members is not None and catalogue.ledgers[base.view.code].owner_id in members
                rows = [
                    (row, value)
                    for row, value in everywhere
                    if members is None or row.unit in members or (owned and row.unit is None)
                ]
                value = found.value(code, unit, period)
                expected = naive.value_of(base, rows, everywhere)
                if checked_by is not None and code in checked_by.figures:
                    assert checked_by.value(code, unit, period).number == expected, code
                where = f"{base.spec.where} {base.spec.measure} {base.spec.during} {period.code} unit {unit}"
                assert value.number == expected, where
                assert value.records == len(rows), where
                if unit is not None and code in OPENED:
                    (opened,) = open_value(found, code, unit, period)
                    assert opened.ids == sorted(row.record for row, _ in rows), where
    return len(codes) * len(periods) * len(units)


@examples(3)
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
