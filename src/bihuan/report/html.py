"""A document as HTML in which every number is a link to its page."""

import re
from collections.abc import Iterator
from html import escape

from bihuan.report.document import (
    Block,
    Chart,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    Run,
    Runs,
    Series,
    Table,
    is_number,
)
from bihuan.report.svg import chart_svg
from bihuan.standards.document_gbt9704 import LEVELS, heading_number

# A page that is kept as a file has no stylesheet beside it.
_LOOK = (
    "body{max-width:820px;margin:40px auto;padding:0 16px;font:17px/1.9 FangSong,STFangsong,serif;color:#111}"
    "h1{text-align:center;font-size:24px}h2,h3,h4,h5{font-size:17px;text-indent:2em;margin:6px 0}"
    "p{text-indent:2em;margin:0 0 4px;text-align:justify}p.flush,p.note,p.unit,p.red-mark,p.red-number{text-indent:0}"
    "p.right,p.unit{text-align:right}p.unit{font-size:13px}.num{text-align:right}"
    "p.red-mark{text-align:center;color:#d00;font-size:34px;font-weight:600}"
    "p.red-number{text-align:center;border-bottom:2px solid #d00;padding-bottom:12px;margin-bottom:28px}"
    "table{width:100%;border-collapse:collapse;font-size:14px;line-height:1.5;margin:8px 0 16px}"
    "th,td{border:1px solid #666;padding:3px 8px}caption,figcaption{text-align:center;font-weight:600;padding:4px}"
    "figure{margin:12px 0}summary{font-size:13px;color:#555}a{color:#14509e}"
)
_OPENS = re.compile(r'(<a class="opens" href=")/')
_LOOKS = {"body": "", "flush": " class=flush", "right": " class=right", "note": " class=note"}


def html_of(document: Document) -> str:
    """The document's content, without a page around it; all text is escaped."""
    return "".join(_pieces(document))


def page_of(document: Document, base: str) -> str:
    """The document as a page of its own. `base` is the address under which the numbers' pages open."""
    title = escape(document.title)
    head = f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
    head += f"<style>{_LOOK}</style></head>"
    content = _OPENS.sub(lambda link: f"{link[1]}{base.rstrip('/')}/", html_of(document))
    return f"{head}<body>{content}</body></html>"


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
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.lines)
    return f"{unit}<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(cell: Runs) -> str:
    """Numbers stand at the right, as in the Word file."""
    return f"<td{' class=num' if is_number(cell) else ''}>{_runs(cell)}</td>"


def _chart(chart: Chart) -> str:
    """The chart as a picture, and under it its numbers as a table in which each is a link."""
    rows = tuple(
        ((Run(category),), *((_point(series, place),) for series in chart.series))
        for place, category in enumerate(chart.categories)
    )
    unit = f"（{chart.unit}）" if chart.unit else ""
    table = _table(Table(("", *(series.name for series in chart.series)), rows))
    return (
        f'<figure data-chart="{chart.kind}"><figcaption>{escape(chart.title + unit)}</figcaption>{chart_svg(chart)}'
        f"<details><summary>图中的数</summary>{table}</details></figure>"
    )


def _point(series: Series, place: int) -> Run:
    value = series.values[place]
    return Run("—" if value is None else f"{value:f}", series.numbers[place] if series.numbers else None)
