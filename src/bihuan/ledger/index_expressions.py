"""What indexes of records hold beside columns: the same text in the index and where it is asked."""

from typing import Any

from django.db import models


class DrawnForRecheck(models.Func):
    """Whether a record was drawn for a re-check."""

    output_field = models.BooleanField()
    template = "JSON_TYPE(%(expressions)s, '$.recheck') IS NOT NULL"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, template="%(expressions)s ? 'recheck'")


class Undated(models.Func):
    """1 where there is no deadline, 0 where there is: blanks apart, and only who asks by it enters by its index.

    By the plain column SQLite would enter wherever a deadline is compared, and sort half a ledger for a page.
    """

    output_field = models.IntegerField()
    template = "CASE WHEN %(expressions)s IS NULL THEN 1 ELSE 0 END"
