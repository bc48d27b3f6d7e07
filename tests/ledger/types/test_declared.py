"""What a pack may say of a field: each fault is found where it stands."""

from pathlib import Path

import pytest

from bihuan.ledger.types import BY_CODE, FIELD_TYPES
from bihuan.pack.reading import Pack
from tests.pack.packs import only_issue, read

HEAD = """\
code: task
title: 任务台账
key: [{key}]
name_field: {name}
fields:
  - {{code: name, title: 名称, kind: text}}
  - {{code: amount, title: 金额, kind: money}}
"""


def pack_with(folder: Path, *fields: str, key: str = "name", name: str = "name") -> Pack:
    lines = "".join(f"  - {{{field}}}\n" for field in fields)
    return read(folder, ledger=HEAD.format(key=key, name=name) + lines, loop="")


@pytest.mark.parametrize(
    ("field", "message", "hint"),
    [
        ("kind: choice", "选项字段“字段”没有 choices", ""),
        ("kind: choices", "多选字段“字段”没有 choices", ""),
        ("kind: record", "关联记录字段“字段”没有 of", ""),
        ("kind: computed", "计算字段“字段”没有 formula", ""),
        ("kind: text, measure: 亩", "“measure”只用于 integer、number、money、computed 字段，“字段”是 text", ""),
        ("kind: date, formula: '1'", "“formula”只用于 computed 字段，“字段”是 date", ""),
        ("kind: number, fraction: true", "“fraction”只用于 percent 字段，“字段”是 number", ""),
        ("kind: month, whole_month: last", "“whole_month”只用于 date、datetime 字段，“字段”是 month", ""),
        ("kind: money, measure: 亩", "金额字段“字段”的计量单位“亩”不是金额单位", "可用：元、千元、万元、亿元"),
        ("kind: number, minimum: 5, maximum: 1", "最小值 5 大于最大值 1", ""),
        ("kind: record, of: tusk", "没有台账“tusk”", "你是不是想写“task”？"),
        ("kind: record, of: demo.tusk", "没有台账“demo.tusk”", "你是不是想写“task”？"),
        ("kind: computed, formula: amounts + 1", "没有叫 “amounts” 的字段", "是不是想写 “amount”？"),
        ("kind: computed, formula: name", "这里要小数，整个表达式给出的是文本", ""),
        (
            "kind: computed, result: date, formula: today()",
            "公式里不能用 today()：算出的值存下来，不会随日子变",
            "",
        ),
        ("kind: computed, formula: amount, required: true", "计算字段“字段”不用填写，不能是必填", ""),
        ("kind: number, personal: name", "“字段”是 number，personal: name 只用于文字和人员字段", "请写 all 或 none"),
        ("kind: choice, choices: [{code: a, title: 甲}, {code: b, title: 甲}]", "选项“甲”写了两次", ""),
        ("kind: choice, choices: [{code: a, title: 甲}, {code: 甲, title: 乙}]", "选项“甲”写了两次", ""),
        ("kind: choices, choices: [{code: a, title: 水、气}]", "多选的选项“水、气”里不能有分隔符（、，,;；/|）", ""),
    ],
)
def test_a_fault_is_found_on_its_line(tmp_path: Path, field: str, message: str, hint: str) -> None:
    issue = only_issue(pack_with(tmp_path, f"code: x, title: 字段, {field}"))
    assert issue.message == message
    assert issue.line == 8
    assert hint in issue.hint


@pytest.mark.parametrize("kind", ["longtext", "file", "point", "polygon"])
def test_a_key_is_one_plain_value(tmp_path: Path, kind: str) -> None:
    issue = only_issue(pack_with(tmp_path, f"code: x, title: 字段, kind: {kind}", key="x"))
    assert issue.message == f"{kind} 字段“字段”不能用来识别记录"
    assert issue.line == 3


@pytest.mark.parametrize("field", ["kind: identity", "kind: text, personal: name", "kind: phone"])
def test_a_record_named_by_personal_data_is_pointed_out(tmp_path: Path, field: str) -> None:
    issue = only_issue(pack_with(tmp_path, f"code: x, title: 字段, {field}", name="x"))
    assert (issue.level, issue.line) == ("warning", 4)


def test_a_warning_does_not_hide_what_is_wrong_with_a_formula(tmp_path: Path) -> None:
    pack = pack_with(
        tmp_path,
        "code: x, title: 字段, kind: phone",
        "code: y, title: 计算, kind: computed, formula: nothing",
        name="x",
    )
    assert [issue.line for issue in pack.issues] == [4, 9]


def test_a_field_of_every_kind_is_sound(tmp_path: Path) -> None:
    needs = {
        "choices": ", choices: [{code: a, title: 甲}]",
        "of": ", of: task",
        "formula": ", formula: amount * 2",
    }
    fields = [
        f"code: f{at}, title: 字段{at}, kind: {kind.code}" + "".join(needs[key] for key in kind.needs)
        for at, kind in enumerate(FIELD_TYPES)
    ]
    pack = pack_with(tmp_path, *fields, "code: z, title: 别的包, kind: record, of: other.ledger")
    assert pack.issues == ()


def test_a_kind_is_a_code_a_title_and_a_widget_that_the_pages_know() -> None:
    inputs = Path(__file__).parents[3] / "src" / "bihuan" / "web" / "templates" / "components" / "input"
    widgets = {path.stem for path in inputs.glob("*.html")}
    assert {kind.widget for kind in FIELD_TYPES} <= widgets
    assert len({kind.title for kind in FIELD_TYPES}) == len(BY_CODE) == len(FIELD_TYPES)
