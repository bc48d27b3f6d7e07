"""How commands are typed and how mistakes are answered: in Chinese words, with a status, never with a traceback."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from bihuan.cli import listing
from bihuan.cli.chinese_argparse import day, in_chinese
from bihuan.cli.listing import table, width
from tests.cli.typing_in import Typing

COMMANDS = ("serve", "demo", "import", "export", "ledgers", "units", "user", "verify", "rebuild", "pack")


def test_help_is_in_chinese_and_lists_every_command(type_in: Typing) -> None:
    answer = type_in("--help")
    assert answer.status == 0
    assert answer.out.startswith("用法：bihuan")
    assert not {"usage:", "options:", "positional", "show this"} & set(answer.out.split())
    assert all(f"\n    {name} " in answer.out for name in COMMANDS)


def test_help_does_not_load_django() -> None:
    code = "import sys; from bihuan.cli.main import build_parser; build_parser(); print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    "words, said",
    [
        ([], "缺少：命令"),
        (["ledger"], "没有“ledger”，可用：serve、demo"),
        (["import", "a.xlsx"], "缺少：--ledger"),
        (["import", "a.xlsx", "--ledger"], "--ledger 后面要写一个值"),
        (["import", "a.xlsx", "--ledger", "a.b", "--fast"], "不认识：--fast"),
        (["serve", "--port", "99999"], "“99999”不是端口号，可用 1 到 65535"),
        (["demo", "--scale", "-1"], "“-1”不是倍数"),
        (["demo", "--seed", "x"], "“x”不是整数"),
        (["units", "--on", "昨天"], "写成 2026-03-05 这样"),
        (["user", "add", "a", "甲", "--no-password", "--password-stdin"], "不能与"),
        (["verify", "--js"], "不认识：--js"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistyped_command_ends_with_2(type_in: Typing, words: list[str], said: str) -> None:
    answer = type_in(*words)
    assert answer.status == 2
    assert said in answer.err
    assert "用法：bihuan" in answer.err
    assert answer.out == ""


def test_an_unknown_message_of_argparse_stays_as_it_is() -> None:
    assert in_chinese("something new") == "something new"


@pytest.mark.parametrize("text", ["2026-03-05", "2026.3.5", "2026年3月5日", "二〇二六年三月五日"])
def test_days_are_read_as_people_write_them(text: str) -> None:
    assert day(text) == date(2026, 3, 5)


def test_columns_line_up_under_chinese_heads(capsys: pytest.CaptureFixture[str]) -> None:
    assert width("审计局ab") == 8
    lines = table(("名称", "数"), [["审计局", "1,234"], ["a", "5"]], frozenset({1}))
    assert lines == ["名称       数", "审计局  1,234", "a           5"]
    listing.print_table(("名称", "数"), [("审计局", 1234), ("a", None)])
    assert capsys.readouterr().out.splitlines() == ["名称    数", "审计局  1,234", "a"]


def test_a_home_without_data_says_what_to_do(tmp_path: Path) -> None:
    """In a process of its own, where nothing is set up yet."""
    env = {**os.environ, "BIHUAN_HOME": str(tmp_path)}
    env.pop("BIHUAN_DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "bihuan", "ledgers"], capture_output=True, text=True, env=env, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"{tmp_path} 里还没有数据。运行 bihuan demo")


def test_what_nobody_foresaw_is_logged_and_told_in_words(
    type_in: Typing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path))

    def broken(_: Path, __: object) -> None:
        raise RuntimeError("a secret of the machine")

    monkeypatch.setattr("bihuan.cli.pack.read_pack", broken)
    answer = type_in("pack", "check", tmp_path)
    assert answer.status == 1
    assert "Traceback" not in answer.said
    assert "secret" not in answer.said
    line = json.loads((tmp_path / "logs" / "errors.log").read_text(encoding="utf-8"))
    reference = answer.err.split("编号 ")[1].split("）")[0]
    assert reference in line["message"]
    assert "RuntimeError: a secret of the machine" in line["exception"]


def test_an_interrupted_command_ends_with_130(type_in: Typing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def interrupted(_: Path, __: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bihuan.cli.pack.read_pack", interrupted)
    answer = type_in("pack", "check", tmp_path)
    assert answer.status == 130
    assert answer.err.startswith("已中断")
