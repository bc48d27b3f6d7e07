"""Spreadsheets as offices send them: each is read right, or refused in words that say what is wrong."""

import codecs
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from bihuan.ledger.column_reading import column_reader
from bihuan.ledger.excel import Table, UnreadableFile, open_workbook, read_table
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import BY_CODE, Lookup
from tests.ledger.excel.sheets import cells, raw_compound, raw_ods, raw_xlsx, record, sheet_xml, titles, write_book


def read(path: Path, name: str | None = None, **options: Any) -> Table:
    return read_table(open_workbook(path, name=name), **options)


def refused(path: Path, name: str | None = None) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read(path, name)
    return str(caught.value)


def taken(table: Table, place: int, kind: str, **more: Any) -> tuple[list[Any], list[str]]:
    """What a field makes of a column, and what it says of the cells that it cannot take."""
    field = FieldSpec(code="f", title="列", kind=kind, **more)
    faults: list[tuple[int, str]] = []
    read_cell = BY_CODE[kind].reader(field, Lookup())
    values = column_reader(0, 0, field, read_cell).stored([row[place] for row in cells(table)], faults).values
    return values, [message for _, message in faults]


# Days.


@pytest.mark.parametrize("is_1904", [False, True])
def test_days_of_both_calendars(tmp_path: Path, is_1904: bool) -> None:
    path = tmp_path / "日期.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": is_1904}) as book:
        sheet, form = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["编号", "日期"])
        for row, day in enumerate((datetime(2023, 5, 6), datetime(2000, 2, 29), datetime(1950, 1, 1)), start=1):
            sheet.write(row, 0, f"W{row}")
            sheet.write_datetime(row, 1, day, form)
    assert taken(read(path), 1, "date") == (["2023-05-06", "2000-02-29", "1950-01-01"], [])


def test_one_column_spells_days_in_many_ways(tmp_path: Path) -> None:
    spellings = ["2023年5月6日", "2023.5.6", "二〇二三年五月六日", "2023-05-06", "２０２３／５／６", 45052, "20230506"]
    table = read(write_book(tmp_path / "日期.xlsx", [["编号", "日期"], *([n, day] for n, day in enumerate(spellings))]))
    values, faults = taken(table, 1, "date")
    assert (set(values), faults) == ({"2023-05-06"}, [])


def test_a_day_before_1900_is_kept_and_one_that_never_was_is_refused(tmp_path: Path) -> None:
    rows = [["编号", "日期"], [1, "1898年3月1日"], [2, "2023-02-30"], [3, "1900-02-29"]]
    values, faults = taken(read(write_book(tmp_path / "日期.xlsx", rows)), 1, "date")
    assert (values, len(faults)) == (["1898-03-01", None, None], 2)
    assert "“2023-02-30”" in faults[0]


# Numbers and codes.


def test_digits_and_blanks_of_every_width(tmp_path: Path) -> None:
    amounts = ["１，２３４．５", "1\xa0234.5", "\u3000 1,234.5 ", "1234.5", 1234.5, "１２３４．５", "￥12,345,000"]
    rows = [["编号", "金额（万元）"], *([n, amount] for n, amount in enumerate(amounts))]
    values, faults = taken(read(write_book(tmp_path / "金额.xlsx", rows)), 1, "money")
    assert (values, faults) == ([1234.5] * len(amounts), [])


def test_a_number_in_scientific_notation_is_damaged_where_digits_count(tmp_path: Path) -> None:
    rows = [["编号", "电话"], [1, "1.39E+10"], [2, 13900001234], [3, "13900001234"], [4, "139 0000 1234"]]
    values, faults = taken(read(write_book(tmp_path / "电话.xlsx", rows)), 1, "phone")
    assert (values[0], len(faults)) == (None, 1)
    assert values[1] == values[2] == "13900001234"
    rows = [["编号", "身份证号"], [1, "3.30782E+17"], [2, 330782199001011000.0]]
    values, faults = taken(read(write_book(tmp_path / "证号.xlsx", rows)), 1, "identity")
    assert (values, len(faults)) == ([None, None], 2)
    assert all("科学" in fault or "丢失" in fault for fault in faults)


def test_units_in_heads_and_in_cells(tmp_path: Path) -> None:
    rows = [["编号", "面积（亩）", "投资\n（万元）"], [1, "15亩", "3.2万元"], [2, "1公顷", 32000], [3, 7.5, "320000元"]]
    table = read(write_book(tmp_path / "单位.xlsx", rows))
    assert [column.measure for column in table.columns] == [None, "亩", "万元"]
    assert taken(table, 1, "number", measure="亩", scale=2) == ([15, 15, 7.5], [])
    assert taken(table, 2, "money") == ([3.2, 32000, 32], [])


# What a cell holds beside its value.


