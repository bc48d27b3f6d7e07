"""The round that keeps the lakes of large ledgers near them, and that there is nothing to do where they are."""

import subprocess
from typing import Any

import pytest

from bihuan.cli import large_lakes
from bihuan.cli.large_lakes import keep_large_lakes
from bihuan.cli.main import main
from bihuan.figure.lake import absorbing
from tests.cast import Cast
from tests.ledger.making import make_finding


def test_the_lake_of_a_large_ledger_is_brought_near(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command runs here and not in a process of its own, which would not see the test's database."""
    ran: list[list[str]] = []

    def run(command: list[str], **_: Any) -> None:
        ran.append(command[1:])
        assert main(command[3:]) == 0

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(absorbing, "_NEAR", 2)
    for number in range(4):
        make_finding(cast, number)
    assert not keep_large_lakes()  # four records are not many
    monkeypatch.setattr(large_lakes, "LARGE", 3)
    assert keep_large_lakes() and not keep_large_lakes()
    make_finding(cast, 5)
    assert not keep_large_lakes()  # a page takes so little in by itself
    for number in range(6, 9):
        make_finding(cast, number)
    assert keep_large_lakes()
    assert ran == [["-m", "bihuan", "lake", "update"]] * 2
