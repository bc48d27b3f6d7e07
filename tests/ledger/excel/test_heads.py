"""Heads as clerks draw them: under titles, over several rows, merged, broken by lines, doubled."""

from pathlib import Path

import pytest

from bihuan.ledger.excel import UnreadableFile
from tests.ledger.excel.sheets import cells, numbers, table_of, titles, write_book

BOOK = "a.xlsx"
BODY = [[1, "大坝加固", 3.2], [2, "河道清淤", 1.5]]
HEAD = ["序号", "项目名称", "金额（万元）"]


def test_plain_head_in_the_first_row(tmp_path: Path) -> None:
    table = table_of(tmp_path / BOOK, [HEAD, *BODY])
    assert titles(table) == HEAD
    assert (table.header_rows, table.first_data_row, table.row_count) == ((1, 1), 2, 2)
    assert cells(table) == [[1.0, "大坝加固", 3.2], [2.0, "河道清淤", 1.5]]
    assert numbers(table) == [2, 3]


def test_title_and_statements_above_the_head(tmp_path: Path) -> None:
    rows = [
        ["2024年审计问题整改台账", None, None],
        ["填报单位：县审计局", None, "单位：万元"],
        [None, None, None],
        HEAD,
        *BODY,
    ]
    table = table_of(tmp_path / BOOK, rows, ["A1:C1"])
    assert table.header_rows == (4, 4)
    assert table.title_lines == ("2024年审计问题整改台账", "填报单位：县审计局 单位：万元")
    assert numbers(table) == [5, 6]


def test_title_in_the_middle_without_merging(tmp_path: Path) -> None:
    table = table_of(tmp_path / BOOK, [[None, "问题清单", None], HEAD, *BODY])
    assert table.header_rows == (2, 2)
    assert table.title_lines == ("问题清单",)


def test_table_that_starts_away_from_the_corner(tmp_path: Path) -> None:
    rows = [[None] * 5, [None] * 5, [None, None, *HEAD], [None, None, 1, "甲项目", 2.5]]
    table = table_of(tmp_path / BOOK, rows)
    assert [column.index for column in table.columns] == [2, 3, 4]
    assert list(table.rows()) == [(4, [1.0, "甲项目", 2.5])]


def test_two_rows_of_head_with_merged_areas(tmp_path: Path) -> None:
    rows = [
        ["序号", "项目名称", "资金（万元）", None, None, "备注"],
        [None, None, "中央", "省级", "县级", None],
        [1, "大坝加固", 10, 5, 2, None],
    ]
    table = table_of(tmp_path / BOOK, rows, ["A1:A2", "B1:B2", "C1:E1", "F1:F2"])
    assert table.header_rows == (1, 2)
    assert titles(table) == [
        "序号",
        "项目名称",
        "资金（万元）/中央",
        "资金（万元）/省级",
        "资金（万元）/县级",
        "备注",
    ]
    assert table.columns[3].levels == ("资金（万元）", "省级")
    assert [column.measure for column in table.columns] == [None, None, "万元", "万元", "万元", None]
    assert cells(table) == [[1.0, "大坝加固", 10.0, 5.0, 2.0, ""]]


def test_three_rows_of_head(tmp_path: Path) -> None:
    rows = [
        ["单位", "整改情况", None, None, None],
        [None, "已整改", None, "未整改", None],
        [None, "个数", "金额", "个数", "金额"],
        ["水利局", 3, 4.5, 1, 2],
    ]
    table = table_of(tmp_path / BOOK, rows, ["A1:A3", "B1:E1", "B2:C2", "D2:E2"])
    assert table.header_rows == (1, 3)
    assert titles(table)[1:] == [
        "整改情况/已整改/个数",
        "整改情况/已整改/金额",
        "整改情况/未整改/个数",
        "整改情况/未整改/金额",
    ]
    assert cells(table) == [["水利局", 3.0, 4.5, 1.0, 2.0]]


def test_two_rows_of_head_told_from_blanks_alone(tmp_path: Path) -> None:
    rows = [
        ["序号", "项目名称", "资金", None, None, "备注"],
        [None, None, "中央", "省级", "县级", None],
        [1, "大坝加固", 10, 5, 2, "在建"],
    ]
    table = table_of(tmp_path / BOOK, rows)
    assert table.header_rows == (1, 2)
    assert titles(table) == ["序号", "项目名称", "资金/中央", "资金/省级", "资金/县级", "备注"]


def test_a_record_with_blanks_is_no_second_row_of_head(tmp_path: Path) -> None:
    rows = [["单位", "问题", "责任人", "备注"], ["水利局", "账实不符", None, None], ["农业局", "超付", "张三", None]]
    table = table_of(tmp_path / BOOK, rows)
    assert table.header_rows == (1, 1)
    assert table.row_count == 2


def test_a_head_merged_over_two_columns_without_names_below(tmp_path: Path) -> None:
    rows = [["姓名", "联系方式", None], ["张三", "13800000000", "zs@example.cn"]]
    table = table_of(tmp_path / BOOK, rows, ["B1:C1"])
    assert table.header_rows == (1, 1)
    assert titles(table) == ["姓名", "联系方式", "联系方式（2）"]
    assert any("联系方式" in note and "C 列" in note for note in table.notes)


@pytest.mark.parametrize(
    "written, read",
    [
        ("研究生专业\n名称及代码", "研究生专业名称及代码"),
        ("序　号", "序号"),
        (" 项 目 名 称 ", "项目名称"),
        ("Due  Date", "Due Date"),
        ("\u200b整改\r\n时限\ufeff", "整改时限"),
        ("Q1 产值", "Q1产值"),
    ],
)
def test_heads_are_cleaned(tmp_path: Path, written: str, read: str) -> None:
    assert titles(table_of(tmp_path / BOOK, [[written, "单位"], ["a", "b"]])) == [read, "单位"]


