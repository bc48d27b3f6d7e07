"""Totals: which rows are such, and whether they agree with what stands above them."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger.excel import Table
from bihuan.ledger.excel.totals import number_in
from bihuan.ledger.excel.words import total_word
from tests.ledger.excel.sheets import numbers, table_of

BOOK = "a.xlsx"
HEAD = ["序号", "单位", "问题", "金额"]


def checks(table: Table) -> list[tuple[int, str, Decimal, Decimal, bool]]:
    return [(c.number, c.column, c.stated, c.summed, c.agrees) for c in table.totals]


def test_a_total_is_left_out_and_agrees(tmp_path: Path) -> None:
    rows = [HEAD, [1, "水利局", "超付", 0.1], [2, "农业局", "漏缴", 0.2], ["合 计", None, None, 0.30000000000000004]]
    table = table_of(tmp_path / BOOK, rows)
    assert numbers(table) == [2, 3]
    assert [row.reason for row in table.skipped] == ["合计行"]
    assert [(c.number, c.column, c.agrees) for c in table.totals] == [(4, "金额", True)]


def test_a_total_that_does_not_agree_says_by_how_much(tmp_path: Path) -> None:
    rows = [HEAD, [1, "水利局", "超付", "1,000.50"], [2, "农业局", "漏缴", "2"], ["总计", None, None, "1,003"]]
    assert checks(table_of(tmp_path / BOOK, rows)) == [(4, "金额", Decimal(1003), Decimal("1002.50"), False)]


@pytest.mark.parametrize(
    "details, stated, agrees",
    [
        ([1, 2], 3, True),
        ([1, 2], 4, False),
        (["1,000.50", "2"], "1,002.50", True),
        (["1,000.50", "2"], "1,002.51", False),
        # Stated with fewer places than the records have.
        ([1.26, 2.26], 3.5, True),
        ([1.26, 2.2], 3.4, False),
        ([1.26, 2.26], 4, False),
        ([0.1] * 10, 1, True),
        (["--", 5, ""], 5, True),
        ([-3, "−2"], -5, True),
        (["￥1，200", 5], 1205, True),
    ],
)
def test_agreement(tmp_path: Path, details: list[object], stated: object, agrees: bool) -> None:
    rows = [HEAD, *[[i, "a", "b", cell] for i, cell in enumerate(details, 1)], ["合计", None, None, stated]]
    assert [check.agrees for check in table_of(tmp_path / BOOK, rows).totals] == [agrees]


def test_subtotals_below_their_records(tmp_path: Path) -> None:
    rows = [
        HEAD,
        [1, "a", "x", 1],
        [2, "a", "y", 2],
        [None, "小计", None, 3],
        [3, "b", "x", 10],
        [None, "城关镇小计", None, 11],
        ["合计", None, None, 13],
    ]
    table = table_of(tmp_path / BOOK, rows)
    assert numbers(table) == [2, 3, 5]
    assert [(c.number, c.summed, c.agrees) for c in table.totals] == [
        (4, Decimal(3), True),
        (6, Decimal(10), False),
        (7, Decimal(13), True),
    ]


def test_totals_above_their_records(tmp_path: Path) -> None:
    rows = [
        ["单位", "问题", "金额"],
        ["合计", None, 16],
        ["小计", None, 6],
        ["a", "x", 4],
        ["b", "y", 2],
        ["小计", None, 10],
        ["c", "x", 10],
    ]
    table = table_of(tmp_path / BOOK, rows)
    assert [(c.number, c.summed, c.agrees) for c in table.totals] == [
        (2, Decimal(16), True),
        (3, Decimal(6), True),
        (6, Decimal(10), True),
    ]


def test_rates_serials_and_codes_are_not_added_up(tmp_path: Path) -> None:
    rows = [["序号", "单位代码", "问题数", "整改率"], [1, 101, 4, 0.5], [2, 102, 6, 1.0], ["合计", 203, 10, 0.8]]
    assert [check.column for check in table_of(tmp_path / BOOK, rows).totals] == ["问题数"]


def test_cumulative_figures_count_earlier_periods_and_are_not_checked(tmp_path: Path) -> None:
    table = table_of(tmp_path / BOOK, [HEAD, [1, "a", "b", 3], ["累计", None, None, 99]])
    assert (table.row_count, table.totals) == (1, ())
    assert [row.reason for row in table.skipped] == ["累计行"]


def test_a_merged_amount_counts_once(tmp_path: Path) -> None:
    rows = [["单位", "问题", "金额"], ["a", "x", 9], ["a", "y", None], ["合计", None, 9]]
    table = table_of(tmp_path / BOOK, rows, ["C2:C3"])
    assert [row[2] for _, row in table.rows()] == [9.0, 9.0]
    assert [check.agrees for check in table.totals] == [True]


def test_a_record_named_like_a_total_stays(tmp_path: Path) -> None:
    rows = [
        ["事项", "单位", "责任人", "时限"],
        ["会计统计", "a", "b", "c"],
        ["全年开支总计", "财政局", "张三", "2024年"],
    ]
    assert table_of(tmp_path / BOOK, rows).row_count == 2


@pytest.mark.parametrize(
    "text, found",
    [
        ("合计", ("", "合计")),
        ("合　　计", ("", "合计")),
        ("总 计：", ("", "总计")),
        ("合计（万元）", ("", "合计")),
        ("本页小计", ("本页", "小计")),
        ("城关镇小计", ("城关镇", "小计")),
        ("会计", None),
        ("统计", None),
        ("合计数", None),
        ("合计审计局", None),
    ],
)
def test_words_of_totals(text: str, found: tuple[str, str] | None) -> None:
    assert total_word(text) == found


@given(st.decimals(-(10**12), 10**12, places=2, allow_nan=False))
def test_numbers_written_with_separators_are_read_back(number: Decimal) -> None:
    assert number_in(f"{number:,}") == number
    assert number_in(f" ¥{number:,} " if number >= 0 else f"{number:,}") == number


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=8), st.integers(-5, 5))
def test_a_total_agrees_exactly_when_it_is_the_sum(amounts: list[int], off: int) -> None:
    class Rows:
        name, rows, columns, merges, claimed_rows = "a", len(amounts) + 2, 2, (), None

        def read(self):
            body = [["x", float(amount)] for amount in amounts]
            return iter(enumerate([["单位", "金额"], *body, ["合计", float(sum(amounts) + off)]], start=1))

    from bihuan.ledger.excel.header import Top, find_head

    grid = Rows()
    top = Top(list(grid.read())[:50], ())
    table = Table("a.xlsx", grid, top, find_head(top, "a.xlsx"))
    assert [check.agrees for check in table.totals] == [off == 0]
    assert table.row_count == len(amounts)
