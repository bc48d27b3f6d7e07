"""`bihuan serve`: it prepares the home folder, answers, stops politely, and touches nothing when its port is taken."""

import os
import signal
import socket
import subprocess
import sys
from argparse import Namespace
from http.client import HTTPConnection
from pathlib import Path

import pytest

from bihuan.base import clock
from bihuan.cli import serve
from bihuan.ledger.models import Batch, Ledger
from bihuan.org.models import Unit
from tests.cast import Cast
from tests.cli.typing_in import Typing


@pytest.fixture
def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_it_serves_an_empty_home_until_told_to_stop(free_port: int, tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "BIHUAN_DATABASE_URL"}
    command = [sys.executable, "-m", "bihuan", "serve", "--port", str(free_port), "--home", str(tmp_path)]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        try:
            assert f"服务已启动：http://127.0.0.1:{free_port}" in server.stdout.readline()
            connection = HTTPConnection("127.0.0.1", free_port, timeout=20)
            connection.request("GET", "/")
            answer = connection.getresponse()
            connection.close()
            assert (answer.status, answer.headers["Location"]) == (302, "/sign-in/?next=/")
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.wait(20) == 0
        assert server.stdout.read() == "服务已停止。\n"
        assert "业务包“审计”没有安装：还没有单位 330999-SJ" in server.stderr.read()
    assert (tmp_path / "bihuan.sqlite3").is_file()


@pytest.mark.parametrize("command", [["serve"], ["demo"]], ids=" ".join)
def test_a_taken_port_is_told_before_anything_is_touched(db: None, type_in: Typing, command: list[str]) -> None:
    Batch.objects.create(kind="import", state=Batch.State.RUNNING, created_at=clock.now())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = type_in(*command, "--port", port)
    assert (answer.status, answer.out) == (1, "")
    assert answer.err == f"端口 {port} 已被占用，可能已有一个 bihuan 在运行。换一个端口：--port {port + 1}\n"
    assert Batch.objects.get().state == Batch.State.RUNNING
    assert not Unit.objects.exists()


def test_an_address_that_is_none(db: None, type_in: Typing) -> None:
    answer = type_in("serve", "--host", "不是地址.invalid", "--port", "8000")
    assert (answer.status, "没有“不是地址.invalid”这个地址" in answer.err) == (1, True)


def test_an_address_that_is_not_ours(db: None, type_in: Typing) -> None:
    answer = type_in("serve", "--host", "192.0.2.1", "--port", "8000")
    assert (answer.status, "不能在 192.0.2.1:8000 上监听" in answer.err) == (1, True)


def test_interrupted_imports_are_told_as_failed(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    batch = Batch.objects.create(kind="import", state=Batch.State.RUNNING, created_at=clock.now())
    serve.prepare()
    batch.refresh_from_db()
    assert (batch.state, "一行也没有写入" in batch.result["error"]) == (Batch.State.FAILED, True)
    assert "有 1 次导入在上次停止时没有完成" in capsys.readouterr().err


def test_packs_of_units_that_are_there_are_installed(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for code, owner in (("mine", "330999-CZ"), ("theirs", "330999-XX"), ("broken", "")):
        folder = tmp_path / code / "ledgers"
        folder.mkdir(parents=True)
        (folder.parent / "pack.yaml").write_text(f"code: {code}\ntitle: {code}\nowner: '{owner}'\n", encoding="utf-8")
        kind = "what" if code == "broken" else "text"
        (folder / "plain.yaml").write_text(
            f"code: plain\ntitle: 登记簿\nfields:\n  - {{code: name, title: 名称, kind: {kind}}}\n", encoding="utf-8"
        )
    monkeypatch.setenv("BIHUAN_PACKS", str(tmp_path))
    assert serve.install_known_packs() == ["mine.plain"]
    assert set(Ledger.objects.values_list("code", flat=True)) >= {"audit.finding", "mine.plain"}
    said = capsys.readouterr().err
    assert "业务包“theirs”没有安装：还没有单位 330999-XX" in said
    assert "业务包“broken”有问题，没有安装：ledgers/plain.yaml:4: error: 没有字段类型“what”" in said


def test_behind_a_proxy_the_scheme_is_believed_of_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert serve._behind_a_proxy() == {}
    monkeypatch.setenv("BIHUAN_HTTPS", "1")
    assert serve._behind_a_proxy()["trusted_proxy"] == "127.0.0.1"
    server = serve.listen("127.0.0.1", 0)
    assert server.adj.trusted_proxy_headers == {"x-forwarded-for", "x-forwarded-proto"}
    server.close()


def test_run_closes_its_port_when_preparing_fails(db: None, free_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise RuntimeError

    monkeypatch.setattr(serve, "prepare", fails)
    with pytest.raises(RuntimeError):
        serve.run(Namespace(host="127.0.0.1", port=free_port))
    serve.listen("127.0.0.1", free_port).close()
