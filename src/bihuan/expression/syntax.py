"""The tree as it was written: forms and places, no kinds yet."""

from dataclasses import dataclass
from enum import Enum, auto

from bihuan.expression.lexer import Token
from bihuan.expression.problems import Span

MAXIMUM_DEPTH = 64
MAXIMUM_NODES = 1000


class Form(Enum):
    NAME = auto()  # text: the word; a plain or a double-quoted one
    CURLY = auto()  # text: a name if there is one so called, else a text
    NUMBER = auto()  # text: its digits
    STRING = auto()  # text: its content
    DATED = auto()  # text: `date` or `datetime`; part: a STRING
    CONSTANT = auto()  # text: true, false, null
    NOT = auto()
    NEGATIVE = auto()
    AND = auto()  # two parts or more
    OR = auto()
    COMPARE = auto()  # text: = <> < <= > >=
    ARITHMETIC = auto()  # text: + - * /
    IS_NULL = auto()
    IN = auto()  # parts: the operand, then the options
    BETWEEN = auto()  # parts: operand, low, high
    LIKE = auto()  # parts: operand, pattern
    CASE = auto()  # parts: condition, value, condition, value, … [, otherwise]
    CALL = auto()  # text: the function's name
    BROKEN = auto()  # a problem has been reported here


@dataclass(frozen=True, slots=True)
class Syntax:
    form: Form
    span: Span
    text: str = ""
    parts: tuple["Syntax", ...] = ()

    # Both are kept by every node, so that a deep or big tree is refused before anything walks it.
    height: int = 1
    size: int = 1


def branch(form: Form, parts: tuple[Syntax, ...], *, text: str = "", span: Span | None = None) -> Syntax:
    """A node over its parts; its span covers them unless a wider one is given."""
    for part in parts:
        span = part.span if span is None else span.to(part.span)
    return Syntax(
        form=form,
        span=span or Span(0, 0),
        text=text,
        parts=parts,
        height=1 + max((part.height for part in parts), default=0),
        size=1 + sum(part.size for part in parts),
    )


@dataclass(frozen=True, slots=True)
class Options:
    """The bracketed list after IN, before it has met its operand."""

    parts: tuple[Syntax, ...]
    span: Span
    text: str = "in (…)"


Item = Syntax | Options | Token  # what stands in a flat row: operands, lists, operators
