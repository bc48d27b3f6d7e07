"""Whole files: several sheets, hidden and empty ones, and the formats that an office program writes."""

import subprocess
from pathlib import Path

import openpyxl
import pytest

from bihuan.ledger.excel import CellError, UnreadableFile, Workbook, open_workbook, read_table
from tests.ledger.excel.sheets import cells, fill, raw_xlsx, sheet_xml, titles
from tests.outside import require_soffice

BODY = [["序号", "单位", "金额"], *[[number, "水利局", number] for number in range(1, 6)]]


@pytest.fixture
def workbook(tmp_path: Path) -> Workbook:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "填表说明"
    fill(book.active, [["一、填表要求", "略"]] * 40)
    fill(book.create_sheet("整改台账"), BODY)
    hidden = book.create_sheet("字典")
    fill(hidden, [["代码", "名称"], ["01", "水利"]])
    hidden.sheet_state = "hidden"
    book.create_sheet("Sheet4")
    book.save(tmp_path / "a.xlsx")
    return open_workbook(tmp_path / "a.xlsx")


def test_sheets_are_listed_with_what_they_hold(workbook: Workbook) -> None:
    listed = [(s.name, s.filled, s.hidden, s.is_empty, s.looks_like_ledger) for s in workbook.sheets]
    assert listed == [
        ("填表说明", 80, False, False, False),
        ("整改台账", 18, False, False, True),
        ("字典", 4, True, False, False),
        ("Sheet4", 0, False, True, False),
    ]
    assert workbook.size("整改台账") == (6, 3)


def test_the_likeliest_sheet_is_read_unless_one_is_named(workbook: Workbook) -> None:
    assert read_table(workbook).sheet_name == "整改台账"
    assert titles(read_table(workbook, "字典")) == ["代码", "名称"]


def test_an_empty_or_unknown_sheet_is_refused_with_the_others_named(workbook: Workbook) -> None:
    with pytest.raises(UnreadableFile, match=r"空表.*“整改台账”"):
        read_table(workbook, "Sheet4")
    with pytest.raises(UnreadableFile, match=r"没有工作表“台帐”.*“整改台账”"):
        read_table(workbook, "台帐")


def test_rows_can_be_read_again_and_halfway(workbook: Workbook) -> None:
    table = read_table(workbook)
    assert next(iter(table.rows()))[0] == 2
    assert cells(table) == cells(table)
    assert table.row_count == 5


def test_a_sheet_without_anything_claims_no_head(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="空表"):
        read_table(open_workbook(raw_xlsx(tmp_path / "a.xlsx", sheet_xml(""))))


OFFICE_ROWS = [
    ["2024年整改台账", None, None, None],
    ["单位", "资金（万元）", None, "说明"],
    [None, "省级", "县级", None],
    ["水利局", 1.5, 2, "=1/0"],
    [None, 3, 4, "0012"],
    ["合计", 4.5, 6, None],
]
OFFICE_MERGES = ["A1:D1", "A2:A3", "B2:C2", "D2:D3", "A4:A5"]


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same sheet as LibreOffice saves it in each format, in one folder."""
    program = require_soffice()
    folder = tmp_path_factory.mktemp("office")
    book = openpyxl.Workbook()
    fill(book.active, OFFICE_ROWS, OFFICE_MERGES)
    book.active.row_dimensions[5].hidden = True
    book.active.column_dimensions["C"].hidden = True
    book.save(folder / "a.xlsx")
    home = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    for kind in ("xls", "ods"):
        command = [program, home, "--headless", "--convert-to", kind, "--outdir", str(folder), str(folder / "a.xlsx")]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder


@pytest.mark.outside
@pytest.mark.parametrize("name", ["a.xls", "a.ods"])
def test_formats_of_an_office_program(converted: Path, name: str) -> None:
    table = read_table(open_workbook(converted / name))
    assert table.header_rows == (2, 3)
    assert titles(table) == ["单位", "资金（万元）/省级", "资金（万元）/县级", "说明"]
    rows = cells(table)
    assert rows[0] == ["水利局", 1.5, 2.0, CellError("#DIV/0!")]
    assert rows[1] == ["水利局", 3.0, 4.0, "0012"]
    assert [check.agrees for check in table.totals] == [True, True]
    assert any("有 1 行、 C 列是隐藏的" in note for note in table.notes)


@pytest.mark.outside
@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods"])
def test_what_is_hidden_can_be_left_out(converted: Path, name: str) -> None:
    table = read_table(open_workbook(converted / name), without_hidden=True)
    assert titles(table) == ["单位", "资金（万元）/省级", "说明"]
    assert [row[:2] for row in cells(table)] == [["水利局", 1.5]]
    assert any("有 1 行、 C 列是隐藏的（多半是筛选掉的），没有读入" in note for note in table.notes)


@pytest.mark.outside
@pytest.mark.parametrize("name", ["a.xls", "a.ods"])
def test_office_formats_cut_short_are_refused(converted: Path, tmp_path: Path, name: str) -> None:
    data = (converted / name).read_bytes()
    for part in (0.3, 0.6, 0.9):
        path = tmp_path / name
        path.write_bytes(data[: int(len(data) * part)])
        with pytest.raises(UnreadableFile):
            read_table(open_workbook(path))


@pytest.mark.outside
def test_an_xls_whose_sectors_run_in_a_circle_is_refused(converted: Path, tmp_path: Path) -> None:
    data = bytearray((converted / "a.xls").read_bytes())
    first_fat = int.from_bytes(data[76:80], "little")
    start = (first_fat + 1) * 512
    for sector in range(128):
        data[start + sector * 4 : start + sector * 4 + 4] = (0).to_bytes(4, "little")
    path = tmp_path / "a.xls"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match=r"环|断"):
        open_workbook(path)
