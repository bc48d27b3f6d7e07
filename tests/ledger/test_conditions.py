"""Conditions as rows of a form: they go into the expression language and come back as they were."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.errors import Invalid
from bihuan.expression import Choice, Column, JsonKey, Kind, Name, compile_check
from bihuan.ledger.conditions import MOST_ROWS, Condition, operators_of, read_conditions, write_conditions

LEVELS = (Choice("high", "高"), Choice("low", "低"))
NAMES = {
    name.code: name
    for name in (
        Name("title", "标题", Kind.TEXT, JsonKey("title")),
        Name("level", "等级", Kind.TEXT, JsonKey("level"), choices=LEVELS),
        Name("tags", "标签", Kind.TEXTS, JsonKey("tags"), choices=LEVELS),
        Name("amount", "金额", Kind.DECIMAL, JsonKey("amount"), scale=2),
        Name("people", "人数", Kind.INTEGER, JsonKey("people")),
        Name("found_on", "发现日期", Kind.DATE, JsonKey("found_on")),
        Name("due_at", "期限", Kind.DATETIME, Column("due_at")),
        Name("major", "是否重大", Kind.BOOLEAN, JsonKey("major")),
        Name("select", "关键词", Kind.TEXT, JsonKey("select")),
    )
}
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
VALUES: dict[Kind, st.SearchStrategy[str]] = {
    Kind.TEXT: st.text(st.sampled_from("资金'\"%_\\甲 a1"), min_size=1, max_size=6).filter(str.strip),
    Kind.INTEGER: st.integers(-(10**9), 10**9).map(str),
    Kind.DECIMAL: st.decimals(-(10**6), 10**6, places=2).map(lambda number: f"{number.normalize():f}"),
    Kind.DATE: DAYS.map(str),
    Kind.DATETIME: st.builds(lambda day, hour: f"{day}T{hour:02d}:30", DAYS, st.integers(0, 23)),
}


@st.composite
def rows(draw: Any) -> Condition:
    name = NAMES[draw(st.sampled_from(sorted(NAMES)))]
    operator = draw(st.sampled_from(operators_of(name)))
    value = st.sampled_from(["high", "low"]) if name.choices else VALUES.get(name.kind, st.just(""))
    if operator.code in ("last_days", "next_days"):
        value = st.integers(1, 999).map(str)
    count = draw(st.integers(1, 3)) if operator.takes < 0 else operator.takes
    return Condition(name.code, operator.code, tuple(draw(value) for _ in range(count)))


@given(st.lists(rows(), min_size=1, max_size=4), st.booleans())
def test_rows_come_back_from_the_expression_that_they_made(wanted: list[Condition], either: bool) -> None:
    text = write_conditions(wanted, NAMES, either=either)
    assert compile_check(text, NAMES).kind is Kind.BOOLEAN
    assert read_conditions(text, NAMES) == (wanted, either and len(wanted) > 1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("金额 > 100", [Condition("amount", "over", ("100",))]),
        ("等级 = '高' and 标题 is not null", [Condition("level", "is", ("high",)), Condition("title", "filled")]),
        ("not contains(标题, '资金')", [Condition("title", "lacks", ("资金",))]),
        ("发现日期 >= '2026年1月31日'", [Condition("found_on", "since", ("2026-01-31",))]),
    ],
)
def test_what_was_typed_is_read_into_rows(text: str, found: list[Condition]) -> None:
    assert read_conditions(text, NAMES) == (found, False)


@pytest.mark.parametrize(
    "text",
    [
        "金额 + 1 > 2",
        "金额 > 人数",
        "(金额 > 1 or 人数 > 2) and 等级 = '高'",
        "length(标题) > 3",
        "金额 is null is null",
    ],
)
def test_what_rows_cannot_say_is_left_to_the_expression(text: str) -> None:
    try:
        assert read_conditions(text, NAMES) is None
    except ValueError:
        pytest.fail("no expression is no reason to fail")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Condition("nothing", "is", ("1",)), "没有选字段"),
        (Condition("amount", "has", ("1",)), "怎样比较"),
        (Condition("amount", "over", ("",)), "没有填完整"),
        (Condition("amount", "between", ("1",)), "没有填完整"),
        (Condition("amount", "over", ("很多",)), "“很多”不是数字"),
        (Condition("people", "is", ("1.5",)), "不是整数"),
        (Condition("level", "is", ("中",)), "不在选项中"),
        (Condition("found_on", "is", ("昨天",)), "不是日期"),
        (Condition("found_on", "last_days", ("几",)), "不是天数"),
    ],
)
def test_a_row_that_says_nothing_is_refused_by_its_number(row: Condition, words: str) -> None:
    with pytest.raises(Invalid, match="第 2 个条件") as refused:
        write_conditions([Condition("title", "filled"), row], NAMES)
    assert words in str(refused.value)


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(Invalid, match="最多 20 个条件"):
        write_conditions([Condition("title", "filled")] * (MOST_ROWS + 1), NAMES)
