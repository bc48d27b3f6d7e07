"""Python, SQLite and PostgreSQL give the same answer to every expression over every row."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings

from bihuan.expression import Checked, ExpressionError, Kind, evaluate, normalise
from bihuan.expression.held import TooLarge
from tests.expression.engines import Columnar, Postgresql, Sqlite, same
from tests.expression.examples import ALL
from tests.expression.sample import NOW, TODAY, check
from tests.expression.strategies import cases
from tests.outside import require_postgres_url

CASES = cases(Kind.BOOLEAN, Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.DATETIME)
OFTEN = settings(max_examples=4 * settings().max_examples, suppress_health_check=list(HealthCheck))


def checked_or_too_big(text: str) -> Checked | None:
    """The only fault of a well-typed expression is that it computes numbers beyond a hundred digits."""
    try:
        return check(text)
    except ExpressionError as error:
        for problem in error.problems:
            assert "可能超过" in problem.message or "除数不能是 0" in problem.message or "超过" in problem.message, (
                problem
            )
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
    engine = Postgresql(require_postgres_url())
    yield engine
    engine.connection.close()


@OFTEN
@given(case=CASES)
def test_sqlite_says_what_python_says(sqlite, case):
    expect_same(sqlite, *case)


@pytest.mark.outside
@OFTEN
@given(case=CASES)
def test_postgresql_says_what_python_says(postgresql, case):
    expect_same(postgresql, *case)


@OFTEN
@given(case=CASES)
def test_sqlite_says_the_same_in_steps(sqlite, case):
    """However early deep SQL is cut into steps."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("bihuan.expression.sqlite.MAXIMUM_NESTING", 1)
        expect_same(sqlite, *case)


@OFTEN
@given(case=CASES)
def test_columns_say_what_python_says(case):
    """Or refuse a number that could need more than 128 bits."""
    with suppress(TooLarge):
        expect_same(Columnar(), *case)


def test_examples_on_columns():
    expect_examples(Columnar())


def expect_examples(engine) -> None:
    wrong = {
        text: found
        for record, examples in ALL
        for text, expected in examples
        if not same(found := engine.values(check(text), [record])[0], expected)
    }
    assert wrong == {}


def test_examples_on_sqlite(sqlite):
    expect_examples(sqlite)


@pytest.mark.outside
def test_examples_on_postgresql(postgresql):
    expect_examples(postgresql)
