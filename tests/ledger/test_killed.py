"""kill -9 at ten moments of an import and of an undo, and a disk that fills up: all of it has happened, or nothing."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from bihuan.ledger.models import Batch, Event, Ledger, Record
from bihuan.ledger.undo import undo_batch
from bihuan.loop import intake
from bihuan.org.actor import system_actor
from tests.cast import make_cast
from tests.cli.killing import killed_after
from tests.ledger.making import check_file, findings, import_path, make_ledger, write_csv

ROWS, MOMENTS = 400, 10


@pytest.fixture
def ledger(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A ledger whose imports are written in many portions, committed so that other processes see it."""
    monkeypatch.setattr("bihuan.ledger.append._ROWS_AT_ONCE", 50)
    return make_ledger(make_cast().office)


def file_of(folder: Path, name: str, rows: int = ROWS) -> Path:
    heads = ["编号代码", "名称", "金额", "责任单位", "期限"]
    table = [[f"{name}-{row}", "修路", row, "青溪镇", "2026-04-01"] for row in range(rows)]
    return write_csv(folder / f"{name}.csv", [heads, *table])


def moments(work: Callable[[], object]) -> list[float]:
    """Ten moments of a piece of work, the last behind its end, by how long it takes where nobody kills it."""
    chance, took = random.Random(2026), _seconds(work)
    return [took * chance.uniform(0.02, 1.0) for _ in range(MOMENTS - 1)] + [took * 20 + 1]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def killed_in(work: Callable[[], object], seconds: float) -> bool:
    """Whether the work, in a process and with a connection of its own, was killed before its end."""
    connection.close()
    return killed_after(seconds, work)


def test_an_import_killed_at_ten_moments_has_happened_or_has_not(ledger: Ledger, tmp_path: Path) -> None:
    paths = [file_of(tmp_path, f"F{place}") for place in range(MOMENTS + 1)]
    checks = [check_file(system_actor(), ledger, path) for path in paths]
    target = intake.existing(ledger)

    def write(place: int) -> None:
        source = intake.Source(paths[place], paths[place].name)
        intake.import_checked(actor=system_actor(), source=source, target=target, found=checks[place])

    outcomes = []
    for place, at in enumerate(moments(lambda: write(MOMENTS))):
        before = Record.objects.count()
        outcomes.append(killed_in(lambda place=place: write(place), at))
        assert Record.objects.count() - before in ((0, ROWS) if outcomes[-1] else (ROWS,))
        assert Record.objects.count() == Event.objects.count() == ROWS * Batch.objects.count()
        assert findings(ledger) == []
    assert outcomes[-1] is False
    assert any(outcomes)


def test_an_undo_killed_at_ten_moments_has_happened_or_has_not(ledger: Ledger, tmp_path: Path) -> None:
    batches = []
    for place in range(MOMENTS + 1):
        _, batch = import_path(system_actor(), ledger, file_of(tmp_path, f"F{place}", 150))
        batches.append(batch)

    def undo(place: int) -> None:
        batch = batches[place]
        assert batch is not None
        undo_batch(actor=system_actor(), batch=batch)

    outcomes = []
    for place, at in enumerate(moments(lambda: undo(MOMENTS))):
        before = Record.objects.filter(deleted=False).count()
        outcomes.append(killed_in(lambda place=place: undo(place), at))
        gone = before - Record.objects.filter(deleted=False).count()
        assert gone in ((0, 150) if outcomes[-1] else (150,))
        undone = Batch.objects.filter(state=Batch.State.UNDONE).count()
        assert Record.objects.filter(deleted=True).count() == 150 * undone
        assert findings(ledger) == []
    assert any(outcomes)


@pytest.fixture
def full_disk(ledger: Ledger) -> Callable[[bool], None]:
    """Lets the database grow by a few pages and no more, or lifts that again: SQLite's own word for a full disk."""
    if connection.vendor != "sqlite":
        pytest.skip("the bound of pages is SQLite's")

    def fill(full: bool) -> None:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA page_count")
            pages = cursor.fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages + 2 if full else 1_073_741_823}")

    return fill


def test_a_full_disk_leaves_an_import_undone(ledger: Ledger, full_disk: Callable[[bool], None], tmp_path: Path) -> None:
    import_path(system_actor(), ledger, file_of(tmp_path, "first", 20))
    before = Event.objects.count()
    full_disk(True)
    with pytest.raises(OperationalError, match="full"):
        import_path(system_actor(), ledger, file_of(tmp_path, "F", 4_000))
    assert (Event.objects.count(), Record.objects.count()) == (before, 20)
    assert findings(ledger) == []
    full_disk(False)
    assert import_path(system_actor(), ledger, file_of(tmp_path, "F", 4_000))[1] is not None
    assert Record.objects.count() == 4_020


def test_a_full_disk_leaves_a_batch_in_place(ledger: Ledger, full_disk: Callable[[bool], None], tmp_path: Path) -> None:
    _, batch = import_path(system_actor(), ledger, file_of(tmp_path, "F", 2_000))
    assert batch is not None
    full_disk(True)
    with pytest.raises(OperationalError, match="full"):
        undo_batch(actor=system_actor(), batch=batch)
    batch.refresh_from_db()
    assert (batch.state, Record.objects.filter(deleted=False).count()) == (Batch.State.DONE, 2_000)
    full_disk(False)
    undo_batch(actor=system_actor(), batch=batch)
    assert Record.objects.filter(deleted=False).count() == 0
    assert findings(ledger) == []
