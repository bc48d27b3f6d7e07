"""The Word file: its XML measured against the standard, its numbers as content controls, its pages as LibreOffice lays
them out."""

import subprocess
import zipfile
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import docx
import pytest
from lxml import etree, html
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


def test_the_red_head_is_that_of_the_standard(tmp_path: Path) -> None:
    path = write(tmp_path, BODY, red_head=RedHead("示范县审计局文件", "示审〔2026〕3号"))
    mark, *_, number = [p for p in docx.Document(str(path)).paragraphs if p.text][:2]
    assert (mark.text, number.text) == ("示范县审计局文件", "示审〔2026〕3号")
    root = xml(path, "word/styles.xml")
    colours = [root.find(f"{W}style[@{W}styleId='Mark']/{W}rPr/{W}color"), root.find(f".//{W}pBdr/{W}bottom")]
    assert [
        one.get(f"{W}val" if place == 0 else f"{W}color") for place, one in enumerate(colours) if one is not None
    ] == [
        "FF0000",
        "FF0000",
    ]


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


def test_the_last_row_is_not_left_alone_on_a_page(tmp_path: Path) -> None:
    table = Table(("单位", "问题"), tuple(((Run(f"第{n}村"),), (Run(f"{n}"),)) for n in range(3)))
    rows = xml(write(tmp_path, table), "word/document.xml").findall(f".//{W}tr")
    assert [len(row.findall(f".//{W}keepNext")) for row in rows] == [0, 0, 2, 0]


@pytest.mark.parametrize("words", ["下一步抓紧整改。", "下一步抓紧整改，" * 6])
def test_who_signs_does_so_under_the_last_words(tmp_path: Path, words: str) -> None:
    blocks = [*(Paragraph((Run("已整改。"),)) for _ in range(19)), Paragraph((Run(words),))]
    path = write(tmp_path, *blocks, signed_by="示范县审计局", signed_on=date(2026, 3, 2))
    kept = [
        [run.text for run in p.runs] for p in docx.Document(str(path)).paragraphs if p.paragraph_format.keep_with_next
    ]
    assert kept == [[words], [], ["示范县审计局"]]


def test_headings_stand_with_what_follows_and_the_annex_on_a_page_of_its_own(tmp_path: Path) -> None:
    path = write(tmp_path, Heading(1, (Run("题"),)), BODY, annex=True)
    word = docx.Document(str(path))
    for style in ("Heading1", "Heading4", "Caption", "TableHead"):
        assert next(one for one in word.styles if one.style_id == style).paragraph_format.keep_with_next, style
    [title] = [p for p in word.paragraphs if p.text.startswith("附件")]
    assert title.paragraph_format.page_break_before
    breaks = [one.get(f"{W}type") for one in xml(path, "word/document.xml").iter(f"{W}br")]
    assert "page" not in breaks, "a break of its own may leave a blank page"


def test_a_table_without_rows_says_so(tmp_path: Path) -> None:
    [table] = docx.Document(str(write(tmp_path, Table(("编号", "问题"), ())))).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["编号", "问题"], ["无", ""]]


def test_the_annex_lists_each_number_once(tmp_path: Path) -> None:
    other = printed("7", figure="audit.finding.red", title="红色督办问题数")
    path = write(tmp_path, BODY, BODY, Paragraph((other,)))
    (annex,) = docx.Document(str(path)).tables
    titles = [row.cells[1].text.split("\n")[0] for row in annex.rows]
    assert [cell.text for cell in annex.rows[1].cells[2:]] == [
        "示范县",
        "2026年",
        "146",
        "个",
        "2026-12-31",
        "3",
        "146",
    ]
    assert titles == ["指标与口径", "审计发现问题总数", "红色督办问题数"]
    assert not docx.Document(str(write(tmp_path, BODY, annex=False))).tables


