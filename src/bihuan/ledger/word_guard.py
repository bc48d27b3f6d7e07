"""What an uploaded Word file may not bring: programs, links that load by themselves, fields that fetch, XML tricks."""

import re
from pathlib import Path

from lxml import etree

from bihuan.base.errors import Invalid
from bihuan.ledger.excel.model import Limits, UnreadableFile
from bihuan.ledger.excel.package import Package

MOST_PART = 20 * 1024**2
"""The largest XML part of a Word file that is read, in bytes."""

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
_MAIN = "word/document.xml"
_PROGRAMS = ("vbaproject.bin", "vbadata.xml", "activex", "oleobject", "embeddings/package")
_LOADING = ("attachedTemplate", "oleObject", "frame", "subDocument", "afChunk", "image", "externalLink")
_FETCHING = re.compile(
    r"^\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|LINK|IMPORT|DATABASE|RD|MACROBUTTON)\b", re.IGNORECASE
)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def parse_part(content: bytes, name: str) -> etree._Element:
    """An XML part as a tree. Raises Invalid for one with a DTD or that is not well formed."""
    if b"<!DOCTYPE" in content[:4_096] or b"<!ENTITY" in content:
        raise Invalid(f"“{name}”里有实体定义，已拒绝")
    try:
        return etree.fromstring(content, _PARSER)
    except etree.XMLSyntaxError as error:
        raise Invalid(f"“{name}”已损坏，读不出来") from error


def require_harmless(path: Path, name: str) -> None:
    """Raise, naming what was found, for a Word file that is more than text, tables and pictures.

    Raises Invalid as well for what is no sound .docx, or unpacks beyond the limits of a spreadsheet.
    """
    try:
        package = Package(path, name, Limits())
        _check_package(package, name)
    except UnreadableFile as error:
        raise Invalid(error.message) from error


def _check_package(package: Package, name: str) -> None:
    if _MAIN not in package.parts:
        raise Invalid(f"“{name}”不是 Word 文件（.docx）")
    for part in package.parts:
        low = part.lower()
        found = next((word for word in _PROGRAMS if word in low), "")
        if found:
            raise Invalid(f"“{name}”里有程序或嵌入对象（{part}），请另存为普通的 .docx")
        if low.endswith((".xml", ".rels")):
            _check_part(parse_part(package.read(part, MOST_PART), name), part, name)


def _check_part(root: etree._Element, part: str, name: str) -> None:
    if part.endswith(".rels"):
        for relation in root:
            kind = str(relation.get("Type", "")).rpartition("/")[2]
            outside = relation.get("TargetMode") == "External"
            if outside and kind in _LOADING:
                raise Invalid(f"“{name}”里有打开时会从外部取内容的链接（{kind}），请去掉后再上传")
            if outside and not str(relation.get("Target", "")).lower().startswith(("http://", "https://", "mailto:")):
                raise Invalid(f"“{name}”里有指向别处的链接（{relation.get('Target', '')[:60]}），请去掉后再上传")
    for field in _fields(root):
        if _FETCHING.match(field):
            raise Invalid(f"“{name}”里有会从外部取内容的域（{field.split()[0]}），请去掉后再上传")


def _fields(root: etree._Element) -> list[str]:
    """The instructions of all fields. One may be cut into several runs, so that they are put together again."""
    simple = [str(node.get(f"{_W}instr", "")) for node in root.iter(f"{_W}fldSimple")]
    pieces, found = "", []
    for node in root.iter(f"{_W}fldChar", f"{_W}instrText"):
        if node.tag == f"{_W}instrText":
            pieces += node.text or ""
        elif pieces:
            found.append(pieces)
            pieces = ""
    return [*simple, *found, pieces]
