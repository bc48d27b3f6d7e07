"""An .xlsx before it is opened: every part looked through, every sheet matched with its part."""

import posixpath
from dataclasses import dataclass
from xml.parsers import expat

from bihuan.ledger.excel.kind import SAVE_AS, broken
from bihuan.ledger.excel.model import Limits, UnreadableFile
from bihuan.ledger.excel.package import Package
from bihuan.ledger.excel.scan import PartScan, scan_part

_WORKBOOK = "xl/workbook.xml"
_LINKS = "xl/_rels/workbook.xml.rels"
_SMALL = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class BookScan:
    """What is known of a workbook beforehand: a scan by sheet name, and whether text cells spell errors."""

    sheets: dict[str, PartScan]
    has_error_text: bool


def scan_xlsx(package: Package, limits: Limits) -> BookScan:
    """Look through every part of an .xlsx; raise UnreadableFile for one that must not be opened."""
    scans: dict[str, PartScan] = {}
    for part_name in package.parts:
        # What is not XML (pictures, printer settings) is unpacked all the same, to see that it tells its
        # size.
        if not part_name.lower().endswith((".xml", ".rels")):
            for _ in package.pieces(part_name):
                pass
            continue
        scans[part_name] = scan_part(package, part_name)
        refuse_spread(package.name, part_name, scans[part_name], limits)
    sheets = {name: scans[part] for name, part in _sheet_parts(package).items() if part in scans}
    return BookScan(sheets, any(scan.has_error_text for scan in scans.values()))


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


def _sheet_parts(package: Package) -> dict[str, str]:
    parts = {part.lower(): part for part in package.parts}
    if _WORKBOOK not in parts or _LINKS not in parts:
        raise broken(package.name, "缺少工作簿的目录")
    links = {
        link.get("Id", ""): link.get("Target", "")
        for link in _elements(package, parts[_LINKS], "Relationship")
    }
    found: dict[str, str] = {}
    for sheet in _elements(package, parts[_WORKBOOK], "sheet"):
        target = links.get(_link_of(sheet), "")
        if not target.lower().endswith(".xml"):
            raise UnreadableFile(f"“{package.name}”里的工作表不在通常的位置。", SAVE_AS)
        path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
        found[sheet.get("name", "")] = parts.get(posixpath.normpath(path).lower(), "")
    return found


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
