"""Filling an empty database from an archive: to the archive's state of the tables, its rows, then to this version's."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import orjson
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from bihuan.base.errors import BihuanError
from bihuan.cli.archive.columns import KINDS, Turn
from bihuan.cli.archive.manifest import Damaged, Manifest, TablePart
from bihuan.cli.archive.reading import Archive
from bihuan.cli.archive.tables import Table, last_migrations, tables_of

_ROWS_AT_ONCE = 1_000
_LONGEST_LINE = 1 << 28

Told = Callable[[int], None]


class NotLoadable(BihuanError):
    """The archive is whole, but the database does not take one of its rows."""


def schema_of(manifest: Manifest) -> tuple[Table, ...]:
    """The tables as this program knows them at the archive's migrations, which must be the tables of the archive.

    Raises Damaged if the archive is from a newer version, or its tables are not those.
    """
    known = MigrationLoader(None, ignore_no_migrations=True)
    for label, name in manifest.migrations.items():
        if (label, name) not in known.graph.nodes:
            raise Damaged(
                f"备份由 bihuan {manifest.bihuan} 制作，它的数据库结构 {label}.{name} 本程序不认识，"
                "请用那个版本或更新的版本恢复"
            )
    tables = tables_of(apps if _is_present(manifest) else known.project_state(list(manifest.migrations.items())).apps)
    given = {part.model: part.columns for part in manifest.tables}
    for table in tables:
        if given.pop(table.model, None) != table.columns:
            raise Damaged(f"备份里 {table.model} 的列与清单所写的版本不符，这个备份被改过")
    if given:
        raise Damaged(f"备份里有不认识的表：{'、'.join(given)}")
    return tables


def load(archive: Archive, tables: Sequence[Table], told: Told) -> None:
    """Fill the present, empty database; an archive's columns stand in an order of its own.

    Raises Damaged or NotLoadable, after which the database is of no use.
    """
    manifest = archive.manifest
    if _is_present(manifest):
        _migrate()
    else:
        MigrationExecutor(connection).migrate(list(manifest.migrations.items()))
    parts = {part.model: part for part in manifest.tables}
    with transaction.atomic():
        loader = _Loader(archive, told)
        for table in tables:
            loader.fill(table, parts[table.model])
        with _taken("tables/"):
            connection.check_constraints()
    if not _is_present(manifest):
        _migrate()


def _migrate() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def _is_present(manifest: Manifest) -> bool:
    """Whether the archive's tables are those of this version."""
    return manifest.migrations == last_migrations()


class _Loader:
    """Puts rows into tables, one table after another."""

    def __init__(self, archive: Archive, told: Told) -> None:
        self.archive, self.told = archive, told
        self.done = 0

    def fill(self, table: Table, part: TablePart) -> None:
        turns = [KINDS[kind].writing(connection.vendor) for kind in part.columns.values()]
        self._empty(table)
        with self.archive.open(part) as stream:
            rows = self._rows(stream, part, turns)
            with _taken(part.entry):
                put = _copy_in if connection.vendor == "postgresql" else _insert
                count = put(table.name, part.columns, rows)
        if count != part.rows:
            raise Damaged(f"“{part.entry}”有 {count:,} 行，清单写的是 {part.rows:,} 行，这个备份被改过")
        if part.last_id is not None:
            _count_on(table, part.last_id)

    def _empty(self, table: Table) -> None:
        """A migration may have put a row of its own; the archive has it too."""
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT 1 FROM "{table.name}" LIMIT 1')
            if cursor.fetchone():
                cursor.execute(f'DELETE FROM "{table.name}"')

    def _rows(self, stream: Any, part: TablePart, turns: Sequence[Turn]) -> Iterator[tuple[Any, ...]]:
        for number, line in enumerate(iter(lambda: stream.readline(_LONGEST_LINE), b""), start=1):
            try:
                values = orjson.loads(line)
                row = tuple(None if value is None else turn(value) for turn, value in zip(turns, values, strict=True))
            except (ValueError, TypeError, ArithmeticError) as error:
                raise Damaged(f"“{part.entry}”第 {number:,} 行不对：{error}") from error
            self.done += len(line)
            self.told(self.done)
            yield row


@contextmanager
def _taken(entry: str) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        raise NotLoadable(f"{connection.display_name} 不接受备份里 {entry} 的内容：{_reason(error)}") from error


def _insert(table: str, columns: Iterable[str], rows: Iterator[tuple[Any, ...]]) -> int:
    names = _quoted(columns)
    places = ", ".join(["%s"] * len(names))
    statement = f'INSERT INTO "{table}" ({", ".join(names)}) VALUES ({places})'
    count = 0
    with connection.cursor() as cursor:
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            cursor.executemany(statement, some)
            count += len(some)
    return count


def _copy_in(table: str, columns: Iterable[str], rows: Iterator[tuple[Any, ...]]) -> int:
    statement = f'COPY "{table}" ({", ".join(_quoted(columns))}) FROM STDIN'
    count = 0
    with connection.cursor() as cursor:
        # References are held to at once, so that what is wrong is told by name and nothing is left pending.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
        cursor.execute(f'ANALYZE "{table}"')
    return count


def _quoted(columns: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in columns]


def _count_on(table: Table, last: int) -> None:
    """Let new ids go on after the last one ever given, even where its row is gone."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT COALESCE(MAX("{table.key}"), 0) FROM "{table.name}"')
        last = max(last, cursor.fetchone()[0])
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)", [table.name, table.key, max(last, 1), last > 0]
            )
            return
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table.name])
        cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, last])


def _reason(error: DatabaseError) -> str:
    """What the database said, on one line; PostgreSQL also says in which line and column."""
    diagnosis = getattr(error.__cause__, "diag", None)
    context = getattr(diagnosis, "context", None) or ""
    return re.sub(r"\s+", " ", f"{error} {context}").strip()
