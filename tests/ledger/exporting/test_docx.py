"""The Word table: its XML element by element, and a page of it as LibreOffice lays it out."""

import re
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.errors import Invalid
from bihuan.ledger.exporting import write_docx
from bihuan.ledger.exporting.docx import MOST_DOCX_ROWS, fitted
from bihuan.ledger.exporting.docx_parts import TABLE_WIDTH
from tests.ledger.exporting.samples import FULL, LIGHT, fields, part, record, sheet_of
from tests.outside import require_soffice

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def document(path: Path) -> ET.Element:
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            ET.fromstring(package.read(name))
    return ET.fromstring(part(path, "word/document.xml"))


def text_of(element: ET.Element) -> str:
    told = {f"{W}t": lambda node: node.text or "", f"{W}br": lambda node: "\n"}
    return "".join(told[node.tag](node) for node in element.iter() if node.tag in told)


def rows_of(root: ET.Element) -> list[list[str]]:
    return [[text_of(cell) for cell in row.iter(f"{W}tc")] for row in root.iter(f"{W}tr")]


def test_title_stamp_unit_head_records_and_total(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    some = fields("title", "detail", "amount", "area", "found_on", "at")
    sheet = sheet_of(some, extras=(LIGHT,), with_total=True)
    written = write_docx(sheet, [record(**FULL), record(2, amount=0.1), record(3, amount=0.2)], path)
    root = document(path)
    lines = [text_of(paragraph) for paragraph in root[0].findall(f"{W}p")]
    assert lines[0] == "审计发现问题台账" and "填表人：沈审" in lines[1] and lines[2] == "单位：万元"
    assert rows_of(root) == [
        ["编号", "状态", "问题摘要", "问题描述", "涉及金额", "面积（亩）", "发现日期", "登记时间"],
        [
            "SJ2026-0001",
            "绿 在办",
            "账实不符",
            "第一行\n第二行",
            "1,234.50",
            "12.25",
            "2026-01-05",
            "2026-01-05 09:30",
        ],
        ["SJ2026-0002", "绿 在办", "", "", "0.10", "", "", ""],
        ["SJ2026-0003", "绿 在办", "", "", "0.20", "", "", ""],
        ["合计", "", "", "", "1,234.80", "12.25", "", ""],
    ]
    assert written.rows == 3


def test_the_head_is_repeated_and_rows_are_not_torn(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    write_docx(sheet_of(grouped=True), [record(**FULL)], path)
    rows = list(document(path).iter(f"{W}tr"))
    assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == [True, True, False]
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
    spans = [int(span.get(f"{W}val", "")) for span in rows[0].iter(f"{W}gridSpan")]
    assert spans == [3, 2]
    assert len(list(rows[0].iter(f"{W}vMerge"))) == len(list(rows[1].iter(f"{W}vMerge"))) == 13 - 5


def test_paper_fonts_and_page_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    write_docx(sheet_of(), [], path)
    size = next(document(path).iter(f"{W}pgSz"))
    assert size.attrib == {f"{W}w": "16838", f"{W}h": "11906", f"{W}orient": "landscape"}
    assert {"仿宋_GB2312", "黑体"} <= set(part(path, "word/styles.xml").split('"'))
    footer = part(path, "word/footer1.xml")
    assert "第 " in footer and " PAGE " in footer and " NUMPAGES " in footer


@pytest.mark.parametrize("text", ["<w:t>&amp;", "a\x00b\x1f\ufffe", "=1+1", "]]>"])
def test_text_stays_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.docx"
    write_docx(sheet_of(fields("title")), [record(title=text)], path)
    plain = text.replace("\x00", "").replace("\x1f", "").replace("\ufffe", "")
    assert rows_of(document(path))[1][1] == plain


def test_more_rows_than_a_paper_holds_are_refused_in_words(tmp_path: Path) -> None:
    records = [record(number) for number in range(MOST_DOCX_ROWS + 1)]
    with pytest.raises(Invalid, match=r"Word 表格最多导出 5,000 条.*导出为 Excel 表格"):
        write_docx(sheet_of(fields("title")), records, tmp_path / "a.docx")
    assert not (tmp_path / "a.docx").exists()
    assert write_docx(sheet_of(fields("title")), records[1:], tmp_path / "a.docx").rows == MOST_DOCX_ROWS


@given(st.lists(st.integers(4, 40), min_size=1, max_size=60))
def test_the_table_is_as_wide_as_the_page_and_the_widest_give_way_first(natural: list[int]) -> None:
    size, widths = fitted(natural)
    assert TABLE_WIDTH - len(widths) <= sum(widths) <= TABLE_WIDTH
    order = sorted(range(len(natural)), key=lambda place: natural[place])
    assert [widths[place] for place in order] == sorted(widths)
    assert size in (21, 18, 15)


@pytest.mark.outside
def test_an_office_program_lays_both_files_out_on_landscape_pages(tmp_path: Path) -> None:
    from bihuan.ledger.exporting import write_xlsx

    sheet = sheet_of(grouped=True, extras=(LIGHT,), with_total=True)
    records = [record(number, **FULL) for number in range(1, 121)]
    write_docx(sheet, records, tmp_path / "w.docx")
    write_xlsx(sheet, records, tmp_path / "x.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [require_soffice(), profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(tmp_path / "w.docx"), str(tmp_path / "x.xlsx")], check=True, capture_output=True)
    for name in ("w.pdf", "x.pdf"):
        boxes = re.findall(rb"/MediaBox *\[ *0 +0 +([\d.]+) +([\d.]+) *\]", (tmp_path / name).read_bytes())
        assert len(boxes) > 1
        assert all(float(wide) > float(high) for wide, high in boxes)