def test_doubled_heads_are_told_apart(tmp_path: Path) -> None:
    rows = [["单位", "备注", "备注", "备注（2）", "备注"], ["a", "b", "c", "d", "e"]]
    table = table_of(tmp_path / BOOK, rows)
    assert titles(table) == ["单位", "备注", "备注（3）", "备注（2）", "备注（4）"][:2] + titles(table)[2:]
    assert len(set(titles(table))) == 5
    assert sum("出现 3 次" in note for note in table.notes) == 2


def test_empty_columns_are_dropped(tmp_path: Path) -> None:
    rows = [["单位", None, "问题", None, None], ["水利局", None, "超付", None, None]]
    table = table_of(tmp_path / BOOK, rows)
    assert titles(table) == ["单位", "问题"]
    assert cells(table) == [["水利局", "超付"]]


def test_a_column_with_content_but_no_head_is_kept_and_noted(tmp_path: Path) -> None:
    rows = [["单位", None, "问题"], ["水利局", "急", "超付"]]
    table = table_of(tmp_path / BOOK, rows)
    assert titles(table) == ["单位", "B列", "问题"]
    assert any("B 列" in note for note in table.notes)


def test_content_far_down_in_a_column_without_a_head_is_told(tmp_path: Path) -> None:
    rows = [["单位", "问题", None]] + [["水利局", "超付", None]] * 80 + [["农业局", "漏缴", "看这里"]]
    table = table_of(tmp_path / BOOK, rows)
    assert table.row_count == 81
    assert any("C 列没有表头，但从第 82 行起有内容" in note for note in table.notes)


def test_row_that_numbers_the_columns_is_left_out(tmp_path: Path) -> None:
    rows = [["单位", "问题数", "整改数", "整改率"], ["甲", 1, 2, "3=2/1"], ["水利局", 10, 5, 0.5]]
    table = table_of(tmp_path / BOOK, rows)
    assert cells(table) == [["水利局", 10.0, 5.0, 0.5]]
    assert [(row.number, row.reason) for row in table.skipped] == [(2, "栏次行（只给各列编号）")]


def test_row_of_units_under_the_head(tmp_path: Path) -> None:
    rows = [["项目", "投资", "长度"], [None, "（万元）", "（公里）"], ["一号路", 320, 4.5]]
    table = table_of(tmp_path / BOOK, rows)
    assert table.header_rows == (1, 2)
    assert [column.measure for column in table.columns] == [None, "万元", "公里"]


def test_years_may_head_columns(tmp_path: Path) -> None:
    rows = [["指标", 2022, 2023, 2024], ["产值", 1.5, 2.5, 3.5]]
    assert titles(table_of(tmp_path / BOOK, rows)) == ["指标", "2022", "2023", "2024"]


def test_unit_in_a_line_above_serves_columns_without_their_own(tmp_path: Path) -> None:
    rows = [["收支表", None, None], ["单位：万元", None, None], ["项目", "金额", "面积（亩）"], ["a", 1.5, 2.5]]
    table = table_of(tmp_path / BOOK, rows, ["A1:C1", "A2:C2"])
    assert [(column.measure, column.measure_from) for column in table.columns] == [
        ("万元", "line"),
        ("万元", "line"),
        ("亩", "head"),
    ]


def test_a_bureau_in_the_line_above_is_no_unit(tmp_path: Path) -> None:
    rows = [["单位：县审计局", None, None], ["项目", "金额", "备注"], ["a", 1.5, "b"]]
    assert [column.measure for column in table_of(tmp_path / BOOK, rows).columns] == [None] * 3


def test_serial_column_is_known(tmp_path: Path) -> None:
    table = table_of(tmp_path / BOOK, [["序 号", "编号", "事项"], [1, "A1", "b"]])
    assert [column.is_serial for column in table.columns] == [True, False, False]


def test_head_only_gives_no_rows(tmp_path: Path) -> None:
    table = table_of(tmp_path / BOOK, [["登记表", None, None], HEAD])
    assert (table.row_count, list(table.rows()), table.header_rows) == (0, [], (2, 2))


def test_one_column_is_a_table_too(tmp_path: Path) -> None:
    table = table_of(tmp_path / BOOK, [["单位名称"], ["水利局"], ["农业局"]])
    assert (titles(table), table.row_count) == (["单位名称"], 2)


def test_without_a_head_the_file_is_refused(tmp_path: Path) -> None:
    rows = [[1, "大坝加固", 3.2, "2024-01-05"], [2, "河道清淤", 1.5, "2024-02-01"]]
    with pytest.raises(UnreadableFile, match="没有找到表头"):
        table_of(tmp_path / BOOK, rows)


def test_the_user_may_point_the_head_out(tmp_path: Path) -> None:
    rows = [["说明", "见附件", "略"], HEAD, *BODY]
    table = table_of(tmp_path / BOOK, rows, header=2)
    assert (titles(table), table.row_count, table.title_lines) == (HEAD, 2, ("说明 见附件 略",))


@pytest.mark.parametrize("header", [0, 9, (3, 2), (1, 40)])
def test_a_head_outside_of_the_sheet_is_refused(tmp_path: Path, header: int | tuple[int, int]) -> None:
    with pytest.raises(UnreadableFile, match="表头不能是"):
        table_of(tmp_path / BOOK, [HEAD, *BODY], header=header)


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="空表"):
        table_of(write_book(tmp_path / BOOK, []), [])
