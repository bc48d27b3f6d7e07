"""The home folder: keys made once and kept from others, progress that is always whole, logs a line a record."""

import json
import logging
import stat
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from bihuan.base import home, progress
from bihuan.base.errors import BihuanError, Invalid, Issue, Level, did_you_mean
from bihuan.base.log import JsonLines
from bihuan.base.progress import Progress


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_key_is_made_once_and_only_its_owner_may_read_it(own_home: Path) -> None:
    key = home.secret("chain.key")
    assert len(key) == 32
    assert home.secret("chain.key") == key
    assert home.secret("other.key") != key
    path = own_home / "keys" / "chain.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() == key


def test_the_home_is_closed_to_others(own_home: Path) -> None:
    assert home.room("attachments") == own_home / "attachments"
    assert stat.S_IMODE(own_home.stat().st_mode) & 0o007 == 0


def test_progress_is_told_forgotten_and_never_half_written(own_home: Path) -> None:
    work = uuid4()
    assert progress.read(work) == Progress()
    progress.report(work, Progress("写入", 5, 20))
    progress.report(work, Progress("写入", 10, 20, "第一张表"))
    assert progress.read(work) == Progress("写入", 10, 20, "第一张表")
    assert [path.suffix for path in (own_home / "progress").iterdir()] == [".json"]
    progress.forget(work)
    progress.forget(work)
    assert progress.read(work) == Progress()


@pytest.mark.parametrize(
    ("done", "total", "percent"), [(0, 0, 0), (5, 0, 0), (0, 3, 0), (1, 3, 33), (3, 3, 100), (9, 3, 100)]
)
def test_progress_in_per_cent(done: int, total: int, percent: int) -> None:
    assert Progress("", done, total).percent == percent


def test_a_log_line_is_one_json_object_in_plain_chinese() -> None:
    record = logging.LogRecord("bihuan.x", logging.WARNING, "x.py", 1, "记录 %s\n第二行", ("SJ-1",), None)
    text = JsonLines().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert (line["level"], line["logger"], line["message"]) == ("WARNING", "bihuan.x", "记录 SJ-1\n第二行")
    assert line["at"].endswith("+00:00")
    assert "记录" in text
    assert "exception" not in line


def test_a_log_line_takes_the_exception_along() -> None:
    try:
        int("x")
    except ValueError:
        record = logging.LogRecord("bihuan", logging.ERROR, "x.py", 1, "坏了", (), sys.exc_info())
    line = json.loads(JsonLines().format(record))
    assert "ValueError" in line["exception"]


def test_errors_speak_for_themselves() -> None:
    assert str(BihuanError("没有这个单位", hint="你是不是想写“青溪镇”？")) == "没有这个单位 你是不是想写“青溪镇”？"
    assert str(BihuanError("没有")) == "没有"
    error = Invalid("有内容需要修改", {"a": "“金额”必须填写", "b": "“日期”不对"})
    assert str(error) == "有内容需要修改；“金额”必须填写；“日期”不对"
    assert Invalid("不行").problems == {}


def test_an_issue_names_its_place() -> None:
    assert (
        str(Issue("没有环节", "loops/a.yaml", 7, Level.WARNING, "看第 2 行"))
        == "loops/a.yaml:7: warning: 没有环节（看第 2 行）"
    )
    assert str(Issue("没有环节")) == "error: 没有环节"


def test_the_nearest_word_is_offered_and_a_far_one_is_not() -> None:
    assert did_you_mean("青溪真", ["白石镇", "青溪镇"]) == "你是不是想写“青溪镇”？"
    assert did_you_mean("完全不同", ["abc"]) == ""
