"""The body of a report: its blocks one after another, headings counted, numbers in their controls."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bihuan.report.document import (
    Block,
    Chart,
    Document,
    Heading,
    Number,
    PageBreak,
    Paragraph,
    Run,
    Runs,
    Table,
    is_number,
)
from bihuan.report.docx import numbers
from bihuan.report.docx.chart import drawing
from bihuan.report.docx.columns import column_widths
from bihuan.report.docx.markup import KEPT, paragraph, run
from bihuan.standards import document_gbt9704 as layout

_LOOKS = {"body": "BodyText", "flush": "Flush", "right": "Right", "note": "Note"}


@dataclass
class Links:
    """The document's relations as they are handed out: links by their address, charts in order."""

    base: str
    first: int
    addresses: dict[str, str] = field(default_factory=dict)
    charts: list[Chart] = field(default_factory=list)
    printed: list[tuple[int, Run]] = field(default_factory=list)

    def link(self, address: str) -> str:
        return self.addresses.setdefault(address, f"rId{self.first + len(self.addresses)}")

    def chart(self, chart: Chart) -> str:
        self.charts.append(chart)
        return f"rIdChart{len(self.charts)}"

    def number(self, one: Run) -> int:
        self.printed.append((len(self.printed) + 1, one))
        return len(self.printed)


def body(document: Document, links: Links) -> Iterator[str]:
    """The content of w:body, piece by piece, all but the section's properties."""
    yield from _head(document)
    count = HeadingCounter()
    *before, last = document.blocks or (None,)
    for block in before:
        yield from block_xml(block, count, links)
    if isinstance(last, Paragraph) and _is_signed(document):
        # Whoever signs does so under the last words, not on a page alone.
        yield paragraph(_LOOKS[last.look], _runs(last.runs, links), KEPT)
    elif last is not None:
        yield from block_xml(last, count, links)
    yield from _signature(document)
    if document.annex and (document.numbers or links.charts):
        yield from annex_xml([run for run in document.runs() if run.number], links)


def _head(document: Document) -> Iterator[str]:
    if document.red_head:
        yield paragraph("Mark", run(document.red_head.mark))
        yield paragraph("Flush")
        yield paragraph("Flush")
        yield paragraph("Number", run(document.red_head.number))
        yield paragraph("Flush")
        yield paragraph("Flush")
    yield paragraph("Title", run("\n".join(layout.title_lines(document.title))))
    yield paragraph("Flush")


def _is_signed(document: Document) -> bool:
    return bool(document.signed_by) or document.signed_on is not None


def _signature(document: Document) -> Iterator[str]:
    if not _is_signed(document):
        return
    yield paragraph("Flush", "", KEPT)
    if document.signed_by:
        yield paragraph("Right", run(document.signed_by), KEPT if document.signed_on else "")
    if document.signed_on:
        day = document.signed_on
        yield paragraph("Right", run(f"{day.year}年{day.month}月{day.day}日"))


class HeadingCounter:
    """Counts headings: one of a level begins those under it anew."""

    def __init__(self) -> None:
        self._counts = [0] * (len(layout.LEVELS) + 1)

    def mark(self, level: int) -> str:
        self._counts[level] += 1
        for under in range(level + 1, len(self._counts)):
            self._counts[under] = 0
        return layout.heading_number(level, self._counts[level])


def block_xml(block: Block, count: HeadingCounter, links: Links) -> Iterator[str]:
    """A block, piece by piece."""
    match block:
        case Heading(0, runs):
            yield paragraph("Title", _runs(runs, links))
        case Heading(level, runs):
            yield paragraph(f"Heading{level}", run(count.mark(level)) + _runs(runs, links))
        case Paragraph(runs, look):
            yield paragraph(_LOOKS[look], _runs(runs, links))
        case Table():
            yield from table_xml(block, links)
        case Chart():
            relation = links.chart(block)
            yield paragraph("Figure", drawing(relation, len(links.charts), block.title))
        case PageBreak():
            yield '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def _runs(runs: Runs, links: Links) -> str:
    return "".join(_run(one, links) for one in runs)


def _run(one: Run, links: Links) -> str:
    if one.number is None:
        return run(one.text, bold=one.bold)
    address = numbers.address(one.number, links.base)
    return numbers.control(one, links.number(one), links.link(address))


def table_xml(table: Table, links: Links) -> Iterator[str]:
    """A table with its caption and unit line above it, piece by piece."""
    if table.caption:
        yield paragraph("Caption", run(table.caption))
    if table.unit:
        yield paragraph("TableUnit", run(f"单位：{table.unit}"))
    widths = column_widths(table)
    grid = "".join(f'<w:gridCol w:w="{wide}"/>' for wide in widths)
    yield (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="Report"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    )
    heads = [(wide, "TableHead", run(head)) for wide, head in zip(widths, table.heads, strict=True)]
    yield _row(heads, is_head=True)
    before_last = len(table.lines) - 2
    for place, row in enumerate(table.lines):
        looks = ("TableNumber" if is_number(cell) else "TableText" for cell in row)
        cells = zip(widths, looks, (_runs(cell, links) for cell in row), strict=True)
        yield _row(cells, is_kept=place == before_last)
    yield "</w:tbl>"
    yield paragraph("Note")


def _row(cells: Iterable[tuple[int, str, str]], *, is_head: bool = False, is_kept: bool = False) -> str:
    """A row; one that `is_kept` stays on the page of the next, so that no total stands alone on a page."""
    repeated = "<w:tblHeader/>" if is_head else ""
    kept = KEPT if is_kept else ""
    return (
        f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>"
        + "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{wide}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
            f"{paragraph(style, content, kept)}</w:tc>"
            for wide, style, content in cells
        )
        + "</w:tr>"
    )


def annex_xml(printed: Sequence[Run], links: Links) -> Iterator[str]:
    """The list of every number with what it means, how many records stand behind it, and as of when.

    A chart's points cannot be links: those that stand nowhere else open from here.
    """
    yield paragraph("Title", run("附件：本材料数字一览"), "<w:pageBreakBefore/>")
    yield paragraph("Flush")
    told: dict[tuple[object, ...], Run] = {}
    for one in printed:
        if one.number:
            told.setdefault(_key(one.number), one)
    in_text = len(told)
    for number in (number for chart in links.charts for series in chart.series for number in series.numbers):
        told.setdefault(_key(number), Run("", number))
    explained: set[str] = set()
    rows = []
    for place, one in enumerate(told.values(), 1):
        if one.number:
            is_known = one.number.figure in explained
            rows.append(_annex_row(place, one.number, is_known=is_known, opens=place > in_text))
            explained.add(one.number.figure)
    heads = ("序号", "指标与口径", "单位", "期间", "数值", "计量", "截至", "版本", "记录数")
    yield from table_xml(Table(heads, tuple(rows)), links)


def _key(number: Number) -> tuple[object, ...]:
    return number.figure, number.unit, number.period, number.as_of, number.known_at, number.aspect


def _annex_row(place: int, number: Number, *, is_known: bool, opens: bool) -> tuple[Runs, ...]:
    """What a number means is said where its figure first stands."""
    told = f"{number.title}\n{number.definition}" if number.definition and not is_known else number.title
    value = "—" if number.value is None else f"{number.value:f}"
    where = (number.unit_name, number.period)
    before, after = (str(place), told, *where), (number.measure, f"{number.as_of}", f"{number.version}")
    records = "—" if number.aspect.partition("@")[0] == "score" else str(number.records)
    printed = Run(value, number if opens else None)
    return (*((Run(cell),) for cell in before), (printed,), *((Run(cell),) for cell in (*after, records)))
