"""What the index can say of a condition: the pairs that a record must hold for it to be true.

They only narrow what is looked at. A condition of which nothing follows, such as an amount over 990, is looked for in
every record.
"""

import re
from collections.abc import Iterator

from bihuan.expression import JsonKey, Name
from bihuan.expression.tree import And, Compare, Field, Like, Literal, Node
from bihuan.ledger.search.grams import asked_grams, code_gram
from bihuan.ledger.spec import LedgerSpec

_BY_TEXT = frozenset({"text", "longtext", "phone", "identity", "credit_code", "admin_code"})
_PIECE = re.compile(r"(?:\\.|[^%_\\])+", re.DOTALL)
"""What of a pattern stands for itself."""


def grams_asked(spec: LedgerSpec, condition: Node) -> frozenset[str]:
    """The words of the index that every record has for which a checked condition is true; empty if none are known."""
    return frozenset(_asked(spec, condition))


def _asked(spec: LedgerSpec, node: Node) -> Iterator[str]:
    match node:
        case And(operands):
            for operand in operands:
                yield from _asked(spec, operand)
        case Compare("=", Field(_, name), Literal(_, str(value))) | Compare(
            "=", Literal(_, str(value)), Field(_, name)
        ):
            yield from _of_value(spec, name, value)
        case Like(Field(_, name), pattern):
            if _kind(spec, name) in _BY_TEXT:
                for piece in _PIECE.findall(pattern):
                    yield from asked_grams(re.sub(r"\\(.)", r"\1", piece))


def _of_value(spec: LedgerSpec, name: Name, value: str) -> Iterator[str]:
    kind = _kind(spec, name)
    if kind in _BY_TEXT and value:
        yield from asked_grams(value)
    elif kind == "choice":
        yield code_gram(name.code, value)


def _kind(spec: LedgerSpec, name: Name) -> str:
    """The kind of a field whose values are in the index; empty for any other name."""
    field = spec.by_code.get(name.code)
    if field is None or field.encrypted or not isinstance(name.storage, JsonKey):
        return ""
    return field.kind
