"""After much was written at once, SQLite's log is merged into the database beside other work, not before the answer.

What is in the log is safe and seen by everybody as soon as it is committed (synchronous=FULL). A commit that leaves a
long log would merge it then and there, which copies all that was written once more.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Thread

from django.db import connection, transaction

_MANY = 20_000
"""From so many rows on it pays."""
_PAGES = 1_000
"""SQLite's own: a commit that leaves more pages than these in the log merges it."""
_SECONDS_TO_WAIT = 30

_log = logging.getLogger(__name__)


@contextmanager
def merged_beside(rows: int) -> Iterator[None]:
    """Write so many rows in the caller's transaction, whose commit is not to merge the log."""
    if connection.vendor != "sqlite" or rows < _MANY:
        yield
        return
    name = str(connection.settings_dict["NAME"])
    _merge_at(0)
    transaction.on_commit(lambda: _begin(name))
    try:
        yield
    except BaseException:  # whatever stopped it, later commits merge the log as ever
        _merge_at(_PAGES)
        raise


def _begin(name: str) -> None:
    _merge_at(_PAGES)
    Thread(target=merge, args=(name,), name="log-merge").start()


def merge(name: str) -> None:
    """Copy what is committed from the log into the database of that file. It hinders no reader and no writer."""
    try:
        with closing(sqlite3.connect(name, timeout=_SECONDS_TO_WAIT)) as own:
            own.execute("PRAGMA wal_checkpoint(PASSIVE)")
    except sqlite3.Error as error:
        # Nothing is lost: the next commit merges it.
        _log.warning("log not merged", extra={"reason": str(error)})


def _merge_at(pages: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA wal_autocheckpoint={pages}")
