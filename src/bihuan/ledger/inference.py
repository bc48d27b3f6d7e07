"""A ledger's definition from a table's own head and cells: field kinds, and what each column says of a matter."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from bihuan.ledger.excel import CellError, Table
from bihuan.ledger.row_reading import MISSING_MARKS
from bihuan.ledger.spec import SYSTEM_NAMES, ChoiceSpec, FieldSpec, LedgerSpec, NumberSpec
from bihuan.ledger.types import BY_CODE, BadValue, Lookup, is_blank

_OPENED = (
    "发现日期",
    "发现时间",
    "受理日期",
    "受理时间",
    "交办日期",
    "问题发现日期",
    "created date",
    "open_dt",
    "opened",
)
_DUE = (
    "整改期限",
    "完成时限",
    "整改时限",
    "办理期限",
    "期限",
    "截止日期",
    "due date",
    "target_dt",
    "deadline",
)
_CLOSED = (
    "销号日期",
    "销号时间",
    "办结日期",
    "办结时间",
    "完成日期",
    "closed date",
    "closed_dt",
    "closed at",
)
_STATUS = ("办理状态", "整改状态", "状态", "销号情况", "status", "case_status")
_UNIT = ("责任单位", "整改单位", "牵头单位", "承办单位", "主办单位", "单位")
_NAME = (
    "问题描述",
    "问题内容",
    "问题",
    "事项名称",
    "事项",
    "标题",
    "名称",
    "complaint type",
    "case_title",
    "title",
)
_CLOSED_VALUES = ("closed", "已销号", "已办结", "办结", "已完成", "完成", "已整改", "销号", "resolved")
_CODE_LIKE = re.compile(
    r"编号|代码|号码|电话|手机|身份证|邮编|编码|序号|(^|[ _])(id|key|code|zip|zipcode|bbl)$", re.IGNORECASE
)
_KEY_LIKE = re.compile(r"编号|编码|代码|^序号$|(^|[ _])(id|key)$", re.IGNORECASE)
_WORD = re.compile(r"[^a-z0-9]+")
_FEW = 30
_SHOWN_COLUMNS = 9
_WORK = "办理"
_MOST_CHOICES = 200
_RESERVED = (*SYSTEM_NAMES, "responsible_unit", "due_on", "outcome", "evidence")
_MEASURED = ("number", "integer", "money")
_LONG = 60


@dataclass(frozen=True)
class Guess:
    """A column's likely field, and what it was judged by."""

    index: int
    field: FieldSpec
    values: int
    distinct: int


@dataclass(frozen=True)
class _Sample:
    """A column's cells that hold something, and the plain text field it would be."""

    plain: FieldSpec
    measure: str | None
    cells: Sequence[Any]
    lookup: Lookup


@dataclass(frozen=True)
class Wishes:
    """What a person chose instead of the guess: columns left out, kinds by column, the column that is the key.

    `key` is None for the guess, -1 for no key.
    """

    leave_out: frozenset[int] = frozenset()
    kinds: Mapping[int, str] = field(default_factory=dict)
    key: int | None = None


NO_WISHES = Wishes()


def guess_ledger(
    code: str, title: str, table: Table, lookup: Lookup, wishes: Wishes = NO_WISHES
) -> tuple[LedgerSpec, dict[int, str]]:
    """A definition that the table's cells fit, and the field that each column became."""
    columns = [c for c in table.columns if not c.is_serial and c.index not in wishes.leave_out]
    values = column_values(table)
    taken: set[str] = set()
    guesses: list[Guess] = []
    for number, column in enumerate(columns, start=1):
        cells = values[column.index]
        plain = FieldSpec(code=_field_code(column.title, number, taken), title=column.title[:120], kind="text")
        wanted = wishes.kinds.get(column.index)
        guess = _guess_field(plain, column.measure, cells, lookup)
        if wanted and wanted != guess.kind:
            guess = _as_wanted(plain, wanted, column.measure, cells)
        guesses.append(Guess(column.index, guess, len(cells), len({str(cell) for cell in cells})))
    spec = LedgerSpec(
        code=code,
        title=title,
        fields=tuple(guess.field for guess in guesses),
        number=NumberSpec(by_year=False, digits=5),
        **_parts(guesses, table.row_count, wishes.key),
    )
    return _made_live(spec), {guess.index: guess.field.code for guess in guesses}


