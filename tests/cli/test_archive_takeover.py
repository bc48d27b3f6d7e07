"""Whenever the machine stops, the home folder ends up as the old instance or as the new one, never between."""

import itertools
import shutil
from pathlib import Path

import pytest

from bihuan.base.errors import Conflict
from bihuan.cli.archive import takeover
from bihuan.cli.archive.disk import sole_restore
from bihuan.cli.archive.takeover import Decision, decide, prepare, settle, settle_interrupted
from tests.cli.killing import killed_at

OLD = {
    "bihuan.sqlite3": "old",
    "bihuan.sqlite3-wal": "old",
    "keys/chain.key": "old",
    "keys/django.key": "old",
    "attachments/aa/a": "old",
    "progress/1.json": "old",
    "logs/errors.log": "kept",
}
NEW = {"bihuan.sqlite3": "new", "keys/chain.key": "new", "attachments/bb/b": "new", "uploads/u": "new"}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def read(folder: Path) -> dict[str, str]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_text() for path in paths}


def instance(home: Path) -> dict[str, str]:
    """The files of the present instance, without what lies aside or in the making."""
    aside = ("replaced-", takeover.STAGE, "logs/")
    return {name: text for name, text in read(home).items() if not name.startswith(aside)}


WAS = {name: text for name, text in OLD.items() if text == "old"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    write(folder, OLD)
    return folder


def take_over(home: Path) -> None:
    write(prepare(home), NEW)
    decide(home, Decision("replaced-1"))
    settle(home)


def test_the_new_takes_the_place_of_the_old_which_is_kept(home: Path) -> None:
    take_over(home)
    assert instance(home) == NEW
    assert read(home / "replaced-1") == WAS
    assert (home / "logs" / "errors.log").read_text() == "kept"
    assert not (home / takeover.STAGE).exists()


def test_killed_before_any_step_it_is_the_old_or_the_new(home: Path, tmp_path: Path) -> None:
    outcomes = []
    for step in itertools.count():
        again = tmp_path / f"home{step}"
        shutil.copytree(home, again)
        killed = killed_at(step, lambda again=again: take_over(again))
        settle_interrupted(again)
        found = instance(again)
        assert found in (WAS, NEW), step
        if found == NEW:
            assert read(again / "replaced-1") == WAS
        assert not (again / takeover.STAGE).exists()
        outcomes.append(found == NEW)
        if not killed:
            break
    # Once decided it stays decided; and there were deaths on both sides.
    assert outcomes == sorted(outcomes)
    assert outcomes.count(False) > 5 and outcomes.count(True) > 10


def test_killed_while_settling_the_next_command_goes_on(home: Path, tmp_path: Path) -> None:
    write(prepare(home), NEW)
    decide(home, Decision("replaced-1"))
    for step in itertools.count():
        again = tmp_path / f"home{step}"
        shutil.copytree(home, again)
        killed = killed_at(step, lambda again=again: settle_interrupted(again))
        killed_at(step // 2, lambda again=again: settle_interrupted(again))
        settle_interrupted(again)
        assert instance(again) == NEW, step
        assert read(again / "replaced-1") == WAS
        if not killed:
            break
    assert step > 10


def test_what_was_not_decided_is_cleared_away(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(prepare(home), NEW)
    settle_interrupted(home)
    assert read(home) == OLD
    assert "数据和恢复前一样" in capsys.readouterr().err
    settle_interrupted(home)
    assert capsys.readouterr().err == ""


def test_a_transaction_decides_where_one_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = {name: text for name, text in NEW.items() if name != "bihuan.sqlite3"}
    for committed in (False, True):
        monkeypatch.setattr(takeover, "_committed", lambda transaction, answer=committed: answer)
        write(prepare(home), new)
        decide(home, Decision("replaced-1", transaction="77"))
        settle_interrupted(home)
        assert instance(home)["keys/chain.key"] == ("new" if committed else "old")
    # The database file of an earlier time with SQLite is none of PostgreSQL's business.
    assert instance(home)["bihuan.sqlite3"] == instance(home)["bihuan.sqlite3-wal"] == "old"


def test_no_command_runs_during_a_restore(home: Path) -> None:
    prepare(home)
    with sole_restore(home), pytest.raises(Conflict, match="正在恢复备份"):
        settle_interrupted(home)
    assert (home / takeover.STAGE).exists()


def test_the_folder_aside_has_a_name_of_its_own(home: Path) -> None:
    first = takeover.new_aside(home)
    (home / first).mkdir()
    second = takeover.new_aside(home)
    assert first != second and second.startswith("replaced-2")
