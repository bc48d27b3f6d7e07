"""A slice of a figure: the records of one value of a field, for tables by choice, unit or person."""

from dataclasses import dataclass, replace
from functools import lru_cache

from bihuan.expression import Checked, Kind, Name
from bihuan.expression.tree import And, Call, Compare, IsNull, Literal, Node, Type
from bihuan.expression.tree import Field as FieldNode
from bihuan.figure.identity import Same
from bihuan.figure.names import figure_names
from bihuan.figure.resolved import Base

SliceValue = str | int | bool | None


@dataclass(frozen=True)
class Slice:
    """One value of a field; None for the records in which it is blank."""

    field: str
    value: SliceValue


def text_of(cut: Slice) -> str:
    """The value as an address names it; empty for blank."""
    return "" if cut.value is None else str(cut.value)


def sliced(base: Base, cut: Slice | None) -> Base:
    """The figure over the records of a slice alone."""
    return base if cut is None else _sliced(Same(base), cut)


@lru_cache(maxsize=2_048)
def _sliced(same: Same, cut: Slice) -> Base:
    (base,) = (one for one in same.objects if isinstance(one, Base))
    name = figure_names(base.view)[cut.field]
    node = _holds(name, cut.value)
    tree = And((base.where.tree, node)) if base.where else node
    names = (base.where.names if base.where else frozenset()) | {name}
    text = base.where.text if base.where else ""
    return replace(base, where=Checked(text, tree, names))


def _holds(name: Name, value: SliceValue) -> Node:
    if name.kind.is_number:
        kind = Type(name.kind, 0, 10**18 - 1)
        field = FieldNode(kind, name)
        return IsNull(field) if value is None else Compare("=", field, Literal(kind, value))
    kind = Type(name.kind)
    field = FieldNode(kind, name)
    if name.kind is Kind.TEXTS:
        if value is None:
            return Call("is_blank", (field,), Type(Kind.BOOLEAN))
        return Call("has", (field, Literal(Type(Kind.TEXT), value)), Type(Kind.BOOLEAN))
    return IsNull(field) if value is None else Compare("=", field, Literal(kind, value))
