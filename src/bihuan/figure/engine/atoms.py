"""The conditions of many figures over one set of few-valued columns, so that the rows need be read only once.

Each condition is taken apart at its and, or, not. A part that looks at one column of few words becomes that column;
any other part becomes a column of its own: false, true, unknown. Rows that agree in all of these columns agree in all
conditions, and are counted together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from bihuan.expression import Checked
from bihuan.expression.columnar import to_columnar
from bihuan.expression.held import Held
from bihuan.expression.tree import And, Compare, Field, In, IsNull, Literal, Node, Not, Or
from bihuan.figure.clocks import Clocks

MOST_CLASSES = 8_192


@dataclass(frozen=True)
class Atom:
    """A column of few values: a field (its words, and one more for unknown) or a condition."""

    node: Node
    values: int
    field: str = ""

    def number(self, held: Mapping[str, Held], clocks: Clocks) -> pl.Expr:
        """Its value as a number from 0 on; null is unknown, which counts as the last of its values."""
        if self.field:
            return held[self.field].column
        checked = Checked("", self.node, frozenset())
        return to_columnar(checked, held, today=clocks.day, now=clocks.as_of).cast(pl.UInt8)


def atoms_of(checked: Checked | None, held: Mapping[str, Held]) -> frozenset[Atom]:
    """The columns that tell whether a condition is true; the condition itself where they would be too many."""
    if checked is None:
        return frozenset()
    found = frozenset(_atoms(checked.tree, held))
    return found if classes(found) <= MOST_CLASSES else frozenset({Atom(checked.tree, 3)})


def _atoms(node: Node, held: Mapping[str, Held]) -> list[Atom]:
    match node:
        case And(operands) | Or(operands):
            return [atom for operand in operands for atom in _atoms(operand, held)]
        case Not(operand):
            return _atoms(operand, held)
        case Literal():
            return []
        case Compare("=" | "<>", Field() as field, Literal()) if _words(field, held):
            return [_field_atom(field, held)]
        case Compare("=" | "<>", Literal(), Field() as field) if _words(field, held):
            return [_field_atom(field, held)]
        case In(Field() as field, options) if _words(field, held) and all(isinstance(o, Literal) for o in options):
            return [_field_atom(field, held)]
        case IsNull(Field() as field) if _words(field, held):
            return [_field_atom(field, held)]
        case _:
            return [Atom(node, 3)]


def _words(field: Field, held: Mapping[str, Held]) -> tuple[str, ...] | None:
    return held[field.name.code].words


def _field_atom(field: Field, held: Mapping[str, Held]) -> Atom:
    return Atom(field, len(_words(field, held) or ()) + 1, field.name.code)


def classes(atoms: frozenset[Atom]) -> int:
    """How many combinations of values there can be."""
    count = 1
    for atom in atoms:
        count *= atom.values
    return count
