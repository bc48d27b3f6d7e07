"""SQLite's log is merged after a large writing, and nothing depends on that."""

import sqlite3
from pathlib import Path
from threading import enumerate as threads

import pytest
from django.db import connection, transaction

from bihuan.ledger.log_merge import merge, merged_beside
from bihuan.ledger.models import Ledger
from tests.cast import Cast, make_cast
from tests.ledger.making import make_ledger

MANY = 20_000


@pytest.fixture
def county(transactional_db: None) -> Cast:
    if connection.vendor != "sqlite":
        pytest.skip("the log of SQLite")
    return make_cast()


def merges_at() -> int:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_autocheckpoint")
        return int(cursor.fetchone()[0])


def in_the_file_alone(folder: Path) -> list[str]:
    """The ledgers that the database file holds without its log."""
    alone = folder / "alone.sqlite3"
    alone.write_bytes(Path(connection.settings_dict["NAME"]).read_bytes())
    with sqlite3.connect(alone) as found:
        return [code for (code,) in found.execute("SELECT code FROM ledger_ledger")]


def test_what_was_written_at_once_is_in_the_file_soon(county: Cast, tmp_path: Path) -> None:
    usual = merges_at()
    with transaction.atomic(), merged_beside(MANY):
        ledger = make_ledger(county.units["330999-SJ"])
        assert merges_at() == 0
    for thread in threads():
        if thread.name == "log-merge":
            thread.join()
    assert ledger.code in in_the_file_alone(tmp_path)
    assert merges_at() == usual


def test_after_a_failure_commits_merge_as_ever(county: Cast) -> None:
    usual = merges_at()
    with pytest.raises(ZeroDivisionError), transaction.atomic(), merged_beside(MANY):
        make_ledger(county.units["330999-SJ"])
        raise ZeroDivisionError
    assert (merges_at(), Ledger.objects.filter(code="demo.task").count()) == (usual, 0)


def test_a_log_that_cannot_be_merged_is_left_to_the_next_commit(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    merge(str(tmp_path))
    assert "log not merged" in caplog.text
