"""The .docx package: parts, relations and content types around the body."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

from bihuan.report.document import Chart, Document
from bihuan.report.docx.body import Links, body
from bihuan.report.docx.chart import chart_part, workbook
from bihuan.report.docx.markup import DECLARATION, R, W, attribute, field, paragraph, run, twips
from bihuan.report.docx.numbers import numbers_part
from bihuan.report.docx.styles import styles
from bihuan.standards import document_gbt9704 as layout

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_FIRST_LINK = 100
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write_docx(document: Document, path: Path, *, base: str) -> None:
    """Write a document. `base` is the address under which the numbers' pages open."""
    links = Links(base, _FIRST_LINK)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("word/document.xml", "w") as file:
            file.write(f'{DECLARATION}<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>'.encode())
            for piece in body(document, links):
                file.write(piece.encode())
            file.write(f"{_section()}</w:body></w:document>".encode())
        for name, content in _parts(links).items():
            archive.writestr(name, content)


def _section() -> str:
    """The page of GB/T 9704-2012, 5; the page number's foot stands 7 mm and its own height under the type area."""
    foot = layout.BOTTOM - layout.PAGE_NUMBER_BELOW - layout.PAGE_NUMBER.size / layout.POINTS_PER_MM
    wide, high = layout.PAGE
    return (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId3"/><w:footerReference w:type="even" r:id="rId4"/>'
        f'<w:pgSz w:w="{twips(wide)}" w:h="{twips(high)}"/><w:pgMar w:top="{twips(layout.TOP)}"'
        f' w:right="{twips(layout.RIGHT)}" w:bottom="{twips(layout.BOTTOM)}" w:left="{twips(layout.LEFT)}"'
        f' w:header="851" w:footer="{twips(foot)}" w:gutter="0"/></w:sectPr>'
    )


def _parts(links: Links) -> dict[str, str | bytes]:
    return {
        "[Content_Types].xml": _content_types(len(links.charts)),
        "_rels/.rels": _relations([("rId1", f"{R}/officeDocument", "word/document.xml", False)]),
        "word/_rels/document.xml.rels": _document_relations(links),
        "word/styles.xml": styles(),
        "word/settings.xml": _settings(),
        "word/footer1.xml": _footer("right"),
        "word/footer2.xml": _footer("left"),
        "customXml/item1.xml": numbers_part(tuple(links.printed), links.base),
        **chart_parts(links.charts, "chart"),
    }


def chart_parts(charts: Sequence[Chart], stem: str) -> dict[str, str | bytes]:
    """The parts of charts by name, each with its relation to the workbook behind it."""
    found: dict[str, str | bytes] = {}
    for number, chart in enumerate(charts, 1):
        name = f"{stem}{number}"
        found[f"word/charts/{name}.xml"] = chart_part(chart)
        book = [("rId1", f"{R}/package", f"../embeddings/{name}.xlsx", False)]
        found[f"word/charts/_rels/{name}.xml.rels"] = _relations(book)
        found[f"word/embeddings/{name}.xlsx"] = workbook(chart)
    return found


def _content_types(charts: int) -> str:
    overrides = {
        "word/document.xml": f"{_TYPE}.document.main+xml",
        "word/styles.xml": f"{_TYPE}.styles+xml",
        "word/settings.xml": f"{_TYPE}.settings+xml",
        "word/footer1.xml": f"{_TYPE}.footer+xml",
        "word/footer2.xml": f"{_TYPE}.footer+xml",
        **{f"word/charts/chart{number}.xml": CHART_TYPE for number in range(1, charts + 1)},
    }
    parts = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in overrides.items())
    return (
        f'{DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Default Extension="xlsx" ContentType="{WORKBOOK_TYPE}"/>'
        f"{parts}</Types>"
    )


_Relation = tuple[str, str, str, bool]
"""Id, type, target, and whether the target is outside of the package."""

_OUTSIDE = ' TargetMode="External"'


def _relations(relations: list[_Relation]) -> str:
    rows = "".join(
        f'<Relationship Id="{code}" Type="{kind}" Target={attribute(target)}{_OUTSIDE if outside else ""}/>'
        for code, kind, target, outside in relations
    )
    return f'{DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _document_relations(links: Links) -> str:
    relations: list[_Relation] = [
        ("rId1", f"{R}/styles", "styles.xml", False),
        ("rId2", f"{R}/settings", "settings.xml", False),
        ("rId3", f"{R}/footer", "footer1.xml", False),
        ("rId4", f"{R}/footer", "footer2.xml", False),
        ("rId5", f"{R}/customXml", "../customXml/item1.xml", False),
    ]
    relations += [
        (f"rIdChart{number}", f"{R}/chart", f"charts/chart{number}.xml", False)
        for number in range(1, len(links.charts) + 1)
    ]
    relations += [(code, f"{R}/hyperlink", address, True) for address, code in links.addresses.items()]
    return _relations(relations)


def _settings() -> str:
    return f'{DECLARATION}<w:settings xmlns:w="{W}"><w:evenAndOddHeaders/></w:settings>'


def _footer(side: str) -> str:
    """The page number between dashes, one character from the edge: at the right of odd pages, the left of even ones."""
    indent = round(layout.PAGE_NUMBER.size * 20)
    more = f'<w:ind w:{side}="{indent}"/><w:jc w:val="{side}"/>'
    content = run("— ") + field("PAGE") + run(" —")
    return f'{DECLARATION}<w:ftr xmlns:w="{W}">{paragraph("Footer", content, more)}</w:ftr>'
