"""The three-way merge of one record, by its laws."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger.cell_merge import Clash, merge_cells

CODES = ("a", "b", "c", "d")
values = st.none() | st.integers(0, 3)
records = st.fixed_dictionaries(dict.fromkeys(CODES, values))


def applied(data: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {**data, **changes}


@given(records, records)
def test_an_unedited_export_changes_nothing(base: dict[str, Any], ours: dict[str, Any]) -> None:
    merged = merge_cells(base, base, ours, {})
    assert (merged.changes, merged.clashes) == ({}, {})
    assert set(merged.kept) == {code for code in CODES if ours[code] != base[code]}


@given(records, records)
def test_where_nothing_was_edited_here_the_file_is_taken(base: dict[str, Any], theirs: dict[str, Any]) -> None:
    merged = merge_cells(base, theirs, base, {})
    assert applied(base, merged.changes) == theirs
    assert merged.clashes == {}


@given(records, records, records)
def test_each_cell_is_judged_by_who_changed_it(
    base: dict[str, Any], theirs: dict[str, Any], ours: dict[str, Any]
) -> None:
    merged = merge_cells(base, theirs, ours, {})
    for code in CODES:
        before, there, here = base[code], theirs[code], ours[code]
        both = there != before and here != before and there != here
        assert (code in merged.clashes) == both
        assert (code in merged.changes) == (there != before and here == before)
    assert all(merged.clashes[code] == Clash(base[code], theirs[code], ours[code]) for code in merged.clashes)


@given(records, records, records, st.sets(st.sampled_from(CODES)))
def test_edits_of_different_cells_commute(
    base: dict[str, Any], one: dict[str, Any], other: dict[str, Any], firsts: set[str]
) -> None:
    """Two files that edit different cells of one export may come in either order."""
    one = {code: one[code] if code in firsts else base[code] for code in CODES}
    other = {code: base[code] if code in firsts else other[code] for code in CODES}
    ends = []
    for files in ((one, other), (other, one)):
        now = dict(base)
        for theirs in files:
            merged = merge_cells(base, theirs, now, {})
            assert merged.clashes == {}
            now = applied(now, merged.changes)
        ends.append(now)
    assert ends[0] == ends[1]


@given(records, records, records)
def test_the_same_file_a_second_time_changes_nothing(
    base: dict[str, Any], theirs: dict[str, Any], ours: dict[str, Any]
) -> None:
    chosen = dict.fromkeys(merge_cells(base, theirs, ours, {}).clashes, "theirs")
    now = applied(ours, merge_cells(base, theirs, ours, chosen).changes)
    again = merge_cells(base, theirs, now, {})
    assert (again.changes, again.clashes) == ({}, {})


@given(records, records, records, st.sampled_from(["theirs", "ours"]))
def test_a_choice_settles_every_clash(
    base: dict[str, Any], theirs: dict[str, Any], ours: dict[str, Any], side: Any
) -> None:
    clashes = merge_cells(base, theirs, ours, {}).clashes
    merged = merge_cells(base, theirs, ours, dict.fromkeys(clashes, side))
    now = applied(ours, merged.changes)
    assert merged.clashes == {}
    assert all(now[code] == (theirs if side == "theirs" else ours)[code] for code in clashes)


@given(records, records)
def test_without_a_past_the_file_is_taken(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    merged = merge_cells({}, theirs, ours, {})
    assert applied(ours, merged.changes) == theirs
