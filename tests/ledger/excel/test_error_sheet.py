"""The error sheet: every value as it was, every fault marked, nothing that could run."""

import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bihuan.ledger.excel import open_workbook, read_table
from bihuan.ledger.excel.error_sheet import BadCell, Written, mark_errors, write_error_sheet
from tests.ledger.excel.sheets import cells, table_of, titles, write_book

HEAD = ["序号", "单位", "金额", "日期", "已办"]
ROWS = [
    [1, "水利局", 3.5, datetime(2024, 3, 5), True],
    [2, "=1+1", "abc", datetime(2024, 3, 5, 8, 30), False],
    [3, "@SUM(A1)", "#N/A", time(8, 30), None],
]
FAULTS = [
    BadCell(4, 2, "“abc”不是数字"),
    BadCell(4, 3, "日期晚于今天"),
    BadCell(5, None, "与第 3 行重复"),
]


@pytest.fixture
def original(tmp_path: Path) -> Path:
    path = write_book(tmp_path / "a.xlsx", [["整改台账", *[None] * 4], HEAD], ["A1:E1"])
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet is not None
    for number, row in enumerate(ROWS, start=3):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column)
            cell.value = value
            if isinstance(value, str) and value[0] in "=@":
                cell.data_type = "s"
    book.save(path)
    return path


def marked(original: Path, **options: Any) -> tuple[Any, Written]:
    target = original.with_name("marked.xlsx")
    written = mark_errors(original, FAULTS, target, **options)
    return openpyxl.load_workbook(target).active, written


def test_all_rows_stand_in_order_with_the_faults_told_last(original: Path) -> None:
    sheet, written = marked(original)
    assert written == Written(rows=3, bad_rows=2, faults=3)
    assert "共 3 行数据，其中 2 行有错，共 3 处" in sheet["A1"].value
    assert [cell.value for cell in sheet[2]] == [*HEAD, "错误说明"]
    assert [sheet.cell(row, 1).value for row in (3, 4, 5)] == [1, 2, 3]
    assert sheet["F3"].value is None
    assert sheet["F4"].value == "第 4 行：金额：“abc”不是数字；日期：日期晚于今天"
    assert sheet["F5"].value == "第 5 行：与第 3 行重复"


def test_bad_cells_are_red_and_carry_a_note(original: Path) -> None:
    sheet, _ = marked(original)
    assert sheet["C4"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["C4"].comment.text == "“abc”不是数字"
    assert sheet["C3"].fill.fgColor.rgb != "FFFFC7CE"
    assert sheet["B4"].comment is None


def test_values_keep_their_kind(original: Path) -> None:
    sheet, _ = marked(original)
    assert [sheet.cell(3, column).value for column in (3, 4, 5)] == [3.5, datetime(2024, 3, 5), True]
    assert sheet["D4"].value == datetime(2024, 3, 5, 8, 30)
    assert sheet["C5"].value == "#N/A"


def test_nothing_in_it_can_run(original: Path) -> None:
    sheet, _ = marked(original)
    assert (sheet["B4"].value, sheet["B4"].data_type) == ("=1+1", "s")
    assert (sheet["B5"].value, sheet["B5"].data_type) == ("@SUM(A1)", "s")
    with zipfile.ZipFile(original.with_name("marked.xlsx")) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1", "-1+2", "@a", "\t=1", "http://example.cn", "{=1}"])
def test_text_stays_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'单位,问题\n"{text}",b\n', encoding="utf-8")
    target = tmp_path / "b.xlsx"
    mark_errors(path, [BadCell(2, 0, text)], target)
    sheet = openpyxl.load_workbook(target).active
    assert sheet is not None
    assert [(sheet[place].data_type, sheet[place].hyperlink) for place in ("A3", "C3")] == [("s", None)] * 2
    with zipfile.ZipFile(target) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_only_the_bad_rows(original: Path) -> None:
    sheet, written = marked(original, only_bad=True)
    assert written.rows == 2
    assert [sheet.cell(row, 1).value for row in (3, 4)] == [2, 3]
    assert "只列出有错的行" in sheet["A1"].value


def test_the_error_sheet_can_be_sent_in_again(original: Path) -> None:
    marked(original)
    before = read_table(open_workbook(original))
    again = read_table(open_workbook(original.with_name("marked.xlsx")))
    assert again.header_rows == (2, 2)
    assert titles(again) == [*titles(before), "错误说明"]
    assert [row[:-1] for row in cells(again)] == cells(before)


def test_a_fault_in_a_row_that_is_not_there_is_not_lost_silently(tmp_path: Path) -> None:
    table = table_of(tmp_path / "a.xlsx", [["单位", "问题"], ["a", "b"]])
    with pytest.raises(ValueError, match="99"):
        write_error_sheet(table, [BadCell(99, 0, "x")], tmp_path / "b.xlsx")


def test_long_text_is_cut_with_a_word_and_old_dates_are_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"单位,问题\na,{'长' * 40_000}\n", encoding="utf-8")
    mark_errors(path, [], tmp_path / "b.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx").active
    assert sheet is not None
    assert str(sheet["B3"].value).endswith("（原文 40000 字，单元格放不下，后面从略）")
    assert len(str(sheet["B3"].value)) == 32_767


def test_days_before_the_calendar_of_the_format_are_written_as_text(tmp_path: Path) -> None:
    table = table_of(tmp_path / "a.xlsx", [["单位", "日期"], ["a", date(1900, 1, 15)]])
    write_error_sheet(table, [], tmp_path / "b.xlsx")
    assert table.row_count == 1
