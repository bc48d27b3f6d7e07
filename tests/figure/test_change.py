"""Why a number changed: the parts add up exactly, for every kind of figure, over random histories."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.errors import Invalid
from bihuan.figure.answer import Question, answer
from bihuan.figure.change import STEPS, Change, Reason, _amounts, split_change
from bihuan.figure.clocks import Clocks
from bihuan.figure.cutting import slice_values
from bihuan.figure.installing import install_figures
from bihuan.figure.period import Period, parse_period
from bihuan.figure.slices import Slice
from bihuan.figure.spec import FigureSpec
from tests.cast import Cast, examples, undone
from tests.figure.sample import hours
from tests.figure.worlds import Writer, history, make_ledger

THING = {"of": "thing", "during": "day"}
SPECS = {
    "n": THING,
    "open": {"of": "thing", "at": "end", "where": "state = 'open'"},
    "sum": {**THING, "measure": "sum(amount)"},
    "avg": {**THING, "measure": "avg(steps)"},
    "min": {**THING, "measure": "min(amount)"},
    "max": {"of": "thing", "measure": "max(area)"},
    "kinds": {"of": "thing", "measure": "distinct(name)"},
    "first": {**THING, "measure": "first(amount)"},
    "last": {"of": "thing", "measure": "last(steps)"},
    "held": {"of": "thing", "measure": "share(done)"},
    "held_city": {"of": "thing", "measure": "share(steps > 2)", "where": "level = 'city'"},
    "odd": {**THING, "measure": "outliers(amount)"},
    "twice": {"doubled": ["thing.day"]},
    "ratio": {"ratio": "open / n", "unit": "%"},
    "lasting": {"difference": "last - held"},
    "yoy": {"change": "n", "against": "previous period", "as": "difference"},
    "place": {"rank": "sum"},
    "part": {"share": "n", "within": "parent", "unit": "%"},
    "towns": {"units": "town"},
}


def install() -> None:
    owner = make_ledger.__globals__["Unit"].objects.get(code="330999-SJ")
    specs = {f"demo.{code}": FigureSpec.model_validate({"title": code, **shape}) for code, shape in SPECS.items()}
    install_figures(pack="demo", specs=specs, owner=owner, origin="pack")


def value(code: str, unit: int | None, period: Period, at: Clocks) -> Fraction | None:
    return answer(Question((code,), (period,), at), reach=None).value(code, unit, period).number


def expect_whole(change: Change, before: Fraction | None, after: Fraction | None, told: str) -> None:
    """The ends are those of the engine, and the parts lead from one to the other."""
    assert (change.before, change.after) == (before, after), told
    if before is None or after is None:
        assert all(reason.amount is None for reason in change.reasons), told
    else:
        assert sum((reason.amount or Fraction(0) for reason in change.reasons), Fraction(0)) == after - before, told
    assert [reason.kind for reason in change.reasons] == [
        kind for kind in STEPS if kind in {reason.kind for reason in change.reasons}
    ], told


@examples(4)
@given(seed=st.integers(0, 2**32))
def test_the_parts_add_up_for_every_figure(cast: Cast, seed: int) -> None:
    dice = Random(seed)
    with undone():
        writer = Writer(make_ledger(cast.office))
        install()
        writer.write(history(seed, [cast.town.pk, cast.village.pk, cast.other_town.pk]))
        for code in sorted(SPECS):
            unit = dice.choice([None, cast.town.pk, cast.other_town.pk])
            as_of, then, now = (hours(dice.randint(low, 2_400)) for low in (200, 300, 1_200))
            period = parse_period(dice.choice(["2026", "2026-Q1", "2026-02", "2025-12"]), as_of.date())
            ends = (value(f"demo.{code}", unit, period, Clocks(as_of, known)) for known in (then, now))
            change = split_change(f"demo.{code}", unit, period, as_of, (then, now), None)
            expect_whole(change, *ends, f"{code} {period.code} unit {unit} as of {as_of} from {then} to {now}")


@examples(1)
@given(seed=st.integers(0, 2**32))
def test_the_change_of_every_part_adds_up(cast: Cast, seed: int) -> None:
    """Of one field by chance; the parts of a count change by what the count changes by."""
    dice = Random(seed)
    with undone():
        writer = Writer(make_ledger(cast.office))
        install()
        writer.write(history(seed, [cast.town.pk, cast.village.pk, cast.other_town.pk]))
        by, unit = dice.choice(["level", "done", "name", "unit", "state"]), dice.choice([None, cast.town.pk])
        as_of, then, now = (hours(dice.randint(low, 2_400)) for low in (200, 300, 1_200))
        period, known = parse_period("2026", as_of.date()), (then, now)
        ends = [Clocks(as_of, at) for at in known]
        for code in ["demo.n", *dice.sample([f"demo.{code}" for code in SPECS if code not in ("twice", "towns")], 3)]:
            values = {cut for at in ends for cut in slice_values([code], by, [period], at)}
            moves = Fraction(0)
            for cut in (Slice(by, value) for value in values):
                asked = (Question((code,), (period,), at, (cut,)) for at in ends)
                told = [answer(one, reach=None).value(code, unit, period, cut).number for one in asked]
                change = split_change(code, unit, period, as_of, known, None, cut)
                expect_whole(change, *told, f"{code} unit {unit} as of {as_of} from {then} to {now} {cut}")
                moves += (change.after or 0) - (change.before or 0)
            whole = split_change(code, unit, period, as_of, known, None)
            assert code != "demo.n" or moves == whole.after - whole.before


def test_what_has_no_parts_is_refused(cast: Cast) -> None:
    make_ledger(cast.office)
    install()
    year = parse_period("2026", hours(0).date())
    for code, cut in (("demo.twice", Slice("level", "city")), ("demo.n", Slice("amount", 1))):
        with pytest.raises(Invalid, match="分组"):
            split_change(code, None, year, hours(900), (hours(300), hours(900)), None, cut)


@pytest.mark.parametrize(
    "values, amounts",
    [
        ([1, 2, 2, 5], [1, 0, 3]),
        ([4, None, None, 1], [0, 0, -3]),
        ([None, 1, 2, 3], [None] * 3),
        ([1, 2, 3, None], [None] * 3),
    ],
)
def test_an_unknown_step_hands_its_part_on(values: list[int | None], amounts: list[int | None]) -> None:
    assert _amounts([None if one is None else Fraction(one) for one in values]) == amounts


def test_a_reason_says_what_it_is() -> None:
    reason = Reason("late", Fraction(2), (("demo.thing", 1), ("demo.thing", 2)))
    assert (reason.title, reason.records) == ("迟报补录", 2)
