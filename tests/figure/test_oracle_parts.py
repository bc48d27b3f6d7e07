"""The parts of random figures by random fields: each is a plain fold over the records it opens; all are the whole."""

from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import clock
from bihuan.figure.answer import Question, Runner, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.cutting import slice_values
from bihuan.figure.engine.postgres import postgres_runner
from bihuan.figure.installing import install_figures
from bihuan.figure.measure import Function
from bihuan.figure.opening import open_value
from bihuan.figure.period import Period, parse_period
from bihuan.figure.plan import placed
from bihuan.figure.resolved import Base
from bihuan.figure.slices import Slice
from bihuan.ledger.models import Ledger
from bihuan.org.actions import end_unit
from tests.cast import Cast, examples, undone
from tests.figure import naive
from tests.figure.sample import FIGURES, PERIODS, drawn, hours
from tests.figure.worlds import START, Writer, history, make_ledger

AXES = ("name", "level", "done", "steps", "year", "tags", "unit", "state", "colour")
ADDED = (Function.COUNT, Function.SUM)


def is_part(row: naive.Row, cut: Slice) -> bool:
    """Whether a record belongs to a part: of several words to that of each, of none to the blank one."""
    value = row.values.get(cut.field)
    if cut.field == "tags":
        return cut.value in value if value and cut.value is not None else not value and cut.value is None
    return bool(value == cut.value)


def expect_parts(
    cast: Cast,
    ledger: Ledger,
    codes: list[str],
    by: str,
    periods: list[Period],
    clocks: Clocks,
    runner: Runner | None = None,
) -> None:
    """Every part of some figures, for the whole county and for one town."""
    cuts = tuple(Slice(by, value) for value in slice_values(codes, by, periods, clocks))
    found = answer(Question(tuple(codes), tuple(periods), clocks, (None, *cuts)), reach=None)
    other = answer(found.question, reach=None, runner=runner) if runner else None
    past = naive.Past(ledger)
    for code in codes:
        base = found.figures[code]
        assert isinstance(base, Base)
        for period in periods:
            at = (placed(base, period), clocks.as_of, clocks.known_at)
            for unit in (None, cast.town.pk):
                members = naive.members(unit, found.day_of(period))
                whole, total = found.value(code, unit, period), Fraction(0)
                for cut in cuts:
                    where = f"{base.spec.where} {base.spec.measure} {base.spec.during} {period.code} {unit} {cut}"
                    expected, records = expected_part(base, past, members, at, cut)
                    value = found.value(code, unit, period, cut)
                    assert (value.number, value.records) == (expected, len(records)), where
                    (opened,) = open_value(found, code, unit, period, cut)
                    assert sorted(set(opened.ids)) == sorted(records), where
                    if other:
                        theirs = other.value(code, unit, period, cut)
                        assert (theirs.number, theirs.records) == (expected, len(records)), where
                    total += value.number or 0
                if base.function in ADDED and by != "tags":
                    assert total == (whole.number or 0), f"{base.spec.where} {base.spec.measure} {period.code} {by}"


def expected_part(
    base: Base, past: naive.Past, members: set[int] | None, at: tuple[Any, ...], cut: Slice
) -> tuple[Fraction | None, set[int]]:
    """The plain fold over the records of a part, and these records."""
    if base.function is Function.SHARE:
        return naive.share_of_time(base, past, members, *at, only=lambda row: is_part(row, cut))
    everywhere = [pair for pair in naive.counted(base, past, None, *at) if is_part(pair[0], cut)]
    rows = [pair for pair in everywhere if members is None or pair[0].unit in members]
    return naive.value_of(base, rows, everywhere), {row.record for row, _ in rows}


def cut_world(cast: Cast, seed: int, runner: Runner | None = None) -> None:
    """A world, some figures and a field by chance."""
    dice = Random(seed)
    ledger = make_ledger(cast.office)
    Writer(ledger).write(history(seed, [cast.town.pk, cast.village.pk, cast.other_town.pk]))
    specs = drawn(dice, 5) | {code: FIGURES[code] for code in dice.sample(sorted(FIGURES), 3)}
    with clock.fixed(START):
        install_figures(pack="demo", specs=specs, owner=cast.office, origin="pack")
    end_unit(unit=dice.choice([cast.village, cast.other_town]), on=date(2026, 1, 5) + timedelta(dice.randint(0, 60)))
    clocks = Clocks(hours(dice.randint(200, 2_400)), hours(dice.randint(800, 2_400)))
    asked = [parse_period(text, clocks.day) for text in dice.sample(PERIODS, 2)]
    by = dice.choice(AXES)
    codes = [code for code in specs if by != "colour" or not code.startswith("demo.t")]
    expect_parts(cast, ledger, codes, by, asked, clocks, runner)


@examples(2)
@given(seed=st.integers(0, 2**32))
def test_every_part_is_a_fold_over_what_it_opens(cast: Cast, seed: int) -> None:
    with undone():
        cut_world(cast, seed, postgres_runner() if connection.vendor == "postgresql" and seed % 4 == 0 else None)
