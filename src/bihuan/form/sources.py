"""Each kind of source answers for a blank: with the values of its places, what they are, and what is behind."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Invalid
from bihuan.expression import ExpressionError, compile_check, explain
from bihuan.form.figure_source import FigureAsking
from bihuan.form.spec import WORDS, Blank, Period, Source
from bihuan.form.workbook_parts import split
from bihuan.ledger.excel import column_letter
from bihuan.ledger.linked_records import with_records
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.queries import Asked, list_records
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import visible_ledgers
from bihuan.ledger.sight import Sight, sight_of
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE
from bihuan.ledger.values import shown
from bihuan.loop.definitions import loop_of
from bihuan.org.actor import Actor

_DAYS = ("date", "datetime")
_NUMBERS = ("integer", "number", "money", "percent", "computed")


@dataclass(frozen=True)
class Cell:
    """A filled place: its value, its source in words, how many records are behind and the condition that lists them.

    A value of None is unknown, and the place stays blank; `note` says what else has to be said. `opens` is the address
    of a figure's value under the figures' own. A `percent` of 12 is 12 %.
    """

    place: str
    value: str | float | int | None
    told: str
    ledger: str = ""
    where: str = ""
    count: int | None = None
    note: str = ""
    opens: str = ""
    percent: bool = False


@dataclass(frozen=True)
class Asking:
    """Who fills a form, for which unit and period, and which record it is about where it is about one.

    `blanks` are all that are filled together: their figures are asked together.
    """

    actor: Actor
    unit: int
    period: Period
    record: str = ""
    blanks: tuple[Blank, ...] = ()

    @cached_property
    def figures(self) -> FigureAsking:
        return FigureAsking(self.actor, self.unit, self.period, self.blanks)


def answer(blank: Blank, asking: Asking) -> list[Cell]:
    """The cells that a blank fills; a fault is told in its cell and leaves the others."""
    try:
        return _ANSWERS[blank.source.kind](blank, asking)
    except ExpressionError as error:
        return [Cell(blank.place, None, "", note=f"条件式有误：{error}")]
    except BihuanError as error:
        return [Cell(blank.place, None, "", note=error.message)]


def _text(blank: Blank, asking: Asking) -> list[Cell]:  # noqa: ARG001 - every answer is asked alike
    return [Cell(blank.place, blank.source.text, "固定的文字")]


def _word(blank: Blank, asking: Asking) -> list[Cell]:
    today = clock.today()
    words = {
        "unit": asking.actor.tree.name(asking.unit),
        "person": asking.actor.name,
        "today": f"{today.year}年{today.month}月{today.day}日",
        "period": asking.period.label,
    }
    return [Cell(blank.place, words[blank.source.word or "unit"], WORDS[blank.source.word or "unit"])]


@dataclass(frozen=True)
class _Asked:
    """The records that a source means, as its asker may see them."""

    ledger: Ledger
    sight: Sight
    rows: Any
    where: str
    told: str

    @property
    def spec(self) -> LedgerSpec:
        return self.sight.spec


def _records(source: Source, asking: Asking) -> _Asked:
    ledger = next((item for item in visible_ledgers(asking.actor) if item.code == source.ledger), None)
    if ledger is None:
        raise Invalid(f"没有台账“{source.ledger}”，或者您看不到它")
    sight, loop = sight_of(asking.actor, ledger), loop_of(ledger)
    spec = sight.spec
    states = loop.states if loop else {}
    where = " and ".join(
        filter(None, [f"({source.where})" if source.where.strip() else "", _within(source, spec, asking)])
    )
    rows = list_records(asking.actor, ledger, spec, states, Asked(where=where, order="number"))
    condition = f"，{explain(compile_check(where, sight.names(states)))}" if where else ""
    return _Asked(ledger, sight, rows, where, f"{ledger.title}{condition}")


def _within(source: Source, spec: LedgerSpec, asking: Asking) -> str:
    """The condition that a day of the record falls in the period."""
    if not source.during:
        return ""
    field = spec.by_code.get(source.during)
    if field is None or field.kind not in _DAYS:
        raise Invalid(f"“{source.during}”不是“{spec.title}”的日期字段")
    day = field.code if field.kind == "date" else f"date({field.code})"
    return f"{day} between date '{asking.period.first}' and date '{asking.period.last}'"


def _count(blank: Blank, asking: Asking) -> list[Cell]:
    asked = _records(blank.source, asking)
    count = asked.rows.count()
    return [Cell(blank.place, count, f"条数：{asked.told}", asked.ledger.code, asked.where, count)]


def _sum(blank: Blank, asking: Asking) -> list[Cell]:
    asked = _records(blank.source, asking)
    field = _field(asked.spec, blank.source.field)
    if field.kind not in _NUMBERS:
        raise Invalid(f"“{field.title}”不是数，不能合计")
    asked.sight.require_sortable(field.code)
    values = [
        value for value in asked.rows.order_by().values_list(f"data__{field.code}", flat=True) if value is not None
    ]
    measure = BY_CODE[field.kind].measure(field)
    told = f"“{field.title}”合计{f'（{measure}）' if measure else ''}：{asked.told}"
    count = asked.rows.count()
    note = f"{count} 条中 {count - len(values)} 条没有填，不算在内" if len(values) < count else ""
    if not values:
        return [
            Cell(blank.place, None, told, asked.ledger.code, asked.where, count, "没有可以合计的数" if count else "")
        ]
    total = sum((Decimal(repr(value)) for value in values), Decimal(0))
    number = int(total) if total == int(total) else float(total)
    return [Cell(blank.place, number, told, asked.ledger.code, asked.where, count, note)]


def _figure(blank: Blank, asking: Asking) -> list[Cell]:
    asked = asking if blank in asking.blanks else replace(asking, blanks=(blank,))
    told = asked.figures.value(blank)
    is_percent = told.measure == "%"
    cell = Cell(blank.place, told.number, told.words, count=told.records, note=told.note, opens=told.opens)
    return [replace(cell, percent=is_percent)]


def _field(spec: LedgerSpec, code: str) -> FieldSpec:
    field = spec.by_code.get(code)
    if field is None:
        raise Invalid(f"“{spec.title}”没有字段“{code}”")
    return field


def _value(blank: Blank, asking: Asking) -> list[Cell]:
    if not asking.record:
        raise Invalid("填表时要写明是哪条记录（编号）")
    asked = _records(blank.source, asking)
    record: Record | None = asked.rows.filter(number=asking.record).first()
    if record is None:
        raise Invalid(f"“{asked.ledger.title}”里没有编号为“{asking.record[:60]}”的记录，或者您看不到它")
    field = _field(asked.spec, blank.source.field)
    where = f"number = '{record.number}'"
    told = f"{asked.ledger.title} {record.number} 的“{field.title}”"
    value = _cell(field, record, asked, asking.actor)
    return [Cell(blank.place, value, told, asked.ledger.code, where, 1, percent=field.kind == "percent")]


def _cell(field: FieldSpec, record: Record, asked: _Asked, actor: Actor) -> str | float | int | None:
    """A field's value as a form shows it: numbers as numbers, all else in words; personal data masked."""
    if field.code not in record.data:
        return None
    lookup = with_records(
        lookup_for(asked.spec, actor.tree), actor=actor, ledger=asked.ledger.code, spec=asked.spec, data=[record.data]
    )
    stored = asked.sight.see(record, lookup).data.get(field.code)
    if isinstance(stored, int | float) and not isinstance(stored, bool) and field.kind in _NUMBERS:
        return stored
    return shown(field, stored, lookup)


