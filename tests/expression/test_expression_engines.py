"""Python, SQLite and PostgreSQL give the same answer to every expression over every row."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bihuan.expression import Checked, ExpressionError, Kind, evaluate, normalise
from expression_engines import Postgresql, Sqlite, same
from expression_sample import NOW, TODAY, check
from expression_strategies import ROWS, expressions

KINDS = (Kind.BOOLEAN, Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.DATETIME)
CASES = st.sampled_from(KINDS).flatmap(lambda kind: expressions(kind, 3))
TABLES = st.lists(ROWS, min_size=1, max_size=4)
FAST = settings(max_examples=int(os.environ.get("BIHUAN_EXAMPLES", "150")), deadline=None, suppress_health_check=list(HealthCheck))


def checked_or_too_big(text: str) -> Checked | None:
    """The only fault of a well-typed expression is that it computes numbers beyond a hundred digits."""
    try:
        return check(text)
    except ExpressionError as error:
        for problem in error.problems:
            assert "可能超过" in problem.message or "除数不能是 0" in problem.message or "超过" in problem.message, problem
        return None


def expect_same(engine, text: str, rows: list[dict[str, object]]) -> None:
    checked = checked_or_too_big(text)
    if checked is None:
        return
    expected = [evaluate(checked, row, today=TODAY, now=NOW) for row in rows]
    found = engine.values(checked, rows)
    for row, ours, theirs in zip(rows, expected, found, strict=True):
        assert same(ours, theirs), f"{normalise(checked)}\n{row}\nPython: {ours!r}\nengine: {theirs!r}"


@pytest.fixture(scope="module")
def sqlite():
    engine = Sqlite()
    yield engine
    engine.connection.close()


@pytest.fixture(scope="module")
def postgresql():
    url = os.environ.get("BIHUAN_TEST_POSTGRES_URL")
    if not url:
        message = "set BIHUAN_TEST_POSTGRES_URL=postgresql://user@host:port/database to test on PostgreSQL"
        (pytest.fail if os.environ.get("BIHUAN_REQUIRE_ALL") == "1" else pytest.skip)(message)
    engine = Postgresql(url)
    yield engine
    engine.connection.close()


@FAST
@given(text=CASES, rows=TABLES)
def test_sqlite_says_what_python_says(sqlite, text, rows):
    expect_same(sqlite, text, rows)


@pytest.mark.outside
@FAST
@given(text=CASES, rows=TABLES)
def test_postgresql_says_what_python_says(postgresql, text, rows):
    expect_same(postgresql, text, rows)
