"""A ledger's definition from a table's own head and cells: field kinds, and what each column says of a matter."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from bihuan.ledger.excel import CellError, Table
from bihuan.ledger.field_guess import field_of_kind, guess_field
from bihuan.ledger.part_guess import Guess, guess_parts
from bihuan.ledger.spec import SYSTEM_NAMES, FieldSpec, LedgerSpec, NumberSpec
from bihuan.ledger.types import Lookup, is_blank

_WORD = re.compile(r"[^a-z0-9]+")
_SHOWN_COLUMNS = 9
_LOOKED_AT = 20_000
"""What stands further down and does not fit the guess is told when the rows are checked."""
_HELD_ONCE = 20_000
_WORK = "办理"
_RESERVED = (*SYSTEM_NAMES, "responsible_unit", "due_on", "outcome", "evidence")


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
    values = column_values(table, _LOOKED_AT)
    taken: set[str] = set()
    guesses: list[Guess] = []
    for number, column in enumerate(columns, start=1):
        cells = values[column.index]
        plain = FieldSpec(code=_field_code(column.title, number, taken), title=column.title[:120], kind="text")
        wanted = wishes.kinds.get(column.index)
        guess = guess_field(plain, column.measure, cells, lookup)
        if wanted and wanted != guess.kind:
            guess = field_of_kind(plain, wanted, column.measure, cells)
        guesses.append(Guess(column.index, guess, len(cells), len({str(cell) for cell in cells})))
    spec = LedgerSpec(
        code=code,
        title=title,
        fields=tuple(guess.field for guess in guesses),
        number=NumberSpec(by_year=False, digits=5),
        **guess_parts(guesses, min(table.rows_at_most, _LOOKED_AT), wishes.key),
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


def column_values(table: Table, rows: int) -> dict[int, list[Any]]:
    """The cells of each column that hold something, in so many of a table's first rows; equal ones are held once."""
    values: dict[int, list[Any]] = {column.index: [] for column in table.columns}
    # By type as well: 1 and True are equal, and are not the same cell.
    held: defaultdict[type, dict[Any, Any]] = defaultdict(dict)
    for _, cells in islice(table.rows(), rows):
        for found, cell in zip(values.values(), cells, strict=False):
            if cell == "" or is_blank(cell) or isinstance(cell, CellError):
                continue
            alike = held[cell.__class__]
            found.append(alike.setdefault(cell, cell) if len(alike) < _HELD_ONCE else alike.get(cell, cell))
    return values


def _field_code(title: str, number: int, taken: set[str]) -> str:
    word = _WORD.sub("_", title.lower()).strip("_") if title.isascii() else ""
    code = word[:36] if word[:1].isalpha() else f"c{number}"
    while code in taken or code in _RESERVED:
        code = f"{code[:34]}_{number}"
    taken.add(code)
    return code
