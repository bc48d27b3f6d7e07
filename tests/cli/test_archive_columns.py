"""Any value of any kind comes back as it was, through either engine; and every column of ours is of a kind."""

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from django.apps import apps
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from bihuan.cli.archive.columns import KINDS
from bihuan.cli.archive.loading import _copy_in, _insert
from bihuan.cli.archive.snapshot import lines
from bihuan.cli.archive.tables import Table, tables_of
from tests.cast import examples
from tests.cli.archived import ENGINES, Maker

# A row of every kind, in the column types that Django gives them.
SQLITE_TYPES = {
    "id": "integer PRIMARY KEY",
    "whole": "bigint",
    "flag": "bool",
    "words": "text",
    "day": "date",
    "moment": "datetime",
    "mark": "char(32)",
    "document": "text",
    "amount": "decimal",
    "share": "real",
    "content": "BLOB",
}
POSTGRESQL_TYPES = {
    "id": "bigint PRIMARY KEY",
    "whole": "bigint",
    "flag": "boolean",
    "words": "text",
    "day": "date",
    "moment": "timestamptz",
    "mark": "uuid",
    "document": "jsonb",
    "amount": "numeric(20, 5)",
    "share": "double precision",
    "content": "bytea",
}
OF_KIND = ("integer", "integer", "boolean", "text", "date", "datetime", "uuid", "json", "decimal", "float", "binary")
TABLE = Table("test.odd", "archive_odd", "id", counts=False, columns=dict(zip(SQLITE_TYPES, OF_KIND, strict=True)))

# PostgreSQL holds no NUL; a JSON number of more than 15 digits is not promised to any engine.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | texts
    | st.integers(-(10**14), 10**14).map(lambda n: n / 100),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
amounts = st.integers(-(10**15) + 1, 10**15 - 1).map(lambda digits: Decimal(digits).scaleb(-5))
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(lambda moment: moment.replace(tzinfo=UTC))
values = st.tuples(
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    texts,
    st.dates(),
    moments,
    st.uuids(),
    json_values.map(lambda value: json.dumps(value, ensure_ascii=False)),
    amounts.map(lambda amount: format(amount, "f")),
    st.floats(allow_nan=False).map(lambda share: share if math.isfinite(share) else str(share)),
    st.binary(max_size=30),
)
rows = st.lists(st.one_of(values, values.map(lambda row: (None, *row[1:-1], None))), min_size=1, max_size=5)


def as_line(number: int, row: tuple[Any, ...]) -> list[Any]:
    """A row as an archive has to have it, written without the code under test."""
    from base64 import b64encode

    whole, flag, words, day, moment, mark, document, amount, share, content = row
    instant = moment.strftime("%Y-%m-%dT%H:%M:%S").zfill(19) + (
        f".{moment.microsecond:06}" if moment.microsecond else ""
    )
    return [
        number,
        whole,
        flag,
        words,
        day.isoformat(),
        f"{instant}Z",
        str(mark),
        document,
        amount,
        share,
        None if content is None else b64encode(content).decode(),
    ]


def comparable(line: list[Any]) -> list[Any]:
    """JSON and decimals by their value: PostgreSQL writes both anew."""
    *before, document, amount, share, content = line
    return [*before, json.loads(document), Decimal(amount), float(share), content]


@pytest.fixture(params=ENGINES)
def table(maker: Maker, request: pytest.FixtureRequest) -> Iterator[Table]:
    types = POSTGRESQL_TYPES if request.param == "postgresql" else SQLITE_TYPES
    with maker.empty(request.param).entered():
        with connection.cursor() as cursor:
            columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
            cursor.execute(f'CREATE TABLE "{TABLE.name}" ({columns})')
        yield TABLE


@examples(30)
@given(given_rows=rows)
def test_values_come_back_as_they_were(table: Table, given_rows: list[tuple[Any, ...]]) -> None:
    expected = [as_line(number, row) for number, row in enumerate(given_rows)]
    turns = [KINDS[kind].writing(connection.vendor) for kind in table.columns.values()]
    stored = [
        tuple(None if value is None else turn(value) for turn, value in zip(turns, orjson.loads(line), strict=True))
        for line in map(orjson.dumps, expected)
    ]
    put = _copy_in if connection.vendor == "postgresql" else _insert
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{table.name}"')
        cursor.execute("SELECT 1")
    assert put(table.name, table.columns, iter(stored)) == len(stored)
    found = [json.loads(line) for some in lines(connection, table) for line in some]
    assert [comparable(line) for line in found] == [comparable(line) for line in expected]
    if connection.vendor == "sqlite":
        assert [line[7] for line in found] == [line[7] for line in expected]


@pytest.mark.parametrize(
    "kind, value",
    [
        ("integer", 1.0),
        ("integer", True),
        ("integer", 2**63),
        ("boolean", 1),
        ("text", 1),
        ("json", {}),
        ("date", "2026-02-30"),
        ("date", 20260230),
        ("datetime", "2026-03-02 25:00"),
        ("uuid", "abc"),
        ("decimal", "1,5"),
        ("float", "much"),
        ("binary", "a"),
    ],
)
@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_a_value_of_another_kind_is_refused(kind: str, value: Any, vendor: str) -> None:
    with pytest.raises((ValueError, TypeError, ArithmeticError)):
        KINDS[kind].writing(vendor)(value)


def test_every_table_of_ours_is_in_an_order_in_which_it_can_be_filled() -> None:
    seen: set[str] = set()
    tables = tables_of(apps)
    for table in tables:
        model = apps.get_model(table.model)
        others = {field.related_model._meta.label_lower for field in model._meta.concrete_fields if field.is_relation}
        assert others - {table.model} <= seen
        assert list(table.columns) == [field.column for field in model._meta.concrete_fields]
        seen.add(table.model)
    models = apps.get_models(include_auto_created=True)
    ours = {model._meta.label_lower for model in models if model.__module__.startswith("bihuan.")}
    assert seen == ours - {"org.signin"} and "ledger.event" in seen, "who is signed in is not taken along"
    assert not {name for name in seen if name.startswith(("sessions.", "contenttypes.", "auth."))}
