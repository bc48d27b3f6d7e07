"""A form that is a Word document: its blank cells and the blanks of its lines, and the same document filled."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table

from bihuan.form.sheet_form import Grid, Place
from bihuan.form.word_blanks import fill, paragraphs, segments

TEXT = "正文"
_MOST_ROWS = 200
_WIDTHS = (2.3, 2.6, 2.4, 5.6, 1.3, 2.2)
"""Of the columns of the annex of sources, in centimetres."""


def read_tables(content: bytes) -> list[Grid]:
    """The tables of a document, by row and column (表1!R2C3), and the lines of text with blanks (正文!P4B1)."""
    document = docx.Document(BytesIO(content))
    found = []
    for number, table in enumerate(document.tables, start=1):
        title = f"表{number}"
        rows = tuple(tuple(_places(title, row, at)) for at, row in enumerate(table.rows[:_MOST_ROWS], start=1))
        found.append(Grid(title, rows, len(table.rows) > _MOST_ROWS))
    lines = [line for at, one in enumerate(paragraphs(document), start=1) if (line := _line(at, one))]
    text = [Grid(TEXT, tuple(lines[:_MOST_ROWS]), len(lines) > _MOST_ROWS)] if lines else []
    return text + found


def _line(number: int, paragraph: Any) -> tuple[Place, ...]:
    """A paragraph with blanks as a row; empty for one without, and for a cell of a table that is blank as a whole."""
    parts = segments(paragraph)
    if not any(part.blank for part in parts) or not "".join(part.text for part in parts).strip(" \u3000\xa0\t_＿"):
        return ()
    return tuple(Place(f"{TEXT}!P{number}B{part.blank}", part.text, is_blank=part.blank > 0) for part in parts)


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
    known = list(values)
    _fill_lines(document, [(place, value) for place, value in known if place.startswith(f"{TEXT}!")])
    for place, value in known:
        title, _, cell = place.rpartition("!")
        if title == TEXT:
            continue
        row, _, column = cell.removeprefix("R").partition("C")
        _put(tables[title], int(row) - 1, int(column) - 1, value)
    document.add_page_break()  # type: ignore[no-untyped-call] # python-docx gives it no type
    document.add_paragraph("数据来源")
    _annex(document, sources)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _annex(document: Any, lines: list[list[str]]) -> None:
    """The sources as a table with lines around its cells, small, the column of the source the widest."""
    table = document.add_table(rows=0, cols=len(lines[0]))
    own = table._tbl.tblPr  # noqa: SLF001 - python-docx has no word for borders
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", "808080")):
            line.set(qn(f"w:{key}"), value)
        borders.append(line)
    own.append(borders)
    table.autofit = False
    for column, centimetres in zip(table.columns, _WIDTHS, strict=False):
        column.width = Cm(centimetres)
    for texts in lines:
        for target, text, centimetres in zip(table.add_row().cells, texts, _WIDTHS, strict=False):
            target.width = Cm(centimetres)
            run = target.paragraphs[0].add_run(text)
            run.font.size = Pt(9)
            target.paragraphs[0].paragraph_format.space_after = Pt(0)


def _fill_lines(document: Any, values: Iterable[tuple[str, str]]) -> None:
    """Fill the blanks of paragraphs, each paragraph once: filling one of its blanks changes where the next begins."""
    lines: dict[int, dict[int, str]] = {}
    for place, value in values:
        line, _, blank = place.rpartition("!")[2].removeprefix("P").partition("B")
        lines.setdefault(int(line), {})[int(blank)] = value
    known = paragraphs(document)
    for number, filled in lines.items():
        fill(known[number - 1], filled)


def _put(table: Table, row: int, column: int, value: str) -> None:
    """Text into a cell: into its first run where it has one, so that the letters stay."""
    paragraph = table.rows[row].cells[column].paragraphs[0]
    if paragraph.runs:
        paragraph.runs[0].text = value
        for run in paragraph.runs[1:]:
            run.text = ""
    else:
        paragraph.add_run(value)
