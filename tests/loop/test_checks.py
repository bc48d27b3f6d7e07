"""Each rule that a loop's definition must keep, with the file, the line and the hint of its fault."""

from pathlib import Path

import pytest

from bihuan.base.errors import Issue
from tests.pack.packs import LEDGER, LOOP, only_issue, read

WITH_LOOP = LEDGER + "loop: simple\n"
LEVEL = "  - {code: unit, title: 责任单位, unit: responsible, colour: green}\n"
VERB = """\
  - code: {code}
    title: 另一个
    from: [{start}]
    to: {to}
    who: [{{role: [{role}], unit: {unit}}}]
"""


def more_verbs(
    *, code: str = "more", start: str = "open", to: str = "open", role: str = "handler", unit: str = "owner"
) -> str:
    """The sound loop of fifteen lines with one verb more, in lines 16 to 20."""
    return LOOP + VERB.format(code=code, start=start, to=to, role=role, unit=unit)


@pytest.mark.parametrize(
    ("loop", "line", "words", "hint"),
    [
        (LOOP.replace("{code: closed, ", "{code: open, ", 1).replace("to: closed", "to: open"), 5, "“open”写了两次", ""),
        (more_verbs(code="finish"), 16, "“finish”写了两次", ""),
        (LOOP.replace(LEVEL, LEVEL + LEVEL), 10, "“unit”写了两次", ""),
        (more_verbs(start="opened"), 18, "没有环节“opened”", "“open”"),
        (more_verbs(to="openn"), 19, "没有环节“openn”", "“open”"),
        (more_verbs(role="revewer"), 20, "没有角色“revewer”", "“reviewer”"),
        (more_verbs(to="closed", unit="responsible"), 20, "不能由责任单位自己做", ""),
        (more_verbs() + "    effect: order\n    level: unti\n", 16, "没有调度级别“unti”", "“unit”"),
        (more_verbs() + "    effect: order\n", 16, "没有调度级别“”", ""),
        (LOOP.replace("levels:", "  - {valid_from: 2019-01-01, yellow_within: 1}\nlevels:"), 6, "四色规则要按生效日", ""),
        (LOOP.replace("levels:", "  - {valid_from: 2020-01-01, yellow_within: 1}\nlevels:"), 6, "四色规则要按生效日", ""),
        (LOOP.replace("steps:\n", "steps:\n  - {code: stuck, title: 搁置}\n"), 4, "从“搁置”走不到销号", ""),
    ],
)  # fmt: skip
def test_a_fault_has_its_line_and_its_hint(tmp_path: Path, loop: str, line: int, words: str, hint: str) -> None:
    found = [issue for issue in read(tmp_path, loop=loop).issues if words in issue.message]
    assert len(found) == 1
    issue: Issue = found[0]
    assert issue.file == "loops/simple.yaml"
    assert issue.line == line
    assert hint in issue.hint


def test_a_loop_without_an_end_is_told(tmp_path: Path) -> None:
    issue = only_issue(read(tmp_path, loop=LOOP.replace(", closed: true", "")))
    assert (issue.line, issue.message) == (3, "没有销号环节（closed: true）")


def test_a_step_that_only_any_step_leads_out_of_can_finish(tmp_path: Path) -> None:
    loop = LOOP.replace("steps:\n", "steps:\n  - {code: stuck, title: 搁置}\n").replace("    from: [open]\n", "")
    assert read(tmp_path, loop=loop).issues == ()


@pytest.mark.parametrize(
    ("more", "line", "words", "hint"),
    [
        ("    asks: [{field: naem}]\n", 16, "台账“任务台账”没有字段“naem”", "“name”"),
        ("    guard: duo_on is null\n", 16, "duo_on", "due_on"),
        ("    guard: state = 'opened'\n", 16, "opened", ""),
        ("    guard: name\n", 16, "", ""),
    ],
)
def test_a_loop_must_fit_the_ledgers_that_it_drives(
    tmp_path: Path, more: str, line: int, words: str, hint: str
) -> None:
    issue = only_issue(read(tmp_path, ledger=WITH_LOOP, loop=LOOP + more))
    assert (issue.file, issue.line) == ("loops/simple.yaml", line)
    assert words in issue.message
    assert hint in issue.hint


def test_a_loop_that_drives_no_ledger_is_not_held_to_one(tmp_path: Path) -> None:
    assert read(tmp_path, loop=LOOP + "    asks: [{field: naem}]\n").issues == ()


def test_a_guard_may_use_what_every_matter_has(tmp_path: Path) -> None:
    loop = LOOP + "    guard: due_at < now() and state = 'open' and number <> ''\n"
    assert read(tmp_path, ledger=WITH_LOOP, loop=loop).issues == ()
