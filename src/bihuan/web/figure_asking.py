"""What an address asks of figures, and the table that answers: rows of units, periods or values of a field."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from bihuan.base.errors import BihuanError, NotFound
from bihuan.expression import Kind
from bihuan.figure.answer import Answer
from bihuan.figure.clocks import Clocks, clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.names import figure_names
from bihuan.figure.period import Period, months_of, parse_period
from bihuan.figure.queries import ask, ask_part
from bihuan.figure.resolved import Base
from bihuan.figure.rules import Reach
from bihuan.figure.slices import Slice, text_of
from bihuan.figure.value import Value, shown
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import BY_CODE
from bihuan.org.actor import Actor
from bihuan.org.tree import Node, Tree, tree_on

_MOST_MONTHS = 36


@dataclass(frozen=True)
class Wanted:
    """Figures, a period, a unit, two clocks and what the rows are.

    `part` is the one value of the field `by` that alone is asked for, as text; empty for blank, None for the whole.
    """

    codes: tuple[str, ...]
    period: Period
    unit: int | None
    clocks: Clocks
    by: str
    unit_name: str = ""
    part: str | None = None


def wanted(query: QueryDict, actor: Actor, codes: tuple[str, ...]) -> Wanted:
    """Read the address. Raises Invalid or NotFound in words."""
    at = clocks(query.get("as_of", ""), query.get("known_at", ""))
    period = parse_period(query.get("period") or f"{at.day:%Y}", at.day)
    name = query.get("unit", "")
    unit = _unit(name, tree_on(min(period.end, at.day))) or _unit(name, actor.tree)
    if name and unit is None:
        raise NotFound(f"没有单位“{name}”")
    pk, called = (unit.pk, unit.name) if unit else (None, "")
    return Wanted(codes, period, pk, at, query.get("by", "unit"), called, query.get("value"))


def _unit(name: str, tree: Tree) -> Node | None:
    """The unit of a code or a name: that which stood at the end of the period, for a link to an old number."""
    return tree.by_code.get(name) or next(iter(tree.by_name.get(name, ())), None)


def answered(asked: Wanted, actor: Actor) -> Answer:
    """The question run within what the person may see."""
    periods = months_of(asked.period)[:_MOST_MONTHS] if asked.by == "month" else [asked.period]
    field = asked.by if asked.by not in ("unit", "month", "") else ""
    return ask(asked.codes, [*periods, asked.period], asked.clocks, Reach(actor), field)


def headed(asked: Wanted, actor: Actor) -> tuple[Answer, Slice | None]:
    """What a page about one value rests on: the answer that knows it, and the part of the figure that it is."""
    if asked.by in ("unit", "month", "") and asked.part is None:
        return answered(asked, actor), None
    return ask_part(asked.codes, [asked.period], asked.clocks, Reach(actor), asked.by, asked.part)


def rows_of(asked: Wanted, found: Answer, actor: Actor) -> list[tuple[str, int | None, Period, Slice | None]]:
    """Each row's title, unit, period and slice; units that the person may not see are left out."""
    if asked.by == "month":
        return [(month.title, asked.unit, month, None) for month in months_of(asked.period)[:_MOST_MONTHS]]
    tree = found.tree(asked.period)
    if asked.by not in ("unit", ""):
        return [(found.titles.get(cut, ""), asked.unit, asked.period, cut) for cut in found.question.slices if cut]
    tops = [asked.unit] if asked.unit else [node.pk for node in tree.nodes if node.depth == 0]
    below = [node for node in tree.nodes if node.parent in tops]
    mine = actor.reach()
    seen = [node for node in below if actor.reads_all or node.pk in mine or _may_see(asked, found, node.pk)]
    return [(node.name, node.pk, asked.period, None) for node in seen]


def _may_see(asked: Wanted, found: Answer, unit: int) -> bool:
    return isinstance(told(found, asked.codes[0], unit, asked.period, None), Value)


def part_words(found: Answer, cut: Slice | None) -> str:
    """A part as it is read: the field and its value."""
    if cut is None:
        return ""
    bases = (figure for figure in found.figures.values() if isinstance(figure, Base))
    name = next((names[cut.field] for names in (figure_names(base.view) for base in bases) if cut.field in names), None)
    return f"{name.title if name else cut.field}：{found.titles[cut]}"


def told(found: Answer, code: str, unit: int | None, period: Period, cut: Slice | None) -> Value | str:
    """A value, or why it is not told."""
    try:
        return found.value(code, unit, period, cut)
    except BihuanError as error:
        return error.message


def is_of_choices(found: Answer, field: str) -> bool:
    """Whether a field has a few declared values, each of which a table shows even where there is none."""
    bases = (figure for figure in found.figures.values() if isinstance(figure, Base))
    return any(figure_names(base.view)[field].choices for base in bases if field in figure_names(base.view))


def counts_nothing(values: Sequence[Value | str]) -> bool:
    """Whether a row of a table tells of no record at all, as a unit that had none in the period."""
    return all(isinstance(value, Value) and not value.number and not value.records for value in values)


def cell(found: Answer, asked: Wanted, value: Value | str) -> dict[str, Any]:
    """One cell: its text, a link to its records, why it is missing."""
    if isinstance(value, str):
        return {"text": "无权查看", "hint": value}
    figure = found.figures[value.code]
    text = shown(value.number, figure) or "—"
    return {"text": text, "url": records_url(found, asked, value), "number": _plain(value), "hint": _hint(value)}


def _hint(value: Value) -> str:
    counted = "" if value.records is None else f"背后 {value.records:,} 条记录"
    return counted + ("；只含您可见的单位" if value.partial else "")


def _plain(value: Value) -> float | None:
    """For the chart, where a pixel is coarser than a float."""
    return None if value.number is None else float(value.number)


def records_url(found: Answer, asked: Wanted, value: Value) -> str:
    """Where the records behind a value are."""
    tree = found.tree(value.period)
    node = tree.by_pk.get(value.unit or 0)
    query = {"period": value.period.code, **clock_query(asked)}
    if node:
        query["unit"] = node.code
    query |= part_query(value.slice)
    return f"{reverse('figure_records', args=[value.code])}?{urlencode(query)}"


def part_query(cut: Slice | None) -> dict[str, str]:
    """A part as an address names it."""
    return {} if cut is None else {"by": cut.field, "value": text_of(cut)}


def clock_query(asked: Wanted) -> dict[str, str]:
    """Both clocks to the microsecond: a link opens what was shown, whatever happened since."""
    return {"as_of": asked.clocks.as_of.isoformat(), "known_at": asked.clocks.known_at.isoformat()}


def breakdowns(code: str) -> list[tuple[str, str]]:
    """What a figure's table can be by: units, months, and the fields of its ledger that cut."""
    catalogue = Catalogue()
    found = [("unit", "按下级单位"), ("month", "按月")]
    for figure in catalogue.with_parts([code]).values():
        if isinstance(figure, Base):
            names = figure_names(figure.view).values()
            people = {field.code for field in figure.view.spec.fields if _is_a_name(field)}
            fields = [name for name in names if name.choices or name.kind is Kind.BOOLEAN or name.code in people]
            return found + [(name.code, f"按{name.title}") for name in fields]
    return found


def _is_a_name(field: FieldSpec) -> bool:
    """Whether a field names a unit or a person, which cut a figure as choices do unless they are personal."""
    return field.kind in ("unit", "person") and not BY_CODE[field.kind].is_personal(field)
