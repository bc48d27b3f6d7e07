"""Reads .csv and .txt: the encodings and delimiters that Chinese offices really send.

A row's number is the number of its record, as a spreadsheet program would show it; a record may span lines.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path

from bihuan.ledger.excel.kind import SAVE_AS, broken
from bihuan.ledger.excel.model import Cell, CellError, Limits, Merge, Row, UnreadableFile
from bihuan.ledger.excel.steady import Steady

_DELIMITERS = (",", "\t", ";")
_NAMES = {",": "逗号", "\t": "制表符", ";": "分号"}
_PIECE = 1 << 20
_ERROR_TEXTS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})
# What exports write to keep a spreadsheet program from turning a long number into 1.2E+17.
_GUARDED = re.compile(r'="([^"]*)"')
# A cell of a spreadsheet holds 32,767 characters; csv files from databases may hold more.
_LONGEST_FIELD = 1_000_000


class DelimitedGrid:
    """A text file as a grid; opened anew for each reading, so that it is never held in memory."""

    merges: tuple[Merge, ...] = ()
    claimed_rows: int | None = None
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: tuple[int, ...] = ()

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        self.path = path
        self.file_name = name
        self.name = Path(name).stem
        self._steady = Steady(path, name)
        self.encoding = sniff_encoding(path, name)
        self.delimiter, self.has_separator_line = self._sniff_delimiter()
        self.rows = self.columns = self.filled = 0
        self._has_guards = self._has_errors = False
        self._survey(limits)

    def _sniff_delimiter(self) -> tuple[str, bool]:
        with self._open() as file:
            sample = file.read(_PIECE // 4)
        if "\x00" in sample:
            raise UnreadableFile(f"“{self.file_name}”不是文本文件，也不是认得的电子表格。", SAVE_AS)
        first, _, rest = sample.partition("\n")
        if (told := re.fullmatch(r'"?sep=(.)"?\r?', first)) and told[1] in _DELIMITERS:
            return told[1], True
        return sniff_delimiter((rest and sample) or first), False

    def _open(self) -> "codecs.StreamReaderWriter":
        return codecs.open(str(self.path), "r", encoding=self.encoding)

    def _survey(self, limits: Limits) -> None:
        for row in self._records():
            self.rows += 1
            if self.rows > limits.rows:
                raise UnreadableFile(
                    f"“{self.file_name}”超过 {limits.rows} 行。", "请按年度或单位拆成几个文件后再上传。"
                )
            if len(row) > self.columns:
                self.columns = len(row)
                refuse_columns(self.file_name, self.name, self.columns, limits)
            for cell in row:
                if cell:
                    self.filled += 1
                    if cell[0] == "#" or cell[0] == "=" or cell[-1] == "\t":
                        self._has_errors |= cell in _ERROR_TEXTS
                        self._has_guards |= cell[0] == "=" or cell[-1] == "\t"
        if not self.filled:
            raise UnreadableFile(f"“{self.file_name}”里没有内容。", "请检查文件是否保存完整。")

    def _records(self) -> Iterator[list[str]]:
        csv.field_size_limit(_LONGEST_FIELD)
        number = 0
        try:
            with self._steady.reading(), self.path.open(encoding=self.encoding, newline="") as file:
                if self.has_separator_line:
                    file.readline()
                for row in csv.reader(file, delimiter=self.delimiter):
                    number += 1
                    yield row
        except csv.Error as error:
            raise UnreadableFile(
                f"“{self.file_name}”第 {number + 1} 行起读不下去：有一格超过 {_LONGEST_FIELD} 个字，"
                "多半是双引号没有配对。",
                SAVE_AS,
            ) from error
        except (UnicodeError, OSError) as error:
            raise broken(self.file_name) from error

    def read(self) -> Iterator[tuple[int, Row]]:
        """Give every row from the first, filled up to the same length."""
        width = self.columns
        special = self._has_guards or self._has_errors
        for number, texts in enumerate(self._records(), start=1):
            row: Row = list(texts)
            if len(row) < width:
                row += [""] * (width - len(row))
            yield number, [_plain(cell) for cell in row] if special else row


def _plain(cell: Cell) -> Cell:
    if not isinstance(cell, str) or not cell:
        return cell
    if cell in _ERROR_TEXTS:
        return CellError(cell)
    if guarded := _GUARDED.fullmatch(cell):
        return guarded[1]
    return cell.rstrip("\t") if cell[-1] == "\t" else cell


def refuse_columns(file_name: str, sheet: str, columns: int, limits: Limits) -> None:
    """Refuse a sheet wider than a ledger can be."""
    if columns > limits.columns:
        raise UnreadableFile(
            f"“{file_name}”的“{sheet}”有 {columns} 列，最多 {limits.columns} 列。",
            "请删去多余的列（包括很远处的空格）后再上传。",
        )


def sniff_encoding(path: Path, name: str) -> str:
    """Tell the encoding of a text file: by its mark, else UTF-8 where all of it is, else GB18030."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig" if _decodes(path, "utf-8-sig") else _neither(name)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16" if _decodes(path, "utf-16") else _neither(name)
    if b"\x00" in start:
        raise UnreadableFile(f"“{name}”不是文本文件，也不是认得的电子表格。", SAVE_AS)
    for encoding in ("utf-8", "gb18030"):
        if _decodes(path, encoding):
            return encoding
    return _neither(name)


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as file:
            while file.read(_PIECE):
                pass
    except UnicodeError:
        return False
    return True


def _neither(name: str) -> str:
    raise UnreadableFile(
        f"“{name}”的文字编码认不出来，可以读的有 UTF-8、GB18030（GBK）和带标记的 UTF-16。",
        "请用 Excel 或 WPS 打开，另存为 .xlsx 再上传。",
    )


def sniff_delimiter(sample: str) -> str:
    """Tell the delimiter: the one that splits the most lines into the same number of fields, and into the
    most.
    """
    lines = [line for line in _outside_quotes(sample).splitlines() if line.strip(" \r")][:50]
    if not lines:
        return ","

    def quality(delimiter: str) -> tuple[int, int]:
        counts = [line.count(delimiter) for line in lines]
        usual = max(set(counts) - {0}, key=counts.count, default=0)
        return counts.count(usual) if usual else 0, usual

    return max(_DELIMITERS, key=quality)


def _outside_quotes(sample: str) -> str:
    return re.sub(r'"[^"]*"', "", sample)
