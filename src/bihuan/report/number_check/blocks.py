"""A draft as blocks of plain text: its paragraphs and the cells of its tables, in the order of reading."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from bihuan.base.errors import Invalid
from bihuan.ledger.excel.model import Limits, UnreadableFile
from bihuan.ledger.excel.package import Package
from bihuan.ledger.word_guard import require_harmless
from bihuan.report.number_check.tables import Cell, Piece, cells_in, headed

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MAIN = "word/document.xml"
_W = f"{{{NAMESPACE}}}"
_LIMITS = Limits(file_bytes=20 * 1024**2, unpacked_bytes=200 * 1024**2)
_LARGEST_TEXT = 5 * 1024**2
_MOST_COLUMNS = 64
_BREAKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n"}
# Text that was struck out in review is no longer said; field codes never were.
_UNSAID = {f"{_W}del", f"{_W}moveFrom", f"{_W}instrText"}


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a cell: its number from 0, where it is in words (第3段, 表1第2行第3列), and its text.

    `cells` are those that it is, or that a line of a table drawn in plain text is made of.
    """

    index: int
    label: str
    text: str
    cells: tuple[Cell, ...] = ()


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
    cells = dict(cells_in([line for _, line in kept]))
    return [Block(index, f"第{number}行", line, cells.get(index, ())) for index, (number, line) in enumerate(kept)]


def read_docx(path: Path, name: str) -> list[Block]:
    """The paragraphs and table cells of a .docx. Raises Invalid for what is none, is damaged or means harm."""
    _, root = open_draft(path, name)
    body = root.find(f"{_W}body")
    said = _labelled(body) if body is not None else ()
    return [Block(index, label, text, cells) for index, (label, text, cells) in enumerate(said)]


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


def _labelled(body: Any) -> Iterator[tuple[str, str, tuple[Cell, ...]]]:
    for label, paragraphs, cells in said_in(body):
        text = "\n".join(text_of(paragraph) for paragraph in paragraphs)
        if text.strip():
            yield label, text, cells


def said_in(body: Any) -> Iterator[tuple[str, list[Any], tuple[Cell, ...]]]:
    """Each block of a body, blank ones too, as its label, its paragraphs, and the cell that it is."""
    paragraphs = tables = 0
    said = ""
    for element in body.iter(f"{_W}p", f"{_W}tbl"):
        if any(True for _ in element.iterancestors(f"{_W}tbl")):
            continue  # told with its table
        if element.tag == f"{_W}p":
            paragraphs += 1
            said = text_of(element).strip() or said
            yield f"第{paragraphs}段", [element], ()
        else:
            tables += 1
            yield from _cells(element, tables, said)


def _cells(table: Any, number: int, caption: str) -> Iterator[tuple[str, list[Any], tuple[Cell, ...]]]:
    rows, pieces, starts = [], [], []
    for row in table.findall(f"{_W}tr"):
        cells = [(list(cell.iter(f"{_W}p")), _width(cell)) for cell in row.findall(f"{_W}tc")]
        texts = ["\n".join(text_of(paragraph) for paragraph in cell) for cell, _ in cells]
        rows.append([cell for cell, _ in cells])
        # A cell over several columns stands over each of them.
        wide = [text for text, (_, width) in zip(texts, cells, strict=True) for _ in range(width)]
        pieces.append([Piece(0, len(text), text.replace("\n", "")) for text in wide])
        starts.append(_starts([width for _, width in cells]))
    for row_number, found in enumerate(headed(pieces, number - 1, caption)):
        for column, (cell, start) in enumerate(zip(rows[row_number], starts[row_number], strict=True)):
            yield f"表{number}第{row_number + 1}行第{column + 1}列", cell, (found[start],)


def _width(cell: Any) -> int:
    """How many columns a cell stands over (ECMA-376 part 1, 17.4.17); more than a page can show is no width."""
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    said = "" if span is None else span.get(f"{_W}val", "")
    return min(int(said), _MOST_COLUMNS) if said.isdigit() and int(said) else 1


def _starts(widths: Sequence[int]) -> list[int]:
    return [sum(widths[:turn]) for turn in range(len(widths))]


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
