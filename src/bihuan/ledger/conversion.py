"""A record's data from one definition to the next: what changes, and what stands in the way. Pure but for the clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.expression import evaluate
from bihuan.ledger.choice_conversion import Convert, choosing, compiled_fill
from bihuan.ledger.definition_diff import source_of
from bihuan.ledger.record_checks import checker
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE, BadValue, Lookup
from bihuan.ledger.types.formula import computer
from bihuan.ledger.unreported import flag_of

_TEXT = frozenset({"text", "longtext"})
_SAME_ONLY = frozenset({"file", "record", "point", "line", "polygon"})
_CHOSEN = frozenset({"choice", "choices"})
_READ_BY = (
    "kind", "choices", "measure", "scale", "minimum", "maximum", "pattern", "max_length", "of", "datum", "several",
)  # fmt: skip


@dataclass(frozen=True)
class InTheWay:
    """Why a record does not fit the new definition; `code` is the field, empty for a rule over the whole record.

    `where` is an expression over the old definition that finds all such records, empty where none can.
    """

    code: str
    message: str
    where: str = ""


@dataclass(frozen=True)
class Converted:
    """What a record's data changes to (None clears a field), and what stands in the way."""

    changes: dict[str, Any]
    faults: tuple[InTheWay, ...]


def converter(old: LedgerSpec, new: LedgerSpec, lookup: Lookup) -> Callable[[Mapping[str, Any]], Converted]:
    """A function, made once for many records, that converts stored data from the old definition to the new one."""
    moves = [_Move(field, old, new, lookup) for field in new.fields if field.kind != "computed"]
    kept = {move.source.code for move in moves if move.source}
    gone = [field for field in old.fields if field.code not in kept and field.code not in new.by_code]
    compute, rules = computer(new), checker(new)
    holds_rules = set(new.checks) - set(old.checks)

    def convert(data: Mapping[str, Any]) -> Converted:
        fresh: dict[str, Any] = {}
        faults: list[InTheWay] = []
        for move in moves:
            move.convert(data, fresh, faults)
        faults += _dropped(gone, new, data)
        if not faults:
            try:
                fresh.update(compute(fresh))
            except Invalid as error:
                faults += [InTheWay(code, message) for code, message in error.problems.items()]
        if holds_rules and not faults:
            faults += [InTheWay("", f"不合规则“{broken.message}”") for broken in rules(fresh) if broken.is_error]
        fresh |= _flags(moves, data)
        ours = {*old.by_code, *new.by_code, *map(flag_of, (*old.by_code, *new.by_code))}
        known = {code: value for code, value in data.items() if code in ours}
        changes = {code: fresh.get(code) for code in {*known, *fresh} if fresh.get(code) != data.get(code)}
        return Converted(changes, tuple(faults))

    return convert


def _flags(moves: "list[_Move]", data: Mapping[str, Any]) -> dict[str, bool]:
    """What was not reported stays so, under its field's present code."""
    kept = (move for move in moves if move.source and move.field.unreported and data.get(flag_of(move.source.code)))
    return {flag_of(move.field.code): True for move in kept}


def _dropped(gone: list[FieldSpec], new: LedgerSpec, data: Mapping[str, Any]) -> list[InTheWay]:
    return [
        InTheWay(field.code, f"要删去的字段“{field.title}”填有内容", f"{field.code} is not null")
        for field in gone
        if field.code in data and field.kind != "computed" and field.code not in new.dropped
    ]


class _Move:
    """How one field of the new definition gets its value."""

    def __init__(self, field: FieldSpec, old: LedgerSpec, new: LedgerSpec, lookup: Lookup) -> None:
        self.field, self.source = field, source_of(field, old)
        self._fill = compiled_fill(field.fill, new) if field.fill else None
        self._step = _step(self.source, field, old, lookup) if self.source else None
        self._read = BY_CODE[field.kind].reader(field, lookup)
        newly = self.source is None or not self.source.required
        self._must = field.required and (newly or self.field.fill != "")

    def convert(self, data: Mapping[str, Any], fresh: dict[str, Any], faults: list[InTheWay]) -> None:
        field, value = self.field, data.get(self.source.code) if self.source else None
        try:
            if value is not None and self._step:
                value = self._step(value, data)
            if value is None and self._fill:
                value = self._filled(fresh)
        except BadValue as error:
            # A message quotes the value, which is for nobody's eyes where it is personal.
            told = "有不合新要求的内容" if BY_CODE[field.kind].is_personal(field) or field.encrypted else f"：{error}"
            faults.append(InTheWay(field.code, f"“{field.title}”{told}", _where(self.source, field, value)))
            return
        if value is not None:
            fresh[field.code] = value
        elif self._must and not (self.source and data.get(flag_of(self.source.code))):
            where = f"{self.source.code} is null" if self.source and BY_CODE[self.source.kind].in_expressions else ""
            faults.append(InTheWay(field.code, f"新的必填字段“{field.title}”没有内容", where))

    def _filled(self, fresh: Mapping[str, Any]) -> Any:
        value = evaluate(self._fill, fresh, today=clock.today(), now=clock.now()) if self._fill else None
        if value is None:
            return None
        return self._read(float(value) if isinstance(value, Decimal) else value)


def _where(source: FieldSpec | None, field: FieldSpec, value: Any) -> str:
    """The condition that finds the records with the same fault, where an expression can say it."""
    if source is None or not isinstance(value, str) or source.kind != "choice" or field.kind != "choice":
        return ""
    return f"{source.code} = '{value}'" if "'" not in value else ""


def _step(source: FieldSpec, field: FieldSpec, old: LedgerSpec, lookup: Lookup) -> Convert | None:
    """How a value moves from a field to the one that takes its place; None where it stays as it is."""
    if all(getattr(source, key) == getattr(field, key) for key in _READ_BY):
        return None
    if source.kind in _CHOSEN and field.kind in _CHOSEN:
        return choosing(source, field, old)
    if source.kind != field.kind and {source.kind, field.kind} & _SAME_ONLY:
        return _refusing(source, field)
    return _reading(source, field, lookup)


def _refusing(source: FieldSpec, field: FieldSpec) -> Convert:
    def refuse(_value: Any, _data: Mapping[str, Any]) -> Any:
        raise BadValue(f"{BY_CODE[source.kind].title}不能改成{BY_CODE[field.kind].title}")

    return refuse


def _reading(source: FieldSpec, field: FieldSpec, lookup: Lookup) -> Convert:
    """What an exported cell of the old field holds, read by the new one; nothing may be lost on the way."""
    from_kind, to_kind = BY_CODE[source.kind], BY_CODE[field.kind]
    read, back = to_kind.reader(field, lookup), from_kind.reader(source, lookup)
    before, after = from_kind.measure(source), to_kind.measure(field)
    moves = bool(before and after and before != after and from_kind.align_end and to_kind.align_end)

    def told(kind: Any, spec: FieldSpec, value: Any, measure: str) -> Any:
        cell = kind.cell(value, spec, lookup)
        return f"{kind.entry(value, spec, lookup)}{measure}" if moves else cell

    def convert(value: Any, _data: Mapping[str, Any]) -> Any:
        if source.kind in _SAME_ONLY:
            return value
        fresh = read(told(from_kind, source, value, before))
        is_read = source.kind in _TEXT and field.kind not in _TEXT
        if not is_read and back(told(to_kind, field, fresh, after)) != value:
            raise BadValue(f"“{from_kind.show(value, source, lookup)}”改过去会丢掉一部分")
        return fresh

    return convert
