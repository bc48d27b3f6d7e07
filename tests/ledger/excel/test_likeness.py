"""Columns matched with fields: by rule before likeness, one to one, with the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger.excel import Column
from bihuan.ledger.excel.likeness import Field, bare_title, match_columns

FIELDS = [
    Field("title", "问题描述", ("存在问题", "问题")),
    Field("unit", "责任单位", ("整改单位", "牵头单位")),
    Field("amount", "涉及金额"),
    Field("due", "整改时限", ("完成时限",)),
    Field("person", "责任人", ("经办人",)),
]


def column(index: int, title: str, *, is_serial: bool = False) -> Column:
    return Column(index, title, tuple(title.split("/")), is_serial=is_serial)


def matched(*titles: str) -> list[tuple[str | None, str | None]]:
    matches = match_columns([column(index, title) for index, title in enumerate(titles)], FIELDS)
    return [(match.field.code if match.field else None, match.reason) for match in matches]


@pytest.mark.parametrize(
    "title, code, reason",
    [
        ("问题描述", "title", "exact"),
        ("amount", "amount", "exact"),
        ("存在问题", "title", "alias"),
        ("*涉及金额（万元）", "amount", "cleaned"),
        ("整改 时限：", "due", "cleaned"),
        ("责任单位(盖章)", "unit", "cleaned"),
        ("责任单位名称", "unit", "alike"),
        ("整改完成时限", "due", "alike"),
        ("基本情况/责任人", "person", "exact"),
        ("备注", None, None),
        ("联系电话", None, None),
    ],
)
def test_one_title(title: str, code: str | None, reason: str | None) -> None:
    assert matched(title) == [(code, reason)]


def test_the_surer_column_takes_the_field() -> None:
    assert matched("责任单位名称", "责任单位") == [(None, None), ("unit", "exact")]


def test_a_column_left_over_takes_its_second_choice() -> None:
    fields = [Field("a", "整改措施"), Field("b", "整改措施落实")]
    matches = match_columns([column(0, "整改措施"), column(1, "整改措施落实情况")], fields)
    assert [match.field.code for match in matches if match.field] == ["a", "b"]


def test_a_serial_column_is_left_alone_unless_the_ledger_has_one() -> None:
    serial = column(0, "序号", is_serial=True)
    assert match_columns([serial], [Field("number", "编号")])[0].field is None
    assert match_columns([serial], [Field("number", "序号")])[0].reason == "exact"


def test_every_match_says_why() -> None:
    matches = match_columns([column(0, "责任单位名称"), column(1, "天气")], FIELDS)
    assert [match.why for match in matches] == ["列名与字段名相近", "没有相近的字段"]
    assert 0.6 * 0.9 <= matches[0].score < 0.9


@pytest.mark.parametrize(
    "title, bare",
    [
        ("*金 额（万元）", "金额"),
        ("金额/万元", "金额万元"),
        ("（一）", "一"),
        ("整改 是否完成？", "整改是否完成"),
        ("ＡＢ", "ab"),
    ],
)
def test_bare_titles(title: str, bare: str) -> None:
    assert bare_title(title) == bare


word = st.text(st.sampled_from("整改单位金额时限责任问题"), min_size=1, max_size=5)


@given(st.lists(word, max_size=8), st.lists(word, max_size=8, unique=True))
def test_the_matching_is_one_to_one_and_never_passes_over_an_equal_title(titles: list[str], names: list[str]) -> None:
    fields = [Field(f"f{rank}", name) for rank, name in enumerate(names)]
    matches = match_columns([column(index, title) for index, title in enumerate(titles)], fields)
    taken = [match.field.code for match in matches if match.field]
    assert [match.column.title for match in matches] == titles
    assert len(taken) == len(set(taken))
    for name in set(names) & set(titles):
        assert any(match.field and match.field.title == match.column.title == name for match in matches)
