"""The Word file: its XML measured against the standard, its numbers as content controls, its pages as LibreOffice lays
them out."""

import re
import subprocess
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import docx
import pytest
from lxml import etree
from openpyxl import load_workbook

from bihuan.report.document import Block, Chart, Document, Heading, Paragraph, RedHead, Run, Series, Table
from bihuan.report.docx.package import write_docx
from tests.outside import require_soffice
from tests.report.samples import number, printed

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BASE = "https://bihuan.example/"
BODY = Paragraph(
    (Run("今年以来，共发现问题"), printed(), Run("个，其中已销号"), printed("120", title="已销号问题数"), Run("个。"))
)
CHART = Chart(
    "bar",
    "各镇",
    ("青溪镇", "白石镇"),
    (Series("问题", (Decimal(3), None)), Series("销号", (Decimal(2), Decimal("1.5")))),
)


def write(path: Path, *blocks: Block, **changed: object) -> Path:
    document = replace(Document("示范县审计局工作总结", tuple(blocks)), **changed)  # type: ignore[arg-type]
    write_docx(document, path / "a.docx", base=BASE)
    return path / "a.docx"


def xml(path: Path, name: str) -> etree._Element:
    with zipfile.ZipFile(path) as package:
        return etree.fromstring(package.read(name))


def test_every_part_is_well_formed_and_word_reads_it(tmp_path: Path) -> None:
    path = write(
        tmp_path, Heading(1, (Run("主要工作"),)), BODY, CHART, Table(("甲", "乙"), (((Run("丙"),), (printed("3"),)),))
    )
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                etree.fromstring(package.read(name))
    opened = docx.Document(str(path))
    assert opened.paragraphs[0].text == "示范县审计局工作总结"


def test_the_page_is_that_of_the_standard(tmp_path: Path) -> None:
    section = docx.Document(str(write(tmp_path, BODY))).sections[0]
    assert [round(length.mm) for length in (section.page_width, section.page_height)] == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(length.mm) for length in margins if length] == [37, 35, 28, 26]
    assert docx.Document(str(tmp_path / "a.docx")).settings.odd_and_even_pages_header_footer


@pytest.mark.parametrize(
    "style, font, points",
    [
        ("Title", "方正小标宋简体", 22),
        ("BodyText", "仿宋_GB2312", 16),
        ("Heading1", "黑体", 16),
        ("Heading2", "楷体_GB2312", 16),
        ("Heading3", "仿宋_GB2312", 16),
        ("Footer", "宋体", 14),
    ],
)
def test_the_faces_are_those_of_the_standard(tmp_path: Path, style: str, font: str, points: int) -> None:
    root = xml(write(tmp_path, BODY), "word/styles.xml")
    found = root.find(f"{W}style[@{W}styleId='{style}']/{W}rPr")
    assert found is not None
    fonts, size = found.find(f"{W}rFonts"), found.find(f"{W}sz")
    assert fonts is not None and fonts.get(f"{W}eastAsia") == font
    assert size is not None and size.get(f"{W}val") == str(points * 2)


def test_headings_count_themselves(tmp_path: Path) -> None:
    levels = (1, 2, 2, 3, 4, 1, 2)
    path = write(tmp_path, *(Heading(level, (Run("题"),)) for level in levels))
    texts = [p.text for p in docx.Document(str(path)).paragraphs if p.text.endswith("题")]
    assert texts == ["一、题", "（一）题", "（二）题", "1.题", "（1）题", "二、题", "（一）题"]


def test_each_number_is_a_content_control_that_opens_its_page(tmp_path: Path) -> None:
    path = write(tmp_path, BODY)
    root = xml(path, "word/document.xml")
    controls = list(root.iter(f"{W}sdt"))
    assert ["".join(control.itertext()) for control in controls] == ["146", "120"]
    tags = [control.find(f"{W}sdtPr/{W}tag") for control in controls]
    assert [tag.get(f"{W}val") for tag in tags if tag is not None] == ["bihuan-1", "bihuan-2"]
    relations = {one.get("Id"): one.get("Target") for one in xml(path, "word/_rels/document.xml.rels")}
    link = controls[0].find(f"{W}sdtContent/{W}hyperlink")
    assert link is not None
    relation = link.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id")
    assert relations[relation] == f"{BASE.rstrip('/')}{number().opens}"


