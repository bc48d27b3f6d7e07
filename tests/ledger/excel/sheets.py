"""Makes the spreadsheets that the tests read: ordinary ones, ugly ones, and such as mean harm."""

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
