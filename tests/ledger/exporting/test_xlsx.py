"""The workbook, read back with another library: what a clerk sees when opening and when printing it."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from bihuan.ledger.exporting import Sheet, write_xlsx
from bihuan.ledger.spec import FieldSpec
from tests.cast import MONDAY
from tests.ledger.exporting.samples import FIELDS, FULL, LIGHT, LOOKUP, fields, part, record, sheet_of


@pytest.fixture(autouse=True)
def on_monday() -> Any:
    from bihuan.base import clock

    with clock.fixed(MONDAY):
        yield


def opened(path: Path) -> Workbook:
    return load_workbook(path)


def page_of(path: Path) -> Worksheet:
    page = opened(path).active
    assert isinstance(page, Worksheet)
    return page


def texts(page: Worksheet, row: int) -> list[Any]:
    return [cell.value for cell in page[row]]


def test_title_stamp_and_unit_stand_over_the_head(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_xlsx(sheet_of(reporting_unit="审计局", reviewed_by="童经"), [record(**FULL)], path)
    page = page_of(path)
    assert page["A1"].value == "审计发现问题台账"
    assert page["A2"].value == "填报单位：审计局　　填表人：沈审　　审核人：童经　　填报日期：2026年3月2日"
    assert page["A3"].value == "单位：万元"
    last = page.cell(4, len(FIELDS) + 1).coordinate[:-1]
    assert {str(area) for area in page.merged_cells.ranges} == {f"A{row}:{last}{row}" for row in (1, 2, 3)}


def test_money_of_several_measures_tells_its_own_in_the_head(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    yuan = FieldSpec(code="fee", title="罚款", kind="money", measure="元")
    write_xlsx(sheet_of([*fields("amount", "area"), yuan]), [], path)
    page = page_of(path)
    assert texts(page, 3) == ["编号", "涉及金额（万元）", "面积（亩）", "罚款（元）"]


def test_groups_stand_over_their_fields_when_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_xlsx(sheet_of(fields("title", "detail", "unit_", "amount"), grouped=True), [record(**FULL)], path)
    page = page_of(path)
    areas = {str(area) for area in page.merged_cells.ranges}
    # One field alone makes no group; what has none reaches over both rows.
    assert areas >= {"A4:A5", "B4:C4", "D4:D5", "E4:E5"}
    assert texts(page, 4) == ["编号", "问题", None, "责任单位", "涉及金额"]
    assert texts(page, 5) == [None, "问题摘要", "问题描述", None, None]
    assert page["B6"].value == "账实不符"


def test_cells_are_typed(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_xlsx(sheet_of(extras=(LIGHT,)), [record(**FULL), record(2)], path)
    page = page_of(path)
    assert texts(page, 5) == [
        "SJ2026-0001",
        "绿 在办",
        "账实不符",
        "第一行\n第二行",
        "县级",
        "青溪镇",
        1234.5,
        200,
        12.25,
        38,
        datetime(2026, 1, 5),
        datetime(2026, 1, 5, 9, 30, 9),
        "330102190001011234",
        "2 个附件",
    ]
    formats = [cell.number_format for cell in page[5]]
    assert formats[6].startswith("#,##0.00") and formats[9:12] == ["0", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"]
    assert texts(page, 6) == ["SJ2026-0002", "绿 在办", *[None] * 12]
    assert all(cell.border.left.style == "thin" for row in (5, 6) for cell in page[row])
    assert page["D5"].alignment.wrap_text and page.row_dimensions[5].height == 2 * 16


def test_the_page_is_set_up_for_paper_and_screen(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_xlsx(sheet_of(grouped=True), [record(**FULL)], path)
    page = page_of(path)
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    assert page.sheet_properties.pageSetUpPr is not None and page.sheet_properties.pageSetUpPr.fitToPage
    # Left out, the width is one page; 0 is as many pages high as need be.
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (None, 0)
    assert page.print_title_rows == "$4:$5"
    assert page.oddFooter.center.text == "第 &P 页 共 &N 页"
    assert page.freeze_panes == "B6"
    assert '<ignoredError sqref="A1:XFD1048576" numberStoredAsText="1"/>' in part(path, "xl/worksheets/sheet1.xml")


def test_columns_are_as_wide_as_what_stands_in_them(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_xlsx(sheet_of(fields("title", "detail", "card")), [record(title="甲" * 10, detail="乙" * 500)], path)
    page = page_of(path)
    widths = [page.column_dimensions[letter].width for letter in "ABCD"]
    assert widths[1] == pytest.approx(22, abs=1) and widths[2] == pytest.approx(44, abs=1) and widths[3] < 12


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "<f>1</f>", "_x003D_1+1", "http://evil/"],
)
def test_no_text_becomes_a_formula_or_a_link(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.xlsx"
    field = FieldSpec(code="title", title=text, kind="longtext", group=text)
    other = FieldSpec(code="other", title=f"{text}二", kind="text", group=text)
    sheet = Sheet(text, [field, other], LOOKUP, prepared_by=text, grouped=True)
    write_xlsx(sheet, [record(title=text, other=text)], path)
    raw = part(path, "xl/worksheets/sheet1.xml")
    assert "<f>" not in raw and "<f " not in raw and "hyperlink" not in raw
    page = page_of(path)
    assert unescape(str(page["B5"].value)) == text and page["B5"].data_type == "s"
    assert page["A1"].value == text and page["B4"].value == text


def test_a_negative_number_stays_a_number(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_xlsx(sheet_of(fields("amount")), [record(amount=-3.5)], path)
    assert page_of(path)["B5"].value == -3.5


def test_what_one_sheet_cannot_hold_goes_on_the_next_and_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    records = [record(number, title=f"第{number}件") for number in range(1, 8)]
    written = write_xlsx(sheet_of(fields("title"), with_total=True), records, path, rows_a_sheet=7)
    pages = opened(path).worksheets
    assert [page.title for page in pages] == ["审计发现问题台账", "审计发现问题台账(2)", "审计发现问题台账(3)"]
    rows = [[row[0] for row in page.iter_rows(min_row=4, values_only=True)] for page in pages]
    said = "注：本表已满 3 行，余下的在后面的工作表"
    assert rows[0] == ["SJ2026-0001", "SJ2026-0002", "SJ2026-0003", said]
    assert rows[1] == ["SJ2026-0004", "SJ2026-0005", "SJ2026-0006", said]
    assert rows[2] == ["SJ2026-0007", "合计"]
    assert pages[1]["A1"].value == "审计发现问题台账（续 1）"
    assert [page.sheet_view.tabSelected for page in pages] == [True, None, None]
    assert written.rows == 7 and written.notes == ("一张工作表最多放 3 行，7 行分在 3 张工作表里",)


def test_a_text_too_long_for_a_cell_is_cut_and_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    written = write_xlsx(sheet_of(fields("detail")), [record(detail="长" * 40_000)], path)
    cell = page_of(path)["B4"].value
    assert isinstance(cell, str) and len(cell) == 32_767
    assert cell.endswith("……（原文 40,000 字，单元格放不下，后面从略）")
    assert written.notes == ("有 1 格超过 32,767 字，单元格放不下，只写出前面的部分并已注明",)


def test_the_total_adds_exactly_and_leaves_the_unknown_blank(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    records = [record(number, amount=0.1, households=3) for number in range(1, 4)]
    write_xlsx(sheet_of(fields("title", "amount", "fixed", "households"), with_total=True), records, path)
    assert texts(page_of(path), 8) == ["合计", None, 0.3, None, None]


def test_a_field_may_be_shown_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    sheet = sheet_of(fields("card", "amount"), show={"card": lambda card: f"{card[:6]}********{card[-4:]}"})
    write_xlsx(sheet, [record(**FULL)], path)
    assert texts(page_of(path), 5) == ["SJ2026-0001", "330102********1234", 1234.5]
    assert FULL["card"] not in part(path, "xl/worksheets/sheet1.xml")


def test_one_column_has_no_title_that_could_be_taken_for_its_head(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_xlsx(sheet_of(fields("amount"), numbered=False), [record(amount=1.0)], path)
    assert [cell.value for cell in page_of(path)["A"]] == ["涉及金额（万元）", 1]


def test_a_system_column_never_bears_the_name_of_a_field(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    named = FieldSpec(code="no", title="问题序号", kind="text", aliases=("编号",))
    state = FieldSpec(code="state_", title="状态", kind="text")
    write_xlsx(sheet_of(fields("title"), among=(named, state), extras=(LIGHT,)), [], path)
    assert texts(page_of(path), 3) == ["记录编号", "记录状态", "问题摘要"]
