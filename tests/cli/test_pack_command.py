"""`bihuan pack`: every fault with file and line, and the published schema."""

import shutil
from pathlib import Path

import pytest

from bihuan.installed import packs_folder
from tests.cli.typing_in import Typing
from tests.outside import REPOSITORY


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(packs_folder() / "audit", tmp_path / "audit"))


def replace(path: Path, old: str, new: str) -> int:
    """Replace a piece of a file; returns its line."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text.count("\n", 0, text.index(old)) + 1


def test_a_sound_pack(pack: Path, type_in: Typing) -> None:
    answer = type_in("pack", "check", pack)
    last = answer.out.splitlines()[-1]
    assert (answer.status, last.startswith("audit："), last.endswith("个定义，0 个错误，0 个提醒")) == (0, True, True)


def test_faults_are_named_by_file_and_line(pack: Path, type_in: Typing) -> None:
    kind = replace(pack / "ledgers" / "finding.yaml", "title: 发现日期, kind: date", "title: 发现日期, kind: dat")
    step = replace(pack / "loops" / "rectification.yaml", "from: [found]", "from: [fuond]")
    answer = type_in("pack", "check", pack)
    assert answer.status == 1
    assert f"ledgers/finding.yaml:{kind}: error: 没有字段类型“dat”（你是不是想写“date”？）" in answer.out
    assert f"loops/rectification.yaml:{step}: error: 没有环节“fuond”（你是不是想写“found”？）" in answer.out
    found = type_in("pack", "check", pack, "--json").json
    assert found["ok"] is False
    assert {(issue["file"], issue["line"], issue["level"]) for issue in found["issues"]} >= {
        ("ledgers/finding.yaml", kind, "error"),
        ("loops/rectification.yaml", step, "error"),
    }


def test_a_folder_that_is_no_pack_or_not_there(tmp_path: Path, type_in: Typing) -> None:
    answer = type_in("pack", "check", tmp_path)
    assert (answer.status, "pack.yaml:1: error: 缺少这个文件" in answer.out) == (1, True)
    assert "没有目录" in type_in("pack", "check", tmp_path / "none").err


def test_the_schema_covers_every_kind(type_in: Typing) -> None:
    schema = type_in("pack", "schema").json
    assert schema["$schema"].endswith("2020-12/schema")
    assert {"pack", "ledgers", "loops"} <= set(schema["properties"])


def test_the_published_schema_is_up_to_date(type_in: Typing) -> None:
    """Anew: bihuan pack schema > docs/schema/pack.json"""
    published = (REPOSITORY / "docs" / "schema" / "pack.json").read_text(encoding="utf-8")
    assert type_in("pack", "schema").out == published
