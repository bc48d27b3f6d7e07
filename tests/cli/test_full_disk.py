"""A disk that takes no more, at import, undo and backup: said in words, and nothing is written by halves.

A bound on the size of files stands in for the disk: the same calls fail, and no rights are needed.
"""

import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bihuan.ledger.models import Batch, Event, Record
from bihuan.ledger.undo import undo_batch
from bihuan.ledger.verification import verify_chain
from bihuan.loop import intake
from bihuan.org.actor import system_actor
from bihuan.org.models import Unit
from tests.cli.archived import SQLITE, Instance, Maker
from tests.ledger.making import write_csv

_TOO_LITTLE = 400_000
"""Bytes: less than what taking a batch of these tests back writes, however large its database is."""
_HEADS = ["编号代码", "名称", "金额", "责任单位", "期限"]


def bounded(limit: int, work: Callable[[], int | None], said: Path) -> int:
    """Do the work in a process none of whose files may grow beyond the limit; what it prints goes to a file."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 70
    try:
        sys.stdout = sys.stderr = said.open("w", encoding="utf-8")
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        status = work() or 0
        sys.stdout.flush()
    finally:
        os._exit(status)


def command(words: list[str], said: Path, limit: int = resource.RLIM_INFINITY) -> int:
    """The command typed into a process of its own, none of whose files may grow beyond the limit; its exit status."""

    def bound() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    with said.open("wb") as out:
        typed = [sys.executable, "-m", "bihuan", *words]
        return subprocess.run(typed, stdout=out, stderr=out, preexec_fn=bound, check=False).returncode


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Path:
    """The home of an instance of these tests' own: what they do to it no other sees."""
    with django_db_blocker.unblock():
        return Maker(tmp_path_factory.mktemp("full")).source(SQLITE).home


@pytest.fixture
def instance(filled: Path, tmp_path: Path, django_db_blocker: Any) -> Iterator[Instance]:
    made = Instance(shutil.copytree(filled, tmp_path / "home"))
    with django_db_blocker.unblock(), made.entered():
        yield made


def table_of(folder: Path, rows: int) -> Path:
    cells = [[f"满{row}", "修路" * 30, row, "青溪镇", "2026-04-01"] for row in range(rows)]
    return write_csv(folder / "任务.csv", [_HEADS, *cells])


def state() -> tuple[int, int, int]:
    return Record.objects.count(), Event.objects.count(), Batch.objects.count()


def sound() -> bool:
    return all(not list(verify_chain(batch.ledger)) for batch in Batch.objects.all() if batch.ledger)


def limit_of(instance: Instance, more: int) -> int:
    """So much more than the largest file of the database."""
    return max(path.stat().st_size for path in instance.home.glob("bihuan.sqlite3*")) + more


def test_an_import_onto_a_full_disk_says_so_and_writes_nothing(instance: Instance, tmp_path: Path) -> None:
    path, said = table_of(tmp_path, 6_000), tmp_path / "said"
    words = ["import", str(path), "--ledger", "own.full", "--new", "满", "--owner", "审计局"]
    before = state()
    for more in (20_000, 900_000):
        assert command(words, said, limit_of(instance, more)) == 1
        told = said.read_text(encoding="utf-8")
        assert any(word in told for word in ("磁盘写不进去", "磁盘已满", "文件超过了允许的大小")), told
        assert "Traceback" not in told
        assert state() == before
    assert command(words, said) == 0
    assert Record.objects.count() == before[0] + 6_000
    assert sound()


def test_an_undo_on_a_full_disk_leaves_the_batch_as_it_was(instance: Instance, tmp_path: Path) -> None:
    path = table_of(tmp_path, 1_500)
    words = ["import", str(path), "--ledger", "own.full", "--new", "满", "--owner", "审计局"]
    assert command(words, tmp_path / "said") == 0
    batch = Batch.objects.get(kind="import", ledger__code="own.full")
    before = state()

    def undo() -> None:
        undo_batch(actor=system_actor(), batch=batch)

    assert bounded(_TOO_LITTLE, undo, tmp_path / "said") == 70
    assert state() == before
    assert Record.objects.filter(ledger=batch.ledger, deleted=False).count() == 1_500
    undo()
    assert not Record.objects.filter(ledger=batch.ledger, deleted=False).exists()
    assert sound()


def test_a_backup_onto_a_full_disk_says_so_and_leaves_no_file(instance: Instance, tmp_path: Path) -> None:
    target, said = tmp_path / "备份.zip", tmp_path / "said"
    assert command(["backup", str(target)], said, 20_000) == 1
    told = said.read_text(encoding="utf-8")
    assert any(word in told for word in ("磁盘", "文件超过了允许的大小")), told
    assert "Traceback" not in told
    assert not list(tmp_path.glob("备份*"))


def test_a_file_that_changes_after_its_check_is_written_as_it_was_checked(instance: Instance, tmp_path: Path) -> None:
    path, actor = table_of(tmp_path, 3_000), system_actor()
    source = intake.Source(path, path.name)
    table, owner = intake.open_table(source), Unit.objects.get(code="330999-SJ")
    target, columns = intake.planned(actor=actor, code="own.moved", title="变", table=table, owner=owner)
    found = intake.check(actor=actor, target=target, table=table, columns=columns)
    path.write_text("别的,东西\n1,2\n", encoding="utf-8")
    intake.import_checked(actor=actor, source=source, target=target, found=found)
    rows = Record.objects.filter(ledger__code="own.moved").order_by("pk")
    assert [record.key for record in rows[2_500:2_502]] == ["满2500", "满2501"]
    assert (len(rows), sound()) == (3_000, True)
