"""A table of figures as a workbook: numbers as numbers, each leading to the line that says where it is from."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from bihuan.figure.explaining import explained
from bihuan.figure.opening import open_value
from bihuan.figure.value import Value, places_of, rounded
from bihuan.ledger.among import among
from bihuan.ledger.models import Record
from bihuan.ledger.rules import scope_everywhere
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.exploring import Explored

MOST_OPENED = 300
"""So many numbers name their records; opening each is a reading of the lake. Of the rest the count alone is told."""
_NUMBERS_SHOWN = 40
_HEADS = (
    "格",
    "指标",
    "单位",
    "时期",
    "分组",
    "值",
    "精确值",
    "计量单位",
    "口径",
    "版本",
    "截至",
    "知道于",
    "记录数",
    "记录编号",
)


def workbook(explored: Explored, actor: Actor, title: str) -> bytes:
    """Two sheets: the table as seen, and the sources of its numbers, a line each."""
    content = BytesIO()
    with xlsxwriter.Workbook(
        content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        table, sources = book.add_worksheet("表"), book.add_worksheet("来源")
        table.write_string(0, 0, title)
        table.write_row(1, 0, ["", *(column.title for column in explored.columns)])
        sources.write_row(0, 0, _HEADS)
        lines: list[Sequence[Any]] = []
        for at, (row, values) in enumerate(explored.rows, 2):
            table.write_string(at, 0, row.title)
            for across, value in enumerate(values, 1):
                if isinstance(value, Value):
                    lines.append(_source(explored, actor, value, row.title, is_opened=len(lines) < MOST_OPENED))
                    _number(table, at, across, explored, value, len(lines) + 1)
                else:
                    table.write_string(at, across, "无权查看")
        if explored.rest:
            table.write_row(len(explored.rows) + 2, 0, [f"其余 {explored.rest} 项", *explored.sums])
        for at, line in enumerate(lines, 1):
            sources.write_row(at, 0, [f"第 {at} 个", *line])
        table.set_column(0, 0, 26)
        table.set_column(1, len(explored.columns), 18)
        sources.set_column(0, len(_HEADS), 16)
    return content.getvalue()


def _number(table: Worksheet, at: int, across: int, explored: Explored, value: Value, line: int) -> None:
    """The number, with a link to its source; the unknown is a dash."""
    if value.number is None:
        table.write_string(at, across, "—")
        return
    shown = rounded(value.number, places_of(explored.found.figures[value.code]))
    table.write_url(at, across, f"internal:'来源'!A{line}", string=str(shown))
    table.write_number(at, across, float(shown))


def _source(explored: Explored, actor: Actor, value: Value, title: str, *, is_opened: bool) -> Sequence[Any]:
    found, figure = explored.found, explored.found.figures[value.code]
    clocks, number = found.question.clocks, value.number
    return (
        figure.spec.title,
        found.tree(value.period).name(value.unit) or "全部单位",
        value.period.title,
        title if value.slice else "",
        "不知道" if number is None else str(rounded(number, places_of(figure))),
        "" if number is None else str(number),
        figure.spec.unit,
        explained(value.code, found.catalogue),
        found.catalogue.in_force(value.code).version,
        showing.moment(clocks.as_of),
        showing.moment(clocks.known_at),
        "" if value.records is None else value.records,
        _records(explored, actor, value) if is_opened else "",
    )


def _records(explored: Explored, actor: Actor, value: Value) -> str:
    """The numbers of the records behind, as far as the person sees them now; those that are too many are counted."""
    opened = open_value(explored.found, value.code, value.unit, value.period, value.slice)
    ids = sorted({pk for part in opened for pk in part.ids})
    if not ids:
        return ""
    rows = Record.objects.filter(scope_everywhere(actor)).filter(among(ids[:_NUMBERS_SHOWN])).order_by("pk")
    numbers = list(rows.values_list("number", flat=True))
    more = len(ids) - len(numbers)
    return "、".join(numbers) + (f"，另有 {more:,} 条" if more else "")
