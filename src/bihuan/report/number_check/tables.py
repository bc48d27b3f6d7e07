"""The tables of a draft: which words stand over and beside each cell, and in which unit its number is.

A table is made in Word, or drawn in plain text with bars, tabs or wide blanks between its columns.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from bihuan.standards.measures import find_unit, is_unit, title_unit

_BETWEEN = re.compile(r"\s*[|｜]\s*|\t+|\u3000+| {2,}")
_RULE = re.compile(r"[\s|｜:：\-—─+]*")
_BARE = re.compile(r"[-−－]?[\d,]+(?:\.\d+)?")
_QUANTITY = re.compile(r"(?:[-−－]?[\d,]+(?:\.\d+)?\s*[^\d月季年日号、.．]{0,4}|[-—–/]*)")
_UNIT_COLUMN = re.compile("(?:计量)?单位")
_TURN_COLUMN = re.compile("序号|编号|序|排名|名次|位次")
_SAYS_NOTHING = re.compile(
    "(?:项目|指标|名称|类别|完成|实际|数值|数据|数量|件数|个数|起数|户数|次数|数字|情况|[本同]期|今年|本年|全年|累计|合计|总计|数|[（(].*?[）)])+"
)
_RATE = re.compile("率|占比|比重|比例|增幅|降幅|同比|环比|[±]")
_LEAST_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """The characters of a block that are a cell: the words of its column and row, the unit that these give its number,
    and where it stands, tables, rows and columns counted from 0. `beginning` is what its row begins with, `beside` the
    heads of the other columns.
    """

    start: int
    end: int
    head: str
    unit: str = ""
    beginning: str = ""
    beside: str = ""
    table: int = 0
    row: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell as it is found: where its characters are, and what it says."""

    start: int
    end: int
    text: str


def headed(rows: Sequence[Sequence[Piece]], table: int, caption: str = "") -> list[list[Cell]]:
    """The cells of a table. Rows without a quantity are heads, two of them one over the other are read together;
    `caption` is what stands over the table and may tell a unit.
    """
    tops: list[str] = []
    found, was_head = [], False
    for row_number, row in enumerate(rows):
        texts = [piece.text.strip() for piece in row]
        is_head = row_number == 0 or not any(map(_is_quantity, texts[1:] or texts))
        above = tops if not is_head or was_head else []
        found.append(
            [_cell(row, texts, column, above, table, row_number, caption) for column in range(len(row))]
            if not is_head
            else [
                Cell(piece.start, piece.end, "", table=table, row=row_number, column=c) for c, piece in enumerate(row)
            ]
        )
        if is_head:
            tops = [_joined(tops, column, text) if was_head else text for column, text in enumerate(texts)]
        was_head = is_head
    return found


def _joined(tops: Sequence[str], column: int, text: str) -> str:
    over = tops[column] if column < len(tops) else ""
    return over if over == text else over + text


def _cell(
    row: Sequence[Piece],
    texts: Sequence[str],
    column: int,
    tops: Sequence[str],
    table: int,
    row_number: int,
    caption: str,
) -> Cell:
    names = [top.strip() for top in (*tops, *[""] * len(row))]
    beside = [
        text
        for name, text in zip(names, texts[:column], strict=False)
        if text and not _is_quantity(text) and not _is_unit_column(name, text) and not _TURN_COLUMN.fullmatch(name)
    ]
    own = [text for name, text in zip(names, texts, strict=False) if _is_unit_column(name, text)]
    beginning, top = "".join(dict.fromkeys(beside)), names[column]
    unit = (
        title_unit(top)[1]
        or title_unit(beginning)[1]
        or (find_unit(own[0]).name if own else "")
        or ("%" if _RATE.search(top + beginning) else _of_caption(caption))
    )
    is_named = bool(beginning) and _SAYS_NOTHING.fullmatch(top)
    head = "，".join(filter(None, ("" if is_named and not _RATE.search(top) else top, beginning)))
    if _TURN_COLUMN.fullmatch(top):
        head = unit = ""
    others = "，".join(tops)
    return Cell(row[column].start, row[column].end, head, unit, beginning, others, table, row_number, column)


def _is_quantity(text: str) -> bool:
    return bool(_QUANTITY.fullmatch(text))


def _is_unit_column(top: str, text: str) -> bool:
    return bool(_UNIT_COLUMN.fullmatch(top)) and is_unit(text)


def _of_caption(caption: str) -> str:
    """The unit of （单位：件、%） for what is no rate: the only other one."""
    units = [unit for unit in re.split("[、，,/]", caption.partition("单位：")[2].rstrip("）)。：: ")) if is_unit(unit)]
    counted = [unit for unit in units if unit not in ("%", "‰")]
    return find_unit(counted[0]).name if len(counted) == 1 else ""


def cells_in(lines: Sequence[str]) -> Iterator[tuple[int, tuple[Cell, ...]]]:
    """The tables drawn in plain text: each line of one with its cells. Lines that follow one another and fall into as
    many columns, the first without a number, are a table.
    """
    split = [_pieces(line) for line in lines]
    tables = 0
    for many, group in groupby(range(len(lines)), key=lambda index: len(split[index])):
        run = [index for index in group if not _RULE.fullmatch(lines[index])]
        while run and many >= _LEAST_COLUMNS and any(_BARE.fullmatch(piece.text) for piece in split[run[0]]):
            del run[0]
        has_numbers = any(_is_quantity(piece.text) for index in run for piece in split[index][1:])
        if many < _LEAST_COLUMNS or len(run) < _LEAST_COLUMNS or not has_numbers:
            continue
        caption = lines[run[0] - 1].strip() if run[0] else ""
        found = headed([split[index] for index in run], tables, caption)
        for index, cells in zip(run, found, strict=True):
            yield (
                index,
                tuple(cell for cell in cells if cell.head or not _BARE.fullmatch(lines[index][cell.start : cell.end])),
            )
        tables += 1


def _pieces(line: str) -> list[Piece]:
    """What stands between the bars; a bar at the edge divides nothing. An indented line is one piece."""
    found: list[Piece] = []
    start = len(line) - len(line.lstrip(" \t\u3000|｜"))
    end = len(line.rstrip(" \t\u3000|｜"))
    for between in _BETWEEN.finditer(line, start, end):
        found.append(Piece(start, between.start(), line[start : between.start()]))
        start = between.end()
    return [*found, Piece(start, end, line[start:end])]
