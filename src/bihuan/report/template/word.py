"""A template that an office made in Word or WPS: filled as it is, its numbers made content controls, its look kept."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from lxml import etree

from bihuan.base.errors import Invalid
from bihuan.ledger.word_guard import MOST_PART, parse_part, require_harmless
from bihuan.report.document import Block, Number, Run
from bihuan.report.docx.body import HeadingCounter, Links, annex_xml, block_xml
from bihuan.report.docx.markup import R, W, attribute
from bihuan.report.docx.numbers import address, control, numbers_part
from bihuan.report.docx.package import CHART_TYPE, WORKBOOK_TYPE, chart_parts
from bihuan.report.docx.styles import block_styles
from bihuan.report.template.language import Environment, Functions, faults_in_words
from bihuan.report.template.marks import Marks, is_marked
from bihuan.report.template.word_reading import read_filled

_W, _R = f"{{{W}}}", f"{{{R}}}"
_FILLED = ("word/document.xml", "word/header", "word/footer", "word/footnotes")
_MAIN = "word/document.xml"
_FIRST_LINK = 9_000
_STEM = "bihuan"


@dataclass(frozen=True)
class Filled:
    """A filled template: the numbers that it prints, in order, and its body read back as blocks."""

    numbers: tuple[Number, ...] = ()
    blocks: tuple[Block, ...] = ()


def fill(
    source: Path,
    name: str,
    functions: Functions,
    values: Mapping[str, Any],
    marks: Marks,
    path: Path,
    base: str,
    *,
    has_annex: bool = False,
) -> Filled:
    """Fill a Word template and write it. Raises Fault or Invalid in words; then nothing is written.

    With `has_annex` the list of its numbers follows at the end.
    """
    _require_harmless_once(hashlib.sha256(source.read_bytes()).hexdigest(), source, name)
    rendered = _rendered(source, name, functions, values)
    links = Links(base, _FIRST_LINK)
    with zipfile.ZipFile(io.BytesIO(rendered)) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    count = HeadingCounter()
    for part in [part for part in parts if part.startswith(_FILLED) and part.endswith(".xml") and part != _MAIN]:
        root = parse_part(parts[part], name)
        if _settle(root, marks, links, count):
            _put_back(parts, part, root, links)
    root = parse_part(parts[_MAIN], name)
    body = root.find(f"{_W}body")
    is_changed = _settle(root, marks, links, count)
    blocks = _read_back(body, parts, links, name)
    if has_annex and body is not None and links.printed:
        _append(body, "".join(annex_xml([run for _, run in links.printed], links)))
    if is_changed:
        _put_back(parts, _MAIN, root, links)
    if marks.blocks or has_annex:
        parts["word/styles.xml"] = _styled(parts["word/styles.xml"], name)
    _add_charts(parts, links)
    parts["customXml/bihuan.xml"] = numbers_part(tuple(links.printed), base).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for part, content in parts.items():
            package.writestr(part, content)
    return Filled(_numbers(links), blocks)


def _numbers(links: Links) -> tuple[Number, ...]:
    return tuple(run.number for _, run in links.printed if run.number)


def _read_back(body: etree._Element | None, parts: Mapping[str, bytes], links: Links, name: str) -> tuple[Block, ...]:
    charts = {f"rIdChart{number}": chart for number, chart in enumerate(links.charts, 1)}
    return () if body is None else read_filled(body, _numbers(links), charts, _titles(parts, name))


def _put_back(parts: dict[str, bytes], part: str, root: etree._Element, links: Links) -> None:
    parts[part] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    _relate(parts, part, links)


def _append(body: etree._Element, xml: str) -> None:
    """At the end, before the properties of the last section."""
    last = len(body) - 1 if len(body) and body[-1].tag == f"{_W}sectPr" else len(body)
    for offset, element in enumerate(_parsed(xml)):
        body.insert(last + offset, element)


def _titles(parts: Mapping[str, bytes], name: str) -> frozenset[str]:
    """The ids of the styles in which a document's title is set; `heading 1` may have any id."""
    styles = parse_part(parts["word/styles.xml"], name).iter(f"{_W}style")
    named = {str(node.get(f"{_W}styleId")): node.find(f"{_W}name") for node in styles}
    return frozenset(code for code, node in named.items() if node is not None and node.get(f"{_W}val") == "Title")


@lru_cache(maxsize=256)
def _require_harmless_once(digest: str, source: Path, name: str) -> None:  # noqa: ARG001 - what was looked at
    """The same content needs one look; a refusal is not remembered, and is told each time."""
    require_harmless(source, name)


def _rendered(source: Path, name: str, functions: Functions, values: Mapping[str, Any]) -> bytes:
    made = io.BytesIO()
    environment = Environment(functions, most_source=MOST_PART, most_text=2 * MOST_PART)
    try:
        with faults_in_words():
            template = DocxTemplate(source)
            template.render(dict(values), environment, autoescape=True)
            template.save(made)
    except (PackageNotFoundError, KeyError, ParseError, etree.XMLSyntaxError) as error:
        raise Invalid(f"“{name}”里的模板标记把文字隔断了，填不进去；请把每个标记写在同一段里") from error
    return made.getvalue()


