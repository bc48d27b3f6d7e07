"""Whether the home folder's database is there and of this version, and bringing it there."""

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bihuan.base.errors import BihuanError
from bihuan.base.home import home
from bihuan.loop.planned import put_due_in_force


def migrate() -> None:
    """Make the database, or bring it to this version."""
    if is_behind():
        call_command("migrate", verbosity=0, interactive=False)


def require_database() -> None:
    """Raise in words where there is no database yet, or one of an older version."""
    if not is_behind():
        return
    if connection.introspection.table_names():
        raise BihuanError("数据库是较早的版本，请先备份数据目录，再运行 bihuan serve 升级")
    where = home() if connection.vendor == "sqlite" else "BIHUAN_DATABASE_URL 所指的数据库"
    raise BihuanError(f"{where} 里还没有数据。运行 bihuan demo 装入示范县，或运行 bihuan serve 建立空库")


def require_writable() -> None:
    """The same for a command that writes records: what is planned for today is in force before it begins."""
    require_database()
    put_due_in_force()


def is_behind() -> bool:
    """Whether migrations are waiting."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
