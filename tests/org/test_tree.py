"""The unit tree: its arithmetic against a naive walk, and what it was on each day."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.errors import Conflict, Invalid, NotFound
from bihuan.org.actions import add_unit, change_unit, end_unit
from bihuan.org.models import Unit
from bihuan.org.tree import Elsewhere, Tree, build_tree, tree_on
from tests.cast import FOUNDED, Cast

Row = tuple[int, str, str, str, int | None]
CHANGED = date(2026, 7, 1)
DAY_BEFORE = date(2026, 6, 30)


@st.composite
def forests(draw: st.DrawFn) -> list[Row]:
    """Rows in any order; each hangs under an earlier one, under nothing, or under a unit that does not stand."""
    size = draw(st.integers(0, 14))
    parents = [draw(st.sampled_from([None, 999, *range(1, pk)])) for pk in range(1, size + 1)]
    rows = [(pk, f"{pk:03d}", f"单位{pk % 4}", "town", parent) for pk, parent in enumerate(parents, 1)]
    return draw(st.permutations(rows))


def over(rows: list[Row], pk: int) -> list[int]:
    """The unit and all over it, by walking up."""
    parent_of = {row[0]: row[4] for row in rows}
    found = []
    step: int | None = pk
    while step in parent_of:
        found.append(step)
        step = parent_of[step]
    return found


@given(forests())
def test_below_and_above_agree_with_a_naive_walk(rows: list[Row]) -> None:
    tree = build_tree(rows)
    everyone = [row[0] for row in rows]
    assert sorted(node.pk for node in tree.nodes) == sorted(everyone)
    for pk in everyone:
        assert [node.pk for node in tree.above(pk)] == over(rows, pk)
        assert {node.pk for node in tree.below(pk)} == {one for one in everyone if pk in over(rows, one)}
        assert tree.by_pk[pk].depth == len(over(rows, pk)) - 1
        for top in everyone:
            assert tree.is_below(pk, top) == (top in over(rows, pk))


@given(forests())
def test_every_unit_comes_after_the_one_over_it_and_carries_its_place(rows: list[Row]) -> None:
    tree = build_tree(rows)
    for place, node in enumerate(tree.nodes):
        assert node.order == place
        assert node.parent is None or tree.by_pk[node.parent].order < place


@given(forests())
def test_all_units_of_one_name_are_found(rows: list[Row]) -> None:
    found = build_tree(rows).by_name
    assert {name: sorted(node.pk for node in nodes) for name, nodes in found.items()} == {
        name: sorted(row[0] for row in rows if row[2] == name) for name in {row[2] for row in rows}
    }


def test_an_unknown_unit_is_nowhere() -> None:
    tree = build_tree([(1, "1", "县", "county", None)])
    assert tree.below(7) == ()
    assert list(tree.above(7)) == list(tree.above(None)) == []
    assert not tree.is_below(None, 1)
    assert not tree.is_below(1, None)
    assert tree.name(None) == tree.name(7) == ""


def names(tree: Tree) -> dict[str, str]:
    return {node.code: node.name for node in tree.nodes}


def test_a_path_leaves_out_the_county(cast: Cast) -> None:
    tree = tree_on(FOUNDED)
    assert tree.path(cast.village.pk) == "青溪镇 / 上河村"
    assert tree.path(cast.county.pk) == "示范县"


def test_no_unit_stands_before_it_was_founded(cast: Cast) -> None:
    assert tree_on(date(2019, 12, 31)).nodes == ()
    assert len(tree_on(FOUNDED).nodes) == 9


def test_a_new_name_holds_from_its_day_on(cast: Cast) -> None:
    change_unit(unit=cast.town, from_day=CHANGED, name="青溪街道")
    assert names(tree_on(DAY_BEFORE))["330999101"] == "青溪镇"
    assert names(tree_on(CHANGED))["330999101"] == "青溪街道"


def test_a_move_holds_from_its_day_on_and_takes_all_below_along(cast: Cast) -> None:
    change_unit(unit=cast.village, from_day=CHANGED, parent=cast.other_town)
    before, after = tree_on(DAY_BEFORE), tree_on(CHANGED)
    assert before.is_below(cast.village.pk, cast.town.pk)
    assert not after.is_below(cast.village.pk, cast.town.pk)
    assert after.is_below(cast.village.pk, cast.other_town.pk)
    assert after.name(cast.village.pk) == "上河村"


def test_what_was_under_an_ended_unit_stands_where_its_records_go(cast: Cast) -> None:
    end_unit(unit=cast.town, on=CHANGED)
    assert "330999101" in names(tree_on(DAY_BEFORE))
    after = tree_on(CHANGED)
    assert "330999101" not in names(after)
    assert after.by_pk[cast.village.pk].parent == cast.county.pk
    assert [node.pk for node in after.nodes if node.depth == 0] == [cast.county.pk]
    assert {cast.village.pk, cast.town.pk} < after.within(cast.county.pk)


@pytest.mark.parametrize(
    ("heir", "over"),
    [
        ("other_town", "other_town"),
        ("village", "county"),  # to the village itself: it cannot stand under itself
        ("second", "second"),
    ],
)
def test_under_a_merged_unit_stands_what_follows_its_successor(cast: Cast, heir: str, over: str) -> None:
    units = {name: getattr(cast, name) for name in ("county", "other_town", "village")}
    units["second"] = add_unit(code="n", name="新镇", kind="town", parent=cast.county, valid_from=FOUNDED)
    Unit.objects.filter(pk=cast.town.pk).update(successor=units[heir])
    end_unit(unit=cast.town, on=CHANGED)
    tree = tree_on(CHANGED)
    assert tree.by_pk[cast.village.pk].parent == units[over].pk
    assert tree.standing(cast.town.pk) == tree.by_pk[units[heir].pk]
    assert tree.is_below(cast.village.pk, units[over].pk)
    assert cast.village.pk in tree.within(units[over].pk)


def test_a_unit_to_come_counts_for_the_one_that_it_will_hang_under(cast: Cast) -> None:
    coming = add_unit(code="n", name="新村", kind="village", parent=cast.town, valid_from=CHANGED)
    tree = tree_on(DAY_BEFORE)
    assert coming.pk not in tree.by_pk
    assert coming.pk in tree.within(cast.town.pk)
    assert tree.name(coming.pk) == "新村"


@given(forests(), st.data())
def test_all_units_stand_in_one_walk_whatever_ended(rows: list[Row], data: st.DataObject) -> None:
    """However ended units lead to each other, in a circle too, no unit is lost and none is over itself."""
    pks = [row[0] for row in rows]
    gone = frozenset(data.draw(st.sets(st.sampled_from(pks)))) if pks else frozenset()
    heirs = {pk: data.draw(st.sampled_from([None, *pks])) for pk in gone}
    elsewhere = {row[0]: Elsewhere(row[2], heirs[row[0]], row[4]) for row in rows if row[0] in gone}
    tree = build_tree([row for row in rows if row[0] not in gone], elsewhere)
    assert sorted(node.pk for node in tree.nodes) == sorted(set(pks) - gone)
    for node in tree.nodes:
        assert node.parent is None or tree.by_pk[node.parent].order < node.order
    for pk, parent in ((row[0], row[4]) for row in rows if row[0] not in gone):
        heir = tree.standing(parent)
        if heir and not tree.is_below(heir.pk, pk):
            assert tree.by_pk[pk].parent == heir.pk


def test_an_ended_unit_is_not_changed_any_more(cast: Cast) -> None:
    end_unit(unit=cast.town, on=CHANGED)
    with pytest.raises(NotFound, match="已撤销"):
        change_unit(unit=cast.town, from_day=date(2027, 1, 1), name="新名")
    with pytest.raises(NotFound, match="已撤销"):
        end_unit(unit=cast.town, on=date(2027, 1, 1))


@pytest.mark.parametrize("day", [FOUNDED, date(2019, 1, 1)])
def test_a_change_may_not_begin_before_what_it_changes(cast: Cast, day: date) -> None:
    with pytest.raises(Invalid, match="须晚于"):
        change_unit(unit=cast.town, from_day=day, name="新名")
    with pytest.raises(Invalid, match="须晚于"):
        end_unit(unit=cast.town, on=day)
    assert cast.town.versions.count() == 1


def test_a_code_is_given_once_and_a_kind_must_be_known(cast: Cast) -> None:
    with pytest.raises(Conflict, match="330999101"):
        add_unit(code="330999101", name="另一镇", kind="town", parent=cast.county, valid_from=FOUNDED)
    with pytest.raises(Invalid, match="county、bureau"):
        add_unit(code="new", name="另一镇", kind="city", parent=cast.county, valid_from=FOUNDED)
    assert not Unit.objects.filter(code="new").exists()


def test_a_unit_cannot_be_hung_under_itself(cast: Cast) -> None:
    with pytest.raises(Invalid, match="下级"):
        change_unit(unit=cast.town, from_day=CHANGED, parent=cast.village)
    with pytest.raises(Invalid, match="下级"):
        change_unit(unit=cast.town, from_day=CHANGED, parent=cast.town)