def _settle(root: etree._Element, marks: Marks, links: Links, count: HeadingCounter) -> bool:
    """Put content controls and blocks where marks stand. True if there were any."""
    marked = [node for node in root.iter(f"{_W}t") if node.text and is_marked(node.text)]
    for node in marked:
        run = node.getparent()
        paragraph = _above(node, f"{_W}p")
        blocks = marks.blocks_of(_read(paragraph)) if paragraph is not None else None
        if paragraph is not None and blocks is not None:
            look = run.find(f"{_W}rPr") if run is not None else None
            made = _parsed("".join(piece for block in blocks for piece in block_xml(block, count, links)))
            _replace(paragraph, [_in_its_look(element, paragraph, look) for element in made])
        elif run is not None and run.getparent() is not None:
            _replace(run, _split(run, marks, links))
    return bool(marked)


def _in_its_look(element: etree._Element, paragraph: etree._Element, look: etree._Element | None) -> etree._Element:
    """A paragraph of plain text as the office set the one in whose place it stands; everything else as it is."""
    style = element.find(f"{_W}pPr/{_W}pStyle")
    if element.tag != f"{_W}p" or style is None or style.get(f"{_W}val") != "BodyText":
        return element
    ours, theirs = element.find(f"{_W}pPr"), paragraph.find(f"{_W}pPr")
    if ours is not None:
        element.remove(ours)
    if theirs is not None:
        element.insert(0, deepcopy(theirs))
    if look is not None:
        for run in element.iter(f"{_W}r"):
            if run.find(f"{_W}rPr") is None:
                run.insert(0, deepcopy(look))
    return element


def _read(paragraph: etree._Element) -> str:
    return "".join(node.text or "" for node in paragraph.iter(f"{_W}t"))


def _above(node: etree._Element, tag: str) -> etree._Element | None:
    return next(node.iterancestors(tag), None)


def _replace(old: etree._Element, new: list[etree._Element]) -> None:
    parent = old.getparent()
    if parent is None:
        return
    place = parent.index(old)
    parent.remove(old)
    for offset, element in enumerate(new):
        parent.insert(place + offset, element)


def _split(run: etree._Element, marks: Marks, links: Links) -> list[etree._Element]:
    """A run as several: its look is kept by each, and numbers stand in controls."""
    look = run.find(f"{_W}rPr")
    found: list[etree._Element] = []
    for child in run:
        if child is look:
            continue
        pieces = marks.runs(child.text or "") if child.tag == f"{_W}t" else ()
        if not pieces:
            found.append(_dressed(look, deepcopy(child)))
        for piece in pieces:
            found += _number(piece, look, links) if piece.number else [_dressed(look, _text(piece.text))]
    return found


def _number(piece: Run, look: etree._Element | None, links: Links) -> list[etree._Element]:
    if piece.number is None:
        return []
    relation = links.link(address(piece.number, links.base))
    elements = _parsed(control(piece, links.number(piece), relation))
    if look is not None:
        for run in (run for element in elements for run in element.iter(f"{_W}r")):
            run.insert(0, deepcopy(look))
    return elements


def _dressed(look: etree._Element | None, child: etree._Element) -> etree._Element:
    run = etree.Element(f"{_W}r")
    if look is not None:
        run.append(deepcopy(look))
    run.append(child)
    return run


def _text(text: str) -> etree._Element:
    node = etree.Element(f"{_W}t")
    node.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    node.text = text
    return node


def _parsed(xml: str) -> list[etree._Element]:
    return list(etree.fromstring(f'<x xmlns:w="{W}" xmlns:r="{R}">{xml}</x>'))


def _relate(parts: dict[str, bytes], part: str, links: Links) -> None:
    """Give a part the relations that its links use."""
    folder, _, file = part.rpartition("/")
    place = f"{folder}/_rels/{file}.rels"
    empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
    text = parts.get(place, empty).decode()
    rows = "".join(
        f'<Relationship Id="{code}" Type="{R}/hyperlink" Target={attribute(target)} TargetMode="External"/>'
        for target, code in links.addresses.items()
    )
    rows += "".join(
        f'<Relationship Id="rIdChart{number}" Type="{R}/chart" Target="charts/{_STEM}{number}.xml"/>'
        for number in range(1, len(links.charts) + 1)
    )
    if "</Relationships>" in text:
        parts[place] = text.replace("</Relationships>", f"{rows}</Relationships>").encode()


def _add_charts(parts: dict[str, bytes], links: Links) -> None:
    """The parts of our charts, under names that no word processor gives."""
    if not links.charts:
        return
    for part, content in chart_parts(links.charts, _STEM).items():
        parts[part] = content.encode() if isinstance(content, str) else content
    types = parts["[Content_Types].xml"].decode()
    rows = "".join(
        f'<Override PartName="/word/charts/{_STEM}{number}.xml" ContentType="{CHART_TYPE}"/>'
        for number in range(1, len(links.charts) + 1)
    )
    if 'Extension="xlsx"' not in types:
        rows += f'<Default Extension="xlsx" ContentType="{WORKBOOK_TYPE}"/>'
    parts["[Content_Types].xml"] = types.replace("</Types>", f"{rows}</Types>").encode()


def _styled(content: bytes, name: str) -> bytes:
    """The template's styles with ours, where it has none of that name."""
    root = parse_part(content, name)
    known = {node.get(f"{_W}styleId") for node in root.iter(f"{_W}style")}
    for style in _parsed(block_styles()):
        if style.get(f"{_W}styleId") not in known:
            root.append(style)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
