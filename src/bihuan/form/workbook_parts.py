"""The parts of an .xlsx package that filling touches: cells of a sheet, an added sheet, and the request to reckon anew.

Everything else stays as the sender made it, byte for byte: formulas, merged cells, styles, pictures, charts.
"""

import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from io import BytesIO
from typing import Any

from lxml import etree

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
CONTENT_TYPES = "[Content_Types].xml"
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def name(tag: str) -> str:
    """A tag of a sheet or workbook with its namespace."""
    return f"{{{MAIN}}}{tag}"


def parsed(content: bytes) -> Any:
    """XML without entities, network or unbounded depth."""
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


class Package:
    """An .xlsx package in memory."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            self.parts = {info.filename: archive.read(info) for info in archive.infolist()}

    def written(self) -> bytes:
        out = BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, content in self.parts.items():
                archive.writestr(part, content)
        return out.getvalue()

    @property
    def sheets(self) -> dict[str, str]:
        """The part of each sheet by the sheet's name, in order."""
        links = {link.get("Id"): link.get("Target", "") for link in parsed(self.parts["xl/_rels/workbook.xml.rels"])}
        book = parsed(self.parts["xl/workbook.xml"])
        found = {}
        for sheet in book.iter(name("sheet")):
            target = links.get(sheet.get(f"{{{LINKS}}}id"), "")
            found[sheet.get("name", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        return found

    def shared_texts(self) -> list[str]:
        part = self.parts.get("xl/sharedStrings.xml")
        if part is None:
            return []
        return ["".join(text.text or "" for text in item.iter(name("t"))) for item in parsed(part).iter(name("si"))]

    @cached_property
    def percent_styles(self) -> frozenset[str]:
        """The cell styles that show 0.12 as 12 %."""
        if "xl/styles.xml" not in self.parts:
            return frozenset()
        root = parsed(self.parts["xl/styles.xml"])
        formats = {item.get("numFmtId"): item.get("formatCode", "") for item in root.iter(name("numFmt"))}
        percent = {"9", "10", *(key for key, code in formats.items() if "%" in code)}
        cells = root.find(name("cellXfs"))
        found = enumerate(cells if cells is not None else ())
        return frozenset(str(at) for at, style in found if style.get("numFmtId") in percent)

    def set_cells(
        self, part: str, values: Mapping[str, str | float | int], percents: Collection[str] = frozenset()
    ) -> None:
        """Put values into a sheet's cells by their places; a cell keeps its style.

        `percents` are places of which 12 means 12 %: a cell that shows percent by its style is given 0.12.
        """
        root = parsed(self.parts[part])
        data = root.find(name("sheetData"))
        rows = {int(row.get("r", "0")): row for row in data}
        for place, value in values.items():
            column, number = split(place)
            row = rows.get(number)
            if row is None:
                row = rows[number] = _insert(data, "row", number, lambda item: int(item.get("r", "0")))
                row.set("r", str(number))
            cell = next((item for item in row if item.get("r") == place), None)
            if cell is None:
                cell = _insert(row, "c", column, lambda item: split(item.get("r", "A1"))[0])
                cell.set("r", place)
            is_fraction = place in percents and cell.get("s") in self.percent_styles and not isinstance(value, str)
            _fill(cell, float(Decimal(repr(value)) / 100) if is_fraction else value)
        self.parts[part] = told(root)

    def add_sheet(self, title: str, lines: list[list[str]]) -> None:
        """Append a sheet of texts."""
        part = "xl/worksheets/bihuan_sources.xml"
        root = etree.Element(name("worksheet"), nsmap={None: MAIN})  # type: ignore[dict-item] # None names the default
        data = etree.SubElement(root, name("sheetData"))
        for number, line in enumerate(lines, start=1):
            row = etree.SubElement(data, name("row"), r=str(number))
            for place, text in enumerate(line):
                _fill(etree.SubElement(row, name("c"), r=f"{chr(65 + place)}{number}"), text)
        self.parts[part] = told(root)
        self._link_sheet(title, part)

    def _link_sheet(self, title: str, part: str) -> None:
        book, links = parsed(self.parts["xl/workbook.xml"]), parsed(self.parts["xl/_rels/workbook.xml.rels"])
        etree.SubElement(
            links,
            f"{{{PACKAGE}/relationships}}Relationship",
            Id="bihuanSources",
            Type=f"{LINKS}/worksheet",
            Target=part.removeprefix("xl/"),
        )
        sheets = book.find(name("sheets"))
        number = max(int(sheet.get("sheetId", "0")) for sheet in sheets) + 1
        sheet = etree.SubElement(sheets, name("sheet"), name=title, sheetId=str(number))
        sheet.set(f"{{{LINKS}}}id", "bihuanSources")
        types = parsed(self.parts[CONTENT_TYPES])
        kind = f"{{{PACKAGE}/content-types}}Override"
        etree.SubElement(types, kind, PartName=f"/{part}", ContentType=_SHEET_TYPE)
        self.parts["xl/workbook.xml"], self.parts[CONTENT_TYPES] = told(book), told(types)
        self.parts["xl/_rels/workbook.xml.rels"] = told(links)

    def reckon_on_open(self) -> None:
        """Formulas show what they were when the form was blank, until the program that opens it reckons anew."""
        book = parsed(self.parts["xl/workbook.xml"])
        setting = book.find(name("calcPr"))
        if setting is None:
            setting = _after(book, ("definedNames", "externalReferences", "sheets"), "calcPr")
        setting.set("fullCalcOnLoad", "1")
        self.parts["xl/workbook.xml"] = told(book)


def split(place: str) -> tuple[int, int]:
    """Column (from 1) and row of a place such as B5. Raises ValueError."""
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(place)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return column, int(found[2])


def _insert(parent: Any, tag: str, at: int, key: Any) -> Any:
    """A new child before the first whose key is larger."""
    fresh = etree.Element(name(tag))
    for index, item in enumerate(parent):
        if key(item) > at:
            parent.insert(index, fresh)
            return fresh
    parent.append(fresh)
    return fresh


def _after(book: Any, before: tuple[str, ...], tag: str) -> Any:
    """A new part of the workbook in the place that the schema gives it."""
    last = next(item for one in before if (item := book.find(name(one))) is not None)
    fresh = etree.Element(name(tag))
    last.addnext(fresh)
    return fresh


def _fill(cell: Any, value: str | float) -> None:
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", None)
    if isinstance(value, str):
        cell.set("t", "inlineStr")
        text = etree.SubElement(etree.SubElement(cell, name("is")), name("t"))
        text.text = "".join(allowed(value))
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    else:
        etree.SubElement(cell, name("v")).text = repr(value)


def allowed(text: str) -> Iterator[str]:
    """The characters that XML can hold."""
    return (letter for letter in text if letter in "\t\n" or letter >= " ")


def told(root: Any) -> bytes:
    """A part as it is written."""
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written
