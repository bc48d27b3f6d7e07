"""An .xlsx before it is opened: every part looked through, every sheet matched with its part."""

import posixpath
from dataclasses import dataclass
from xml.parsers import expat

from bihuan.ledger.excel.kind import broken
from bihuan.ledger.excel.model import Limits, UnreadableFile
from bihuan.ledger.excel.package import Package
from bihuan.ledger.excel.scan import PartScan, scan_part

_SMALL = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class BookScan:
    """What is known of a workbook beforehand: scan and part by sheet name, and whether text cells spell errors."""

    sheets: dict[str, PartScan]
    parts: dict[str, str]
    has_error_text: bool


def scan_xlsx(package: Package, limits: Limits) -> BookScan:
    """Look through every part of an .xlsx; raise UnreadableFile for one that must not be opened."""
    scans: dict[str, PartScan] = {}
    for part_name in package.parts:
        # What is not XML (pictures, macros) is unpacked all the same, to see that it tells its size, and
        # that it is no sheet under another name.
        if part_name.lower().endswith((".xml", ".rels")) or _holds_a_sheet(package, part_name):
            scans[part_name] = scan_part(package, part_name)
            refuse_spread(package.name, part_name, scans[part_name], limits)
    parts = {name: part for name, part in _sheet_parts(package).items() if part in scans}
    sheets = {name: scans[part] for name, part in parts.items()}
    return BookScan(sheets, parts, any(scan.has_error_text for scan in scans.values()))


def refuse_spread(name: str, where: str, scan: PartScan, limits: Limits) -> None:
    """Refuse cells so far apart that laying the sheet out would exhaust the machine."""
    if scan.rows > 1_048_576 or scan.columns > 16_384:
        raise broken(name, f"“{where}”里有超出表格边界的单元格")
    if scan.rows * scan.columns > limits.cells:
        raise UnreadableFile(
            f"“{name}”的“{where}”内容散得太开：从左上角到第 {scan.rows} 行、第 {scan.columns} 列，"
            f"共 {scan.rows * scan.columns} 格，最多 {limits.cells} 格。",
            "多半是很远的地方留有多余的内容，请按 Ctrl+End 找到并删去，另存后再上传。",
        )


def _holds_a_sheet(package: Package, part_name: str) -> bool:
    found, tail = False, b""
    for piece in package.pieces(part_name):
        found = found or b"sheetData" in tail + piece
        tail = piece[-16:]
    return found


def _sheet_parts(package: Package) -> dict[str, str]:
    """Give the part of each sheet by the sheet's name, following the package's links from its root."""
    parts = {part.lower(): part for part in package.parts}
    root = _links(package, parts, "_rels/.rels")
    workbook = next((_resolved(link, "") for link in root if link.get("Type", "").endswith("/officeDocument")), "")
    if workbook not in parts:
        raise broken(package.name, "缺少工作簿的目录")
    folder, name = posixpath.split(workbook)
    links = {
        link.get("Id", ""): _resolved(link, folder) for link in _links(package, parts, f"{folder}/_rels/{name}.rels")
    }
    sheets = _elements(package, parts[workbook], "sheet")
    return {sheet.get("name", ""): parts.get(links.get(_link_of(sheet), ""), "") for sheet in sheets}


def _links(package: Package, parts: dict[str, str], part_name: str) -> list[dict[str, str]]:
    if part_name not in parts:
        raise broken(package.name, "缺少工作簿的目录")
    return _elements(package, parts[part_name], "Relationship")


def _resolved(link: dict[str, str], folder: str) -> str:
    target = link.get("Target", "")
    path = target if target.startswith("/") else posixpath.join("/", folder, target)
    return posixpath.normpath(path).lstrip("/").lower()


def _link_of(sheet: dict[str, str]) -> str:
    # The namespace differs between the two editions of the format (transitional, strict); the name does not.
    return next((value for key, value in sheet.items() if key.endswith(":id")), "")


def _elements(package: Package, part_name: str, tag: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == tag:
            found.append(attributes)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        parser.Parse(package.read(part_name, _SMALL), True)
    except (expat.ExpatError, ValueError) as error:
        raise broken(package.name, f"“{part_name}”不是完整的 XML") from error
    return found
