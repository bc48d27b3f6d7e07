"""A draft as blocks of plain text: its paragraphs and the cells of its tables, in the order of reading."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from bihuan.base.errors import Invalid
from bihuan.ledger.excel.model import Limits, UnreadableFile
from bihuan.ledger.excel.package import Package
from bihuan.ledger.word_guard import require_harmless

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MAIN = "word/document.xml"
_W = f"{{{NAMESPACE}}}"
_LIMITS = Limits(file_bytes=20 * 1024**2, unpacked_bytes=200 * 1024**2)
_LARGEST_TEXT = 5 * 1024**2
_BREAKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n"}
# Text that was struck out in review is no longer said; field codes never were.
_UNSAID = {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText"}


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a cell: its number from 0, where it is in words (第3段, 表1第2行第3列), and its text.

    `head` is what stands at the top of a cell's column and the beginning of its row.
    """

    index: int
    label: str
    text: str
    head: str = ""


def read_text(path: Path, name: str) -> list[Block]:
    """The lines of a .txt, in UTF-8 or GB18030. Raises Invalid for any other file."""
    content = path.read_bytes()
    if len(content) > _LARGEST_TEXT:
        raise Invalid(f"“{name}”有 {len(content) / 1024**2:.1f} MB，文本最大 {_LARGEST_TEXT // 1024**2} MB")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return read_lines(text)
    raise Invalid(f"“{name}”不是 UTF-8 或 GB18030 的文本文件")


def read_lines(text: str) -> list[Block]:
    """The lines of a text, but for blank ones."""
    kept = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    return [Block(index, f"第{number}行", line) for index, (number, line) in enumerate(kept)]


def read_docx(path: Path, name: str) -> list[Block]:
    """The paragraphs and table cells of a .docx. Raises Invalid for what is none, is damaged or means harm."""
    _, root = open_draft(path, name)
    body = root.find(f"{_W}body")
    said = _labelled(body) if body is not None else ()
    return [Block(index, label, text, head) for index, (label, text, head) in enumerate(said)]


def open_draft(path: Path, name: str) -> tuple[Package, Any]:
    """The parts of a .docx and its main document as a tree. Raises Invalid as `read_docx` does."""
    try:
        if path.stat().st_size > _LIMITS.file_bytes:
            raise Invalid(f"“{name}”超过 {_LIMITS.file_bytes // 1024**2} MB，请删去图片后再上传")
        package = Package(path, name, _LIMITS)
        if MAIN not in package.parts:
            raise Invalid(f"“{name}”不是 Word 文档（.docx），请用 Word 或 WPS 另存为 .docx")
        root = parsed(package.read(MAIN, _LIMITS.unpacked_bytes), name)
    except UnreadableFile as error:
        raise Invalid(str(error)) from error
    require_harmless(path, name)
    return package, root


def parsed(content: bytes, name: str) -> Any:
    """XML as a tree, without entities and without anything from outside. Raises Invalid."""
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Invalid(f"“{name}”里含有 XML 实体声明（DOCTYPE），正常的文档没有它，已拒绝")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Invalid(f"“{name}”已损坏，里面的 XML 不完整") from error


def _labelled(body: Any) -> Iterator[tuple[str, str, str]]:
    for label, paragraphs, head in said_in(body):
        text = "\n".join(text_of(paragraph) for paragraph in paragraphs)
        if text.strip():
            yield label, text, head


def said_in(body: Any) -> Iterator[tuple[str, list[Any], str]]:
    """Each block of a body, blank ones too, as its label, its paragraphs, and the heads of a cell."""
    paragraphs = tables = 0
    for element in body.iter(f"{_W}p", f"{_W}tbl"):
        if any(True for _ in element.iterancestors(f"{_W}tbl")):
            continue  # told with its table
        if element.tag == f"{_W}p":
            paragraphs += 1
            yield f"第{paragraphs}段", [element], ""
        else:
            tables += 1
            yield from _cells(element, tables)


def _cells(table: Any, number: int) -> Iterator[tuple[str, list[Any], str]]:
    tops: list[str] = []
    for row_number, row in enumerate(table.findall(f"{_W}tr"), start=1):
        cells = [list(cell.iter(f"{_W}p")) for cell in row.findall(f"{_W}tc")]
        texts = ["".join(text_of(paragraph) for paragraph in cell) for cell in cells]
        tops = tops if row_number > 1 else texts
        for column, cell in enumerate(cells):
            top = tops[column] if column < len(tops) and row_number > 1 else ""
            beginning = texts[0] if column else ""
            yield f"表{number}第{row_number}行第{column + 1}列", cell, f"{top}，{beginning}" if top else beginning


def text_of(paragraph: Any) -> str:
    """What a paragraph says: its text without field codes and without what was struck out in review."""
    return "".join(text for _, text in spoken_in(paragraph))


def spoken_in(paragraph: Any) -> Iterator[tuple[Any, str]]:
    """Each element of a paragraph that says something, and what it says."""
    for element in paragraph.iter():
        if element.tag == f"{_W}t" and not any(above.tag in _UNSAID for above in element.iterancestors()):
            yield element, element.text or ""
        elif element.tag in _BREAKS and element.getparent().tag == f"{_W}r":
            yield element, _BREAKS[element.tag]