def test_a_formula_without_a_result_is_no_blank(tmp_path: Path) -> None:
    path = tmp_path / "公式.xlsx"
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["编号", "金额"], ["A1", "=1+2"], ["A2", 5], ["A3", "=SUM(B2:B3)"]):
        sheet.append(row)
    book.save(path)  # which computes nothing
    values, faults = taken(read(path), 1, "number")
    assert values == [None, 5, None]
    assert all("公式，文件里没有存它的结果" in fault for fault in faults) and len(faults) == 2


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_formulas_with_a_result_or_a_blank_text_are_read(tmp_path: Path, prefix: str) -> None:
    p = prefix
    cell = f'<{p}c r="B{{n}}" {{kind}}><{p}f>A1</{p}f>{{value}}</{p}c>'.format
    body = "".join(
        f'<{p}row r="{n}"><{p}c r="A{n}" t="inlineStr"><{p}is><{p}t>第{n}项</{p}t></{p}is></{p}c>{given}</{p}row>'
        for n, given in (
            (1, f'<{p}c r="B1" t="inlineStr"><{p}is><{p}t>金额</{p}t></{p}is></{p}c>'),
            (2, cell(n=2, kind="", value=f"<{p}v>3</{p}v>")),
            (3, cell(n=3, kind='t="str"', value=f"<{p}v></{p}v>")),
            (4, cell(n=4, kind="", value="")),
            (5, f'<{p}c r="B5"><{p}f t="shared" si="0"/><{p}v/></{p}c>'),
        )
    )
    xml = sheet_xml(body)
    if p:
        xml = xml.replace("<worksheet xmlns=", "<x:worksheet xmlns:x=").replace("</worksheet>", "</x:worksheet>")
        xml = xml.replace("<sheetData>", "<x:sheetData>").replace("</sheetData>", "</x:sheetData>")
    values, faults = taken(read(raw_xlsx(tmp_path / "公式.xlsx", xml)), 1, "number")
    assert (values, len(faults)) == ([3, None, None, None], 2)


def test_rich_text_long_text_and_line_breaks(tmp_path: Path) -> None:
    path, long = tmp_path / "文字.xlsx", "长" * 32_767
    with xlsxwriter.Workbook(str(path)) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.write_row(0, 0, ["编号", "问 题\n描述", "备注"])
        sheet.write(1, 0, "A1")
        sheet.write_rich_string(1, 1, "墙体", bold, "开裂", "三处")
        sheet.write_row(2, 0, ["A2", "第一行\n第二行", long])
    table = read(path)
    assert titles(table) == ["编号", "问题描述", "备注"]
    assert cells(table)[0][1] == "墙体开裂三处"
    assert taken(table, 2, "longtext", max_length=40_000) == ([None, long], [])
    assert "有 32767 个字，最多 200 个字" in taken(table, 2, "text", max_length=200)[1][0]


def test_error_cells_are_told_as_they_stand(tmp_path: Path) -> None:
    rows = [["编号", "金额"], ["A1", "#N/A"], ["A2", "#REF!"], ["A3", 1]]
    values, faults = taken(read(write_book(tmp_path / "错.xlsx", rows)), 1, "number")
    assert values == [None, None, 1]
    assert faults == ["表格里显示的是错误值 #N/A", "表格里显示的是错误值 #REF!"]


# What is not seen on the screen.


def test_hidden_rows_and_columns_are_read_and_told_in_xlsx(tmp_path: Path) -> None:
    path = tmp_path / "筛选.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["编号", "名称", "电话", "金额"])
        for row in range(1, 7):
            sheet.write_row(row, 0, [f"A{row}", "修路", "138", row])
        sheet.autofilter(0, 0, 6, 3)
        for row in (2, 5):
            sheet.set_row(row, options={"hidden": True})
        sheet.set_column(2, 2, options={"hidden": True})
        sheet.set_column(9, 12, options={"hidden": True})
    table = read(path)
    assert len(cells(table)) == 6
    assert [note for note in table.notes if "隐藏" in note] == [
        "有 2 行、 C 列是隐藏的（多半是筛选掉的），也照样读入；不要的可以在列对应里选择不读。"
    ]
    shown = read(path, without_hidden=True)
    assert titles(shown) == ["编号", "名称", "金额"]
    assert [row[0] for row in cells(shown)] == ["A1", "A3", "A4", "A6"]
    assert [note for note in shown.notes if "隐藏" in note] == ["有 2 行、 C 列是隐藏的（多半是筛选掉的），没有读入。"]


