"""Reads some rows of a table column by column: what a column says again and again is read once.

Most columns hold one type of cell and no fault. Such a column is read in one sweep; any other cell by cell.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bihuan.base.canonical import dumps
from bihuan.ledger.column_sweeps import Stored, Sweep
from bihuan.ledger.excel import CellError
from bihuan.ledger.excel.model import UNCOMPUTED
from bihuan.ledger.fresh_block import json_insides
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import BadValue, is_blank

MISSING_MARKS = frozenset({"--", "—", "——", "-", "/", "N/A", "n/a", "NA", "无数据"})
_REMEMBERED = 10_000

Faults = list[tuple[int, str]]
"""Row of the portion, from 0, and what is wrong with its cell."""


class _Memory(dict[Any, Any]):
    """What raw values of one type were read as. A blank is None."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        super().__init__({"": None})
        self._read = read

    def __missing__(self, raw: Any) -> Any:
        value = self._read(raw)
        value = None if value == "" else value
        if len(self) < _REMEMBERED:
            self[raw] = value
        return value


@dataclass(frozen=True)
class ColumnReader:
    """A column of the table, by its place among the cells of a row and in the sheet, and the field it is."""

    place: int
    index: int
    field: FieldSpec
    read: Callable[[Any], Any]
    known: dict[type, _Memory]
    sweep: Sweep | None

    def member(self, stored: Stored) -> tuple[str, list[str]]:
        """How stored values are members of a JSON object, each behind a comma: a template, and what it takes of each.

        A None is no member.
        """
        head, values = f",{dumps(self.field.code)}:", stored.values
        if stored.all == "plain":
            return f'{head}"%s"', values
        types = set(map(type, values)) if not stored.all else set()
        if types == {str}:
            return f'{head}"%s"', json_insides(values)
        if stored.all == "numbers" or types <= {int, float, bool}:
            return f"{head}%s", dumps(values)[1:-1].split(",")
        return "%s", ["" if value is None else head + dumps(value) for value in values]

    def stored(self, raws: Sequence[Any], faults: Faults) -> Stored:
        """The stored values of some cells; None for a blank, and for a fault, which is noted."""
        types = set(map(type, raws))
        if len(types) == 1 and CellError not in types:
            (kind,) = types
            if self.sweep and (swept := self.sweep(raws)):
                return swept
            try:
                return Stored(self._alike(kind, raws))
            except BadValue:
                pass  # told cell by cell
        return Stored([None if raw == "" else self._one(place, raw, faults) for place, raw in enumerate(raws)])

    def _alike(self, kind: type, raws: Sequence[Any]) -> list[Any]:
        """The stored values of cells of one type, read once where they say the same again and again."""
        memory = self.known.get(kind) or self.known.setdefault(kind, _Memory(self.read))
        if len(memory) < _REMEMBERED or "" in raws or len(set(raws)) * 2 < len(raws):
            return list(map(memory.__getitem__, raws))
        values = list(map(self.read, raws))
        return [None if value == "" else value for value in values] if "" in values else values

    def _one(self, place: int, raw: Any, faults: Faults) -> Any:
        if raw is None:
            return None
        try:
            value = _error_cell(raw) if raw.__class__ is CellError else self.read(raw)
        except BadValue as error:
            if not self._is_missing(raw):
                faults.append((place, str(error)))
            return None
        return None if value == "" else value

    def _is_missing(self, raw: Any) -> bool:
        """Whether a cell that its field refused says nothing, or says in words that there is nothing."""
        if is_blank(raw):
            return True
        return isinstance(raw, str) and self.field.kind not in ("text", "longtext") and raw.strip() in MISSING_MARKS


def column_reader(
    place: int, index: int, field: FieldSpec, read: Callable[[Any], Any], sweep: Sweep | None = None
) -> ColumnReader:
    """A reader of one column, for all portions of a table. What a `sweep` gives is what `read` would."""
    return ColumnReader(place, index, field, read, {}, sweep)


def _error_cell(raw: CellError) -> Any:
    if raw.text == UNCOMPUTED:
        raise BadValue("这一格是公式，文件里没有存它的结果，请用 Excel 或 WPS 打开后保存一次，再上传")
    raise BadValue(f"表格里显示的是错误值 {raw}")
