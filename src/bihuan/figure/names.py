"""What a figure over a ledger may speak of: the ledger's names and, with a loop, the colour on the day asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bihuan.expression import Checked, Choice, Column, Kind, Name
from bihuan.expression.numbers import field_type
from bihuan.expression.tree import Call, Field, Node, parts_of
from bihuan.figure.identity import Same
from bihuan.figure.kept import Kept
from bihuan.ledger.names import names_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.colour import Colour, word
from bihuan.loop.spec import LoopSpec

COLOUR = "colour"
_KNOWN: Kept[Mapping[str, Name]] = Kept(512)


@dataclass(frozen=True)
class LedgerView:
    """A ledger as figures see it: its full code, its definition and its loop."""

    code: str
    spec: LedgerSpec
    loop: LoopSpec | None


def figure_names(view: LedgerView) -> Mapping[str, Name]:
    """Name by code. A ledger's own field of the same code goes before the loop's colour."""
    key = Same(view.spec, view.loop)
    found = _KNOWN.get(key)
    if found is None:
        found = MappingProxyType(_names(view))
        _KNOWN.put(key, found, 1)
    return found


def _names(view: LedgerView) -> dict[str, Name]:
    names = names_of(view.spec, view.loop.states if view.loop else {})
    if view.loop is None or COLOUR in names:
        return names
    choices = tuple(Choice(colour.value, word(view.loop, colour)) for colour in Colour)
    return names | {COLOUR: Name(COLOUR, "四色", Kind.TEXT, Column(COLOUR), choices=choices)}


def expression_of(name: Name) -> Checked:
    """A field by itself as an expression."""
    return Checked(name.code, Field(field_type(name), name), frozenset({name}))


def speaks_of_own(node: Node, view: LedgerView) -> bool:
    """Whether it speaks of a unit, person, record or number, which mean something only within their county."""
    if isinstance(node, Field):
        own = view.spec.by_code.get(node.name.code)
        return own.kind in ("unit", "person", "record") if own else node.name.code in ("unit", "number")
    return any(speaks_of_own(part, view) for part in parts_of(node))


def speaks_of_colour(checked: Checked) -> bool:
    """Whether an expression uses the loop's colour, and not a field that only has the same code."""
    return any(name.storage == Column(COLOUR) for name in checked.names)


def asks_the_day(checked: Checked) -> bool:
    """Whether the day asked changes what an expression gives, the record staying as it is."""

    def asks(node: Node) -> bool:
        return (isinstance(node, Call) and node.function in ("today", "now")) or any(map(asks, parts_of(node)))

    return asks(checked.tree) or speaks_of_colour(checked)
