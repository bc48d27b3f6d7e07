"""A document as HTML in which every number is a link to its page."""

from collections.abc import Iterator
from decimal import Decimal
from html import escape

from bihuan.report.document import Block, Chart, Document, Heading, PageBreak, Paragraph, Run, Runs, Table
from bihuan.standards.document_gbt9704 import LEVELS, heading_number

_LOOKS = {"body": "", "flush": " class=flush", "right": " class=right", "note": " class=note"}


def html_of(document: Document) -> str:
    """The document's content, without a page around it; all text is escaped."""
    return "".join(_pieces(document))


def page_of(document: Document) -> str:
    """The document as a page of its own."""
    title = escape(document.title)
    head = f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title></head>'
    return f"{head}<body>{html_of(document)}</body></html>"


def _pieces(document: Document) -> Iterator[str]:
    yield '<article class="report">'
    if document.red_head:
        yield f'<p class="red-mark">{escape(document.red_head.mark)}</p>'
        yield f'<p class="red-number">{escape(document.red_head.number)}</p>'
    yield f"<h1>{escape(document.title)}</h1>"
    counts = [0] * (len(LEVELS) + 1)
    for block in document.blocks:
        yield _block(block, counts)
    if document.signed_by:
        yield f'<p class="right">{escape(document.signed_by)}</p>'
    if document.signed_on:
        day = document.signed_on
        yield f'<p class="right">{day.year}年{day.month}月{day.day}日</p>'
    yield "</article>"


def _block(block: Block, counts: list[int]) -> str:
    match block:
        case Heading(0, runs):
            return f"<h1>{_runs(runs)}</h1>"
        case Heading(level, runs):
            counts[level] += 1
            counts[level + 1 :] = [0] * (len(counts) - level - 1)
            return f"<h{level + 1}>{heading_number(level, counts[level])}{_runs(runs)}</h{level + 1}>"
        case Paragraph(runs, look):
            return f"<p{_LOOKS[look]}>{_runs(runs)}</p>"
        case Table():
            return _table(block)
        case Chart():
            return _chart(block)
        case PageBreak():
            return "<hr>"


def _runs(runs: Runs) -> str:
    return "".join(_run(run) for run in runs)


def _run(run: Run) -> str:
    text = escape(run.text).replace("\n", "<br>")
    if run.number:
        number = run.number
        told = f"{number.title}，{number.unit_name}，{number.period}，{number.records} 条记录"
        text = f'<a class="opens" href="{escape(number.opens)}" title="{escape(told)}">{text}</a>'
    return f"<b>{text}</b>" if run.bold else text


def _table(table: Table) -> str:
    caption = f"<caption>{escape(table.caption)}</caption>" if table.caption else ""
    unit = f'<p class="unit">单位：{escape(table.unit)}</p>' if table.unit else ""
    heads = "".join(f"<th>{escape(head)}</th>" for head in table.heads)
    rows = "".join(f"<tr>{''.join(f'<td>{_runs(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return f"{unit}<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _chart(chart: Chart) -> str:
    """The chart's numbers as a table: what a reader without pictures needs, and what a page can draw from."""
    rows = tuple(
        ((Run(category),), *((Run(_plain(series.values[place])),) for series in chart.series))
        for place, category in enumerate(chart.categories)
    )
    heads = ("", *(series.name for series in chart.series))
    return f'<figure data-chart="{chart.kind}">{_table(Table(heads, rows, chart.title, chart.unit))}</figure>'


def _plain(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:f}"
