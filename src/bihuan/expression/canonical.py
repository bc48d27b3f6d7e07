"""The canonical text of a checked tree: codes, not titles; the fewest brackets; one way to write a thing.

Parsing it gives the same tree again.
"""

import re
from datetime import date, datetime
from decimal import Decimal

from bihuan.expression.dates import local_text
from bihuan.expression.lexer import KEYWORDS
from bihuan.expression.tree import (
    And,
    Arithmetic,
    Between,
    Call,
    Case,
    Checked,
    Compare,
    Field,
    In,
    IsNull,
    Like,
    Literal,
    Negative,
    Node,
    Not,
    Or,
)

_PLAIN_WORD = re.compile(r"[^\W\d]\w*")

# How tight an operator binds; an operand that binds less tightly stands in brackets.
_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _ATOM = range(8)
_ARITHMETIC = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT}


def normalise(checked: Checked) -> str:
    """The one canonical text of this expression."""
    return canonical(checked.tree)


def canonical(node: Node) -> str:
    return _write(node)[0]


def _at_least(node: Node, tightness: int) -> str:
    text, own = _write(node)
    return text if own >= tightness else f"({text})"


def _row(nodes: tuple[Node, ...], separator: str, tightness: int = _OR) -> str:
    return separator.join(_at_least(node, tightness) for node in nodes)


def _write(node: Node) -> tuple[str, int]:  # noqa: PLR0911 - a line a node
    """The text, and how tight its outermost operator binds."""
    match node:
        case Literal():
            return _literal(node)
        case Field(_, name):
            return _word(name.code), _ATOM
        case Not(operand):
            return _negation(operand)
        case And(operands):
            return _row(operands, " and ", _NOT), _AND
        case Or(operands):
            return _row(operands, " or ", _AND), _OR
        case Compare(operator, left, right):
            return f"{_at_least(left, _SUM)} {operator} {_at_least(right, _SUM)}", _COMPARISON
        case IsNull() | In() | Between() | Like():
            return _predicate(node, ""), _COMPARISON
        case Arithmetic(operator, left, right):
            own = _ARITHMETIC[operator]
            return f"{_at_least(left, own)} {operator} {_at_least(right, own + 1)}", own
        case Negative(operand):
            return f"-{_at_least(operand, _ATOM)}", _SIGN
        case Case():
            return _case(node), _ATOM
        case Call(function, arguments):
            return f"{function}({_row(arguments, ', ')})", _ATOM


def _negation(operand: Node) -> tuple[str, int]:
    if isinstance(operand, IsNull | In | Between | Like):
        return _predicate(operand, "not "), _COMPARISON
    return f"not {_at_least(operand, _NOT)}", _NOT


def _predicate(node: IsNull | In | Between | Like, negation: str) -> str:
    operand = _at_least(node.operand, _SUM)
    match node:
        case IsNull():
            return f"{operand} is {negation}null"
        case In(_, options):
            return f"{operand} {negation}in ({_row(options, ', ')})"
        case Between(_, low, high):
            return f"{operand} {negation}between {_at_least(low, _SUM)} and {_at_least(high, _SUM)}"
        case Like(_, pattern):
            return f"{operand} {negation}like {_quoted(pattern)}"


def _case(node: Case) -> str:
    branches = "".join(f" when {canonical(condition)} then {canonical(value)}" for condition, value in node.branches)
    is_silent = isinstance(node.otherwise, Literal) and node.otherwise.value is None
    otherwise = "" if is_silent else f" else {canonical(node.otherwise)}"
    return f"case{branches}{otherwise} end"


def _literal(node: Literal) -> tuple[str, int]:
    match node.value:
        case None:
            return "null", _ATOM
        case bool(value):
            return ("true" if value else "false"), _ATOM
        case int() | Decimal() as number:
            return f"{number:f}" if isinstance(number, Decimal) else str(number), _ATOM if number >= 0 else _SIGN
        case datetime() as moment:
            return f"datetime '{local_text(moment)}'", _ATOM
        case date() as day:
            return f"date '{day.isoformat()}'", _ATOM
        case str(text):
            return _quoted(text), _ATOM


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _word(code: str) -> str:
    if _PLAIN_WORD.fullmatch(code) and code.lower() not in KEYWORDS:
        return code
    doubled = code.replace('"', '""')
    return f'"{doubled}"'
