"""A table of figures as charts: one for each unit of measure, for numbers in unlike units have no scale in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bihuan.web.figure_drawing import MOST_DRAWN, bars, lines


@dataclass(frozen=True)
class Column:
    """A column of the table to be drawn: its title, its unit of measure and its cells from the top down."""

    title: str
    measure: str
    cells: Sequence[dict[str, Any]]


def charts(look: str, names: Sequence[str], columns: Sequence[Column]) -> list[dict[str, Any]]:
    """The charts as bars or lines, each with its legend where it shows several; only so many rows are drawn."""
    return [
        _chart(look, names, [column for column in columns if column.measure == measure])
        for measure in dict.fromkeys(column.measure for column in columns)
    ]


def _chart(look: str, names: Sequence[str], columns: Sequence[Column]) -> dict[str, Any]:
    drawn = [column.cells[:MOST_DRAWN] for column in columns]
    numbers = [[cell.get("number") for cell in cells] for cells in drawn]
    texts, urls = ([[str(cell.get(what, "")) for cell in cells] for cells in drawn] for what in ("text", "url"))
    draw = lines if look == "lines" else bars
    legend = [{"tone": tone % 8, "title": column.title} for tone, column in enumerate(columns)]
    return {look: draw(names[:MOST_DRAWN], numbers, texts, urls), "legend": legend}
