"""Looks through the XML of an .xlsx before it is opened: how far its cells reach, and which hold an error.

The reader below us gives an error cell as blank and lays a sheet out densely, so that two cells in far
corners would ask for hundreds of gigabytes. Both need the raw XML, and this is on the way of every import;
so one regular expression passes over sheets written as every known program writes them, and a real XML
parser takes the rest.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from bihuan.ledger.excel.kind import SAVE_AS, broken
from bihuan.ledger.excel.model import UNCOMPUTED, Merge, UnreadableFile, column_number
from bihuan.ledger.excel.package import Package

# A cell other than one in columns A to Z and rows to 999,999.
_OTHER_CELL = re.compile(rb'<c(?! r="[A-Z]\d{1,6}"|[A-Za-z])')
_FAR_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"(?: s="\d+")?(?: t="\w+")?(/>|></c>|[ >])')
_ANY_CELL = re.compile(rb"<c(?![A-Za-z])")
_PREFIXED_CELL = re.compile(rb"<[\w.-]+:c(?![A-Za-z])")
_ERROR = re.compile(rb'<c r="([A-Z]+)(\d+)"[^>]* t="e"[^>]*>(?:<f[^>]*/>|<f.*?</f>)?<v>([^<]*)</v>', re.DOTALL)
# A formula with nothing behind it: what it comes to was never stored. t="str" with nothing is a blank text.
_UNCOMPUTED = re.compile(rb'<c r="([A-Z]+)(\d+)"([^>]*)>(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)(?:<v></v>|<v ?/>)?</c>')
_HIDDEN_ROW = re.compile(rb'<row (?=[^>]*\bhidden="(?:1|true)")[^>]*?\br="(\d+)"[^>]*(?<!/)>')
_COLUMN = re.compile(rb"<col ([^>]*)/>")
_HIDDEN = re.compile(rb'hidden="(?:1|true)"')
_CLAIM = re.compile(rb'<dimension ref="[A-Z]+\d+:[A-Z]+(\d+)"')
_ADDRESS = re.compile(rb'<c r="[A-Z]+(\d+)"')
_MERGE = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
# Counts that the reader turns into memory at once.
_HUGE_COUNT = re.compile(rb"ount\s*=\s*[\"']\s*\d{9}")
# So many bytes of a part have their cells counted; what follows is taken to be as full.
_COUNTED = 8 * 1024**2
_ERROR_TEXT = re.compile(rb"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)")


@dataclass(slots=True)
class PartScan:
    """What one part holds: the last row and column with content, from 1; how many cells; where errors stand.

    Of a large part the cells are counted in its first bytes, and the number for the others is reckoned from that.
    `looked_at` are the bytes so far.
    """

    rows: int = 0
    columns: int = 0
    filled: int = 0
    looked_at: int = 0
    claimed_rows: int | None = None
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    has_error_text: bool = False
    form: str = "narrow"
    begun: bool = False
    # For a sheet that is read in portions: its last row with a cell, and its merged areas, counted from 0.
    last_row: int = 0
    merges: list[Merge] = field(default_factory=list)
    # Rows with cells that are not shown, most of them filtered out; columns likewise, first and last from 1.
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)

    def hidden_within(self, columns: int) -> tuple[int, ...]:
        """The hidden columns among the first so many, from 0."""
        spans = (range(first - 1, min(last, columns)) for first, last in self.hidden_columns)
        return tuple(sorted({index for span in spans for index in span}))

    def reach(self, rows: int, columns: int) -> None:
        self.rows = max(self.rows, rows)
        self.columns = max(self.columns, columns)


def scan_part(package: Package, part_name: str) -> PartScan:
    """Look through one part, the quick way where its form allows."""
    scan = PartScan()
    for piece in whole_tags(package, part_name):
        _refuse_tricks(piece, package.name)
        if not scan.begun:
            scan.begun = True
            claim = _CLAIM.search(piece)
            scan.claimed_rows = int(claim[1]) if claim else None
            scan.hidden_columns = [_span(column) for column in _COLUMN.findall(piece) if _HIDDEN.search(column)]
        _look(piece, scan)
    if scan.form == "far":
        for piece in whole_tags(package, part_name):
            _look_far(piece, scan)
            if scan.form == "odd":
                break
    elif scan.form == "narrow" and scan.filled:
        # Not read cell by cell; the bound is what _OTHER_CELL lets pass.
        scan.reach(0, 26)
    if scan.form == "odd":
        parsed = _parse(package, part_name)
        parsed.has_error_text, parsed.claimed_rows = scan.has_error_text, scan.claimed_rows
        parsed.hidden_rows, parsed.hidden_columns = scan.hidden_rows, scan.hidden_columns
        return parsed
    return scan


def whole_tags(package: Package, part_name: str) -> Iterator[bytes]:
    """Give a part in pieces that end where a row ends, or at least a tag."""
    rest = b""
    for piece in package.pieces(part_name):
        # Only where the end of a row may stand in both are the two put together to look for it.
        before, text = (rest, piece) if b"</row>" in piece else (b"", rest + piece)
        cut = text.rfind(b"</row>") + 6
        if cut < 6:
            cut = text.rfind(b">") + 1
        if cut:
            yield b"".join((before, memoryview(text)[:cut]))
        rest = text[cut:]
        if len(rest) > 16 * 1024**2:
            raise broken(package.name, f"“{part_name}”不像正常的表格内容")
    if rest:
        yield rest


def _refuse_tricks(piece: bytes, name: str) -> None:
    # An entity can only be declared within a DOCTYPE. (A letter is looked for ten times faster than a word: so here and
    # below, a word is looked for only where its rarest letter is.)
    if b"!" in piece and b"<!DOCTYPE" in piece:
        raise UnreadableFile(f"“{name}”里含有 XML 实体声明（DOCTYPE），正常的表格没有它，已拒绝。", SAVE_AS)
    if b"\x00" in piece:
        raise broken(name, "里面的 XML 不是 UTF-8 编码")
    if b"u" in piece and b"ount" in piece and _HUGE_COUNT.search(piece):
        raise broken(name, "它声称的条数大得不合理")


def _look(piece: bytes, scan: PartScan) -> None:
    last = piece.rfind(b'<c r="')
    if last >= 0 and (address := _ADDRESS.match(piece, last)):
        scan.last_row = int(address[1])
    if not piece.endswith(b"</row>") and b"<mergeCell " in piece:
        scan.merges += [_area(*corners) for corners in _MERGE.findall(piece)]
    if b":" in piece and b":c" in piece and _PREFIXED_CELL.search(piece):
        scan.form = "odd"
    elif scan.form == "narrow" and _OTHER_CELL.search(piece):
        scan.form = "far"
    if scan.looked_at < _COUNTED or not scan.filled:
        scan.filled += piece.count(b"</v>") + piece.count(b"</is>")
    else:
        scan.filled += scan.filled * len(piece) // scan.looked_at
    scan.looked_at += len(piece)
    if b"#" in piece and not scan.has_error_text:
        scan.has_error_text = _ERROR_TEXT.search(piece) is not None
    if b"h" in piece and b'hidden="' in piece:
        scan.hidden_rows.update(map(int, _HIDDEN_ROW.findall(piece)))
    if b"f" in piece and b"<f" in piece:
        for letters, row, rest in _UNCOMPUTED.findall(piece):
            if b't="str"' not in rest:
                scan.errors[int(row), column_number(letters.decode())] = UNCOMPUTED
    if b't="e"' in piece:
        for letters, row, text in _ERROR.findall(piece):
            scan.errors[int(row), column_number(letters.decode())] = text.decode("utf-8", "replace")


def _look_far(piece: bytes, scan: PartScan) -> None:
    """Read the address of each cell; an address in another form makes the part "odd"."""
    found = _FAR_CELL.findall(piece)
    if len(found) != len(_ANY_CELL.findall(piece)):
        scan.form = "odd"
        return
    filled = [(letters, row) for letters, row, end in found if end in (b" ", b">")]
    if not filled:
        return
    rows = max((row for _, row in filled), key=_as_number)
    columns = max({letters for letters, _ in filled}, key=lambda letters: (len(letters), letters))
    scan.reach(int(rows), column_number(columns.decode()))


def _area(left: bytes, top: bytes, right: bytes, bottom: bytes) -> Merge:
    first = int(top) - 1, column_number(left.decode()) - 1
    return first, (int(bottom) - 1, column_number(right.decode()) - 1)


def _span(column: bytes) -> tuple[int, int]:
    first, last = re.search(rb'min="(\d{1,5})"', column), re.search(rb'max="(\d{1,5})"', column)
    return (int(first[1]), int(last[1])) if first and last else (1, 0)


def _as_number(digits: bytes) -> tuple[int, bytes]:
    digits = digits.lstrip(b"0")
    return len(digits), digits


def _parse(package: Package, part_name: str) -> PartScan:
    """Look through a part with a real XML parser: slower, for any way of writing XML."""
    reader = _SheetParser()
    try:
        for piece in package.pieces(part_name):
            reader.parser.Parse(piece, False)
        reader.parser.Parse(b"", True)
    except (expat.ExpatError, ValueError) as error:
        raise broken(package.name, f"“{part_name}”不是完整的 XML") from error
    return reader.scan


class _SheetParser:
    def __init__(self) -> None:
        self.scan = PartScan(form="odd")
        self.row = self.column = 0
        self.kind = ""
        self.text: list[str] | None = None
        self.counted = True
        self.is_formula = self.has_result = self.in_value = False
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(" ")[2]
        if tag == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = 0
        elif tag == "c":
            self.place(attributes.get("r", ""))
            self.kind = attributes.get("t", "")
            self.counted = self.is_formula = self.has_result = False
        elif tag == "f":
            self.is_formula = True
        elif tag in ("v", "is") and not self.counted:
            self.counted = True
            self.scan.filled += 1
            self.scan.reach(self.row, self.column)
            self.text = [] if self.kind == "e" else None
            self.in_value = True

    def place(self, address: str) -> None:
        if not address:
            self.column += 1
            return
        letters = address.rstrip("0123456789")
        self.column = column_number(letters)
        self.row = int(address[len(letters) :])

    def characters(self, text: str) -> None:
        self.has_result |= self.in_value
        if self.text is not None:
            self.text.append(text)

    def end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name == "c" and self.is_formula and not self.has_result and self.kind != "str":
            self.scan.errors[self.row, self.column] = UNCOMPUTED
        self.in_value &= name not in ("v", "is")
        if self.text is not None and tag.endswith("v"):
            self.scan.errors[self.row, self.column] = "".join(self.text)
            self.text = None
