"""A large sheet of an .xlsx, loaded in portions of rows: memory stays flat, and the next portions load meanwhile.

The reader below us lays out a whole sheet at once. So the sheet's XML is cut between rows, and each piece is handed to
it as a workbook of its own, with the styles, strings and settings of the true one. The reader works beside the
interpreter, and so two portions are loaded while the rows of the one before are being looked at.
"""

import io
import re
import zipfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import python_calamine as calamine

from bihuan.ledger.excel.kind import broken
from bihuan.ledger.excel.model import Merge, Row
from bihuan.ledger.excel.package import Package
from bihuan.ledger.excel.scan import PartScan, whole_tags
from bihuan.ledger.excel.sheet import Errors

LARGE = 24 * 1024**2
"""A sheet of fewer bytes of XML is loaded whole."""
_PORTION = 1024**2
# Each portion parses the strings of the workbook again: where there are many, portions are few.
_PORTION_WITH_STRINGS = 4 * 1024**2
_AT_ONCE = 2
_SMALL = 1024**2
# Kept from this on, a sheet's strings would be parsed again for every portion.
_STRINGS_AT_MOST = 32 * 1024**2
_ROOT = re.compile(rb"<worksheet[^>]*>")
_OPENING = re.compile(rb"<sheetData[^>]*>")
_CLOSING = b"</sheetData></worksheet>"


@dataclass(frozen=True)
class _Portion:
    """Some rows: the number of the first, from 1, their cells, and how many columns are blank on their left."""

    first: int
    left: int
    rows: list[Row]


class PortionedGrid:
    """One large sheet as a grid. Only a few portions of it are in memory at any time."""

    def __init__(self, name: str, package: Package, part_name: str, scan: PartScan, *, has_error_text: bool) -> None:
        self.name = name
        self._package, self._part = package, part_name
        self._frame, self._opening = _frame(package), _opening(package, part_name)
        self._size = _PORTION if _strings(package) < _PORTION else _PORTION_WITH_STRINGS
        self._errors = errors = Errors(scan, has_error_text=has_error_text)
        self._start = self._load(next(self._pieces()))
        self.rows = max(scan.last_row, errors.rows)
        width = len(self._start.rows[0]) if self._start.rows else 0
        self.columns = max(self._start.left + width, errors.columns)
        self.merges: tuple[Merge, ...] = tuple(scan.merges)
        self.claimed_rows = scan.claimed_rows
        self.hidden_rows, self.hidden_columns = frozenset(scan.hidden_rows), scan.hidden_within(self.columns)

    def read(self) -> Iterator[tuple[int, Row]]:
        """Give every row from the first, from column A. A row may be longer than `columns` far below."""
        last = 0
        blank: Row = [""] * self.columns
        for portion in self._portions():
            left = [""] * portion.left
            right = [""] * (self.columns - portion.left - len(portion.rows[0] if portion.rows else ()))
            for number in range(last + 1, portion.first):
                yield number, self._errors.put(number, blank.copy(), self.columns)
            numbered = enumerate(portion.rows, start=portion.first)
            if not (left or right or self._errors.any):
                yield from numbered
            else:
                for number, cells in numbered:
                    yield number, self._errors.put(number, [*left, *cells, *right], self.columns)
            last = max(last, portion.first + len(portion.rows) - 1)
        for number in range(last + 1, self.rows + 1):
            yield number, self._errors.put(number, blank.copy(), self.columns)

    def _portions(self) -> Iterator[_Portion]:
        yield self._start
        pieces = self._pieces()
        next(pieces)
        with (
            self._package.steady.reading(),
            ThreadPoolExecutor(1, "piece") as cutter,
            ThreadPoolExecutor(_AT_ONCE, "portion") as readers,
        ):

            def next_portion() -> Future[_Portion | None]:
                return readers.submit(self._load_cut, cutter.submit(next, pieces, None))

            coming = deque(next_portion() for _ in range(_AT_ONCE + 1))
            while portion := coming.popleft().result():
                coming.append(next_portion())
                yield portion

    def _pieces(self) -> Iterator[bytes]:
        """The rows of the sheet, in pieces that end where a row ends."""
        kept: list[bytes] = []
        size, least, begun = 0, _PORTION, False
        for piece in whole_tags(self._package, self._part):
            rows = piece
            if not begun:
                opening = _OPENING.search(piece)
                if opening is None:
                    continue
                begun, rows = True, piece[opening.end() :]
            ended = not rows.endswith(b"</row>") and b"</sheetData" in rows
            kept.append(rows[: rows.index(b"</sheetData")] if ended else rows)
            size += len(kept[-1])
            if ended:
                break
            if size >= least and rows.endswith(b"</row>"):
                yield b"".join(kept)
                kept, size, least = [], 0, self._size
        if any(kept):
            yield b"".join(kept)

    def _load_cut(self, cut: Future[bytes | None]) -> _Portion | None:
        piece = cut.result()
        return None if piece is None else self._load(piece)

    def _load(self, piece: bytes) -> _Portion:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, content in self._frame.items():
                archive.writestr(name, content)
            archive.writestr(self._part, b"".join((self._opening, piece, _CLOSING)))
        file.seek(0)
        sheet = calamine.CalamineWorkbook.from_filelike(file).get_sheet_by_name(self.name)
        start: Any = sheet.start or (0, 0)
        rows: Any = sheet.to_python(skip_empty_area=True)
        return _Portion(start[0] + 1, start[1], rows)


def is_large(package: Package, part_name: str, scan: PartScan) -> bool:
    """Whether a sheet is to be loaded in portions: it is large, in the usual form, and its strings are not larger."""
    return package.parts[part_name].unpacked > LARGE and scan.form != "odd" and _strings(package) <= _STRINGS_AT_MOST


def _strings(package: Package) -> int:
    """How many bytes of XML hold the texts that cells share."""
    return sum(part.unpacked for name, part in package.parts.items() if name.lower().endswith("sharedstrings.xml"))


def _frame(package: Package) -> dict[str, bytes]:
    """What every portion needs of the workbook beside its rows."""
    return {
        name: package.read(name, _STRINGS_AT_MOST)
        for name, part in package.parts.items()
        if name.lower().endswith("sharedstrings.xml")
        or (part.unpacked <= _SMALL and name.lower().endswith((".xml", ".rels")) and "/worksheets/" not in name.lower())
    }


def _opening(package: Package, part_name: str) -> bytes:
    """The start of the sheet's XML up to its rows, without what describes the whole of them."""
    root = _ROOT.search(next(whole_tags(package, part_name)))
    if root is None:
        raise broken(package.name, f"“{part_name}”不像正常的表格内容")
    return root.group() + b"<sheetData>"
