"""What would lift a grade: by hand, and for random scorecards that the way does it and nothing less would."""

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.scorecard.evaluating import evaluate
from bihuan.scorecard.prospects import what_if
from bihuan.scorecard.spec import ScorecardSpec
from bihuan.scorecard.ways_up import ways_up
from tests.scorecard.cards import better_is_more, card, values_for
from tests.scorecard.test_evaluating import DAY, GROUPS, by_unit, values

D = Decimal
LEVELS = [{"code": code, "from": start} for code, start in (("A", 85), ("B", 60), ("C", 40), ("D", 0))]


def test_close_so_many_and_the_grade_is_better() -> None:
    found = {1: values("87.5", red=3), 2: values("95"), 3: values("50")}
    one = by_unit(evaluate(card(), GROUPS, found, DAY))[1]
    # 45 + 36 - 6 = 75 is a C, and a B needs 80: with one case left it would be 79, with none 81.
    ways = {way.title: way for way in ways_up(card(), GROUPS, found, DAY, one)}
    assert (ways["超期"].now, ways["超期"].then, ways["超期"].grade) == (D(3), D(0), "B")
    # The rate alone: 5 points more of 60 are 1/12 of the way from 50 to 100.
    assert ways["整改率"].then == D("91.67")
    assert ways["整改率"].grade == "B"
    found[1] = values("87.123456", red=3)
    uneven = ways_up(card(), GROUPS, found, DAY, by_unit(evaluate(card(), GROUPS, found, DAY))[1])
    assert [way.then for way in uneven if way.title == "整改率"] == [D("91.67")]


def test_nothing_lifts_the_best() -> None:
    found = {1: values("100", "40"), 2: values("95"), 3: values("50")}
    assert ways_up(card(), GROUPS, found, DAY, by_unit(evaluate(card(), GROUPS, found, DAY))[1]) == ()


def test_what_holds_the_grade_must_go() -> None:
    found = {1: values("100", "40", red=1), 2: values("95"), 3: values("50")}
    one = by_unit(evaluate(card(), GROUPS, found, DAY))[1]
    assert [(way.title, way.then, way.grade) for way in ways_up(card(), GROUPS, found, DAY, one)] == [
        ("超期", D(0), "A")
    ]


def graded(chosen: ScorecardSpec, on: date) -> ScorecardSpec:
    data = chosen.model_dump(mode="json", by_alias=True)
    return ScorecardSpec.model_validate({**data, "grades": [{"valid_from": on.isoformat(), "levels": LEVELS}]})


@settings(max_examples=60)
@given(st.data())
def test_the_way_lifts_the_grade_and_less_would_not(data: st.DataObject) -> None:
    chosen = graded(data.draw(better_is_more()), DAY)
    found = data.draw(values_for(chosen, 4))
    groups = {"all": list(found)}
    one = by_unit(evaluate(chosen, groups, found, DAY))[1]
    codes = [level["code"] for level in LEVELS]
    for way in ways_up(chosen, groups, found, DAY, one):
        lifted = by_unit(what_if(chosen, groups, found, DAY, {1: {way.key: way.then}}))[1]
        assert one.grade is not None
        assert lifted.grade is not None
        assert codes.index(lifted.grade.code) < codes.index(one.grade.code)
        assert way.now is not None
        less = way.then - (D("0.01") if way.then > way.now else D("-0.01"))
        short = by_unit(what_if(chosen, groups, found, DAY, {1: {way.key: less}}))[1]
        assert short.grade is not None
        assert short.grade.code == one.grade.code or chosen.item[way.key].score.kind == "bands"
