"""Records as a Word table, for papers and meetings: A4 on its side, the head repeated on each page."""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape

from django.db.models import QuerySet

from bihuan.base.errors import Invalid
from bihuan.ledger.exporting.columns import Layout, layout_of, telling_column
from bihuan.ledger.exporting.docx_parts import CELL_MARGIN, CLOSING, OPENING, TABLE_WIDTH
from bihuan.ledger.exporting.docx_parts import parts as package_parts
from bihuan.ledger.exporting.sheet import Sheet, Standing, Written, parts, standings
from bihuan.ledger.exporting.telling import in_format, width
from bihuan.ledger.exporting.totals import Totals
from bihuan.ledger.models import Record

MOST_DOCX_ROWS = 5_000
"""A longer table than this is no paper that anybody reads, and word processors crawl over it."""

_LOOKED_AT = 200
_ROWS_A_PIECE = 500
_NARROWEST, _WIDEST, _SHORT_HEAD = 4, 40, 10
# Half points: 五号, 小五, 六号.
_SIZES = (21, 18, 15)
_UNHOLDABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def write_docx(sheet: Sheet, records: Iterable[Record], path: Path) -> Written:
    """Write a document with one table. Raises Invalid for more than 5,000 records; then nothing of use is written."""
    if isinstance(records, QuerySet):
        _refuse_over(records.count())
    layout = layout_of(sheet, unit_line=True)
    rows = list(islice(standings(records, sheet.see), MOST_DOCX_ROWS + 1))
    _refuse_over(len(rows), at_least=True)
    table = _Table(sheet, layout, rows)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in package_parts(table.size).items():
            archive.writestr(name, content)
        with archive.open("word/document.xml", "w") as file:
            _write_document(file, sheet, layout, table)
    return Written(len(rows))


def _refuse_over(count: int, *, at_least: bool = False) -> None:
    if count > MOST_DOCX_ROWS:
        found = f"超过 {MOST_DOCX_ROWS:,}" if at_least else f"{count:,}"
        raise Invalid(
            f"Word 表格最多导出 {MOST_DOCX_ROWS:,} 条，现在列出的有 {found} 条。请先筛选，或导出为 Excel 表格"
        )


def _write_document(file: IO[bytes], sheet: Sheet, layout: Layout, table: "_Table") -> None:
    file.write(OPENING.encode())
    file.write(_paragraph(sheet.title, "Title").encode())
    file.write(_paragraph(sheet.stamp, "TableLine").encode())
    if layout.unit:
        file.write(_paragraph(f"单位：{layout.unit}", "TableUnit").encode())
    file.write(table.head().encode())
    for row in table.body():
        file.write(row.encode())
    if sheet.with_total and table.rows:
        file.write(table.total().encode())
    file.write(f"</w:tbl>{CLOSING}".encode())


