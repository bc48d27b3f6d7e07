"""Why a number changed: the parts add up exactly, for every kind of figure, over random histories."""

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.figure.answer import Question, answer
from bihuan.figure.change import STEPS, Change, Reason, _amounts, split_change
from bihuan.figure.clocks import Clocks
from bihuan.figure.installing import install_figures
from bihuan.figure.period import Period, parse_period
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
