"""A large sheet read in portions says exactly what it says when it is read whole."""

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger.excel import open_workbook, portions, read_table
from bihuan.ledger.excel.portions import PortionedGrid
from bihuan.ledger.excel.workbook import Workbook
from tests.ledger.excel.sheets import raw_xlsx, sheet_xml

_CELLS = st.one_of(
    st.none(),
    st.text("办结，<&> a1", max_size=6),
    st.integers(-9, 10**6),
    st.booleans(),
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
)


def read_both(path: Path, sheet: str | None = None) -> tuple[Any, Any]:
    """All cells of a sheet: read whole, and read in portions of a few rows."""
    whole = _grid(open_workbook(path), sheet)
    with pytest.MonkeyPatch.context() as small:
        small.setattr(portions, "LARGE", 0)
        small.setattr(portions, "_PORTION", 300)
        parted = _grid(open_workbook(path), sheet)
    assert isinstance(parted, PortionedGrid)
    return whole, parted


def _grid(workbook: Workbook, sheet: str | None) -> Any:
    return workbook.grid(sheet or workbook.sheets[0].name)


def rows_of(grid: Any) -> list[tuple[int, list[Any]]]:
    """The rows that hold something, without the blanks at their ends."""
    found = []
    for number, cells in grid.read():
        kept = list(cells)
        while kept and kept[-1] == "":
            kept.pop()
        if kept:
            found.append((number, kept))
    return found


@given(st.lists(st.lists(_CELLS, max_size=5), min_size=1, max_size=40), st.integers(0, 30), st.integers(0, 2))
def test_portions_give_the_same_cells(rows: list[list[Any]], gap: int, left: int) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.cell(1, 1, "表头")
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1 + left):
            sheet.cell(number + (gap if number > len(rows) // 2 else 0), column, value)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "表.xlsx"
        book.save(path)
        whole, parted = read_both(path)
        assert rows_of(parted) == rows_of(whole)
        assert parted.rows >= whole.rows


def test_merged_areas_and_errors_are_where_they_were(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>第{n}项</t></is></c>'
        + (f'<c r="C{n}" t="e"><v>#REF!</v></c>' if n % 7 == 0 else f'<c r="C{n}"><v>{n}</v></c>')
        + "</row>"
        for n in range(1, 60)
    )
    merges = '<mergeCells count="2"><mergeCell ref="A3:A5"/><mergeCell ref="A20:B22"/></mergeCells>'
    whole, parted = read_both(
        raw_xlsx(tmp_path / "表.xlsx", sheet_xml(rows, after="").replace("</sheetData>", f"</sheetData>{merges}"))
    )
    assert rows_of(parted) == rows_of(whole)
    assert sorted(parted.merges) == sorted(whole.merges) == [((2, 0), (4, 0)), ((19, 0), (21, 1))]


def test_another_sheet_the_older_calendar_and_shared_strings_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "表.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": True}) as book:
        book.add_worksheet("说明").write(0, 0, "看第二张表")
        sheet, day = book.add_worksheet("台账"), book.add_format({"num_format": "yyyy-mm-dd"})
        for row in range(50):
            sheet.write(row, 0, f"同样的字{row % 3}")
            sheet.write_datetime(row, 1, date(2024, 2, 29), day)
    whole, parted = read_both(path, "台账")
    assert rows_of(parted) == rows_of(whole)
    assert rows_of(parted)[0] == (1, ["同样的字0", date(2024, 2, 29)])


def test_what_stands_far_right_of_a_late_row_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portions, "LARGE", 0)
    monkeypatch.setattr(portions, "_PORTION", 300)
    path = tmp_path / "表.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, ["编号", "名称"])
        for row in range(1, 200):
            sheet.write_row(row, 0, [f"W{row}", f"名称{row}"])
        sheet.write(180, 6, "旁注")
    table = read_table(open_workbook(path))
    assert [cells for _, cells in table.rows()] == [[f"W{row}", f"名称{row}"] for row in range(1, 200)]
    assert "G 列没有表头，但从第 181 行起有内容，没有读入。" in table.notes
