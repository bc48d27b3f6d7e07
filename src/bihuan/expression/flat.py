"""One flat row of operands and operators becomes one node. sqlglot decides what binds tighter.

sqlglot is given a skeleton: every operand is an identifier whose name is its number in the row. So it never
sees what anyone wrote, and meets only the operators of `_SKELETON`. What it answers is rebuilt node by node.
"""

from sqlglot import Token as SkeletonToken
from sqlglot import TokenType, exp
from sqlglot.errors import ParseError
from sqlglot.parser import Parser

from bihuan.expression import order
from bihuan.expression.problems import Problems, Span
from bihuan.expression.syntax import MAXIMUM_DEPTH, Form, Item, Options, Syntax, branch

_SKELETON = {
    "and": TokenType.AND,
    "or": TokenType.OR,
    "not": TokenType.NOT,
    "is": TokenType.IS,
    "null": TokenType.NULL,
    "in": TokenType.IN,
    "between": TokenType.BETWEEN,
    "like": TokenType.LIKE,
    "=": TokenType.EQ,
    "<>": TokenType.NEQ,
    "<": TokenType.LT,
    "<=": TokenType.LTE,
    ">": TokenType.GT,
    ">=": TokenType.GTE,
    "+": TokenType.PLUS,
    "-": TokenType.DASH,
    "*": TokenType.STAR,
    "/": TokenType.SLASH,
}
_BINARY: dict[type[exp.Expr], tuple[Form, str]] = {
    exp.EQ: (Form.COMPARE, "="),
    exp.NEQ: (Form.COMPARE, "<>"),
    exp.LT: (Form.COMPARE, "<"),
    exp.LTE: (Form.COMPARE, "<="),
    exp.GT: (Form.COMPARE, ">"),
    exp.GTE: (Form.COMPARE, ">="),
    exp.Add: (Form.ARITHMETIC, "+"),
    exp.Sub: (Form.ARITHMETIC, "-"),
    exp.Mul: (Form.ARITHMETIC, "*"),
    exp.Div: (Form.ARITHMETIC, "/"),
    exp.Like: (Form.LIKE, ""),
}
_JUNCTIONS: dict[type[exp.Expr], Form] = {exp.And: Form.AND, exp.Or: Form.OR}
_OTHERS: dict[type[exp.Expr], Form] = {
    exp.Not: Form.NOT,
    exp.Neg: Form.NEGATIVE,
    exp.Is: Form.IS_NULL,
    exp.In: Form.IN,
    exp.Between: Form.BETWEEN,
}
_EXPECTED_ARGUMENTS = frozenset({"this", "expression", "expressions", "low", "high", "negate"})


def combine(items: list[Item], problems: Problems) -> Syntax:
    """The row as one node; BROKEN when a problem was reported."""
    span = items[0].span.to(items[-1].span)
    if not order.is_sound(items, problems):
        return Syntax(Form.BROKEN, span)
    if len(items) == 1 and isinstance(items[0], Syntax):
        return items[0]
    operands, skeleton = _skeleton(items)
    try:
        parsed = Parser().parse_into(exp.Condition, skeleton)[0]
    except ParseError:
        parsed = None
    if parsed is None:
        problems.add(span, "这一段写法不对", "请检查运算符和括号")
        return Syntax(Form.BROKEN, span)
    return _Rebuild(operands, span).node(parsed, 1)


def _skeleton(items: list[Item]) -> tuple[list[Syntax], list[SkeletonToken]]:
    operands: list[Syntax] = []
    skeleton: list[SkeletonToken] = []

    def add_operand(operand: Syntax) -> None:
        skeleton.append(SkeletonToken(TokenType.IDENTIFIER, str(len(operands))))
        operands.append(operand)

    for item in items:
        if isinstance(item, Syntax):
            add_operand(item)
        elif isinstance(item, Options):
            skeleton.append(SkeletonToken(TokenType.L_PAREN, "("))
            for number, part in enumerate(item.parts):
                if number:
                    skeleton.append(SkeletonToken(TokenType.COMMA, ","))
                add_operand(part)
            skeleton.append(SkeletonToken(TokenType.R_PAREN, ")"))
        else:
            skeleton.append(SkeletonToken(_SKELETON[item.text], item.text))
    return operands, skeleton


class _Rebuild:
    """From sqlglot's nodes to ours. One that was not asked for is this program's error, not the writer's."""

    def __init__(self, operands: list[Syntax], row: Span) -> None:
        self.operands = operands
        self.row = row

    def node(self, parsed: exp.Expr, depth: int) -> Syntax:
        if depth > MAXIMUM_DEPTH:
            return Syntax(Form.BROKEN, self.row)  # the tree above it is refused for its height
        unexpected = {key for key, value in parsed.args.items() if value} - _EXPECTED_ARGUMENTS
        if unexpected:
            raise AssertionError(f"sqlglot says more than was asked: {parsed!r}")
        if isinstance(parsed, exp.Column):
            return self.operands[int(parsed.name)]
        if isinstance(parsed, exp.Paren):
            return self.node(parsed.this, depth)
        rebuilt = self.operation(parsed, depth + 1)
        return branch(Form.NOT, (rebuilt,)) if parsed.args.get("negate") else rebuilt

    def operation(self, parsed: exp.Expr, depth: int) -> Syntax:
        text = ""
        if isinstance(parsed, exp.And | exp.Or):
            form, parts = _JUNCTIONS[type(parsed)], _flatten(parsed)
        elif type(parsed) in _BINARY:
            form, text = _BINARY[type(parsed)]
            parts = [parsed.this, parsed.expression]
        else:
            form, parts = _OTHERS[type(parsed)], _parts_of(parsed)
        return branch(form, tuple(self.node(part, depth) for part in parts), text=text)


def _parts_of(parsed: exp.Expr) -> list[exp.Expr]:
    if isinstance(parsed, exp.In):
        return [parsed.this, *parsed.expressions]
    if isinstance(parsed, exp.Between):
        return [parsed.this, parsed.args["low"], parsed.args["high"]]
    return [parsed.this]


def _flatten(junction: exp.Expr) -> list[exp.Expr]:
    """a and b and c … as one list, without recursion: a row of a thousand is no deep tree."""
    parts: list[exp.Expr] = []
    waiting = [junction]
    while waiting:
        current = waiting.pop()
        if type(current) is type(junction):
            waiting += [current.expression, current.this]
        else:
            parts.append(current)
    return parts
