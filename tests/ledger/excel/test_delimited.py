"""Text tables: encodings, delimiters, quotes."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.ledger.excel import CellError, UnreadableFile, open_workbook, read_table
from bihuan.ledger.excel.delimited import sniff_delimiter
from tests.ledger.excel.sheets import cells, numbers, titles

TEXT = "单位,问题,金额\r\n水利局,超付,1.5\r\n农业局,漏缴,2\r\n"
ROWS = [["水利局", "超付", "1.5"], ["农业局", "漏缴", "2"]]


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    table = read_table(open_workbook(write(tmp_path / "a.csv", TEXT, encoding)))
    assert titles(table) == ["单位", "问题", "金额"]
    assert cells(table) == ROWS


def test_big_endian_utf_16(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xfe\xff" + TEXT.encode("utf-16-be"))
    assert cells(read_table(open_workbook(path))) == ROWS


def test_rare_characters_of_gb18030(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "姓名,村\n𬭼某,㵲阳村\n", "gb18030")
    assert cells(read_table(open_workbook(path))) == [["𬭼某", "㵲阳村"]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("name", ["a.csv", "a.txt"])
def test_delimiters(tmp_path: Path, delimiter: str, name: str) -> None:
    path = write(tmp_path / name, TEXT.replace(",", delimiter))
    assert cells(read_table(open_workbook(path))) == ROWS


def test_commas_in_text_do_not_outvote_tabs(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", "单位\t问题\na,b\tc,d\ne\tf,g,h\n")
    assert cells(read_table(open_workbook(path))) == [["a,b", "c,d"], ["e", "f,g,h"]]


def test_line_breaks_and_delimiters_within_quotes(tmp_path: Path) -> None:
    text = '单位,"问题\n描述",备注\n水利局,"一、超付\n二、漏缴,等","说""好"""\n农业局,a,b\n'
    table = read_table(open_workbook(write(tmp_path / "a.csv", text)))
    assert titles(table) == ["单位", "问题描述", "备注"]
    assert list(table.rows()) == [(2, ["水利局", "一、超付\n二、漏缴,等", '说"好"']), (3, ["农业局", "a", "b"])]


def test_a_line_that_names_the_separator(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "sep=;\n单位;问题\na,b;c,d\n")
    assert cells(read_table(open_workbook(path))) == [["a,b", "c,d"]]


def test_guards_around_long_numbers_are_taken_off(tmp_path: Path) -> None:
    text = '编号,证件\n="0012",110101199003070000\t\n13,#N/A\n'
    table = read_table(open_workbook(write(tmp_path / "a.csv", text)))
    assert cells(table) == [["0012", "110101199003070000"], ["13", CellError("#N/A")]]


def test_titles_totals_and_ragged_lines(tmp_path: Path) -> None:
    text = "整改台账\n填报单位：审计局,,单位：万元\n单位,问题,金额\n水利局,超付,3\n农业局\n合计,,3\n"
    table = read_table(open_workbook(write(tmp_path / "a.csv", text)))
    assert table.header_rows == (3, 3)
    assert numbers(table) == [4, 5]
    assert cells(table)[1] == ["农业局", "", ""]
    assert [check.agrees for check in table.totals] == [True]
    assert table.columns[2].measure == "万元"


def test_a_quote_that_never_closes_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", '单位,问题\na,"' + "b" * 1_100_000)
    with pytest.raises(UnreadableFile, match="双引号没有配对"):
        open_workbook(path)


@pytest.mark.parametrize("content", ["\n\n\n", ",,\n,,\n", "\ufeff"])
def test_nothing_but_blanks_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableFile, match="没有"):
        open_workbook(write(tmp_path / "a.csv", content))


field = st.text(st.sampled_from("水利a1,;\t\"\n 。'|"), max_size=6)


@given(
    st.lists(st.lists(field, min_size=3, max_size=3), min_size=2, max_size=6),
    st.sampled_from([",", ";", "\t"]),
)
def test_the_delimiter_is_found_when_all_is_quoted(rows: list[list[str]], delimiter: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    assert sniff_delimiter(text.getvalue()) == delimiter
