"""The fixed parts of an exported document: A4 on its side, styles in the fonts of official papers, page numbers.

Fonts after GB/T 9704-2012, 7.3: 黑体 for heads, 仿宋 for the text; tables stand a few sizes smaller than the body.
"""

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

# Twentieths of a point. A4 is 297 mm by 210 mm; the margins here are 20 mm.
_PAGE_WIDTH, _PAGE_HEIGHT, _MARGIN = 16838, 11906, 1134
TABLE_WIDTH = _PAGE_WIDTH - 2 * _MARGIN
CELL_MARGIN = 60
_TEXT_FONT = "仿宋_GB2312"

OPENING = f'{_XML}<w:document xmlns:w="{_W}" xmlns:r="{_R}"><w:body>'
CLOSING = (
    '<w:p><w:pPr><w:pStyle w:val="TableLine"/></w:pPr></w:p>'
    '<w:sectPr><w:footerReference w:type="default" r:id="rId2"/>'
    f'<w:pgSz w:w="{_PAGE_WIDTH}" w:h="{_PAGE_HEIGHT}" w:orient="landscape"/>'
    f'<w:pgMar w:top="{_MARGIN}" w:right="{_MARGIN}" w:bottom="{_MARGIN}" w:left="{_MARGIN}"'
    ' w:header="567" w:footer="567" w:gutter="0"/></w:sectPr></w:body></w:document>'
)


def _fonts(east_asian: str) -> str:
    return f'<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{east_asian}"/>'


def _style(code: str, font: str, half_points: int, align: str = "left", more: str = "") -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{code}"><w:name w:val="{code}"/><w:basedOn w:val="Normal"/>'
        f'<w:pPr>{more}<w:jc w:val="{align}"/></w:pPr>'
        f'<w:rPr>{_fonts(font)}<w:sz w:val="{half_points}"/></w:rPr></w:style>'
    )


def _borders() -> str:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>' for side in sides)
    return f"<w:tblBorders>{lines}</w:tblBorders>"


def _styles(half_points: int) -> str:
    """The styles, with the table's text in the given size."""
    paragraphs = (
        _style("Title", "黑体", 36, "center", '<w:spacing w:after="120"/>'),
        _style("TableLine", _TEXT_FONT, 21, more='<w:spacing w:after="60"/>'),
        _style("TableUnit", _TEXT_FONT, 21, "right", '<w:keepNext/><w:spacing w:after="60"/>'),
        _style("TableHead", "黑体", half_points, "center", "<w:keepNext/>"),
        _style("TableText", _TEXT_FONT, half_points),
        _style("TableNumber", _TEXT_FONT, half_points, "right"),
        _style("Footer", _TEXT_FONT, 20, "center"),
    )
    return (
        f'{_XML}<w:styles xmlns:w="{_W}"><w:docDefaults><w:rPrDefault><w:rPr>{_fonts(_TEXT_FONT)}<w:sz w:val="21"/>'
        '<w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
        f"{''.join(paragraphs)}"
        f'<w:style w:type="table" w:styleId="Ledger"><w:name w:val="Ledger"/><w:tblPr>{_borders()}<w:tblCellMar>'
        f'<w:left w:w="{CELL_MARGIN}" w:type="dxa"/><w:right w:w="{CELL_MARGIN}" w:type="dxa"/></w:tblCellMar>'
        "</w:tblPr></w:style></w:styles>"
    )


def _field(code: str) -> str:
    return f'<w:fldSimple w:instr=" {code} "><w:r><w:t>1</w:t></w:r></w:fldSimple>'


def _words(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


_FOOTER = (
    f'{_XML}<w:ftr xmlns:w="{_W}"><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>'
    f"{_words('第 ')}{_field('PAGE')}{_words(' 页 共 ')}{_field('NUMPAGES')}{_words(' 页')}</w:p></w:ftr>"
)

_FIXED: dict[str, str] = {
    "[Content_Types].xml": (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f'<Override PartName="/word/footer1.xml" ContentType="{_TYPE}.footer+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_R}/officeDocument" Target="word/document.xml"/></Relationships>'
    ),
    "word/_rels/document.xml.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_R}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId2" Type="{_R}/footer" Target="footer1.xml"/></Relationships>'
    ),
    "word/footer1.xml": _FOOTER,
}


def parts(half_points: int) -> dict[str, str]:
    """The package's parts by name, all but the document itself."""
    return {**_FIXED, "word/styles.xml": _styles(half_points)}
