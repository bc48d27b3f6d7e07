"""Whatever is written is read back: the same rows, in the same places, under whatever titles."""

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger.excel import open_workbook, read_table
from tests.ledger.excel.sheets import titles

# Words that are plainly neither totals, remarks, units nor numbers.
HAN = "水利农业审核项目名称河道清淤整改事由责任时限类别"
word = st.text(st.sampled_from(HAN[:4] + HAN[6:]), min_size=2, max_size=6)
title_line = st.sampled_from(
    ["2024年整改台账", "填报单位：县审计局", "单位：万元", "附件2", "截止日期：2024年3月", "（内部资料）"]
)
text_cell = st.text(st.sampled_from(HAN[:4] + "甲乙丙abc,;\"' \n=+-@"), max_size=8).map(lambda text: "值" + text)
number_cell = st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: round(number, 4))
cell = st.one_of(text_cell, number_cell, st.booleans(), st.just(""))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[str], list[list[Any]], int, int]:
    """Title lines, heads, rows, and how far the table stands from the top and the left."""
    width = draw(st.integers(3, 7))
    heads = draw(st.lists(word, min_size=width, max_size=width, unique=True))
    # A first text in each row, so that no row is blank.
    row = st.lists(cell, min_size=width - 1, max_size=width - 1)
    rows = [[draw(text_cell), *draw(row)] for _ in range(draw(st.integers(1, 12)))]
    return draw(st.lists(title_line, max_size=4)), heads, rows, draw(st.integers(0, 3)), draw(st.integers(0, 3))


def write(path: Path, lines: list[str], heads: list[str], rows: list[list[Any]], down: int, right: int) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(lines, start=down):
            sheet.merge_range(number, right, number, right + len(heads) - 1, line)
        start = down + len(lines)
        for number, row in enumerate([heads, *rows], start=start):
            for column, value in enumerate(row, start=right):
                if value != "":
                    sheet.write(number, column, value)


@given(tables())
def test_a_table_under_title_lines_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, made: tuple[list[str], list[str], list[list[Any]], int, int]
) -> None:
    lines, heads, rows, down, right = made
    path = tmp_path_factory.mktemp("trip") / "a.xlsx"
    write(path, lines, heads, rows, down, right)
    table = read_table(open_workbook(path))
    first = down + len(lines) + 2
    assert titles(table) == heads
    assert [column.index for column in table.columns] == list(range(right, right + len(heads)))
    assert table.title_lines == tuple(lines)
    assert list(table.rows()) == [(first + number, row) for number, row in enumerate(rows)]
    assert table.row_count == len(rows)
    assert table.skipped == ()
