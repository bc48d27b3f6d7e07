"""A notice as a .docx in the form of GB/T 9704-2012 (党政机关公文格式): head, number, red line, title, body, signature.

Sizes: 三号 16 pt, 二号 22 pt, 四号 14 pt; 28 pt from line to line gives the standard's 22 lines on a page; margins
of 37 mm above and 28 mm left leave its type area of 156 mm × 225 mm on A4 (5.1, 5.2). Fonts are named, not embedded.
"""

from dataclasses import dataclass
from io import BytesIO

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from bihuan.standards import document_gbt9704 as layout

_RED = RGBColor(0xFF, 0, 0)
_BODY, _TITLE, _HEAD = layout.BODY.font, layout.TITLE.font, layout.MARK.font
_THREE, _TWO, _FOUR = layout.BODY.size, layout.TITLE.size, layout.PAGE_NUMBER.size
_LINE = 28
_HEAD_SIZES = ((8, 42), (12, 34), (18, 26))
"""An organ's name of at most so many characters is set in this size; the standard leaves it to the organ (7.2.4)."""


@dataclass(frozen=True)
class Letter:
    """All that stands on the paper, ready to be set."""

    organ: str
    number: str
    subject: str
    to: str
    paragraphs: tuple[str, ...]
    date: str


def as_docx(letter: Letter) -> bytes:
    """The document's bytes."""
    paper: Paper = Document()
    _page(paper)
    _line(paper, letter.organ, _HEAD, _head_size(letter.organ), centred=True, colour=_RED, exact=False)
    _rule(_line(paper, letter.number, _BODY, _THREE, centred=True))
    _line(paper, "", _BODY, _THREE)
    _line(paper, letter.subject, _TITLE, _TWO, centred=True, exact=False)
    _line(paper, "", _BODY, _THREE)
    if letter.to:
        _line(paper, f"{letter.to}：", _BODY, _THREE)
    for text in letter.paragraphs:
        _line(paper, text, _BODY, _THREE).paragraph_format.first_line_indent = Pt(2 * _THREE)
    _line(paper, "", _BODY, _THREE)
    for text, indent in ((letter.organ, 2), (letter.date, 4)):
        signed = _line(paper, text, _BODY, _THREE)
        signed.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        signed.paragraph_format.right_indent = Pt(indent * _THREE)
    _page_number(paper)
    paper.core_properties.author = letter.organ
    paper.core_properties.title = letter.subject
    stream = BytesIO()
    paper.save(stream)
    return stream.getvalue()


def _head_size(organ: str) -> int:
    return next((size for most, size in _HEAD_SIZES if len(organ) <= most), 20)


def _page(paper: Paper) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = (Mm(length) for length in layout.PAGE)
    section.top_margin, section.bottom_margin = Mm(layout.TOP), Mm(layout.BOTTOM)
    section.left_margin, section.right_margin = Mm(layout.LEFT), Mm(layout.RIGHT)
    section.footer_distance = Mm(25)


def _line(
    paper: Paper,
    text: str,
    font: str,
    size: float,
    *,
    centred: bool = False,
    colour: RGBColor | None = None,
    exact: bool = True,
) -> Paragraph:
    paragraph = paper.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    if exact:
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(_LINE)
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    _set(run, font, size)
    if colour is not None:
        run.font.color.rgb = colour
    return paragraph


def _set(run: Run, font: str, size: float) -> None:
    run.font.name, run.font.size = font, Pt(size)
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001 - python-docx has no other way to East Asian fonts
    fonts.set(qn("w:eastAsia"), font)


def _rule(paragraph: Paragraph) -> None:
    """The red line under the number (7.2.7)."""
    borders = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "6"), ("color", "FF0000")):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    properties = paragraph._element.get_or_add_pPr()  # noqa: SLF001 - python-docx has no borders of its own
    properties.insert(0, borders)


def _page_number(paper: Paper) -> None:
    """— 1 — in 四号 at the foot (7.5)."""
    paragraph = paper.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _set(paragraph.add_run("— "), "宋体", _FOUR)
    run = paragraph.add_run()
    _set(run, "宋体", _FOUR)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = text or None
        run._element.append(part)  # noqa: SLF001 - python-docx has no fields of its own
    _set(paragraph.add_run(" —"), "宋体", _FOUR)