def fitted(natural: Sequence[int]) -> tuple[int, list[int]]:
    """The size of the text, in half points, and the columns' widths in twentieths of a point, so that the table is
    as wide as the page.

    Where there is room, each column gets its share of it. Where there is not, the text gets smaller, and then the
    widest columns give way first, so that numbers and dates stay on one line.
    """
    size = next((size for size in _SIZES if sum(_wanted(natural, size)) <= TABLE_WIDTH), _SIZES[-1])
    wanted = _wanted(natural, size)
    if sum(wanted) <= TABLE_WIDTH:
        return size, [wide * TABLE_WIDTH // sum(wanted) for wide in wanted]
    left, widths = TABLE_WIDTH, list(wanted)
    for place, (wide, column) in enumerate(sorted((wide, column) for column, wide in enumerate(wanted))):
        widths[column] = min(wide, left // (len(wanted) - place))
        left -= widths[column]
    return size, widths


def _wanted(natural: Sequence[int], size: int) -> list[int]:
    # A half-width character is half as wide as the text is high: of so many half points, five times as many twentieths.
    return [count * size * 5 + 2 * CELL_MARGIN + size for count in natural]


class _Table:
    """The table in WordprocessingML (ECMA-376, 17.4)."""

    def __init__(self, sheet: Sheet, layout: Layout, rows: list[Standing]) -> None:
        self._sheet, self.rows, self._layout = sheet, rows, layout
        self._formats = [in_format(column.cell_format) for column in layout.columns]
        self.size, self._widths = fitted(self._natural_widths())

    def _natural_widths(self) -> list[int]:
        """How many half-width characters each column would like to have, by its head and its first records."""
        wanted = [max(min(width(head), _SHORT_HEAD), (width(head) + 1) // 2) for head in self._layout.heads]
        for standing in self.rows[:_LOOKED_AT]:
            for place, text in enumerate(self._texts(standing)):
                wanted[place] = max(wanted[place], width(text))
        return [max(_NARROWEST, min(_WIDEST, wide)) for wide in wanted]

    def _texts(self, standing: Standing) -> list[str]:
        typed = [column.typed(standing) for column in self._layout.columns]
        return ["" if value is None else show(value) for value, show in zip(typed, self._formats, strict=True)]

    def head(self) -> str:
        grid = "".join(f'<w:gridCol w:w="{wide}"/>' for wide in self._widths)
        return (
            '<w:tbl><w:tblPr><w:tblStyle w:val="Ledger"/><w:tblW w:w="5000" w:type="pct"/>'
            f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(self._head_rows())}'
        )

    def _head_rows(self) -> Iterator[str]:
        heads, groups = self._layout.heads, self._layout.groups
        if not groups:
            yield _row((self._head_cell(place, head) for place, head in enumerate(heads)), is_head=True)
            return
        inside = {place: group for group in groups for place in range(group[1], group[2] + 1)}
        upper, lower = [], []
        for place, head in enumerate(heads):
            group = inside.get(place)
            if group is None:
                upper.append(self._head_cell(place, head, '<w:vMerge w:val="restart"/>'))
                lower.append(self._head_cell(place, "", "<w:vMerge/>"))
                continue
            if group[1] == place:
                upper.append(self._group_cell(*group))
            lower.append(self._head_cell(place, head))
        yield _row(upper, is_head=True)
        yield _row(lower, is_head=True)

    def _head_cell(self, place: int, text: str, merge: str = "") -> str:
        return _cell(self._widths[place], text, "TableHead", merge)

    def _group_cell(self, name: str, first: int, last: int) -> str:
        wide = sum(self._widths[first : last + 1])
        return _cell(wide, name, "TableHead", f'<w:gridSpan w:val="{last - first + 1}"/>')

    def body(self) -> Iterator[str]:
        columns = self._layout.columns
        told = [telling_column(column, tell, tell("")) for column, tell in zip(columns, self._tellers, strict=True)]
        for name, some in parts(self._sheet, self.rows):
            part = Totals(columns)
            while piece := list(islice(some, _ROWS_A_PIECE)):
                for cells in zip(*(column(piece) for column in told), strict=True):
                    yield _row(cells)
                part.take(piece if name is not None else ())
            if name is not None:
                yield self._sums(part.part(name))

    def total(self) -> str:
        totals = Totals(self._layout.columns)
        totals.take(self.rows)
        return self._sums(totals.cells)

    def _sums(self, cells: Sequence[Any]) -> str:
        told = zip(self._tellers, cells, strict=True)
        return _row(tell("" if value is None else value) for tell, value in told)

    @property
    def _tellers(self) -> list[Callable[[Any], str]]:
        return [self._teller(place) for place in range(len(self._widths))]

    def _teller(self, place: int) -> Callable[[Any], str]:
        wide, show = self._widths[place], self._formats[place]
        style = "TableNumber" if self._layout.columns[place].measure else "TableText"
        return lambda value: _cell(wide, show(value), style)


def _row(cells: Iterable[str], *, is_head: bool = False) -> str:
    repeated = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(wide: int, text: str, style: str, merge: str = "") -> str:
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/>{merge}<w:vAlign w:val="center"/></w:tcPr>'
        f"{_paragraph(text, style)}</w:tc>"
    )


def _paragraph(text: str, style: str) -> str:
    """A paragraph; a line break stays one."""
    head = f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
    if not text:
        return f"{head}</w:p>"
    lines = escape(_UNHOLDABLE.sub("", text)).split("\n")
    runs = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)
    return f"{head}<w:r>{runs}</w:r></w:p>"