def _table(blank: Blank, asking: Asking) -> list[Cell]:
    """A row of the form a record, from the blank's own cell to the right and down; what finds no room is told."""
    source, asked = blank.source, _records(blank.source, asking)
    fields = [None if code in ("", "#") else _field(asked.spec, code) for code in source.columns]
    records = list(asked.rows[: source.rows])
    count = asked.rows.count()
    titles = "、".join(field.title for field in fields if field)
    told = f"{asked.told}的{titles}"
    over = count - len(records)
    note = f"表里只留了 {source.rows} 行，共有 {count} 条，另有 {over} 条没有填上" if over > 0 else ""
    found = [Cell(blank.place, None, told, asked.ledger.code, asked.where, count, note)] if note or not records else []
    for down, record in enumerate(records):
        for right, (code, field) in enumerate(zip(source.columns, fields, strict=True)):
            value = _cell(field, record, asked, asking.actor) if field else down + 1 if code == "#" else None
            if value is not None:
                place = beside(blank.place, right, down)
                found.append(Cell(place, value, told, asked.ledger.code, f"number = '{record.number}'", 1))
    return found


def beside(place: str, right: int, down: int) -> str:
    """The place so many columns and rows from another: 表!B5, or R5C2 of a Word table."""
    title, _, cell = place.rpartition("!")
    if cell.startswith("R") and "C" in cell:
        row, _, column = cell[1:].partition("C")
        if row.isdecimal() and column.isdecimal():
            return f"{title}!R{int(row) + down}C{int(column) + right}"
    column_number, row_number = split(cell)
    return f"{title}!{column_letter(column_number - 1 + right)}{row_number + down}"


_ANSWERS: dict[str, Callable[[Blank, Asking], list[Cell]]] = {
    "text": _text,
    "word": _word,
    "count": _count,
    "sum": _sum,
    "figure": _figure,
    "value": _value,
    "table": _table,
}
"""By the kind of source."""
