"""Files that offices have published; what is known of them was worked out independently."""

from collections import Counter

import pytest

from bihuan.ledger.excel import open_workbook, read_table
from bihuan.ledger.excel.totals import number_in
from tests.ledger.excel.sheets import cells, titles
from tests.outside import require_shared_file

pytestmark = pytest.mark.outside


def test_posts_of_the_audit_offices() -> None:
    table = read_table(open_workbook(require_shared_file("excel-ledgers/guangdong_audit_posts_2022.xlsx")))
    assert (table.header_rows, table.row_count, len(table.columns)) == ((2, 2), 88, 19)
    assert table.title_lines == ("广东省各级审计机关2022年考试录用公务员职位表",)
    assert titles(table)[9] == "研究生专业名称及代码"
    place = titles(table).index("录用人数")
    assert sum(number_in(row[place]) or 0 for row in cells(table)) == 96
    assert cells(table)[0][1] == "1990063"
    assert any("4769" in note and "88" in note for note in table.notes)


def test_sections_of_the_monitoring_centre() -> None:
    table = read_table(open_workbook(require_shared_file("excel-ledgers/cnemc_guangdong_sections.xlsx")))
    assert (table.row_count, len(table.columns)) == (58, 16)
    assert cells(table)[0][4] == "Ⅲ"
    assert cells(table)[0][-1] == "--"
    assert table.skipped == ()


def test_boston() -> None:
    table = read_table(open_workbook(require_shared_file("closed-loop/boston311-100.csv")))
    assert (table.row_count, len(table.columns)) == (100, 29)
    place = titles(table).index("ontime")
    assert Counter(row[place] for row in cells(table)) == {"ONTIME": 83, "OVERDUE": 17}


def test_new_york() -> None:
    table = read_table(open_workbook(require_shared_file("closed-loop/nyc311-2011-2000.csv")))
    assert (table.row_count, len(table.columns)) == (2000, 41)
    place = titles(table).index("Status")
    assert Counter(row[place] for row in cells(table)) == {"Closed": 1956, "Pending": 24, "Assigned": 20}
