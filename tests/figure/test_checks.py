"""Each rule that a figure's definition must keep, with the file, the line and the hint of its fault."""

from pathlib import Path

import pytest

from tests.pack.packs import LEDGER, only_issue, read

LEDGER_OF_AREAS = (
    LEDGER
    + """\
  - {code: area, title: 面积, kind: number, measure: 亩}
  - {code: more_area, title: 另一面积, kind: number, measure: 公顷}
  - {code: cost, title: 费用, kind: money}
  - {code: tags, title: 标签, kind: choices, choices: [{code: a, title: 甲}]}
  - {code: year, title: 年度, kind: integer}
loop: simple
"""
)
SOUND = """\
task.total: {title: 任务数, of: task, unit: 个, during: due_on}
task.high:
  title: 高等级任务数
  of: task
  where: level = '高' and colour <> 'white'
  unit: 个
task.rate: {title: 比率, ratio: task.high / task.total, unit: "%"}
"""


def test_a_sound_file_gives_figures_under_their_full_ids(tmp_path: Path) -> None:
    pack = read(tmp_path, ledger=LEDGER_OF_AREAS, figures=SOUND)
    assert pack.issues == ()
    assert list(pack.definitions["figures"]) == ["demo.task.total", "demo.task.high", "demo.task.rate"]


@pytest.mark.parametrize(
    ("figure", "words", "hint"),
    [
        ("x: {title: 无}", "没有写怎样算", ""),
        ("x: {title: 两样, of: task, external: true}", "同时写了", ""),
        ("X.y: {title: 大写, of: task}", "只能用小写字母", ""),
        ("x: {title: 台账, of: tsk}", "没有台账“tsk”", ""),
        ("x: {title: 字段, of: task, where: levl = '高'}", "没有叫 “levl” 的字段", "level"),
        ("x: {title: 选项, of: task, where: level = '中'}", "没有选项 “中”", "高、低"),
        ("x: {title: 方式, of: task, measure: total(area)}", "没有统计方式“total”", ""),
        ("x: {title: 括号, of: task, measure: sum()}", "括号里要写字段", ""),
        ("x: {title: 计数, of: task, measure: count(area)}", "数的是记录", ""),
        ("x: {title: 文本, of: task, measure: sum(name)}", "这里要小数", ""),
        ("x: {title: 多选, of: task, measure: distinct(tags)}", "多选字段不能", ""),
        ("x: {title: 时期, of: task, during: due_onn}", "during 指向的字段“due_onn”不存在", "“due_on”"),
        ("x: {title: 时期, of: task, during: level}", "during 要用日期", ""),
        ("x: {title: 时期, of: task, during: responsible}", "during 要用日期", ""),
        ("x: {title: 两种时间, of: task, at: end, during: due_on}", "只能写一个", ""),
        ("x: {title: 单位, of: task, measure: sum(area), unit: 万元}", "不能换算成“万元”", ""),
        ("x: {title: 混合, of: task, measure: sum(area + more_area), unit: 亩}", "不能直接放在一起算", ""),
        ("x: {title: 残缺, of: task, unit: 元/}", "不完整", ""),
        ("x: {title: 时间占比, of: task, measure: share(colour = 'red')}", "时间占比里不能用四色", "环节"),
        ("x: {title: 引用, ratio: task.hihg / task.total}", "没有指标“task.hihg”", "task.high"),
        ("x: {title: 写法, ratio: task.high}", "应写成“甲 / 乙”", ""),
        ("x: {title: 不合, ratio: task.high / task.total, measure: sum(area)}", "“measure”只用于 of", ""),
        ("x: {title: 对谁, change: task.total}", "要写 against", ""),
        ("x: {title: 名称, formula: a + 1}", "with", ""),
        ("x: {title: 算式, formula: a + c, with: {a: task.total}}", "没有叫 “c” 的字段", ""),
        ("x: {title: 类别, units: twon}", "没有单位类别“twon”", "“town”"),
        ("x: {title: 重复, doubled: [task.nam]}", "没有可以核对的字段“nam”", "“name”"),
        ("x: {title: 要求, of: task, expect: total > 0}", "没有叫 “total” 的字段", ""),
        ("x: {title: 分组, of: task, by: [levl]}", "by 指向的字段“levl”不存在", "“level”"),
        ("x: {title: 自己, cumulative: x}", "绕了一圈又用到自己", ""),
    ],
)
def test_every_fault_is_told_at_its_line(tmp_path: Path, figure: str, words: str, hint: str) -> None:
    issue = only_issue(read(tmp_path, ledger=LEDGER_OF_AREAS, figures=SOUND + figure))
    assert (issue.file, issue.line) == ("figures/task.yaml", 8)
    assert words in issue.message
    assert hint in issue.hint


def test_a_circle_by_way_of_others_is_found(tmp_path: Path) -> None:
    circle = "a: {title: 甲, cumulative: b}\nb: {title: 乙, shift: a, against: previous year}\n"
    pack = read(tmp_path, figures=circle)
    assert [issue.line for issue in pack.issues] == [1, 2]


def test_one_code_in_two_files_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "figures"
    folder.mkdir()
    (folder / "again.yaml").write_text("task.total: {title: 又一个, of: task}\n", encoding="utf-8")
    issue = only_issue(read(tmp_path, ledger=LEDGER_OF_AREAS, figures=SOUND))
    assert (issue.file, issue.line) == ("figures/task.yaml", 1)
    assert "已在 figures/again.yaml 里定义" in issue.message


def test_what_stands_in_another_pack_is_left_for_later(tmp_path: Path) -> None:
    figures = (
        "a: {title: 别处台账, of: other.ledger, where: anything = 1}\nb: {title: 别处, cumulative: other.some.total}\n"
    )
    assert read(tmp_path, figures=figures).issues == ()
