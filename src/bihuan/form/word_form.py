"""A form that is a Word document: the cells of its tables as grids, and the same document filled."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

import docx
from docx.table import Table

from bihuan.form.sheet_form import Grid, Place

_MOST_ROWS = 200


def read_tables(content: bytes) -> list[Grid]:
    """The tables of a document; places are called 表1!R2C3, by row and column."""
    found = []
    for number, table in enumerate(docx.Document(BytesIO(content)).tables, start=1):
        title = f"表{number}"
        rows = tuple(tuple(_places(title, row, at)) for at, row in enumerate(table.rows[:_MOST_ROWS], start=1))
        found.append(Grid(title, rows, len(table.rows) > _MOST_ROWS))
    return found


def _places(title: str, row: Any, at: int) -> Iterator[Place]:
    """A row's cells; one that spans several columns comes once."""
    cells = row.cells
    first = 0
    while first < len(cells):
        last = first
        while last + 1 < len(cells) and cells[last + 1]._tc is cells[first]._tc:  # noqa: SLF001 - the one way to see a span
            last += 1
        text = cells[first].text
        yield Place(f"{title}!R{at}C{first + 1}", text, last - first + 1, 1, is_blank=not text.strip(" \u3000_"))
        first = last + 1


def write_tables(content: bytes, values: Iterable[tuple[str, str]], sources: list[list[str]]) -> bytes:
    """The document with values in their cells, in the cell's own letters, and a table of sources at its end."""
    document = docx.Document(BytesIO(content))
    tables = {f"表{number}": table for number, table in enumerate(document.tables, start=1)}
    for place, value in values:
        title, _, cell = place.rpartition("!")
        row, _, column = cell.removeprefix("R").partition("C")
        _put(tables[title], int(row) - 1, int(column) - 1, value)
    document.add_page_break()  # type: ignore[no-untyped-call] # python-docx gives it no type
    document.add_paragraph("数据来源")
    annex = document.add_table(rows=0, cols=len(sources[0]))
    for line in sources:
        for target, text in zip(annex.add_row().cells, line, strict=True):
            target.text = text
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _put(table: Table, row: int, column: int, value: str) -> None:
    """Text into a cell: into its first run where it has one, so that the letters stay."""
    paragraph = table.rows[row].cells[column].paragraphs[0]
    if paragraph.runs:
        paragraph.runs[0].text = value
        for run in paragraph.runs[1:]:
            run.text = ""
    else:
        paragraph.add_run(value)
