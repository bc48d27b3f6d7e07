"""docs/expression.md: it names every function with its signature, and every example in it is so, on every engine."""

import re
from pathlib import Path

import pytest

from bihuan.expression import Kind, compile_check, evaluate
from bihuan.expression.functions import FUNCTIONS
from bihuan.expression.lexer import KEYWORDS
from tests.expression.engines import Postgresql, Sqlite
from tests.expression.sample import NAMES, NOW, RECORD, TODAY, check
from tests.outside import REPOSITORY, require_postgres_url

PAGE = (REPOSITORY / "docs" / "expression.md").read_text(encoding="utf-8")
CELL = re.compile(r"`([^`]+)`")


def rows() -> list[list[str]]:
    return [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("| ")]


def examples() -> list[tuple[str, str]]:
    """(expression, result) of each row that ends, or begins, with such a pair of cells."""
    found = []
    for cells in rows():
        pair = cells[-2:] if len(cells) == 4 else cells[:2] if len(cells) == 3 else []
        texts = [match.group(1) for cell in pair if (match := CELL.fullmatch(cell.strip()))]
        if len(texts) == 2:
            found.append((texts[0], texts[1]))
    return found


EXAMPLES = examples()


def expected(result: str) -> object:
    """Results are written in the language itself."""
    return None if result == "null" else evaluate(check(result), {}, today=TODAY, now=NOW)


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) == 12 + 6 + len(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_every_function_is_documented_with_an_example(function) -> None:
    own = [cells for cells in rows() if cells[0].strip() == f"`{function.signature}`"]
    assert len(own) == 1
    assert f"{function.name}(" in own[0][2]


@pytest.mark.parametrize("keyword", sorted(KEYWORDS))
def test_every_keyword_is_documented(keyword: str) -> None:
    assert re.search(rf"`[^`]*\b{keyword}\b[^`]*`", PAGE)


@pytest.mark.parametrize("text, result", EXAMPLES, ids=[text for text, _ in EXAMPLES])
def test_examples_in_python(text: str, result: str) -> None:
    found = evaluate(check(text), RECORD, today=TODAY, now=NOW)
    assert found == expected(result)
    assert str(found) == str(expected(result))


def check_on(engine: Sqlite | Postgresql) -> None:
    wrong = {
        text: found
        for text, result in EXAMPLES
        if (found := engine.values(check(text), [RECORD])) != [expected(result)]
    }
    engine.connection.close()
    assert wrong == {}


def test_examples_on_sqlite() -> None:
    check_on(Sqlite())


@pytest.mark.outside
def test_examples_on_postgresql() -> None:
    check_on(Postgresql(require_postgres_url()))


def test_the_record_of_the_page_is_the_one_that_is_tested() -> None:
    table = {cells[0].strip(): cells[1].strip(" `") for cells in rows() if len(cells) == 4}
    for title, code in table.items():
        if code in NAMES:
            assert NAMES[code].title == title


def test_the_readme_shows_what_is_so() -> None:
    readme = (Path(compile_check.__code__.co_filename).parent / "README.md").read_text(encoding="utf-8")
    (text,) = re.findall(r'compile_check\("(.+?)", names\)', readme)
    assert compile_check(text, NAMES).kind is Kind.BOOLEAN
    assert all((REPOSITORY / "src/bihuan/expression" / name).exists() for name in re.findall(r"`(\w+\.py)`", readme))
