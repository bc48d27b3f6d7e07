"""An .xls before it is opened: passwords, how far its cells reach, and which hold an error.

Records as in [MS-XLS] 2.4: each is a type and a length of two bytes, then its content.
"""

import struct
from pathlib import Path

from bihuan.ledger.excel.book_xlsx import refuse_spread
from bihuan.ledger.excel.compound import Compound, Entry
from bihuan.ledger.excel.kind import SAVE_AS, broken
from bihuan.ledger.excel.model import Limits, UnreadableFile
from bihuan.ledger.excel.scan import PartScan

_BOF, _EOF, _FILE_PASS, _BOUND_SHEET, _SHARED_STRINGS = 0x0809, 0x000A, 0x002F, 0x0085, 0x00FC
_DIMENSIONS = 0x0200
_BOOL_ERROR, _MANY_RK = 0x0205, 0x00BD
_FORMULAS = {0x0006, 0x0206, 0x0406}
_ONE_CELL = {0x0006, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6, 0x0406, 0x0206}
_ROW, _COLUMNS = 0x0208, 0x007D
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_STRANGERS = (
    ("WordDocument", "Word 文档"),
    ("PowerPoint Document", "演示文稿"),
    ("HwpSummaryInformation", "HWP 文档"),
)


def scan_xls(path: Path, name: str, limits: Limits) -> dict[str, PartScan]:
    """Look through an .xls; raise UnreadableFile for one that is encrypted, unsound or no workbook."""
    compound = Compound(path.read_bytes(), name)
    if compound.has("EncryptedPackage") or compound.has("EncryptionInfo"):
        raise UnreadableFile(f"“{name}”加了打开密码，读不出来。", "请在 Excel 或 WPS 里去掉密码，另存后再上传。")
    stream = compound.find("Workbook", "Book")
    if stream is None:
        raise _no_workbook(compound, name)
    compound.check_chains()
    return _scan_stream(compound, stream, name, limits)


def _no_workbook(compound: Compound, name: str) -> UnreadableFile:
    for mark, what in _STRANGERS:
        if compound.has(mark):
            return UnreadableFile(f"“{name}”其实是{what}，不是电子表格。", SAVE_AS)
    return UnreadableFile(f"“{name}”里没有工作簿，不是电子表格。", SAVE_AS)


def _scan_stream(compound: Compound, stream: Entry, name: str, limits: Limits) -> dict[str, PartScan]:
    data = compound.stream(stream)
    starts: dict[int, str] = {}
    scans: dict[str, PartScan] = {}
    scan: PartScan | None = None
    position = 0
    header = struct.Struct("<HH")
    while position + 4 <= len(data):
        kind, length = header.unpack_from(data, position)
        body = position + 4
        if body + length > len(data):
            raise broken(name, "最后一条记录不完整")
        if kind == _BOF:
            scan = scans.setdefault(starts[position], PartScan()) if position in starts else None
        elif kind == _FILE_PASS:
            raise UnreadableFile(f"“{name}”加了打开密码，读不出来。", "请在 Excel 或 WPS 里去掉密码，另存后再上传。")
        elif kind == _BOUND_SHEET and length >= 8:
            starts[struct.unpack_from("<I", data, body)[0]] = _sheet_name(data[body + 6 : body + length])
        elif kind == _SHARED_STRINGS:
            _refuse_count(data, body, length, len(data), name)
        elif kind == _DIMENSIONS:
            _refuse_dimensions(data[body : body + length], name)
        elif scan is not None and kind in (_ROW, _COLUMNS):
            _note_hidden(scan, kind, data[body : body + length])
        elif scan is not None and length >= 6:
            _count_cell(scan, kind, data, body, length)
        position = body + length
    for sheet, found in scans.items():
        refuse_spread(name, sheet, found, limits)
    if not scans:
        raise broken(name, "里面没有工作表")
    return {sheet: scans.get(sheet, PartScan()) for sheet in starts.values()}


def _sheet_name(raw: bytes) -> str:
    if len(raw) < 2:
        return ""
    length, wide = raw[0], raw[1] & 1
    return raw[2 : 2 + length * 2].decode("utf-16-le", "replace") if wide else raw[2 : 2 + length].decode("latin-1")


def _refuse_count(data: bytes, body: int, length: int, size: int, name: str) -> None:
    """Refuse a table of strings that claims more strings than the stream has bytes for (three each at
    least).
    """
    if length < 8 or struct.unpack_from("<I", data, body + 4)[0] * 3 > size:
        raise broken(name, "它声称的条数大得不合理")


def _refuse_dimensions(body: bytes, name: str) -> None:
    """Refuse a used range outside of the format's 65,536 rows and 256 columns, for which memory would be
    reserved.
    """
    form = {10: "<HHHH", 14: "<IIHH"}.get(len(body))
    if form is None:
        return
    first_row, rows, first_column, columns = struct.unpack_from(form, body)
    if not (first_row <= rows <= 65_536 and first_column <= columns <= 256):
        raise broken(name, "它声称的行列数不合理")


def _note_hidden(scan: PartScan, kind: int, body: bytes) -> None:
    if kind == _ROW and len(body) >= 14 and body[12] & 0x20:
        row, _, columns = struct.unpack_from("<HHH", body)
        if columns:
            scan.hidden_rows.add(row + 1)
    elif kind == _COLUMNS and len(body) >= 10 and body[8] & 1:
        first, last = struct.unpack_from("<HH", body)
        scan.hidden_columns.append((first + 1, last + 1))


def _count_cell(scan: PartScan, kind: int, data: bytes, body: int, length: int) -> None:
    row, column = struct.unpack_from("<HH", data, body)
    if kind in _ONE_CELL:
        scan.filled += 1
        scan.reach(row + 1, column + 1)
        if kind == _BOOL_ERROR and length >= 8 and data[body + 7]:
            scan.errors[row + 1, column + 1] = _ERRORS.get(data[body + 6], "#ERR!")
        elif _is_error_result(kind, data, body, length):
            scan.errors[row + 1, column + 1] = _ERRORS.get(data[body + 8], "#ERR!")
    elif kind == _MANY_RK:
        (last,) = struct.unpack_from("<H", data, body + length - 2)
        scan.filled += (length - 6) // 6
        scan.reach(row + 1, max(last, column + (length - 6) // 6) + 1)


def _is_error_result(kind: int, data: bytes, body: int, length: int) -> bool:
    is_formula = kind in _FORMULAS and length >= 14
    return is_formula and data[body + 6] == 2 and data[body + 12 : body + 14] == b"\xff\xff"
