"""Text, choices, references and files: words that are kept, found, or refused with the nearest."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger.excel import CellError
from bihuan.ledger.spec import ChoiceSpec
from bihuan.ledger.types import BY_CODE, BadValue, Lookup
from tests.ledger.types.fields import CHOICES, LOOKUP, read, spec


def refusal(kind: str, raw: Any, **more: Any) -> str:
    with pytest.raises(BadValue) as caught:
        read(kind, raw, **more)
    return str(caught.value)


@pytest.mark.parametrize(
    ("kind", "raw", "kept"),
    [
        ("text", " a\tb \n c ", "a b c"),
        ("longtext", "甲\r\n乙\r丙 ", "甲\n乙\n丙"),
        ("text", "\u200b县\ufeff城\u202e", "县城"),
        ("text", "a\x00b\ud800", "ab"),
        ("text", "县　城", "县　城"),
        ("text", "'=SUM(A1)", "=SUM(A1)"),
        ("text", "'quoted'", "'quoted'"),
        ("text", 12.0, "12"),
        ("text", 0.1 + 0.2, "0.3"),
        ("text", True, "TRUE"),
        ("text", datetime(2024, 3, 5), "2024-03-05"),
        ("text", datetime(2024, 3, 5, 14, 30), "2024-03-05 14:30:00"),
        ("text", time(14, 30), "14:30:00"),
        ("text", timedelta(hours=26), "1 day, 2:00:00"),
        ("text", " \u200b ", ""),
    ],
)
def test_text(kind: str, raw: Any, kept: str) -> None:
    assert read(kind, raw) == kept


def test_text_that_does_not_fit() -> None:
    assert refusal("text", "一二三四", max_length=3) == "有 4 个字，最多 3 个字"
    assert "三位数字" in refusal("text", "12", pattern=r"\d{3}", hint="三位数字")
    assert read("text", "123", pattern=r"\d{3}") == "123"
    assert "超过 15 位的部分已经丢失" in refusal("text", 4.4010619900101e17)
    assert "#N/A" in refusal("text", CellError("#N/A"))


@given(st.text())
def test_one_line_is_one_line_of_what_was_written(raw: str) -> None:
    kept = read("text", raw)
    assert len(kept.splitlines()) <= 1
    assert kept == kept.strip()
    letters = [c for c in raw if c.isalnum()]
    assert [c for c in kept if c.isalnum()] == letters


def test_a_title_weighs_more_than_a_code_and_a_code_more_than_an_alias() -> None:
    choices = (
        ChoiceSpec(code="甲", title="乙"),
        ChoiceSpec(code="丙", title="甲"),
        ChoiceSpec(code="丁", title="戊", aliases=("丙", "乙")),
    )
    assert [read("choice", word, choices=choices) for word in "甲乙丙丁"] == ["丙", "甲", "丙", "丁"]


def test_what_is_not_among_the_choices_is_told_what_is() -> None:
    many = tuple(ChoiceSpec(code=f"c{n}", title=f"类别{n}") for n in range(30))
    message = refusal("choice", "类别 2 号", choices=many)
    assert "类别0、类别1" in message
    assert "等 30 项" in message
    assert "你是不是想写“水环境”" in refusal("choice", "水环镜")


@given(st.lists(st.sampled_from(CHOICES), min_size=1), st.sampled_from("、，,;；/|\n"))
def test_several_choices_are_a_set_in_the_declared_order(chosen: list[ChoiceSpec], separator: str) -> None:
    codes = [choice.code for choice in CHOICES if choice in chosen]
    assert read("choices", separator.join(choice.title for choice in chosen)) == codes
    assert read("choices", [choice.code for choice in chosen]) == codes


def test_yes_and_no_are_chosen_by_the_words_that_are_shown() -> None:
    kind = BY_CODE["yesno"]
    for value in (True, False):
        assert (kind.entry(value, spec("yesno"), LOOKUP), kind.show(value, spec("yesno"), LOOKUP)) in kind.options(
            spec("yesno")
        )
    assert "是或否" in refusal("yesno", 2.0)


@pytest.mark.parametrize(
    ("kind", "raw", "why"),
    [
        ("unit", "新民村", "有多个单位叫“新民村”，请写单位代码"),
        ("unit", "撤并局", "已不在名册上"),
        ("unit", "财政居", "你是不是想写“财政局”"),
        ("unit", "财政局#3", "没有叫“财政局#3”的单位"),
        ("unit", "#99", "没有叫"),
        ("unit", "#²", "没有叫"),
        ("unit", True, "没有叫“TRUE”的单位"),
        ("unit", 99, "没有叫“99”的单位"),
        ("person", "李四", "请写登录名"),
        ("record", "丁", "没有叫“丁”的“问题台账”记录"),
        ("file", "照片.jpg", "不能从表格导入"),
        ("file", [True], "不能从表格导入"),
        ("file", [99], "附件 “99”不存在"),
        ("file", [11, 12], "只能放 1 个附件"),
    ],
)
def test_what_is_not_found_is_refused_with_the_reason(kind: str, raw: Any, why: str) -> None:
    assert why in refusal(kind, raw)


def test_a_wrong_name_is_compared_once() -> None:
    read_unit = BY_CODE["unit"].reader(spec("unit"), LOOKUP)
    messages = set()
    for _ in range(3):
        with pytest.raises(BadValue) as caught:
            read_unit("财政居")
        messages.add(str(caught.value))
    assert len(messages) == 1


def test_a_code_in_a_number_cell_finds_its_unit() -> None:
    lookup = Lookup(units={"330999": 6}, unit_names={6: "示范县"})
    assert read("unit", 330999.0, lookup) == 6


def test_a_name_that_would_not_find_itself_is_exported_with_its_id() -> None:
    cells = [BY_CODE["unit"].cell(pk, spec("unit"), LOOKUP) for pk in (1, 2, 3, 99)]
    assert cells == ["财政局", "撤并局#2", "新民村#3", "#99"]


def test_files() -> None:
    assert read("file", [11, 12], several=True) == [11, 12]
    assert BY_CODE["file"].show([11, 99], spec("file"), LOOKUP) == "照片.jpg、附件 99"
    assert BY_CODE["file"].python([11, 12]) == ("11", "12")