def test_hidden_rows_are_told_in_ods_and_xls(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'.format
    row = "<table:table-row{}>{}</table:table-row>".format
    rows = [row("", cell("编号") + cell("名称")), row("", cell("A1") + cell("修路"))]
    rows.append(row(' table:visibility="filter"', cell("A2") + cell("架桥")))
    table = read(raw_ods(tmp_path / "表.ods", "".join(rows)))
    assert [line[0] for line in cells(table)] == ["A1", "A2"]
    assert any("有 1 行是隐藏的" in note for note in table.notes)
    assert [line[0] for line in cells(read(tmp_path / "表.ods", without_hidden=True))] == ["A1"]


# Heads, and several tables.


def test_title_lines_merged_heads_subtotals_and_remarks_at_once(tmp_path: Path) -> None:
    rows = [
        ["2023年项目情况表", "", "", "", ""],
        ["填报单位：审计局", "", "", "", "单位：万元"],
        ["序号", "项目", "资金", "", "备注"],
        ["", "", "省级", "县级", ""],
        [1, "修路", 10, 2, ""],
        [2, "架桥", 20, 3, ""],
        ["", "小计", 30, 6, ""],
        [3, "植树", 5, 1, ""],
        ["合计", "", 35, 6, ""],
        ["填表人：张三", "", "", "审核人：李四", ""],
    ]
    merges = ["A1:E1", "A3:A4", "B3:B4", "C3:D3", "E3:E4"]
    table = read(write_book(tmp_path / "情况.xlsx", rows, merges))
    assert titles(table) == ["序号", "项目", "资金/省级", "资金/县级", "备注"]
    assert [row[1] for row in cells(table)] == ["修路", "架桥", "植树"]
    wrong = [total for total in table.totals if not total.agrees]
    assert [(total.number, total.column, total.stated, total.summed) for total in wrong] == [(7, "资金/县级", 6, 5)]


def test_only_heads_and_nothing_at_all(tmp_path: Path) -> None:
    assert cells(read(write_book(tmp_path / "头.xlsx", [["编号", "名称"]]))) == []
    assert "空表" in refused(write_book(tmp_path / "空.xlsx", []))
    (tmp_path / "零.csv").write_bytes(b"")
    assert "空文件" in refused(tmp_path / "零.csv")


# Text files.

_CSV = '编号,名称,备注\nA1,"修路,架桥","他说""行""\n就行"\n'


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("gb18030"),
        lambda text: b"\x84\x31\x95\x33" + text.encode("gb18030"),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.replace("\n", "\r\n").encode("gbk"),
    ],
    ids=["gb18030", "gb18030 with its mark", "utf-8 with its mark", "utf-16-le", "utf-16-be", "gbk, dos lines"],
)
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_in_every_encoding_and_with_every_delimiter(
    tmp_path: Path, encode: Callable[[str], bytes], delimiter: str
) -> None:
    path = tmp_path / "表.csv"
    path.write_bytes(
        encode(
            _CSV.replace("编号,名称,备注", f"编号{delimiter}名称{delimiter}备注").replace(
                'A1,"修路,架桥","', f'A1{delimiter}"修路,架桥"{delimiter}"'
            )
        )
    )
    table = read(path)
    assert titles(table) == ["编号", "名称", "备注"]
    assert [[str(cell).replace("\r\n", "\n") for cell in row] for row in cells(table)] == [
        ["A1", "修路,架桥", '他说"行"\n就行']
    ]


# Files that are not what they are called.


def test_other_things_under_the_name_of_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    path.write_text("<html><table><tr><td>编号</td></tr></table></html>", encoding="utf-8")
    assert "网页另存" in refused(path)
    path.write_text("编号,名称\nA1,修路\n", encoding="utf-8")
    assert "已损坏或没有传完整" in refused(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "Word 文档" in refused(path)
    raw_compound(path, {"EncryptedPackage": b"x" * 64, "EncryptionInfo": b"x" * 64})
    assert "加了打开密码" in refused(path)


def test_a_table_of_wps_is_read_by_its_content(tmp_path: Path) -> None:
    """An .et is an .xls under another name: a compound file with a workbook in it."""
    sheet = record(0x0809, b"\x00\x06\x10\x00" + bytes(12))
    for row, texts in enumerate((("编号", "名称"), ("A1", "修路"))):
        for column, text in enumerate(texts):
            label = len(text).to_bytes(2, "little") + b"\x01" + text.encode("utf-16-le")
            place = row.to_bytes(2, "little") + column.to_bytes(2, "little") + b"\x00\x00"
            sheet += record(0x0204, place + label)
    sheet += record(0x000A)
    name = b"\x04\x01" + "表一表二"[:4].encode("utf-16-le")
    opening = record(0x0809, b"\x00\x06\x05\x00" + bytes(12))
    size = len(opening) + 4 + 6 + len(name) + 4
    book = opening + record(0x0085, size.to_bytes(4, "little") + b"\x00\x00" + name) + record(0x000A)
    path = raw_compound(tmp_path / "台账.et", {"Workbook": book + sheet})
    table = read(path)
    assert (titles(table), cells(table)) == (["编号", "名称"], [["A1", "修路"]])


def test_ten_thousand_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "宽.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("宽")
        sheet.write_row(0, 0, [f"列{n}" for n in range(10_000)])
        sheet.write_row(1, 0, range(10_000))
    assert "有 10000 列，最多 1000 列" in refused(path)


def test_the_day_of_a_serial_number_is_told(tmp_path: Path) -> None:
    rows = [["编号", "日期"], [1, date(2024, 2, 29)], [2, 45351]]
    assert taken(read(write_book(tmp_path / "序.xlsx", rows)), 1, "date")[0] == ["2024-02-29"] * 2
