"""YAML with line numbers: whatever a file says, faults come back as issues."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bihuan.base.errors import Issue
from bihuan.installed import KINDS
from bihuan.pack.reading import read_pack
from bihuan.pack.source import Source, read_yaml
from tests.pack.packs import LEDGER, LOOP, PACK, write_pack

# Pieces that YAML gives a meaning, so that chance puts together more than plain words.
PIECES = st.sampled_from(
    [
        "code: task\n", "title: 台账\n", "fields:\n", "  - ", "- ", ": ", "{", "}", "[", "]", ", ", "&a ", "*a", "!!int ",
        "!!float ", "!!timestamp ", "!!bool ", "!!binary ", "!!set ", "!!null ", "!!python/object:os.system ", "!x ", "? ",
        "|\n  ", ">\n  ", "'", '"', "#", "---\n", "...\n", "%YAML 1.1\n", "\t", "\n", "  ", "0x", "1e999", ".nan", "-.inf",
        "2026-02-30", "2026-01-01", "0001-01-01T00:00:00+23:59", "12:30:45", "null", "~", "true", "<<: ", "kind: text\n",
        "{code: name, title: 名称, kind: text}\n", "pattern: '[['\n", "scale: -1\n", "\x00", "\ufeff", "\u2028",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=5), max_size=14).map("".join)


def yaml(text: str) -> tuple[Source | None, list[Issue]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        return read_yaml(path, "a.yaml")


def issues_of(text: str) -> list[tuple[int, str]]:
    return [(issue.line, issue.message) for issue in yaml(text)[1]]


@given(TEXTS)
@example("!!int ''")
@example("!!float ''")
@example("!!bool maybe")
@example("!!timestamp x")
@example("0001-01-01T00:00:00+23:59")
@example("[" * 1_000)
@example("9" * 5_000)
@example("\ud800")
@example("? [a, b]\n: 1\n? {c: d}\n: 2\n")
def test_any_text_gives_data_or_issues_and_never_an_exception(text: str) -> None:
    source, issues = yaml(text)
    assert source is not None or issues
    for issue in issues:
        assert issue.file == "a.yaml"
        assert issue.line >= 1
        assert issue.message


@given(TEXTS, st.sampled_from(["pack", "ledger", "loop"]), st.data())
def test_any_text_in_a_pack_gives_issues_and_never_an_exception(text: str, file: str, data: st.DataObject) -> None:
    whole = {"pack": PACK, "ledger": LEDGER, "loop": LOOP}[file]
    place = data.draw(st.integers(0, len(whole)))
    spoilt = whole[:place] + text + whole[place:]
    with TemporaryDirectory() as folder:
        write_pack(Path(folder), **{file: spoilt.replace("\r", "") or "~"})
        pack = read_pack(Path(folder), KINDS)
    assert all(issue.message for issue in pack.issues)
    assert pack.is_sound == (pack.spec is not None and not [i for i in pack.issues if i.level == "error"])


def test_every_key_and_item_has_its_line() -> None:
    source, issues = yaml("a: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n")
    assert issues == []
    assert source is not None
    assert source.data == {"a": 1, "b": ["x", {"c": 2, "d": 3}]}
    assert source.line(("a",)) == 1
    assert source.line(("b", 0)) == 3
    assert source.line(("b", 1, "c")) == 4
    assert source.line(("b", 1, "d")) == 5
    assert source.line(("b", 1, "d", "deeper", 4)) == 5
    assert source.line(("unknown",)) == 1


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "“a”写了两次"),
        ("a: &x [1]\nb: *x\n", 1, "别名"),
        ("a: 1\nb: !secret x\n", 2, "标签 !secret"),
        ("a: 1\nb: !!python/name:os.system x\n", 2, "os.system"),
        ("a: 1\nb: 2026-02-30\n", 2, "2026-02-30"),
        ("a: 1\nb: [1\n", 3, "不是合法的 YAML"),
        ("a: 1\n---\nb: 2\n", 2, "不是合法的 YAML"),
        ("a: " + "[" * 40 + "]" * 40, 1, "嵌套过深"),
        ("a: !!int '1'\n", 1, "标签"),
        ("a: !!set {x: 1}\n", 1, "标签"),
        ("x: 1\na: 2026-01-01T00:00:00+99:59\n", 2, "写法不对"),
    ],
)
def test_a_fault_is_named_with_its_line(text: str, line: int, words: str) -> None:
    (found,) = set(issues_of(text))
    assert words in found[1]
    assert found[0] == line


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    source, issues = read_yaml(tmp_path / "a.yaml", "a.yaml")
    assert source is None
    assert "读不出来" in issues[0].message
    assert "读不出来" in read_yaml(tmp_path / "none.yaml", "none.yaml")[1][0].message


def test_an_empty_file_is_an_empty_mapping() -> None:
    source, issues = yaml("# 只有注释\n")
    assert issues == []
    assert source is not None
    assert source.data == {}
