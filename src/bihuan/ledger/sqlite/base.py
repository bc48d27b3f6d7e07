"""The database wrapper: every new connection knows the expression language's exact functions."""

from typing import Any

from django.db.backends.sqlite3.base import DatabaseWrapper as SqliteWrapper

from bihuan.expression import SQLITE_FUNCTIONS


class DatabaseWrapper(SqliteWrapper):
    # What is written as JSON was just made by a JSON encoder: to have it read again for every row costs a tenth of an
    # import, and PostgreSQL, whose own type checks it, is what every test also runs on.
    data_type_check_constraints = {  # noqa: RUF012 - as its base declares it
        kind: check for kind, check in SqliteWrapper.data_type_check_constraints.items() if kind != "JSONField"
    }
    _holds_pages = False

    def get_new_connection(self, conn_params: Any) -> Any:
        connection = super().get_new_connection(conn_params)
        for name, (arguments, function) in SQLITE_FUNCTIONS.items():
            connection.create_function(name, arguments, function, deterministic=True)
        # Without it, INSERT OR REPLACE would remove an event and no trigger would refuse.
        connection.execute("PRAGMA recursive_triggers = ON")
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        self._holds_pages = True
        return super().create_cursor(name)

    def close_if_unusable_or_obsolete(self) -> None:
        """Before and after each request. A connection that stays open holds no pages of the file meanwhile."""
        super().close_if_unusable_or_obsolete()
        if self._holds_pages and self.connection is not None and not self.in_atomic_block:
            self.connection.execute("PRAGMA shrink_memory")
            self._holds_pages = False
