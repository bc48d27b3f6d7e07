"""Empties the test database, in which triggers forbid what emptying needs.

A test with real transactions (`transactional_db`, the live server) ends with Django's flush: DELETE or TRUNCATE of every
table. Events refuse both. So the triggers are laid aside for the flush alone; during the tests they stand.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.operations import BaseDatabaseOperations


def allow_flush(connection: BaseDatabaseWrapper) -> None:
    """Let Django's flush pass on this database.

    It is the class that is changed: while a browser is open, Django holds another connection than before.
    """
    operations = type(connection.ops)
    refused = operations.execute_sql_flush

    def execute_sql_flush(self: BaseDatabaseOperations, sql_list: Iterable[str]) -> None:
        with transaction.atomic(using=self.connection.alias), _without_triggers(self.connection):
            refused(self, sql_list)

    operations.execute_sql_flush = execute_sql_flush  # type: ignore[method-assign] # for this run of tests


@contextmanager
def _without_triggers(connection: BaseDatabaseWrapper) -> Iterator[None]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
        yield
        for _, sql in triggers:
            cursor.execute(sql)