def test_the_numbers_are_in_the_file_as_data(tmp_path: Path) -> None:
    rows = list(xml(write(tmp_path, BODY), "customXml/item1.xml"))
    first = dict(rows[0].attrib)
    assert first == {
        "id": "bihuan-1",
        "printed": "146",
        "figure": "audit.finding.total",
        "unit": "330999",
        "period": "2026年",
        "as_of": "2026-12-31",
        "known_at": "2027-01-05T00:00:00+00:00",
        "version": "3",
        "value": "146",
        "measure": "个",
        "records": "146",
        "opens": f"{BASE.rstrip('/')}{number().opens}",
    }
    assert len(rows) == 2


def test_the_annex_lists_each_number_once(tmp_path: Path) -> None:
    other = printed("7", figure="audit.finding.red", title="红色督办问题数")
    path = write(tmp_path, BODY, BODY, Paragraph((other,)))
    (annex,) = docx.Document(str(path)).tables
    titles = [row.cells[1].text.split("\n")[0] for row in annex.rows]
    assert titles == ["指标与口径", "审计发现问题总数", "红色督办问题数"]
    assert not docx.Document(str(write(tmp_path, BODY, annex=False))).tables


def test_a_chart_is_native_and_brings_its_workbook(tmp_path: Path) -> None:
    path = write(tmp_path, CHART)
    with zipfile.ZipFile(path) as package, package.open("word/embeddings/chart1.xlsx") as file:
        sheet = load_workbook(file).active
        assert sheet is not None
        assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
            [None, "问题", "销号"],
            ["青溪镇", 3, 2],
            ["白石镇", None, 1.5],
        ]
    root = xml(path, "word/charts/chart1.xml")
    values = [node.text for node in root.iter("{*}v")]
    assert values == ["问题", "青溪镇", "白石镇", "3", "销号", "青溪镇", "白石镇", "2", "1.5"]


def test_text_cannot_break_the_xml(tmp_path: Path) -> None:
    nasty = "<w:p>&amp;\x00\x0b\ud800\"'<!-- ]]>"
    evil = replace(number(), title=nasty, definition=nasty, opens=f"/a?b={nasty}".replace("\ud800", ""))
    blocks = (Paragraph((Run(nasty), Run(nasty, evil))), replace(CHART, title=nasty, categories=(nasty, "乙")))
    path = write(tmp_path, *blocks, title=nasty, red_head=RedHead(nasty, nasty))
    assert "<w:p>&amp;\"'<!-- ]]>" in docx.Document(str(path)).paragraphs[0].text


def pages(path: Path) -> list[str]:
    profile = f"-env:UserInstallation=file://{path.parent}/office"
    command = [require_soffice(), profile, "--headless", "--convert-to", "pdf", "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    pdf = path.with_suffix(".pdf")
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    return text.split("\f")


@pytest.mark.outside
def test_a_page_holds_22_lines_of_28_characters(tmp_path: Path) -> None:
    text = "闭" * (28 * 60)
    path = write(
        tmp_path,
        Paragraph((Run(text),), "flush"),
        annex=False,
        red_head=None,
        signed_by="示范县审计局",
        signed_on=date(2026, 12, 31),
    )
    found = pages(path)
    lines = [re.sub(r"\s", "", line) for line in found[1].splitlines() if "闭" in line]
    assert len(lines) == 22
    assert set(map(len, lines)) == {28}
    assert "—2—" in re.sub(r"\s", "", found[1])
    assert any("2026年12月31日" in re.sub(r"\s", "", page) for page in found)
