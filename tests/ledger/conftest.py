"""The standing cast, for every test of this folder that asks for it; a home of one's own, for files."""

import shutil
from pathlib import Path

import pytest

from bihuan.base.home import home, secret
from tests.cast import cast

__all__ = ["cast"]


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home without files. It has the keys of the run's own, so that the cast need not be made anew."""
    secret("chain.key")
    fresh = tmp_path / "home"
    fresh.mkdir()
    shutil.copytree(home() / "keys", fresh / "keys")
    monkeypatch.setenv("BIHUAN_HOME", str(fresh))
