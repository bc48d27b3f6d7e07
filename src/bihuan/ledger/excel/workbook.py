"""Opens a file, after making sure that it is safe to open, and lists its sheets."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

import python_calamine as calamine

from bihuan.ledger.excel.book_ods import scan_ods
from bihuan.ledger.excel.book_xls import scan_xls
from bihuan.ledger.excel.book_xlsx import scan_xlsx
from bihuan.ledger.excel.delimited import DelimitedGrid, refuse_columns
from bihuan.ledger.excel.kind import SAVE_AS, broken, kind_of
from bihuan.ledger.excel.model import LIMITS, Grid, Limits, Merge, UnreadableFile
from bihuan.ledger.excel.package import Package
from bihuan.ledger.excel.portions import PortionedGrid, is_large
from bihuan.ledger.excel.scan import PartScan
from bihuan.ledger.excel.sheet import SheetGrid
from bihuan.ledger.excel.steady import Steady

_LEDGER_NAME = re.compile("台账|清单|明细|登记|一览|总表|名册|花名册")
_ASIDE_NAME = re.compile(
    "说明|字典|下拉|代码|选项|参数|目录|封面|模板|样例|示例|勿删|汇总|统计|透视|dict|readme", re.IGNORECASE
)
_EXTENSIONS = {
    "xlsx": {".xlsx", ".xlsm", ".xltx", ".xltm"},
    "compound": {".xls", ".et", ".xlt"},
    "ods": {".ods", ".ots"},
    "text": {".csv", ".txt", ".tsv"},
}
_KIND_NAMES = {
    "xlsx": ".xlsx 工作簿",
    "compound": ".xls 工作簿",
    "ods": ".ods 工作簿",
    "text": "文本表格（csv）",
}


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """A sheet as listed to the clerk: `filled` counts the cells that hold something."""

    name: str
    filled: int
    hidden: bool
    looks_like_ledger: bool = False

    @property
    def is_empty(self) -> bool:
        return self.filled == 0


class Workbook:
    """An opened file. `sheets` lists all of them, hidden and empty ones too; `notes` are remarks on the
    whole file.
    """

    def __init__(self, name: str, limits: Limits, kind: str) -> None:
        self.name = name
        self.limits = limits
        self.notes: list[str] = []
        self.sheets: tuple[SheetInfo, ...] = ()
        self._load: Callable[[str], Grid] = _not_loaded
        self._grids: dict[str, Grid] = {}
        extension = Path(name).suffix.lower()
        if extension not in _EXTENSIONS[kind]:
            self.notes.append(f"文件扩展名是“{extension or '无'}”，内容是{_KIND_NAMES[kind]}，已按内容读取。")

    def guess(self) -> str:
        """Name the sheet that looks most like the ledger."""
        return next(sheet.name for sheet in self.sheets if sheet.looks_like_ledger)

    def grid(self, sheet: str) -> Grid:
        """Load a sheet by name; a sheet once loaded is kept.

        Raises UnreadableFile for a name that is not there, and for a sheet beyond the limits.
        """
        if sheet not in {known.name for known in self.sheets}:
            names = "、".join(f"“{known.name}”" for known in self.sheets)
            raise UnreadableFile(f"“{self.name}”里没有工作表“{sheet}”，只有{names}。")
        if sheet not in self._grids:
            self._grids[sheet] = self._load(sheet)
        return self._grids[sheet]

    def size(self, sheet: str) -> tuple[int, int]:
        """Give the last row and column with content, from 1. Loads the sheet."""
        grid = self.grid(sheet)
        return grid.rows, grid.columns


def _not_loaded(sheet: str) -> Grid:
    raise KeyError(sheet)


def open_workbook(path: Path | str, *, name: str | None = None, limits: Limits = LIMITS) -> Workbook:
    """Open a spreadsheet file; `name` is the name it was sent under, of which only the last part is kept.

    Raises UnreadableFile, and nothing else, for whatever is wrong with the file.
    """
    path = Path(path)
    name = base_name(name if name is not None else str(path))
    try:
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise UnreadableFile(
                f"“{name}”有 {size / 1024**2:.1f} MB，最多 {limits.file_bytes / 1024**2:.0f} MB。",
                "请按年度或单位拆成几个文件，并删去图片后再上传。",
            )
        kind = kind_of(path, name)
        if kind == "text" and Path(name).suffix.lower() in _EXTENSIONS["xlsx"] | _EXTENSIONS["ods"]:
            # Exports do put text under the name of .xls; under these names it is what is left of a broken file.
            raise broken(name)
        workbook = Workbook(name, limits, kind)
        if kind == "text":
            _open_text(workbook, path)
        else:
            _open_book(workbook, path, kind)
    except OSError as error:
        raise UnreadableFile(f"“{name}”打不开。", "请重新上传一次。") from error
    return workbook


def base_name(name: str) -> str:
    """Strip folders, of either system, and control characters from a file name."""
    bare = PureWindowsPath(name).name
    return "".join(letter for letter in bare if letter.isprintable())[:200] or "未命名文件"


def _open_text(workbook: Workbook, path: Path) -> None:
    grid = DelimitedGrid(path, workbook.name, workbook.limits)
    workbook.sheets = (SheetInfo(grid.name, grid.filled, hidden=False, looks_like_ledger=True),)
    workbook._grids[grid.name] = grid  # noqa: SLF001 - the one maker of workbooks


def _open_book(workbook: Workbook, path: Path, kind: str) -> None:
    steady = Steady(path, workbook.name)
    scans, merges, has_error_text, large = _scan(workbook, path, kind)
    with contained(workbook.name):
        book = _open_calamine(path, kind)
        listed = [
            (sheet.name, sheet.visible != calamine.SheetVisibleEnum.Visible)
            for sheet in book.sheets_metadata
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet
        ]
    if not listed:
        raise UnreadableFile(f"“{workbook.name}”里没有工作表。", SAVE_AS)
    if len(listed) > workbook.limits.sheets:
        raise UnreadableFile(
            f"“{workbook.name}”有 {len(listed)} 张工作表，最多 {workbook.limits.sheets} 张。",
            "请拆成几个文件后再上传。",
        )
    by_place = list(scans.values())
    matched = {
        name: scans.get(name) or (by_place[place] if len(by_place) == len(listed) else PartScan())
        for place, (name, _) in enumerate(listed)
    }
    workbook.sheets = _with_guess([SheetInfo(name, matched[name].filled, hidden) for name, hidden in listed])

    def load(sheet: str) -> Grid:
        grid: Grid
        with contained(workbook.name), steady.reading():
            if sheet in large:
                package, part = large[sheet]
                grid = PortionedGrid(sheet, package, part, matched[sheet], has_error_text=has_error_text)
            else:
                loaded = book.get_sheet_by_name(sheet)
                grid = SheetGrid(loaded, matched[sheet], merges.get(sheet), has_error_text=has_error_text)
        refuse_columns(workbook.name, sheet, grid.columns, workbook.limits)
        if grid.rows > workbook.limits.rows:
            raise UnreadableFile(
                f"“{workbook.name}”的“{sheet}”有 {grid.rows} 行，最多 {workbook.limits.rows} 行。",
                "请按年度或单位拆成几个文件后再上传。",
            )
        return grid

    workbook._load = load  # noqa: SLF001 - the one maker of workbooks


_Found = tuple[dict[str, PartScan], dict[str, list[Merge]], bool, dict[str, tuple[Package, str]]]


def _scan(workbook: Workbook, path: Path, kind: str) -> _Found:
    """What a look through the file tells: scans and merged areas by sheet, error texts, which sheets are large."""
    if kind == "xlsx":
        package = Package(path, workbook.name, workbook.limits)
        found = scan_xlsx(package, workbook.limits)
        parts = found.parts.items()
        large = {name: (package, part) for name, part in parts if is_large(package, part, found.sheets[name])}
        return found.sheets, {}, found.has_error_text, large
    if kind == "ods":
        sheets = scan_ods(Package(path, workbook.name, workbook.limits), workbook.limits)
        scans = {name: sheet.scan for name, sheet in sheets.items()}
        return scans, {name: sheet.merges for name, sheet in sheets.items()}, True, {}
    return scan_xls(path, workbook.name, workbook.limits), {}, True, {}


def _open_calamine(path: Path, kind: str) -> Any:
    # Given a path, the reader goes by its extension; given an open file, by content.
    if path.suffix.lower() in _EXTENSIONS[kind] & {".xlsx", ".xls", ".ods"}:
        return calamine.CalamineWorkbook.from_path(path)
    with path.open("rb") as file:
        return calamine.CalamineWorkbook.from_filelike(file)


def _with_guess(sheets: list[SheetInfo]) -> tuple[SheetInfo, ...]:
    def likeness(sheet: SheetInfo) -> tuple[bool, bool, bool, int]:
        named = _LEDGER_NAME.search(sheet.name) is not None
        aside = _ASIDE_NAME.search(sheet.name) is not None
        return not sheet.is_empty, not sheet.hidden, named and not aside, 0 if aside else sheet.filled

    best = max(sheets, key=likeness)
    return tuple(SheetInfo(sheet.name, sheet.filled, sheet.hidden, looks_like_ledger=sheet is best) for sheet in sheets)


@contextmanager
def contained(name: str) -> Iterator[None]:
    """Turn whatever the reader below raises, panics included, into UnreadableFile."""
    try:
        yield
    except calamine.PasswordError as error:
        raise UnreadableFile(
            f"“{name}”加了打开密码，读不出来。", "请在 Excel 或 WPS 里去掉密码，另存后再上传。"
        ) from error
    except (calamine.CalamineError, ValueError, OverflowError, MemoryError) as error:
        raise broken(name) from error
    except BaseException as error:
        # A panic in the Rust code arrives as pyo3_runtime.PanicException, which derives from BaseException
        # alone and cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise broken(name) from error
