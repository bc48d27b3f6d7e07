"""The score of a unit: the arithmetic by hand, and what must hold of every scorecard."""

from datetime import date
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from bihuan.scorecard.evaluating import UnitScore, evaluate
from bihuan.scorecard.prospects import firmness, next_grade, what_if
from tests.scorecard.cards import better_is_more, card, values_for

D = Decimal
DAY = date(2025, 12, 31)
GROUPS = {"town": [1, 2], "bureau": [3]}


def values(
    rate: str | None, quality: str | None = "36", red: int = 0, model: int = 0, sham: int = 0
) -> dict[str, D | None]:
    return {
        "audit.finding.cleared_rate": None if rate is None else D(rate),
        "quality": None if quality is None else D(quality),
        "audit.finding.red": D(red),
        "audit.model": D(model),
        "audit.sham": D(sham),
    }


def by_unit(scores: tuple[UnitScore, ...]) -> dict[int, UnitScore]:
    return {score.unit: score for score in scores}


def test_points_add_up_as_a_person_would_add_them() -> None:
    scores = by_unit(
        evaluate(card(), GROUPS, {1: values("87.5", red=3, model=1), 2: values("95"), 3: values("50")}, DAY)
    )
    one = scores[1]
    # (87.5 - 50) / 50 = 75 % of 60 = 45; 36 by hand; 3 late cases at 2 points; one model case at 2.5.
    assert [item.points for item in one.items] == [D("45.00"), D("36.00"), D("-6.00"), D("2.50")]
    assert (one.base, one.deduction, one.bonus, one.total) == (D(81), D(-6), D("2.5"), D("77.5"))
    assert one.total == sum(item.points for item in one.items)
    assert scores[2].total == D(90)
    assert scores[3].total == D(36)


def test_each_group_is_ranked_by_itself() -> None:
    scores = by_unit(evaluate(card(), GROUPS, {1: values("87.5"), 2: values("95"), 3: values("50")}, DAY))
    assert [scores[unit].rank for unit in (1, 2, 3)] == [2, 1, 1]


def test_equals_share_a_place_and_the_next_is_left_out() -> None:
    groups = {"town": [1, 2, 3]}
    scores = by_unit(evaluate(card(), groups, {1: values("80"), 2: values("80"), 3: values("70")}, DAY))
    assert [scores[unit].rank for unit in (1, 2, 3)] == [1, 1, 3]


def test_the_worst_open_matter_holds_the_grade() -> None:
    scores = by_unit(evaluate(card(), GROUPS, {1: values("100", "40", red=1), 2: values("100", "40"), 3: {}}, DAY))
    held = scores[1].grade
    assert scores[1].total == D(98)
    assert held is not None
    assert (held.code, held.by_score, held.held_by) == ("B", "A", ("有红色督办问题未销号（1 件）",))
    assert scores[2].grade is not None
    assert scores[2].grade.code == "A"


def test_a_veto_leaves_nothing() -> None:
    one = by_unit(evaluate(card(), GROUPS, {1: values("100", sham=1), 2: {}, 3: {}}, DAY))[1]
    assert one.total == 0
    assert one.grade is not None
    assert one.grade.code == "C"


def test_unknown_is_not_zero() -> None:
    scores = by_unit(evaluate(card(), GROUPS, {1: values(None), 2: values("50"), 3: values(None, None)}, DAY))
    # Without the rate the 40 points for quality become 100: 36 by hand stays 36.
    assert not scores[1].items[0].counted
    assert scores[1].items[1].full == D(100)
    assert scores[3].total is None
    assert scores[3].rank is None


def test_thresholds_are_those_of_the_day() -> None:
    found = {1: values("95", "40"), 2: {}, 3: {}}
    grades = [by_unit(evaluate(card(), GROUPS, found, day))[1].grade for day in (date(2025, 6, 1), date(2026, 6, 1))]
    assert [grade.code for grade in grades if grade] == ["A", "B"]


def test_distance_to_the_next_grade() -> None:
    one = by_unit(evaluate(card(), GROUPS, {1: values("90", red=0), 2: {}, 3: {}}, DAY))[1]
    near = next_grade(card(), one, DAY)
    assert near is not None
    assert (near.code, near.missing) == ("A", D(6))


def test_what_if_is_what_then_happens() -> None:
    found = {1: values("87.5", red=3), 2: values("95"), 3: values("50")}
    better = values("95", red=0)
    assert what_if(card(), GROUPS, found, DAY, {1: better}) == evaluate(card(), GROUPS, {**found, 1: better}, DAY)


def test_a_ranking_with_a_wide_gap_is_firm() -> None:
    found = firmness(card(), {"town": [1, 2]}, {1: values("100", "40"), 2: values("60", "10")}, DAY, swings=50)
    assert (found[1].kept, found[1].best, found[1].worst) == (D(100), 1, 1)


def test_a_ranking_that_hangs_on_the_weights_is_not() -> None:
    found = firmness(card(), {"town": [1, 2]}, {1: values("100", "16"), 2: values("80", "39.9")}, DAY, swings=100)
    assert found[1].kept < 100


@given(st.data())
def test_better_data_never_lowers_a_score(data: st.DataObject) -> None:
    chosen = data.draw(better_is_more())
    found = data.draw(values_for(chosen, 5))
    item = data.draw(st.sampled_from(chosen.items)).code
    raised = data.draw(st.integers(int(found[1][item]), 100))
    groups = {"all": list(found)}
    before = by_unit(evaluate(chosen, groups, found, DAY))[1].total
    after = by_unit(evaluate(chosen, groups, {**found, 1: {**found[1], item: D(raised)}}, DAY))[1].total
    assert before is not None
    assert after is not None
    assert after >= before


@given(st.data())
def test_the_ranking_does_not_know_the_names(data: st.DataObject) -> None:
    chosen = data.draw(better_is_more())
    found = data.draw(values_for(chosen, 5))
    order = data.draw(st.permutations(list(found)))
    renamed = {order[unit - 1]: row for unit, row in found.items()}
    here = by_unit(evaluate(chosen, {"all": list(found)}, found, DAY))
    there = by_unit(evaluate(chosen, {"all": order}, renamed, DAY))
    for unit in found:
        assert here[unit].total == there[order[unit - 1]].total
        assert here[unit].rank == there[order[unit - 1]].rank


@given(st.data())
def test_what_is_printed_adds_up(data: st.DataObject) -> None:
    chosen = data.draw(better_is_more())
    found = data.draw(values_for(chosen, 4))
    dropped = data.draw(st.sampled_from([None, *(item.code for item in chosen.items)]))
    rows = {
        unit: {code: None if code == dropped else value for code, value in row.items()} for unit, row in found.items()
    }
    for score in evaluate(chosen, {"all": list(rows)}, rows, DAY):
        assume(score.total is not None)
        assert score.total == sum(item.points for item in score.items if item.counted)
        assert all(item.points.as_tuple().exponent >= -2 for item in score.items)
        assert all(0 <= item.points <= item.full for item in score.items)
