"""Each rule that a ledger's definition must keep, with the file, the line and the hint of its fault.

The rules over single fields by their kinds are in types/test_declared.py.
"""

from pathlib import Path

import pytest

from tests.pack.packs import LEDGER, only_issue, read

FIELD = "  - {{code: {code}, title: {title}, kind: text}}\n"


def lines(*more: str) -> str:
    """The sound ledger of ten lines with more lines under it."""
    return LEDGER + "".join(f"{line}\n" for line in more)


@pytest.mark.parametrize(
    ("ledger", "line", "words", "hint"),
    [
        (LEDGER.replace("kind: unit", "kind: uint"), 8, "没有字段类型“uint”", "“unit”"),
        (LEDGER.replace("kind: unit", "kind: zzzzzz"), 8, "没有字段类型“zzzzzz”", "longtext"),
        (lines(FIELD.format(code="name", title="另一个").rstrip()), 11, "“name”已用于字段“name”", ""),
        (lines(FIELD.format(code="other", title="名称").rstrip()), 11, "“名称”已用于字段“name”", ""),
        (lines(FIELD.format(code="due_at", title="到期").rstrip()), 11, "“due_at”是系统名称", ""),
        (lines("  - {code: plan, title: 方案, kind: text, pattern: '(['}"), 11, "写法不对", ""),
        (lines("  - {code: plan, title: 方案, kind: text, pattern: 'a{99999999999}'}"), 11, "写法不对", ""),
        (LEDGER.replace("key: [name]", "key: [nane]"), 3, "key 指向的字段“nane”不存在", "“name”"),
        (LEDGER.replace("unit_field: responsible", "unit_field: responsable"), 4, "unit_field 指向的字段", "“responsible”"),
        (LEDGER.replace("due_field: due_on", "due_field: nothing_like_it"), 5, "due_field 指向的字段", ""),
        (lines("columns: [name, dua_on]"), 11, "columns 指向的字段“dua_on”不存在", "“due_on”"),
        (LEDGER.replace("unit_field: responsible", "unit_field: name"), 4, "unit_field 要用 unit 字段，“名称”是 text", ""),
        (LEDGER.replace("due_field: due_on", "due_field: level"), 5, "due_field 要用 date或datetime 字段", ""),
        (lines("loop: simpel"), 11, "没有闭环“simpel”", "“simple”"),
        (lines("checks:", "  - {when: due_on is null, message: 一}", "  - {when: duo_on is null, message: 二}"), 13, "duo_on", "due_on"),
        (lines("checks:", "  - {when: name, message: 一}"), 12, "", ""),
        (lines("checks:", "  - {when: due_at > now(), message: 一}"), 12, "due_at", ""),
        (lines("checks:", "  - {when: 'due_on >', message: 一}"), 12, "", ""),
    ],
)  # fmt: skip
def test_a_fault_has_its_line_and_its_hint(tmp_path: Path, ledger: str, line: int, words: str, hint: str) -> None:
    issue = only_issue(read(tmp_path, ledger=ledger))
    assert (issue.file, issue.line, issue.level) == ("ledgers/task.yaml", line, "error")
    assert words in issue.message
    assert hint in issue.hint


def test_the_unit_may_be_called_unit(tmp_path: Path) -> None:
    ledger = LEDGER.replace("responsible", "unit")
    assert read(tmp_path, ledger=ledger).issues == ()


def test_every_fault_of_a_check_is_told(tmp_path: Path) -> None:
    ledger = lines("checks:", "  - {when: nome = 'x' and duo_on is null, message: 一}")
    issues = read(tmp_path, ledger=ledger).issues
    assert [issue.line for issue in issues] == [12, 12]
    assert ["name" in issues[0].hint, "due_on" in issues[1].hint] == [True, True]
