"""What does not wait for a long write that holds the database: it is left out, or tried again later."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection

_USUAL, _SHORT = 30_000, 50
"""How long SQLite waits for another writer, in milliseconds: as set in the settings, and for what may be left out."""


@contextmanager
def if_free() -> Iterator[None]:
    """Do the write if nobody else is writing; else leave it out. PostgreSQL's writers do not hold each other up."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    _wait_at_most(_SHORT)
    try:
        yield
    except OperationalError as error:
        if not is_busy(error):
            raise
    finally:
        _wait_at_most(_USUAL)


def is_busy(error: OperationalError) -> bool:
    """Whether it says no more than that another process is writing."""
    return "locked" in str(error)


def _wait_at_most(milliseconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout={milliseconds:d}")
