"""The columns of an export: their heads with units, the groups over them, and how each tells its value."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from bihuan.ledger.exporting.sheet import Sheet, Standing
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import BY_CODE, FieldType, Lookup, Masked
from bihuan.standards.measures import find_unit, is_unit

_NUMBER = "编号"
_MONEY = "金额"
_RATES = "比率"
_REMEMBERED = 2_000
_SHORT = 80


@dataclass(frozen=True)
class Column:
    """A column. A field's has its `code` and turns the stored value into a typed one with `cell`; any other takes
    the whole record.

    `title` is the bare head; `measure` the unit of its numbers, empty where it has none.
    """

    title: str
    cell: Callable[[Any], Any]
    code: str = ""
    cell_format: str = ""
    measure: str = ""
    group: str = ""

    @property
    def is_plain_text(self) -> bool:
        """Whether a cell holds the stored text as it is."""
        return self.cell is str

    @property
    def is_money(self) -> bool:
        return is_unit(self.measure) and find_unit(self.measure).dimension == _MONEY

    @property
    def adds_up(self) -> bool:
        """Whether a sum of the column says something: it is measured, and no rate."""
        known = is_unit(self.measure)
        return bool(self.measure) and not (known and find_unit(self.measure).dimension == _RATES)

    def typed(self, standing: Standing) -> Any:
        """The value of a record's cell, or None for a blank."""
        if not self.code:
            return self.cell(standing)
        stored = standing.data.get(self.code)
        return None if stored is None else self.cell(stored)


@dataclass(frozen=True)
class Layout:
    """The columns with their heads. `unit` is the measure that all money columns share, told once over the table."""

    columns: tuple[Column, ...]
    heads: tuple[str, ...]
    unit: str
    groups: tuple[tuple[str, int, int], ...]
    """Name, first and last column of each group of two or more neighbours; none where the heads stand in one row."""


def layout_of(sheet: Sheet, *, unit_line: bool) -> Layout:
    """The columns of a sheet; without a unit line every measure stands in its column's head."""
    columns = tuple(_columns(sheet))
    unit = _shared_unit(columns) if unit_line and len(columns) > 1 else ""
    heads = tuple(_head(column, unit) for column in columns)
    return Layout(columns, heads, unit, tuple(_groups(columns)) if sheet.grouped else ())


def _columns(sheet: Sheet) -> Iterator[Column]:
    among = sheet.among or sheet.fields
    taken = _names(among)
    if sheet.numbered:
        yield Column(number_head(among), lambda standing: standing.number)
    for extra in sheet.extras:
        yield Column(_free(extra.title, taken), extra.value, cell_format=extra.cell_format)
    for spec in sheet.fields:
        yield _field_column(spec, sheet)


def _field_column(spec: FieldSpec, sheet: Sheet) -> Column:
    show = sheet.show.get(spec.code) or (_file_count if spec.kind == "file" else None)
    if show:
        return Column(spec.title, show, spec.code, group=spec.group)
    kind = BY_CODE[spec.kind]
    cell_format = kind.cell_format(spec)
    measure = kind.measure(spec) if kind.align_end or cell_format else spec.measure
    return Column(spec.title, _cell(kind, spec, sheet.lookup), spec.code, cell_format, measure, spec.group)


def _cell(kind: FieldType, spec: FieldSpec, lookup: Lookup) -> Callable[[Any], Any]:
    """The kind's own `cell` of a field; where it is no other than the stored text, the quick way there."""
    own = type(kind)
    if own.cell is FieldType.cell and own.show is FieldType.show:
        return str
    return lambda stored: str(stored) if stored.__class__ is Masked else kind.cell(stored, spec, lookup)


def _file_count(files: Sequence[int]) -> str:
    """A cell cannot hold a file; that there are some is worth knowing."""
    return f"{len(files)} 个附件"


def _names(fields: Sequence[FieldSpec]) -> set[str]:
    return {name for spec in fields for name in (spec.title, *spec.aliases)}


def number_head(fields: Sequence[FieldSpec]) -> str:
    """What the column of numbers is called: 编号, unless a field of the whole ledger goes by that."""
    return _free(_NUMBER, _names(fields))


def _free(title: str, taken: set[str]) -> str:
    """The title, or a longer one where a field goes by it: the column must not come back as that field."""
    for free in (title, f"记录{title}", f"系统{title}"):
        if free not in taken:
            return free
    return f"{title}（系统）"


def _shared_unit(columns: Sequence[Column]) -> str:
    measures = {column.measure for column in columns if column.is_money}
    return measures.pop() if len(measures) == 1 else ""


def _head(column: Column, unit: str) -> str:
    told = column.measure and not (unit == column.measure and column.is_money)
    return f"{column.title}（{column.measure}）" if told else column.title


def _groups(columns: Sequence[Column]) -> Iterator[tuple[str, int, int]]:
    place = 0
    for name, members in groupby(columns, key=lambda column: column.group):
        count = len(list(members))
        if name and count > 1:
            yield name, place, place + count - 1
        place += count


def telling_column(column: Column, tell: Callable[[Any], str], blank: str) -> Callable[[Sequence[Standing]], list[str]]:
    """A function that gives a column's cells for some records at once: `tell` of each typed value, or `blank`.

    It goes down the column in one sweep and works out the first few thousand different short values only once: a list
    of a million cells is made of a few calls.
    """
    known: dict[Any, str] = {None: blank}
    code, cell = column.code, column.cell

    def first_time(value: Any) -> str:
        typed = cell(value) if code else value
        told = blank if typed is None else tell(typed)
        if len(known) < _REMEMBERED and (value.__class__ is not str or len(value) <= _SHORT):
            known[value] = told
        return told

    def cells(some: Sequence[Standing]) -> list[str]:
        values = [standing.data.get(code) for standing in some] if code else [cell(standing) for standing in some]
        try:
            return [known[value] if value in known else first_time(value) for value in values]
        except TypeError:  # a list or a shape, which a dictionary cannot hold
            typed = [None if value is None else cell(value) for value in values]
            return [blank if value is None else tell(value) for value in typed]

    return cells