def test_a_chart_s_points_open_from_the_annex(tmp_path: Path) -> None:
    """Each part opens itself; a point that is printed in the text too is a link there already."""
    opens = "/figures/audit.finding.total/records/?period=2026&by=level&value=city"
    part = replace(number(), title="审计发现问题总数（级别：市本级）", opens=opens, aspect="level=city")
    chart = replace(
        CHART, series=(Series("问题", (Decimal(146), Decimal(146)), (number(), part)),), categories=("全", "市")
    )
    root = xml(path := write(tmp_path, BODY, chart), "word/document.xml")
    annex = list(root.iter(f"{W}tbl"))[-1]
    assert [control.find(f".//{W}t").text for control in annex.iter(f"{W}sdt")] == ["146"]
    row = list(xml(path, "customXml/item1.xml"))[-1]
    assert (row.get("part"), row.get("opens")) == ("level=city", f"{BASE.rstrip('/')}{opens}")
    targets = [one.get("Target") for one in xml(path, "word/_rels/document.xml.rels")]
    assert f"{BASE.rstrip('/')}{opens}" in targets


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


@dataclass(frozen=True)
class Word:
    """A word on a page: its box in millimetres from the page's left and top."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def pages(path: Path) -> list[list[Word]]:
    """The words of each page as LibreOffice lays them out."""
    profile = f"-env:UserInstallation=file://{path.parent}/office"
    command = [require_soffice(), profile, "--headless", "--convert-to", "pdf", "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    told = ["pdftotext", "-bbox", str(path.with_suffix(".pdf")), "-"]
    found = html.fromstring(subprocess.run(told, check=True, capture_output=True).stdout.decode())
    return [[_word(word) for word in page.iter("word")] for page in found.iter("page")]


def _word(node: html.HtmlElement) -> Word:
    left, top, right, bottom = (float(node.get(name) or 0) * 25.4 / 72 for name in ("xmin", "ymin", "xmax", "ymax"))
    return Word(node.text or "", left, top, right, bottom)


def lines_of(page: list[Word]) -> dict[int, list[Word]]:
    """The body's words of a page by their line, told by its top in millimetres."""
    found: dict[int, list[Word]] = {}
    for word in page:
        if "闭" in word.text:
            found.setdefault(round(word.top), []).append(word)
    return found


@pytest.mark.outside
def test_the_pages_keep_to_the_standard_by_the_ruler(tmp_path: Path) -> None:
    listed = Table(("事项", "数"), tuple(((Run(f"第{n}件"),), (Run("1"),)) for n in range(60)))
    first, second, third, *rest = pages(
        write(
            tmp_path,
            Paragraph((Run("闭" * (28 * 40)),), "flush"),
            listed,
            annex=False,
            red_head=RedHead("示范县审计局文件", "示审〔2026〕3号"),
            signed_by="示范县审计局",
            signed_on=date(2026, 12, 31),
        )
    )
    lines = lines_of(second)
    assert len(lines) == 22
    assert {sum(len(word.text) for word in line) for line in lines.values()} == {28}
    assert min(word.left for line in lines.values() for word in line) == pytest.approx(28, abs=0.5)
    assert max(word.right for line in lines.values() for word in line) == pytest.approx(184, abs=1.5)
    assert min(lines) == pytest.approx(37, abs=3)
    assert max(word.bottom for line in lines.values() for word in line) == pytest.approx(262, abs=3)
    mark = next(word for word in first if "示范县审计局文件" in word.text)
    assert mark.top == pytest.approx(37 + 35, abs=6)
    assert (mark.left + mark.right) / 2 == pytest.approx(28 + 156 / 2, abs=1)
    numbers = [next(word for word in page if word.text in "123" and word.top > 262) for page in (first, second, third)]
    assert [number.left > 105 for number in numbers] == [True, False, True]
    assert all(number.top == pytest.approx(262 + 7, abs=2) for number in numbers)
    with_rows = [page for page in (third, *rest) if any(word.text.endswith("件") for word in page)]
    assert len(with_rows) > 1
    assert all(any(word.text == "事项" for word in page) for page in with_rows)
    assert any("31" in word.text for word in (third, *rest)[-1])