def _made_live(spec: LedgerSpec) -> LedgerSpec:
    """What a matter needs and the table lacks: a responsible unit, a deadline, an outcome and its evidence."""
    fields = list(spec.fields)
    parts: dict[str, Any] = {}
    if not spec.unit_field:
        fields.append(FieldSpec(code="responsible_unit", title="责任单位", kind="unit", group=_WORK))
        parts["unit_field"] = "responsible_unit"
    if not spec.due_field:
        fields.append(FieldSpec(code="due_on", title="办理期限", kind="date", group=_WORK))
        parts["due_field"] = "due_on"
    fields.append(FieldSpec(code="outcome", title="办理结果", kind="longtext", group=_WORK))
    fields.append(FieldSpec(code="evidence", title="佐证材料", kind="file", several=True, group=_WORK))
    return spec.model_copy(update={"fields": tuple(fields), "columns": _columns(spec, parts), **parts})


def _columns(spec: LedgerSpec, parts: dict[str, Any]) -> tuple[str, ...]:
    """What the list shows at first: the name, who is responsible, when found, then the first fields of the table."""
    first = [spec.name_field, spec.unit_field or parts.get("unit_field", ""), spec.opened_field]
    rest = [field.code for field in spec.fields if field.code not in (spec.due_field, spec.closed_field)]
    return tuple(dict.fromkeys(code for code in [*first, *rest] if code))[:_SHOWN_COLUMNS]


def column_values(table: Table) -> dict[int, list[Any]]:
    """The cells of each column that hold something."""
    values: dict[int, list[Any]] = {column.index: [] for column in table.columns}
    for _, cells in table.rows():
        for column, cell in zip(table.columns, cells, strict=False):
            if not is_blank(cell) and not isinstance(cell, CellError):
                values[column.index].append(cell)
    return values


def _as_wanted(plain: FieldSpec, kind: str, measure: str | None, cells: Sequence[Any]) -> FieldSpec:
    """A field of the kind that the person chose; cells that do not fit will be named in the preview."""
    update: dict[str, Any] = {"kind": kind, "measure": (measure or "") if kind in _MEASURED else ""}
    if kind == "choice":
        words = sorted({str(cell).strip() for cell in cells})[:_MOST_CHOICES]
        update["choices"] = tuple(ChoiceSpec(code=word[:60], title=word) for word in words)
    return plain.model_copy(update=update)


def _field_code(title: str, number: int, taken: set[str]) -> str:
    word = _WORD.sub("_", title.lower()).strip("_") if title.isascii() else ""
    code = word[:36] if word[:1].isalpha() else f"c{number}"
    while code in taken or code in _RESERVED:
        code = f"{code[:34]}_{number}"
    taken.add(code)
    return code


def _guess_field(plain: FieldSpec, measure: str | None, cells: Sequence[Any], lookup: Lookup) -> FieldSpec:
    kept = [cell for cell in cells if not (isinstance(cell, str) and cell.strip() in MISSING_MARKS)]
    if not kept:
        return plain
    for attempt in (_as_moment, _as_number, _as_unit, _as_choice):
        found = attempt(_Sample(plain, measure, kept, lookup))
        if found:
            return found
    longest = max(len(str(cell)) for cell in kept)
    if longest > _LONG or any(isinstance(cell, str) and "\n" in cell for cell in kept):
        return plain.model_copy(update={"kind": "longtext", "max_length": max(2_000, longest * 2)})
    return plain


def _fits(field: FieldSpec, cells: Sequence[Any], lookup: Lookup) -> bool:
    read = BY_CODE[field.kind].reader(field, lookup)
    try:
        for cell in cells:
            read(cell)
    except BadValue:
        return False
    return True


def _as_moment(sample: _Sample) -> FieldSpec | None:
    plain, cells = sample.plain, sample.cells
    if any(isinstance(cell, bool | int | float) for cell in cells) or _CODE_LIKE.search(plain.title):
        return None
    timed = any(isinstance(cell, datetime) or (isinstance(cell, str) and ":" in cell) for cell in cells)
    if not all(isinstance(cell, date) or (isinstance(cell, str) and _dated(cell)) for cell in cells):
        return None
    orders: tuple[Literal["mdy", "dmy"] | None, ...] = (None, "mdy", "dmy")
    for order in orders:
        field = plain.model_copy(update={"kind": "datetime" if timed else "date", "date_order": order})
        if _fits(field, cells, sample.lookup):
            return field
    return None


