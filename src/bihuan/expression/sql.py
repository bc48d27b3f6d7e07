"""Pieces of SQL that carry their parameters. Every literal of an expression is a parameter."""

import re
from dataclasses import dataclass

_ALIAS = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class Sql:
    """`%s` in `text` stands for the parameters in their order, as Django and psycopg have it."""

    text: str
    params: tuple[object, ...] = ()


def fill(template: str, *pieces: Sql) -> Sql:
    """The template with each `{}` replaced by a piece, in order."""
    gaps = template.split("{}")
    if len(gaps) != len(pieces) + 1:
        raise AssertionError(template)
    text = gaps[0] + "".join(piece.text + gap for piece, gap in zip(pieces, gaps[1:], strict=True))
    return Sql(text, tuple(param for piece in pieces for param in piece.params))


def chain(operator: str, pieces: list[Sql]) -> Sql:
    """(a operator b) operator (c operator d): balanced, for engines limit how deep an expression may be."""
    if len(pieces) == 1:
        return pieces[0]
    middle = len(pieces) // 2
    return fill(f"({{}} {operator} {{}})", chain(operator, pieces[:middle]), chain(operator, pieces[middle:]))


def listed(pieces: list[Sql]) -> Sql:
    """a, b, c"""
    return fill(", ".join(["{}"] * len(pieces)), *pieces)


def column(name: str, alias: str | None) -> str:
    """A column in double quotes; names and aliases are plain identifiers, so quoting them is safe."""
    if alias is None:
        return f'"{name}"'
    if not _ALIAS.fullmatch(alias):
        raise ValueError(f"not a plain identifier: {alias!r}")
    return f'"{alias}"."{name}"'
