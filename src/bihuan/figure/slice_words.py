"""What slices are called: a choice by its title, a unit, person or record by its name as the reader would see it."""

from collections.abc import Iterable, Sequence

from bihuan.expression import Kind
from bihuan.figure.names import figure_names
from bihuan.figure.resolved import Base, Resolved
from bihuan.figure.slices import Slice
from bihuan.ledger.linked_records import with_records
from bihuan.ledger.references import lookup_for
from bihuan.ledger.types import BY_CODE
from bihuan.org.actor import Actor

BLANK = "（空）"


def slice_titles(figures: Iterable[Resolved], cuts: Sequence[Slice], actor: Actor) -> dict[Slice, str]:
    """The title of each slice, by the first figure that counts records with such a field; all of them together."""
    bases = [figure for figure in figures if isinstance(figure, Base)]
    found: dict[Slice, str] = {}
    for code in dict.fromkeys(cut.field for cut in cuts):
        base = next((base for base in bases if code in figure_names(base.view)), None)
        if base is not None:
            found |= _titles_of(base, [cut for cut in cuts if cut.field == code], actor)
    return found


def _titles_of(base: Base, cuts: Sequence[Slice], actor: Actor) -> dict[Slice, str]:
    code, view = cuts[0].field, base.view
    name, field = figure_names(view)[code], view.spec.by_code.get(code)
    lookup = lookup_for(view.spec, actor.tree)
    if field is not None and field.kind == "record":
        known = [{code: cut.value} for cut in cuts if cut.value is not None]
        lookup = with_records(lookup, actor=actor, ledger=view.code, spec=view.spec, data=known)
    choices = {choice.code: choice.title for choice in name.choices}
    titles = {}
    for cut in cuts:
        if cut.value is None:
            titles[cut] = BLANK
        elif name.kind is Kind.BOOLEAN:
            titles[cut] = "是" if cut.value else "否"
        elif field is not None and field.kind in ("unit", "person", "record"):
            titles[cut] = BY_CODE[field.kind].show(cut.value, field, lookup)
        elif code == "unit" and isinstance(cut.value, int):
            titles[cut] = lookup.unit_names.get(cut.value, str(cut.value))
        else:
            titles[cut] = choices.get(str(cut.value), str(cut.value))
    return titles
