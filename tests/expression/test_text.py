"""Any text at all: it is an expression or is refused; and what is one reads back as the same tree."""

import inspect
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.expression import Checked, ExpressionError, Kind, normalise
from bihuan.expression.flat import combine
from bihuan.expression.lexer import tokenize
from bihuan.expression.problems import Problems, Span
from bihuan.expression.reader import read
from bihuan.expression.syntax import Form, Syntax
from tests.expression.sample import check
from tests.expression.strategies import cases

WORDS = [
    *[
        "金额",
        "状态",
        "天数",
        "备注",
        "期限",
        "标签",
        "是否重大",
        "amount",
        "'x'",
        "'已销号'",
        "'2026-01-01'",
        "“状态”",
        "1",
        "2.50",
        "0",
        "null",
        "true",
    ],
    *[
        "and",
        "or",
        "not",
        "in",
        "is",
        "between",
        "like",
        "case",
        "when",
        "then",
        "else",
        "end",
        "date",
        "datetime",
        "(",
        ")",
        "(",
        ")",
        ",",
        "=",
        "<>",
        "<",
        ">=",
        "+",
        "-",
        "*",
        "/",
    ],
    *[
        "year(",
        "coalesce(",
        "has(",
        "round(",
        "today()",
        ";",
        "--",
        "/*",
        "%",
        "||",
        "::",
        "'",
        '"',
        "“",
        "‘",
        "（",
        "）",
        "，",
        "＝",
        "\x00",
        "\u200b",
        "�",
        "\n",
    ],
]


def attempt(text: str) -> Checked | None:
    try:
        return check(text)
    except ExpressionError as error:
        assert error.problems
        for found in error.problems:
            assert found.message
            assert 0 <= found.start <= found.end <= max(len(text), 1)
            assert text.count("\n", 0, found.start) + 1 == found.line
        return None


@given(st.text(max_size=200))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    attempt(text)


@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
def test_any_row_of_words_is_an_expression_or_refused(text: str) -> None:
    checked = attempt(text)
    if checked is not None:
        assert check(normalise(checked)).tree == checked.tree


@pytest.mark.parametrize(
    "piece",
    ["(", ")", "not ", "- ", "-", "case when ", "case when 1 then ", "abs(", "天数 + ", "天数 = ", "天数 in (", "1, ",
     "天数 is null = ", "'", "''", "“", "a.", "天数 between 1 and ", "year(date(", "coalesce(天数, ", "\n"],
)  # fmt: skip
@pytest.mark.parametrize("end", ["", "天数", "1)", "))))"])
def test_no_repetition_breaks_the_parser(piece: str, end: str) -> None:
    for count in (63, 64, 65, 4000 // len(piece) - len(end)):
        attempt(piece * count + end)
        attempt(piece * count + end + ")" * count)
        attempt(piece * count + end + " end" * count)


@pytest.mark.parametrize(
    "piece",
    [" in (1)", " not in (1)", " is null", " is not null", " between 1 and 2", " like 'a'", " = 1", " + 1", " and 1"],
)
def test_no_repetition_after_an_operand_breaks_the_parser(piece: str) -> None:
    for count in (20, 63, 64, 65, 3990 // len(piece)):
        attempt("天数" + piece * count)


def test_the_deepest_expression_fits_on_a_stack_half_full() -> None:
    def under(frames: int) -> Checked:
        return under(frames - 1) if frames else check("coalesce(" * 62 + "天数" + ", 1)" * 62 + " = 1")

    depth = len(inspect.stack())
    assert under(sys.getrecursionlimit() // 2 - depth).kind is Kind.BOOLEAN


@given(case=cases(Kind.BOOLEAN, Kind.TEXT, Kind.INTEGER, Kind.DECIMAL, Kind.DATE, Kind.DATETIME))
def test_the_canonical_text_reads_back_as_the_same_tree(case: tuple[str, object]) -> None:
    checked = attempt(case[0])
    if checked is not None:
        again = check(normalise(checked))
        assert again.tree == checked.tree
        assert normalise(again) == normalise(checked)


def shape(syntax: Syntax) -> str:
    """The syntax as fully bracketed text."""
    names = {Form.IS_NULL: "null?", Form.NEGATIVE: "neg"}
    if not syntax.parts:
        return syntax.text
    inner = " ".join(shape(part) for part in syntax.parts)
    return f"({syntax.text or names.get(syntax.form, syntax.form.name.lower())} {inner})"


def read_shape(text: str) -> str:
    problems = Problems(text)
    syntax = read(tokenize(text, problems), problems)
    problems.raise_any()
    return shape(syntax)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a or b and c", "(or a (and b c))"),
        ("a and b and c or d or e", "(or (and a b c) d e)"),
        ("not a and b", "(and (not a) b)"),
        ("not a = b", "(not (= a b))"),
        ("not not a", "(not (not a))"),
        ("a + b * c - d / e", "(- (+ a (* b c)) (/ d e))"),
        ("a - b - c", "(- (- a b) c)"),
        ("a / b / c * d", "(* (/ (/ a b) c) d)"),
        ("-a * b", "(* (neg a) b)"),
        ("a - -b", "(- a (neg b))"),
        ("- - a", "(neg (neg a))"),
        ("a + b > c - d", "(> (+ a b) (- c d))"),
        ("a is null and b is not null", "(and (null? a) (not (null? b)))"),
        ("a + 1 is null", "(null? (+ a 1))"),
        ("not a is null", "(not (null? a))"),
        ("a in (1, b + 2) and c", "(and (in a 1 (+ b 2)) c)"),
        ("a not in (1)", "(not (in a 1))"),
        ("a between b + 1 and c and d", "(and (between a (+ b 1) c) d)"),
        ("a not between 1 and 2 or b", "(or (not (between a 1 2)) b)"),
        ("a like b and c not like d", "(and (like a b) (not (like c d)))"),
        ("a = b is null", "(= a (null? b))"),
        ("a <> b", "(<> a b)"),
        ("a != b", "(<> a b)"),
        ("case when a or b then c + 1 else d end + 1", "(+ (case (or a b) (+ c 1) d) 1)"),
        ("f(a, (b), g()) = h(1)", "(= (f a b g) (h 1))"),
        ("date '2026-01-01' < a", "(< (date 2026-01-01) a)"),
        ("date = day and timestamp", "(and (= date day) timestamp)"),
    ],
)
def test_what_is_relied_on_of_the_parser(text: str, expected: str) -> None:
    """Each precedence and shape that sqlglot answers for: another version of it must answer the same."""
    assert read_shape(text) == expected


def test_a_row_of_one_operand_is_that_operand() -> None:
    operand = Syntax(Form.NAME, Span(0, 1), "a")
    assert combine([operand], Problems("a")) is operand
