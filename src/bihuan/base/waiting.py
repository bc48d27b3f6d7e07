"""A small write that may be left out: it does not wait for a long one that holds the database."""

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
        if "locked" not in str(error):
            raise
    finally:
        _wait_at_most(_USUAL)


def _wait_at_most(milliseconds: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout={milliseconds:d}")
