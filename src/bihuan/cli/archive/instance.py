"""The instance here: whether it holds anything, and for a while another one in its place."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from bihuan.base.errors import Conflict
from bihuan.base.home import home
from bihuan.ledger.sqlite import PAGE_SIZE

DATABASE = "bihuan.sqlite3"
_WITNESSES = ("org_unit", "org_person", "ledger_ledger")
"""Tables of which at least one has a row as soon as anybody has done anything."""


def holds_data() -> bool:
    """Whether there is anything here that a restore would replace. A database that cannot be read counts as such."""
    if connection.vendor == "sqlite" and not (home() / DATABASE).exists():
        return False
    try:
        tables = set(connection.introspection.table_names())
        with connection.cursor() as cursor:
            for table in _WITNESSES:
                if table in tables:
                    cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')
                    if cursor.fetchone():
                        return True
    except DatabaseError:
        if connection.vendor == "postgresql":
            raise
        return True
    return False


def require_nobody_else() -> None:
    """Raise Conflict while another process has SQLite's file open, such as a running service.

    Leaving WAL needs the file for oneself, and brings into it all that stood beside it. A file that is no database is
    nobody's. PostgreSQL sees to it itself.
    """
    path = home() / DATABASE
    connections["default"].close()
    if connection.vendor != "sqlite" or not path.exists():
        return
    alone = sqlite3.connect(path, timeout=2, isolation_level=None)
    try:
        (mode,) = alone.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        raise Conflict("数据库正在使用：请先停止 bihuan serve 和别的 bihuan 命令，再恢复") from error
    except sqlite3.DatabaseError:
        return
    finally:
        alone.close()
    if mode != "delete":
        raise Conflict("数据库正在使用：请先停止 bihuan serve 和别的 bihuan 命令，再恢复")


@contextmanager
def living_in(folder: Path) -> Iterator[None]:
    """Take a folder for the home: its keys and, where SQLite is used, its database instead of the instance's own."""
    before, own = os.environ.get("BIHUAN_HOME"), connections["default"]
    os.environ["BIHUAN_HOME"] = str(folder)
    if own.vendor == "sqlite":
        connections["default"] = _young(folder / DATABASE)
    try:
        yield
    finally:
        if connections["default"] is not own:
            connections["default"].close()
            connections["default"] = own
        if before is None:
            del os.environ["BIHUAN_HOME"]
        else:
            os.environ["BIHUAN_HOME"] = before


def _young(path: Path) -> BaseDatabaseWrapper:
    """A database in the making. It counts for nothing until it is whole, so it need not outlive a power cut before."""
    made = connections["default"].copy()
    made.settings_dict["NAME"] = path
    commands = (
        f"PRAGMA page_size={PAGE_SIZE}; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA cache_size=-65536;"
    )
    made.settings_dict["OPTIONS"] = {**made.settings_dict["OPTIONS"], "init_command": commands}
    return made
