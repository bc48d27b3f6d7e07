"""Rows among the records that are none: totals, remarks, headings, repeated heads, blanks; and merged records."""

from pathlib import Path

from bihuan.ledger.excel import CellError, Table, open_workbook, read_table
from tests.ledger.excel.sheets import cells, numbers, raw_xlsx, sheet_xml, table_of

BOOK = "a.xlsx"
HEAD = ["序号", "单位", "问题", "金额"]


def reasons(table: Table) -> list[tuple[int, str]]:
    return [(row.number, row.reason) for row in table.skipped]


def test_blank_rows_are_passed_over(tmp_path: Path) -> None:
    rows = [HEAD, [1, "水利局", "超付", 2], [None] * 4, ["", " ", "\u3000", None], [2, "农业局", "漏缴", 3]]
    table = table_of(tmp_path / BOOK, rows)
    assert numbers(table) == [2, 5]
    assert table.skipped == ()


def test_zero_and_false_are_no_blanks(tmp_path: Path) -> None:
    table = table_of(tmp_path / BOOK, [["数量", "是否"], [0, False], [None, None], [0, None]])
    assert cells(table) == [[0.0, False], [0.0, ""]]


def test_repeated_head_is_left_out(tmp_path: Path) -> None:
    rows = [["整改台账", None, None, None], HEAD, [1, "水利局", "超付", 2]]
    rows += [["整改台账", None, None, None], [" 序号", "单 位", "问题", "金额"], [2, "农业局", "漏缴", 3]]
    table = table_of(tmp_path / BOOK, rows)
    assert numbers(table) == [3, 6]
    assert reasons(table) == [(4, "重复的表头或标题（打印标题）"), (5, "重复的表头或标题（打印标题）")]


def test_remarks_and_signatures_under_the_table(tmp_path: Path) -> None:
    rows = [
        HEAD,
        [1, "水利局", "超付", 2],
        ["注：金额为审定数。", None, None, None],
        ["填表人：张三", None, "审核人：李四", None],
        ["（盖章）", None, None, None],
        ["备注：本表一式三份", None, None, None],
        ["说明", "金额为审定数，不含税", None, None],
    ]
    table = table_of(tmp_path / BOOK, rows, ["A3:D3", "A5:D5"])
    assert numbers(table) == [2]
    assert [row.number for row in table.skipped] == [3, 4, 5, 6, 7]
    assert table.skipped[0].text == "注：金额为审定数。"


def test_a_record_that_opens_like_a_remark_stays(tmp_path: Path) -> None:
    head = ["事项", "单位", "责任人", "时限"]
    rows = [head, ["说明：台账不清", "水利局", "张三", "2024-01-01"], ["说明", "水利局", "张三", None]]
    assert table_of(tmp_path / BOOK, rows).row_count == 2


def test_headings_between_records(tmp_path: Path) -> None:
    rows = [HEAD, ["一、工业", None, None, None], [1, "a", "b", 2], ["（二）农业", None, None, None], [2, "c", "d", 3]]
    table = table_of(tmp_path / BOOK, rows, ["A2:D2"])
    assert numbers(table) == [3, 5]
    assert reasons(table) == [(2, "分组标题"), (4, "分组标题")]


def test_stray_text_far_below(tmp_path: Path) -> None:
    rows = [HEAD, [1, "水利局", "超付", 2]] + [[None] * 4] * 200 + [["此处勿删", None, None, None]]
    table = table_of(tmp_path / BOOK, rows, ["A203:D203"])
    assert numbers(table) == [2]
    assert [row.number for row in table.skipped] == [203]


def test_records_after_a_long_gap_are_still_read(tmp_path: Path) -> None:
    rows = [HEAD, [1, "水利局", "超付", 2]] + [[None] * 4] * 20 + [[2, "农业局", "漏缴", 3]]
    assert numbers(table_of(tmp_path / BOOK, rows)) == [2, 23]


def test_areas_merged_downwards_are_filled(tmp_path: Path) -> None:
    rows = [
        ["单位", "问题", "金额"],
        ["水利局", "超付", 1],
        [None, "漏缴", 2],
        [None, "挪用", 3],
        ["农业局", "超付", 4],
    ]
    table = table_of(tmp_path / BOOK, rows, ["A2:A4"])
    assert [row[0] for row in cells(table)] == ["水利局", "水利局", "水利局", "农业局"]
    assert any("向下填充 2 格" in note for note in table.notes)


def test_a_merged_column_that_never_ends_stops_with_the_records(tmp_path: Path) -> None:
    def row(number: int, *texts: str) -> str:
        made = (f'<c r="{"AB"[i]}{number}" t="inlineStr"><is><t>{t}</t></is></c>' for i, t in enumerate(texts) if t)
        return f'<row r="{number}">{"".join(made)}</row>'

    body = row(1, "单位", "问题") + row(2, "水利局", "超付") + row(3, "", "漏缴")
    merged = '<mergeCells count="1"><mergeCell ref="A2:A1048576"/></mergeCells>'
    table = read_table(open_workbook(raw_xlsx(tmp_path / BOOK, sheet_xml(body, after=merged))))
    assert cells(table) == [["水利局", "超付"], ["水利局", "漏缴"]]


def test_errors_of_the_spreadsheet_are_handed_over(tmp_path: Path) -> None:
    rows = [["单位", "金额", "说明"], ["#N/A", 1, "查#N/A原因"], ["a", "#REF!", "b"]]
    table = table_of(tmp_path / BOOK, rows)
    assert cells(table) == [
        [CellError("#N/A"), 1.0, "查#N/A原因"],
        ["a", CellError("#REF!"), "b"],
    ]


def test_numbers_as_text_stay_text(tmp_path: Path) -> None:
    rows = [["编码", "数量"], ["0012", "1,234.50"], ["110101199003070000", "--"]]
    assert cells(table_of(tmp_path / BOOK, rows)) == [["0012", "1,234.50"], ["110101199003070000", "--"]]


def test_numbering_that_repeats_one_to_four_is_data_elsewhere(tmp_path: Path) -> None:
    table = table_of(tmp_path / BOOK, [["a项", "b项", "c项", "d项"], [9, 8, 7, 6], [1, 2, 3, 4]])
    assert table.row_count == 2
