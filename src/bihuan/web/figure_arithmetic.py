"""How a value was put together, as a sum on paper: each part with its number, its period and its records."""

from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse

from bihuan.figure.answer import Answer
from bihuan.figure.plan import part_codes, part_periods
from bihuan.figure.resolved import Derived
from bihuan.figure.value import Value
from bihuan.web.figure_asking import Wanted, cell, told

_SIGNS = {"ratio": " ÷ ", "target": " ÷ ", "difference": " − ", "agree": " − "}


@dataclass(frozen=True)
class Term:
    """A part of the sum: what stands before it, its number with its records, and which figure it is, of when."""

    before: str
    cell: dict[str, Any]
    title: str
    page: str
    when: str = ""
    after: str = ""


def arithmetic(found: Answer, asked: Wanted, value: Value) -> list[Term]:
    """The sum that gives a value; none for a figure that counts records itself."""
    figure = found.figures[value.code]
    if not isinstance(figure, Derived):
        return []
    if figure.kind in ("rank", "share"):
        return _beside_others(found, asked, figure, value)
    periods = part_periods(figure, value.period, found.question.clocks)
    parts = [
        _term(found, asked, code, told(found, code, value.unit, period, value.slice), period.title)
        for code, period in zip(part_codes(figure), periods, strict=True)
    ]
    if all(period == value.period for period in periods):
        parts = [replace(part, when="") for part in parts]
    return _written(figure, parts)


def _written(figure: Derived, parts: list[Term]) -> list[Term]:
    match figure.kind:
        case "change" if figure.spec.told_as == "difference":
            return [parts[0], replace(parts[1], before=" − ")]
        case "change":
            now, then = parts
            return [replace(now, before="（"), replace(then, before=" − ", after="）"), replace(then, before=" ÷ ")]
        case "formula":
            names = figure.spec.names
            return [replace(part, before=f"　{name} = ") for name, part in zip(names, parts, strict=True)]
        case kind:
            return [replace(part, before=_SIGNS.get(kind, "") if place else "") for place, part in enumerate(parts)]


def _beside_others(found: Answer, asked: Wanted, figure: Derived, value: Value) -> list[Term]:
    part, tree = figure.parts[0], found.tree(value.period)
    own = _term(found, asked, part, told(found, part, value.unit, value.period, value.slice), "")
    if figure.kind == "rank":
        count = len(tree.beside(value.unit)) if value.unit else 0
        return [replace(own, after=f"，在 {count} 个同级单位中的名次")] if count else []
    node = tree.by_pk.get(value.unit or 0)
    above = node.parent if node and figure.spec.within != "whole" else None
    whole = told(found, part, above, value.period, value.slice)
    return [own, _term(found, asked, part, whole, tree.name(above) or "全部", before=" ÷ ")]


def _term(found: Answer, asked: Wanted, code: str, value: Value | str, when: str, before: str = "") -> Term:
    title = found.figures[code].spec.title
    return Term(before, cell(found, asked, value), title, reverse("figure", args=[code]), when)
