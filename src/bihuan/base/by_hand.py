"""Rows of a model by a statement written by hand, for what every request asks.

Django's own way, `raw()`, finds out anew each time which column is which field and how each is read.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connection, models

M = TypeVar("M", bound=models.Model)
Convert = Callable[[Any, Any, Any], Any]


def columns_of(model: type[models.Model]) -> str:
    """The columns of a model's table as a statement names them, in the order in which `read` takes them."""
    return ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)  # noqa: SLF001 - Django's documented model API


def read(model: type[M], statement: str, parameters: Sequence[Any]) -> list[M]:
    """The rows that a statement gives, which selects `columns_of(model)`."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows = cursor.fetchall()
    if not rows:
        return []
    names, converters = _shape(model, connection.vendor)
    found = []
    for row in rows:
        values = list(row)
        for place, expression, converts in converters:
            for convert in converts:
                values[place] = convert(values[place], expression, connection)
        found.append(model.from_db(connection.alias, names, values))
    return found


@cache
def _shape(model: type[models.Model], vendor: str) -> tuple[tuple[str, ...], list[tuple[int, Any, list[Convert]]]]:  # noqa: ARG001 - another database reads otherwise
    """The attributes of a model, and of which columns the values are converted, how."""
    fields = model._meta.concrete_fields  # noqa: SLF001 - as above
    converters = []
    for place, field in enumerate(fields):
        expression = field.get_col(field.model._meta.db_table)  # noqa: SLF001 - as above
        converts = [*connection.ops.get_db_converters(expression), *expression.get_db_converters(connection)]
        if converts:
            converters.append((place, expression, converts))
    return tuple(field.attname for field in fields), converters
