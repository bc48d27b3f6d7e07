"""Figures broken down for a table or a chart: by the units below, by month, or by the values of a field."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bihuan.figure.answer import Answer
from bihuan.figure.cutting import slice_values
from bihuan.figure.names import figure_names
from bihuan.figure.period import Period, months_of
from bihuan.figure.resolved import Base
from bihuan.figure.rules import Reach
from bihuan.figure.slices import Slice
from bihuan.figure.value import Value
from bihuan.report.document import Number
from bihuan.report.reading import Reading
from bihuan.report.sources import Breakdown

UNIT, MONTH = "unit", "month"


@dataclass(frozen=True)
class Line:
    """A row on its way: what it is called, a value for each figure, and the answer that they are from."""

    title: str
    values: tuple[Value, ...]
    found: Answer

    @property
    def says_something(self) -> bool:
        """Whether any figure is known and not zero."""
        return any(value.number for value in self.values)


def broken_down(reading: Reading, figures: Sequence[str], by: str, node: int, asked: Period) -> Breakdown:
    """Figures of a unit in a period by a dimension, with the figures themselves as the total.

    Units and values in which every figure is unknown or zero are left out. Raises Invalid for what does not cut.
    """
    whole = reading.answer(figures, (asked,))
    total = tuple(whole.value(code, node, asked) for code in figures)
    match by:
        case "unit":
            heading, lines = "单位", _units(reading, whole, total, node, asked)
        case "month":
            heading, lines = "月份", _months(reading, figures, node, asked)
        case _:
            heading, lines = _values(reading, figures, by, node, asked)
    numbers = tuple(_numbers(reading, line, heading) for line in lines)
    categories = tuple(line.title for line in lines)
    return Breakdown(categories, numbers, tuple(reading.number(whole, value) for value in total), heading)


def _numbers(reading: Reading, line: Line, heading: str) -> tuple[Number, ...]:
    said = f"{heading}：{line.title}" if any(value.slice for value in line.values) else ""
    return tuple(reading.number(line.found, value, said) for value in line.values)


def _units(reading: Reading, whole: Answer, total: Sequence[Value], node: int, asked: Period) -> list[Line]:
    """The units just below, and the unit's own records where those below do not make up the whole."""
    codes = [value.code for value in total]
    lines = [
        Line(child.name, tuple(whole.value(code, child.pk, asked) for code in codes), whole)
        for child in reading.tree.below(node)
        if child.parent == node
    ]
    lines = [line for line in lines if line.says_something]
    if any(_is_short(whole, value, place, lines) for place, value in enumerate(total)):
        lines += _own(reading, codes, node, asked)
    return lines


def _is_short(whole: Answer, value: Value, place: int, lines: Sequence[Line]) -> bool:
    figure = whole.figures[value.code]
    if not isinstance(figure, Base) or not figure.function.adds or value.number is None:
        return False
    return sum((line.values[place].number or Fraction(0) for line in lines), Fraction(0)) != value.number


def _own(reading: Reading, codes: Sequence[str], node: int, asked: Period) -> list[Line]:
    cut = Slice(UNIT, node)
    found = reading.answer_cut(codes, asked, (cut,))
    line = Line(f"{reading.tree.name(node)}本级", tuple(found.value(code, node, asked, cut) for code in codes), found)
    return [line] if line.says_something else []


def _months(reading: Reading, figures: Sequence[str], node: int, asked: Period) -> list[Line]:
    """The months that have begun: what is to come is not zero."""
    months = tuple(month for month in months_of(asked) if month.start <= reading.clocks.day)
    found = reading.answer(figures, months)
    several = len({month.start.year for month in months}) > 1
    return [
        Line(
            f"{month.start.year}年{month.start.month}月" if several else f"{month.start.month}月",
            tuple(found.value(code, node, month) for code in figures),
            found,
        )
        for month in months
    ]


def _values(reading: Reading, figures: Sequence[str], by: str, node: int, asked: Period) -> tuple[str, list[Line]]:
    reach = None if reading.actor.is_system else Reach(reading.actor)
    cuts = tuple(Slice(by, value) for value in slice_values(figures, by, (asked,), reading.clocks, reach))
    found = reading.answer_cut(figures, asked, cuts)
    base = next(figure for figure in found.figures.values() if isinstance(figure, Base))
    lines = [
        Line(found.titles[cut], tuple(found.value(code, node, asked, cut) for code in figures), found) for cut in cuts
    ]
    return figure_names(base.view)[by].title, [line for line in lines if line.says_something]
