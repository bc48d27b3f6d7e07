"""An .ods before it is opened: how far repeats reach, which cells are merged, which hold an error.

OpenDocument writes a run of equal cells once with a count, so a short file may claim a whole continent; and
the reader below us gives neither merged areas nor errors for it.
"""

from dataclasses import dataclass, field
from xml.parsers import expat

from bihuan.ledger.excel.book_xlsx import refuse_spread
from bihuan.ledger.excel.kind import SAVE_AS, broken
from bihuan.ledger.excel.model import Limits, Merge, UnreadableFile
from bihuan.ledger.excel.package import Package
from bihuan.ledger.excel.scan import PartScan

_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_CALCEXT_TYPE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"


@dataclass(slots=True)
class OdsSheet:
    """One sheet of an .ods: its reach and errors, and the merged areas as (row, column) from 0."""

    scan: PartScan = field(default_factory=PartScan)
    merges: list[Merge] = field(default_factory=list)
    cells: int = 0


def scan_ods(package: Package, limits: Limits) -> dict[str, OdsSheet]:
    """Look through an .ods; raise UnreadableFile for one that must not be opened."""
    for part_name in package.parts:
        if part_name != "content.xml":
            for piece in package.pieces(part_name):
                if part_name.endswith(".xml"):
                    _refuse_entities(piece, package.name)
    reader = _ContentParser(package.name, limits)
    tail = b""
    try:
        for piece in package.pieces("content.xml"):
            _refuse_entities(tail + piece, package.name)
            tail = piece[-16:]
            reader.parser.Parse(piece, False)
        reader.parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, KeyError) as error:
        raise broken(package.name, "“content.xml”不是完整的 XML") from error
    if reader.encrypted:
        raise UnreadableFile(f"“{package.name}”加了密码，读不出来。", "请去掉密码后再上传。")
    return reader.sheets


def _refuse_entities(piece: bytes, name: str) -> None:
    if b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
        raise UnreadableFile(f"“{name}”里含有 XML 实体声明（DOCTYPE），正常的表格没有它，已拒绝。", SAVE_AS)


def _is_hidden(attributes: dict[str, str]) -> bool:
    return attributes.get(_TABLE + "visibility", "visible") != "visible"


class _ContentParser:
    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self.limits = limits
        self.sheets: dict[str, OdsSheet] = {}
        self.encrypted = False
        self.sheet = OdsSheet()
        self.sheet_name = ""
        self.row = self.column = self.row_repeat = self.cell_repeat = 0
        self.row_filled = 0
        self.is_error = self.is_hidden = False
        self.columns_told = 0
        self.text: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if not tag.startswith(_TABLE):
            return
        match tag[len(_TABLE) :]:
            case "table":
                self.sheet_name = attributes.get(_TABLE + "name", "")
                self.sheet = self.sheets[self.sheet_name] = OdsSheet()
                self.row = self.columns_told = 0
            case "table-row":
                self.row_repeat = int(attributes.get(_TABLE + "number-rows-repeated", "1"))
                self.is_hidden = _is_hidden(attributes)
                self.column = self.row_filled = 0
            case "table-column":
                last = self.columns_told + int(attributes.get(_TABLE + "number-columns-repeated", "1"))
                if _is_hidden(attributes):
                    self.sheet.scan.hidden_columns.append((self.columns_told + 1, last))
                self.columns_told = last
            case "table-cell" | "covered-table-cell":
                self.cell(attributes)

    def cell(self, attributes: dict[str, str]) -> None:
        self.cell_repeat = int(attributes.get(_TABLE + "number-columns-repeated", "1"))
        rows = int(attributes.get(_TABLE + "number-rows-spanned", "1"))
        columns = int(attributes.get(_TABLE + "number-columns-spanned", "1"))
        if rows > 1 or columns > 1:
            last = (self.row + rows - 1, self.column + columns - 1)
            self.sheet.merges.append(((self.row, self.column), last))
        self.is_error = attributes.get(_CALCEXT_TYPE) == "error"
        self.text = []
        if _OFFICE + "value-type" in attributes:
            self.row_filled += self.cell_repeat
            self.sheet.scan.reach(0, self.column + self.cell_repeat)

    def characters(self, text: str) -> None:
        if self.is_error:
            self.text.append(text)

    def end(self, tag: str) -> None:
        match tag[len(_TABLE) :] if tag.startswith(_TABLE) else "":
            case "table-cell" | "covered-table-cell":
                if self.is_error:
                    text = "".join(self.text).strip() or "#ERR!"
                    self.sheet.scan.errors[self.row + 1, self.column + 1] = text
                self.is_error = False
                self.column += self.cell_repeat
            case "table-row":
                self.end_row()

    def end_row(self) -> None:
        self.row += self.row_repeat
        if not self.row_filled:
            return
        scan = self.sheet.scan
        scan.filled += self.row_filled * self.row_repeat
        scan.reach(self.row, 0)
        refuse_spread(self.name, self.sheet_name, scan, self.limits)
        if self.is_hidden:
            scan.hidden_rows.update(range(self.row - self.row_repeat + 1, self.row + 1))
