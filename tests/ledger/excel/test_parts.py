"""Several tables on one sheet are told apart and one is chosen; what only looks like several stays one."""

from pathlib import Path
from typing import Any

import pytest

from bihuan.ledger.excel import UnreadableFile, open_workbook, read_table
from tests.ledger.excel.sheets import cells, numbers, table_of, titles, write_book

ROADS = [["序号", "路名", "里程"], [1, "青溪路", 3.2], [2, "安山路", 4]]
BRIDGES = [["序号", "桥名", "责任单位"], [1, "新桥", "青溪镇"], [2, "老桥", "安山镇"], [3, "石桥", "安山镇"]]
WIDE = ["", "", ""]


def beside(*tables: list[list[Any]], gap: int = 1) -> list[list[Any]]:
    height = max(map(len, tables))
    padded = [[*table, *[WIDE] * (height - len(table))] for table in tables]
    return [[cell for row in rows for cell in (*row, *[""] * gap)] for rows in zip(*padded, strict=True)]


def read_all(path: Path) -> list[tuple[str, list[str], list[list[Any]]]]:
    """Every table of the sheet: where it is, its heads, its records."""
    first = read_table(open_workbook(path))
    tables = [read_table(open_workbook(path), part=place) for place in range(max(len(first.parts), 1))]
    return [
        (table.parts[place].place if table.parts else "", titles(table), cells(table))
        for place, table in enumerate(tables)
    ]


@pytest.mark.parametrize("gap", [1, 3])
def test_tables_side_by_side(tmp_path: Path, gap: int) -> None:
    path = write_book(tmp_path / "并排.xlsx", beside(ROADS, BRIDGES, gap=gap))
    roads, bridges = read_all(path)
    assert (roads[1], roads[2]) == (ROADS[0], ROADS[1:])
    assert (bridges[1], bridges[2]) == (BRIDGES[0], BRIDGES[1:])
    assert roads[0] == "第 1 行起、A–C 列"
    assert [note for note in read_table(open_workbook(path)).notes if "张表" in note] == [
        "工作表上有 2 张表，读入的只是第 1 张（第 1 行起、A–C 列）；别的要另外导入。"
    ]


def test_the_same_heads_side_by_side_under_one_title(tmp_path: Path) -> None:
    names = [["姓名", "电话"], ["张三", "138"], ["李四", "139"]]
    rows = [["值班表", *[""] * 5], *beside(names, names[:2])]
    one, other = read_all(write_book(tmp_path / "值班.xlsx", rows, ["A1:F1"]))
    assert one[1] == other[1] == ["姓名", "电话"]
    assert (one[2], other[2]) == (names[1:], names[1:2])


def test_tables_under_one_another_with_their_titles(tmp_path: Path) -> None:
    rows = [["一季度道路", "", ""], *ROADS, ["合计", "", 7.2], WIDE, WIDE, ["桥梁一览表", "", ""], *BRIDGES, WIDE,
            ["名称", "面积", "备注"], ["公园", 12, ""]]  # fmt: skip
    path = write_book(tmp_path / "上下.xlsx", rows, ["A1:C1", "A8:C8"])
    found = read_all(path)
    assert [heads for _, heads, _ in found] == [ROADS[0], BRIDGES[0], ["名称", "面积", "备注"]]
    assert [records for _, _, records in found] == [ROADS[1:], BRIDGES[1:], [["公园", 12, ""]]]
    assert [place for place, _, _ in found] == ["第 1–5 行、A–C 列", "第 8–12 行、A–C 列", "第 14 行起、A–C 列"]
    second = read_table(open_workbook(path), part=1)
    assert numbers(second) == [10, 11, 12]
    assert second.title_lines == ("桥梁一览表",)


def test_two_beside_each_other_and_one_below(tmp_path: Path) -> None:
    rows = [*beside(ROADS, BRIDGES), [""] * 8, ["序号", "站名", "等级", *[""] * 5], [1, "南站", 2, *[""] * 5]]
    assert [heads for _, heads, _ in read_all(write_book(tmp_path / "混.xlsx", rows))] == [
        ROADS[0],
        ["序号", "站名", "等级"],
        BRIDGES[0],
    ]


@pytest.mark.parametrize(
    ("what", "rows"),
    [
        ("a blank row", [*ROADS, WIDE, [3, "河路", 5]]),
        ("the head again after a blank row", [*ROADS, WIDE, ROADS[0], [3, "河路", 5]]),
        ("a heading between", [*ROADS, WIDE, ["二、农村公路", "", ""], [3, "河路", 5]]),
        ("records of words alone", [["路", "村", "状"], ["甲", "乙", "丙"], WIDE, ["丁", "戊", "己"], ["庚", "辛", "壬"]]),
        ("remarks and signatures", [*ROADS, WIDE, ["填表人：张三", "", "审核人：李四"], ["说明：按竣工里程", "", ""]]),
        ("a column without anything", [[*row[:2], "", row[2]] for row in ROADS]),
        ("a list of choices aside", [[*row, "", aside] for row, aside in zip(ROADS, ["选项", "是", "否"], strict=True)]),
    ],
)  # fmt: skip
def test_what_only_looks_like_several_stays_one(tmp_path: Path, what: str, rows: list[list[Any]]) -> None:
    table = table_of(tmp_path / "一张.xlsx", rows)
    assert len(table.parts) < 2, what
    last = next(row for row in reversed(cells(table)) if len(row) > 1)
    assert last[1] in ("河路", "辛", "安山路"), what


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = write_book(tmp_path / "一.xlsx", ROADS)
    with pytest.raises(UnreadableFile, match="只找到 1 张表，没有第 3 张"):
        read_table(open_workbook(path), part=2)
