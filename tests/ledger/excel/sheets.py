"""Makes the spreadsheets that the tests read: ordinary ones, ugly ones, and such as mean harm."""

import struct
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl

from bihuan.ledger.excel import Table, open_workbook, read_table

Cells = Sequence[Any]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def write_book(path: Path, rows: Iterable[Cells], merges: Iterable[str] = (), name: str = "Sheet1") -> Path:
    """Write one sheet with openpyxl; None leaves a cell out."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    fill(sheet, rows, merges)
    book.save(path)
    return path


def fill(sheet: Any, rows: Iterable[Cells], merges: Iterable[str] = ()) -> None:
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            if value is not None:
                sheet.cell(number, column, value)
    for area in merges:
        sheet.merge_cells(area)


def table_of(path: Path, rows: Iterable[Cells], merges: Iterable[str] = (), **options: Any) -> Table:
    """Write a sheet and read it back."""
    return read_table(open_workbook(write_book(path, rows, merges)), **options)


def titles(table: Table) -> list[str]:
    return [column.title for column in table.columns]


def cells(table: Table) -> list[list[Any]]:
    return [row for _, row in table.rows()]


def numbers(table: Table) -> list[int]:
    return [number for number, _ in table.rows()]


def sheet_xml(rows: str, *, before: str = "", after: str = "") -> str:
    return f'{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def raw_xlsx(path: Path, sheet: str | bytes, *, strings: str = "", more: dict[str, bytes] | None = None) -> Path:
    """Write an .xlsx part by part, as no spreadsheet program would."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = f'<Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
    if strings:
        links += f'<Relationship Id="rId2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        root = f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{package}">{root}</Relationships>')
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{office}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}">{links}</Relationships>')
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        if strings:
            archive.writestr("xl/sharedStrings.xml", strings)
        for name, content in (more or {}).items():
            archive.writestr(name, content)
    return path


def raw_ods(path: Path, rows: str, *, before: str = "") -> Path:
    """Write an .ods from the rows of its only sheet."""
    oasis = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(f'xmlns:{name}="{oasis}:{name}:1.0"' for name in ("office", "table", "text"))
    content = (
        f'{before}<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="S">'
        f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        manifest = f'<m:manifest xmlns:m="{oasis}:manifest:1.0"><m:file-entry m:full-path="/"/></m:manifest>'
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return path


def raw_compound(path: Path, streams: dict[str, bytes]) -> Path:
    """Write a compound file of version 3 whose streams are padded to 4096 bytes, so that none is a mini stream."""
    end, fat_mark = 0xFFFFFFFE, 0xFFFFFFFD
    fat, body, entries = [fat_mark, end], b"", []
    for name, content in streams.items():
        padded = content.ljust(4096, b"\0")
        padded += bytes(-len(padded) % 512)
        first, count = len(fat), len(padded) // 512
        fat += [*range(first + 1, first + count), end]
        body += padded
        entries.append((name, 2, first, len(padded)))
    entries = [("Root Entry", 5, end, 0), *entries][:4]
    directory = b"".join(
        struct.pack(
            "<64sHBBIII16sIQQIQ",
            name.encode("utf-16-le"), len(name) * 2 + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, 1 if kind == 5 else 0xFFFFFFFF,
            b"", 0, 0, 0, first, size,
        )
        for name, kind, first, size in entries
    )  # fmt: skip
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")
    path.write_bytes(head + table + directory.ljust(512, b"\0") + body)
    return path


def record(kind: int, body: bytes = b"") -> bytes:
    """One record of an .xls stream."""
    return struct.pack("<HH", kind, len(body)) + body
