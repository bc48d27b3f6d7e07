"""Parameters: named once in pack.yaml, used wherever a value stands, and told where they are wrong."""

from pathlib import Path

from bihuan.base.errors import Level
from tests.pack.packs import LEDGER, LOOP, PACK, only_issue, read

WITH_PARAMETERS = PACK + (
    "parameters:\n"
    "  near: {value: 7, title: 提前几天转黄, unit: 日, source: 本县规定}\n"
    "  most: {value: 99.5, title: 上限, source: 本县规定}\n"
)
POINTS = "  - {code: points, title: 分数, kind: number, maximum: param.most}\n"
NEAR = LOOP.replace("yellow_within: 3", "yellow_within: param.near, source: param.near.source")


def test_a_parameter_stands_for_its_value_and_its_source(tmp_path: Path) -> None:
    rule = "checks:\n  - {when: points <= param.most, message: 不超过 param.most 分}\n"
    pack = read(
        tmp_path, pack=WITH_PARAMETERS, ledger=LEDGER.rstrip() + "\n" + POINTS + rule + "loop: simple\n", loop=NEAR
    )
    assert pack.issues == ()
    ledger, loop = pack.definitions["ledgers"]["demo.task"].spec, pack.definitions["loops"]["demo.simple"].spec
    assert ledger.by_code["points"].maximum == 99.5
    assert (ledger.checks[0].when, ledger.checks[0].message) == ("points <= 99.5", "不超过 99.5 分")
    assert (loop.colours[0].yellow_within, loop.colours[0].source) == (7, "本县规定")


def test_a_name_that_is_no_parameter_is_told_with_its_line(tmp_path: Path) -> None:
    wrong = LOOP.replace("yellow_within: 3", "yellow_within: param.naer")
    issues = read(tmp_path, pack=WITH_PARAMETERS, ledger=LEDGER + POINTS, loop=wrong).issues
    fault = next(issue for issue in issues if issue.file == "loops/simple.yaml")
    assert "没有参数“naer”" in fault.message
    assert "near" in fault.hint
    assert wrong.splitlines()[fault.line - 1].strip().startswith("- {valid_from")


def test_a_parameter_that_nothing_uses_is_pointed_out(tmp_path: Path) -> None:
    issue = only_issue(read(tmp_path, pack=WITH_PARAMETERS, ledger=LEDGER + POINTS))
    assert (issue.level, issue.message) == (Level.WARNING, "没有定义使用参数“near”")


def test_words_that_only_look_like_a_parameter_stay(tmp_path: Path) -> None:
    hint = "hint: 参数 param 和 exparam.near 不是名称"
    ledger = LEDGER.replace("kind: text,", f"kind: text, {hint},", 1) + POINTS
    pack = read(tmp_path, pack=WITH_PARAMETERS, ledger=ledger, loop=NEAR)
    assert pack.issues == ()
    assert pack.definitions["ledgers"]["demo.task"].spec.by_code["name"].hint == "参数 param 和 exparam.near 不是名称"


def test_a_parameter_says_who_says_so(tmp_path: Path) -> None:
    issue = only_issue(read(tmp_path, pack=WITH_PARAMETERS.replace(", source: 本县规定}\n  most", "}\n  most")))
    assert (issue.file, issue.message) == ("pack.yaml", "缺少“source”")


def test_what_a_system_names_must_be_there(tmp_path: Path) -> None:
    systems = "systems:\n  tasks: {title: 任务, carried_by: [ledgers/task, loops/simpel]}\n"
    issue = only_issue(read(tmp_path, pack=PACK + systems))
    assert (issue.message, "loops/simple" in issue.hint) == ("没有“loops/simpel”", True)
