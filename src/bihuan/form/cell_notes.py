"""Notes on cells of an .xlsx package (批注): a part of texts and one of drawn boxes beside each sheet, as Excel keeps
them (ECMA-376 part 1, 18.7, and the VML of part 4). Notes that the sender made stay, and theirs go before ours.
"""

from collections.abc import Mapping
from typing import Any

from lxml import etree

from bihuan.form.workbook_parts import CONTENT_TYPES, LINKS, MAIN, PACKAGE, Package, allowed, name, parsed, split, told

_VML = "urn:schemas-microsoft-com:vml"
_OFFICE = "urn:schemas-microsoft-com:office:office"
_EXCEL = "urn:schemas-microsoft-com:office:excel"
_NOTES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_AUTHOR = "闭环"
_LONGEST = 1_000
_AFTER = ("legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts")
"""What follows `legacyDrawing` within a sheet, by the schema's order; then only `extLst`."""


def add_notes(package: Package, part: str, notes: Mapping[str, str]) -> None:
    """Put a note on each of a sheet's cells that has none; nothing where the sheet's own cannot be understood."""
    if not notes:
        return
    links = _links_of(package, part)
    texts, boxes = _linked(links, part, "comments"), _linked(links, part, "vmlDrawing")
    if bool(texts) != bool(boxes):
        return
    if not texts:
        texts, boxes = _new_parts(package, part, links)
    root, drawing = parsed(package.parts[texts]), _drawing(package.parts[boxes])
    if drawing is None:
        return
    taken = {item.get("ref") for item in root.iter(name("comment"))}
    author = _author(root)
    for at, (place, text) in enumerate(notes.items()):
        if place not in taken:
            _add_text(root, place, text[:_LONGEST], author)
            _add_box(drawing, place, at)
    package.parts[texts], package.parts[boxes] = told(root), etree.tostring(drawing)


def _rels_name(part: str) -> str:
    folder, _, file = part.rpartition("/")
    return f"{folder}/_rels/{file}.rels"


def _links_of(package: Package, part: str) -> Any:
    content = package.parts.get(_rels_name(part))
    return parsed(content) if content else etree.Element(f"{{{PACKAGE}/relationships}}Relationships")


def _linked(links: Any, part: str, kind: str) -> str:
    """The part of a kind that a sheet is linked with; empty where there is none."""
    for link in links:
        if link.get("Type", "").endswith(f"/{kind}"):
            target = link.get("Target", "")
            return target.removeprefix("/") if target.startswith("/") else _beside(part, target)
    return ""


def _beside(part: str, target: str) -> str:
    folders = part.split("/")[:-1]
    for step in target.split("/"):
        folders = folders[:-1] if step == ".." else [*folders, step]
    return "/".join(folders)


def _new_parts(package: Package, part: str, links: Any) -> tuple[str, str]:
    """Empty parts for a sheet that has no notes, and what names them."""
    number = next(n for n in range(1, 10_000) if f"xl/bihuan_notes{n}.xml" not in package.parts)
    texts, boxes = f"xl/bihuan_notes{number}.xml", f"xl/drawings/bihuan_notes{number}.vml"
    comments = etree.Element(name("comments"), nsmap={None: MAIN})  # type: ignore[dict-item] # None names the default
    etree.SubElement(comments, name("authors"))
    etree.SubElement(comments, name("commentList"))
    package.parts[texts], package.parts[boxes] = told(comments), _EMPTY_DRAWING
    tag = f"{{{PACKAGE}/relationships}}Relationship"
    for key, kind, target in (("Texts", "comments", texts), ("Boxes", "vmlDrawing", boxes)):
        etree.SubElement(links, tag, Id=f"bihuan{key}", Type=f"{LINKS}/{kind}", Target=f"/{target}")
    package.parts[_rels_name(part)] = told(links)
    _name_drawing(package, part)
    _declare(package, texts)
    return texts, boxes


def _name_drawing(package: Package, part: str) -> None:
    sheet = parsed(package.parts[part])
    fresh = etree.Element(name("legacyDrawing"))
    fresh.set(f"{{{LINKS}}}id", "bihuanBoxes")
    behind = next((item for item in sheet if item.tag in {name(tag) for tag in (*_AFTER, "extLst")}), None)
    if behind is None:
        sheet.append(fresh)
    else:
        behind.addprevious(fresh)
    package.parts[part] = told(sheet)


def _declare(package: Package, texts: str) -> None:
    types = parsed(package.parts[CONTENT_TYPES])
    space = f"{{{PACKAGE}/content-types}}"
    if not any(item.get("Extension", "").lower() == "vml" for item in types):
        types.insert(0, etree.Element(f"{space}Default", Extension="vml", ContentType=_VML_TYPE))
    etree.SubElement(types, f"{space}Override", PartName=f"/{texts}", ContentType=_NOTES_TYPE)
    package.parts[CONTENT_TYPES] = told(types)


def _drawing(content: bytes) -> Any:
    """A sheet's boxes; None where they are no XML, as some programs write them."""
    try:
        return parsed(content)
    except etree.XMLSyntaxError:
        return None


def _author(root: Any) -> str:
    authors = root.find(name("authors"))
    etree.SubElement(authors, name("author")).text = _AUTHOR
    return str(len(authors) - 1)


def _add_text(root: Any, place: str, text: str, author: str) -> None:
    note = etree.SubElement(root.find(name("commentList")), name("comment"), ref=place, authorId=author)
    run = etree.SubElement(etree.SubElement(note, name("text")), name("t"))
    run.text = "".join(allowed(text))


def _add_box(drawing: Any, place: str, at: int) -> None:
    """A hidden box beside the cell, which the program shows where the pointer rests."""
    column, row = split(place)
    shape = etree.SubElement(
        drawing,
        f"{{{_VML}}}shape",
        id=f"_x0000_s{9_000 + at}",
        type="#_x0000_t202",
        style="position:absolute;margin-left:60pt;margin-top:2pt;width:240pt;height:90pt;z-index:1;visibility:hidden",
        fillcolor="#ffffe1",
    )
    shape.set(f"{{{_OFFICE}}}insetmode", "auto")
    etree.SubElement(shape, f"{{{_VML}}}fill", color2="#ffffe1")
    etree.SubElement(shape, f"{{{_VML}}}textbox")
    client = etree.SubElement(shape, f"{{{_EXCEL}}}ClientData", ObjectType="Note")
    for tag, text in (
        ("MoveWithCells", ""),
        ("SizeWithCells", ""),
        ("Anchor", f"{column}, 12, {max(0, row - 2)}, 2, {column + 4}, 12, {row + 4}, 2"),
        ("AutoFill", "False"),
        ("Row", str(row - 1)),
        ("Column", str(column - 1)),
    ):
        etree.SubElement(client, f"{{{_EXCEL}}}{tag}").text = text


_EMPTY_DRAWING = (
    f'<xml xmlns:v="{_VML}" xmlns:o="{_OFFICE}" xmlns:x="{_EXCEL}">'
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="9"/></o:shapelayout>'
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>'
).encode()