def _dated(text: str) -> bool:
    """Worth trying as a date: it has digits and a mark between them, or Chinese date words."""
    return (
        len(text) >= 6
        and any(mark in text for mark in "-/.年")
        and sum(c.isdigit() or c in "〇零一二三四五六七八九十" for c in text) >= 4
    )


def _as_number(sample: _Sample) -> FieldSpec | None:
    plain, cells = sample.plain, sample.cells
    if _CODE_LIKE.search(plain.title) or any(_leading_zero(cell) for cell in cells):
        return None
    scales = [_places(cell) for cell in cells]
    if any(scale is None for scale in scales):
        return None
    scale = max(place for place in scales if place is not None)
    kind = "number" if scale else "integer"
    field = plain.model_copy(update={"kind": kind, "scale": min(scale, 8), "measure": sample.measure or ""})
    return field if scale <= 8 and _fits(field, cells, sample.lookup) else None


def _leading_zero(cell: Any) -> bool:
    return isinstance(cell, str) and len(cell.strip()) > 1 and cell.strip()[0] == "0" and cell.strip()[1].isdigit()


def _places(cell: Any) -> int | None:
    """Decimal places of a number or of a number kept as text; None for anything else."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    text = repr(cell) if isinstance(cell, float) else str(cell).strip().replace(",", "")
    if not re.fullmatch(r"[+-]?\d{1,15}(\.\d+)?", text):
        return None
    return len(text.partition(".")[2].rstrip("0"))


def _as_unit(sample: _Sample) -> FieldSpec | None:
    plain, cells = sample.plain, sample.cells
    field = plain.model_copy(update={"kind": "unit"})
    named = any(isinstance(cell, str) and cell.strip() in sample.lookup.units for cell in cells)
    return field if named and _fits(field, cells, sample.lookup) else None


def _as_choice(sample: _Sample) -> FieldSpec | None:
    plain, cells = sample.plain, sample.cells
    words = sorted({str(cell).strip() for cell in cells})
    is_few = len(words) <= _FEW and (len(words) <= 8 or len(words) * 5 <= len(cells))
    if (
        not is_few
        or max(map(len, words)) > 40
        or _CODE_LIKE.search(plain.title)
        or not all(isinstance(c, str) for c in cells)
    ):
        return None
    if len({word.casefold() for word in words}) < len(words) or len(cells) < 2 * len(words):
        return None
    return plain.model_copy(
        update={"kind": "choice", "choices": tuple(ChoiceSpec(code=word, title=word) for word in words)}
    )


def _parts(guesses: Sequence[Guess], rows: int, wished: int | None) -> dict[str, Any]:
    """Which field opens, is due, closes, names, and identifies a matter, by its title and kind."""
    parts: dict[str, Any] = {
        "opened_field": _find(guesses, _OPENED, ("date", "datetime")),
        "due_field": _find(guesses, _DUE, ("date", "datetime")),
        "closed_field": _find(guesses, _CLOSED, ("date", "datetime")),
        "unit_field": _find(guesses, _UNIT, ("unit",)),
        "name_field": _find(guesses, _NAME, ("text", "longtext", "choice")),
    }
    status = next((guess.field for guess in guesses if guess.field.code == _find(guesses, _STATUS, ("choice",))), None)
    if status:
        closed = tuple(choice.code for choice in status.choices if choice.code.casefold() in _CLOSED_VALUES)
        if closed:
            parts |= {"status_field": status.code, "closed_values": closed}
    key = next((g for g in guesses if g.index == wished), None)
    if wished is None:
        unique = (g for g in guesses if g.values == g.distinct == rows)
        key = next((g for g in unique if _KEY_LIKE.search(g.field.title)), None)
    if key:
        parts["key"] = (key.field.code,)
    return parts


def _find(guesses: Sequence[Guess], words: tuple[str, ...], kinds: tuple[str, ...]) -> str:
    for match in (_same, _within):
        for word in words:
            for guess in guesses:
                if guess.field.kind in kinds and match(guess.field.title, word):
                    return guess.field.code
    return ""


def _same(title: str, word: str) -> bool:
    return title.strip().casefold() == word


def _within(title: str, word: str) -> bool:
    return len(word) > 1 and word in title.casefold()
