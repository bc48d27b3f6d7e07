"""The styles of a report, in the faces of GB/T 9704-2012.

Lines are of an exact height and characters a quarter point closer, so that 22 lines of 28 characters fill the type
area in every word processor; a document grid is read differently by each of them.
"""

from dataclasses import dataclass

from bihuan.report.docx.markup import DECLARATION, KEPT, W, twips
from bihuan.standards import document_gbt9704 as layout
from bihuan.standards.document_gbt9704 import Face

_POINT = 20
LINE = int(layout.line_pitch() * _POINT)
"""The height of a line in twentieths of a point, rounded down so that the 22nd line still fits."""

CLOSER = -int((layout.BODY.size - layout.character_pitch()) * _POINT + 1)
"""How much nearer characters stand, in twentieths of a point, so that the 28th still fits."""

_TABLE = Face("仿宋_GB2312", layout.SIZES["五号"])
_MARK_LINE = 1_200


def styles() -> str:
    """The part word/styles.xml."""
    return (
        f'{DECLARATION}<w:styles xmlns:w="{W}"><w:docDefaults><w:rPrDefault><w:rPr>{_face(layout.BODY)}'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        '<w:pPr><w:widowControl w:val="0"/></w:pPr></w:style>'
        f"{''.join(_paragraph_styles())}{_table_style()}</w:styles>"
    )


def block_styles() -> str:
    """The styles that tables, charts and headings of ours need in a document that is not."""
    return "".join([*_paragraph_styles(), _table_style()])


def _table_paragraph_styles() -> list[str]:
    return [
        _style("Note", "Note", _TABLE),
        _style("Caption", "caption", Face("黑体", layout.SIZES["四号"], centred=True), _Setting(KEPT)),
        _style("TableUnit", "Table Unit", _TABLE, _Setting(KEPT, 0, align="right")),
        _style("TableHead", "Table Head", Face("黑体", _TABLE.size, centred=True), _Setting(KEPT, 0)),
        _style("TableText", "Table Text", _TABLE, _Setting(line=0, align="left")),
        _style("TableNumber", "Table Number", _TABLE, _Setting(line=0, align="right")),
    ]


def _paragraph_styles() -> list[str]:
    headings = [
        _style(
            f"Heading{level}", f"heading {level}", face, _Setting(KEPT, closing=f'<w:outlineLvl w:val="{level - 1}"/>')
        )
        for level, face in enumerate(layout.LEVELS, 1)
    ]
    body, plain = layout.BODY, Face(layout.BODY.font, layout.BODY.size)
    centred = Face(body.font, body.size, centred=True)
    mark = _Setting(color=layout.RED, line=_MARK_LINE, before=twips(layout.MARK_BELOW_TOP))
    signed = _Setting(indent='<w:ind w:rightChars="400" w:right="1280"/>', align="right")
    free = _Setting(line=0)
    return [
        _style("Mark", "Mark", layout.MARK, mark),
        _style("Number", "Document Number", centred, _Setting(_red_line())),
        _style("Title", "Title", layout.TITLE),
        *headings,
        _style("BodyText", "Body Text", body),
        _style("Flush", "Addressee", plain),
        _style("Right", "Signature", plain, signed),
        *_table_paragraph_styles(),
        _style("Figure", "Figure", centred, free),
        _style("Footer", "footer", layout.PAGE_NUMBER, free),
    ]


@dataclass(frozen=True)
class _Setting:
    """How a paragraph is set beside its face. The schema wants these in this order (17.3.1.26)."""

    opening: str = ""
    line: int = LINE
    before: int = 0
    indent: str = ""
    align: str = ""
    closing: str = ""
    color: str = ""


def _style(code: str, name: str, face: Face, setting: _Setting = _Setting()) -> str:
    spacing = f'<w:spacing w:before="{setting.before}" w:after="0"'
    spacing += f' w:line="{setting.line}" w:lineRule="exact"/>' if setting.line else "/>"
    first = round(face.indent * face.size * _POINT)
    indent = f'<w:ind w:firstLineChars="{face.indent * 100}" w:firstLine="{first}"/>' if face.indent else setting.indent
    align = setting.align or ("center" if face.centred else "both")
    ink = f'<w:color w:val="{setting.color}"/>' if setting.color else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{code}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
        f'<w:qFormat/><w:pPr>{setting.opening}{spacing}{indent}<w:jc w:val="{align}"/>{setting.closing}</w:pPr>'
        f"<w:rPr>{_face(face)}{ink}</w:rPr></w:style>"
    )


def _red_line() -> str:
    space = round(layout.LINE_BELOW_NUMBER * layout.POINTS_PER_MM)
    return f'<w:pBdr><w:bottom w:val="single" w:sz="18" w:space="{space}" w:color="{layout.RED}"/></w:pBdr>'


def _face(face: Face) -> str:
    half_points = round(face.size * 2)
    closer = f'<w:spacing w:val="{CLOSER}"/>' if face.size == layout.BODY.size else ""
    return (
        f'<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{face.font}"/>{closer}'
        f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
    )


def _table_style() -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in sides)
    return (
        '<w:style w:type="table" w:styleId="Report"><w:name w:val="Report Table"/><w:tblPr>'
        f'<w:tblBorders>{lines}</w:tblBorders><w:tblCellMar><w:left w:w="60" w:type="dxa"/>'
        '<w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    )
