"""What numbers of a draft can be about: the figures in use, and the values of the fields they are told by."""

import re
from collections.abc import Iterator

from bihuan.expression import explain
from bihuan.figure.definitions import Catalogue, figure_codes
from bihuan.figure.resolved import Base, Derived, Resolved
from bihuan.figure.slices import Slice
from bihuan.org.tree import Tree
from bihuan.report.number_check import Subject

_SHORTEST_NAME = 3
_BRACKETS = re.compile("[（(].*?[）)]")
_COUNTY = ("county",)


def subjects_in(catalogue: Catalogue) -> tuple[Subject, ...]:
    """Every figure in use, and each part of those that are told by a field of choices."""
    found: list[Subject] = []
    for code in figure_codes():
        figure = catalogue[code]
        if isinstance(figure, Derived) and figure.kind in ("rank", "agree", "change", "shift"):
            continue
        found.append(_whole(code, figure, catalogue))
        found += _parts(code, figure)
    return tuple(found)


def _whole(code: str, figure: Resolved, catalogue: Catalogue) -> Subject:
    spec = figure.spec
    names = (spec.title, *spec.also)
    return Subject(code, spec.title, names, spec.unit, _about(figure, catalogue))


def _about(figure: Resolved, catalogue: Catalogue) -> str:
    """The words of a definition: its ledger, what its condition says, what it is made of."""
    if isinstance(figure, Base):
        return _about_base(figure)
    parts = [catalogue[part] for part in figure.parts] if isinstance(figure, Derived) else []
    return figure.spec.description + "".join(_about(part, catalogue) + part.spec.title for part in parts)


def _parts(code: str, figure: Resolved) -> Iterator[Subject]:
    if not isinstance(figure, Base):
        return
    spec, fields = figure.spec, {field.code: field for field in figure.view.spec.fields}
    for code_of_field in spec.by:
        field = fields.get(code_of_field)
        for choice in field.choices if field else ():
            labels = tuple(_BRACKETS.sub("", label) for label in (choice.title, *choice.aliases))
            title = f"{spec.title}（{choice.title}）"
            cut = Slice(code_of_field, choice.code)
            yield Subject(code, title, (spec.title, *spec.also), spec.unit, _about_base(figure), labels, cut)


def _about_base(figure: Base) -> str:
    return f"{figure.view.spec.title}{explain(figure.where) if figure.where else ''}{figure.spec.description}"


def unit_names(tree: Tree) -> dict[str, int]:
    """The names by which a text speaks of units; two of one name are told apart by nobody."""
    return {
        name: nodes[0].pk
        for name, nodes in tree.by_name.items()
        if len(nodes) == 1 and len(name) >= _SHORTEST_NAME and nodes[0].kind not in _COUNTY
    }
