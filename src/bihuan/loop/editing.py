"""Fields of many records changed at once: worked out for each record first, then written as one batch.

The grid brings a few cells of many records, a bulk edit the same values for all. What cannot be changed is refused with
its reason and leaves the others as they are wanted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

from bihuan.base.errors import Invalid, NotAllowed
from bihuan.ledger.append import Draft
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.field_rights import Right
from bihuan.ledger.linked_records import with_records
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import may_import
from bihuan.ledger.sealed import open_data
from bihuan.ledger.settling import Settler, settler
from bihuan.ledger.sight import Sight, sight_of
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE, BadValue, Lookup, is_blank
from bihuan.ledger.types.base import Reader
from bihuan.ledger.unreported import marked, reader_of
from bihuan.loop.definitions import loop_of
from bihuan.loop.opening import moved_columns
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor

WHOLE = ""
"""In a refusal: what is wrong is no single field."""
_AT_ONCE = 500
_NOT_IN_A_TABLE = frozenset({"file", "record"})
"""Kinds that are not given to many records at once."""


@dataclass(frozen=True)
class Wanted:
    """What is wanted of one record: raw values by field code; a blank one clears its field."""

    record: Record
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class Planned:
    """A change that can be made, with its draft. `before` is what the changed fields held."""

    record: Record
    before: Mapping[str, Any]
    draft: Draft


@dataclass(frozen=True)
class Refused:
    """A record that cannot be changed as wanted, and why, by field code."""

    record: Record
    problems: Mapping[str, str]


@dataclass
class EditPlan:
    """What a change of many records would do."""

    planned: list[Planned] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    unchanged: int = 0


def editable_fields(spec: LedgerSpec) -> tuple[FieldSpec, ...]:
    """The fields that can be changed in a table of many records."""
    return tuple(item for item in spec.fields if BY_CODE[item.kind].is_input and item.kind not in _NOT_IN_A_TABLE)


def cell_fields(spec: LedgerSpec) -> tuple[FieldSpec, ...]:
    """The fields that can be typed into a cell: those, and records of another ledger, by number."""
    return tuple(item for item in spec.fields if BY_CODE[item.kind].is_input and item.kind != "file")


def require_editor(actor: Actor, ledger: Ledger) -> None:
    """Raise NotAllowed unless the actor keeps the ledger."""
    if not may_import(actor, ledger):
        raise NotAllowed(f"只有“{actor.tree.name(ledger.owner_id)}”的人员可以修改“{ledger.title}”的记录")


@dataclass(frozen=True)
class Planner:
    """Works out changes of one ledger's records for one actor; what all records share is made once."""

    actor: Actor
    ledger: Ledger

    @cached_property
    def spec(self) -> LedgerSpec:
        return spec_of(self.ledger)

    @cached_property
    def sight(self) -> Sight:
        return sight_of(self.actor, self.ledger)

    @cached_property
    def loop(self) -> LoopSpec | None:
        return loop_of(self.ledger)

    @cached_property
    def lookup(self) -> Lookup:
        return lookup_for(self.spec, self.actor.tree)

    @cached_property
    def _open(self) -> frozenset[str]:
        return frozenset(item.code for item in cell_fields(self.spec))

    @cached_property
    def _readers(self) -> dict[str, Reader]:
        return {code: reader_of(self.spec.by_code[code], self.lookup) for code in self._open}

    def lookup_of(self, records: Iterable[Record], raw: Iterable[Mapping[str, Any]] = ()) -> Lookup:
        """The lookup that also knows which records of other ledgers these point at, or are to point at."""
        data = [record.data for record in records]
        return with_records(self.lookup, actor=self.actor, ledger=self.ledger.code, spec=self.spec, data=data, raw=raw)

    def _know(self, raw: Sequence[Mapping[str, Any]]) -> None:
        """Have the readers of record fields know what some raw values name."""
        codes = [item.code for item in self.spec.fields if item.kind == "record"]
        if any(code in values for values in raw for code in codes):
            lookup = self.lookup_of((), raw)
            self._readers.update({code: reader_of(self.spec.by_code[code], lookup) for code in codes})

    def problems(self, raw: Mapping[str, Any]) -> dict[str, str]:
        """What is wrong with raw values whatever record they are for, by field."""
        found: dict[str, str] = {}
        self._know([raw])
        for code, value in raw.items():
            self._read(code, value, found)
        return found

    def locked(self, record: Record) -> str:
        """Why nothing of a record can be changed; empty if it can."""
        return f"“{record.number}”已销号，不能再修改" if self.loop and record.closed_at else ""

    def plans(self, wanted: Iterable[Wanted]) -> Iterator[Planned | Refused | None]:
        """For each record what would be done to it; None where nothing would change."""
        source = iter(wanted)
        taken: set[str] = set()
        while some := list(islice(source, _AT_ONCE)):
            self._know([item.raw for item in some])
            settled = settler(self.spec, [item.record.data for item in some])
            found = [self._plan(item, settled) for item in some]
            keys = {
                str(one.draft.system["key"])
                for one in found
                if isinstance(one, Planned) and one.draft.system.get("key")
            }
            rows = self.ledger.records.filter(key__in=keys, deleted=False) if keys else Record.objects.none()
            holders = dict(rows.values_list("key", "pk"))
            for one in found:
                yield self._with_a_free_key(one, holders, taken)

    def _with_a_free_key(
        self, one: Planned | Refused | None, holders: Mapping[str | None, int], taken: set[str]
    ) -> Planned | Refused | None:
        key = one.draft.system.get("key") if isinstance(one, Planned) else None
        if not isinstance(one, Planned) or not key:
            return one
        if key in taken or holders.get(key, one.record.pk) != one.record.pk:
            titles = "、".join(self.spec.by_code[code].title for code in self.spec.key)
            return Refused(one.record, {WHOLE: f"已有一条{titles}相同的记录"})
        taken.add(key)
        return one

    def _plan(self, wanted: Wanted, settled: Settler) -> Planned | Refused | None:
        record = wanted.record
        if why := self.locked(record):
            return Refused(record, {WHOLE: why})
        given = self.sight.given(record, wanted.raw)
        problems = {code: "您不能填写这一列" for code in given if not self._may_write(code, record)}
        fresh = {code: self._read(code, raw, problems) for code, raw in given.items() if code not in problems}
        if problems:
            return Refused(record, problems)
        record.data = open_data(self.ledger.code, record.data)
        here = marked(self.spec, record.data)
        changes = {code: value for code, value in fresh.items() if value != here.get(code)}
        if not changes:
            return None
        try:
            changes = settled(record.data, changes)
        except Invalid as error:
            return Refused(record, {WHOLE: error.message})
        system = moved_columns(self.spec, self.loop, record, changes)
        before = {code: record.data.get(code) for code in changes}
        return Planned(record, before, Draft("edited", record.pk, changes, system, expects=record.version))

    def _may_write(self, code: str, record: Record) -> bool:
        return code not in self.spec.by_code or self.sight.right(code, record.state) is Right.WRITE

    def _read(self, code: str, raw: Any, problems: dict[str, str]) -> Any:
        """The stored value of a raw one, or None with a problem noted, or for a blank."""
        spec = self.spec.by_code.get(code)
        if spec is None or code not in self._open:
            problems[code] = "这一列不能在表格里改"
            return None
        try:
            stored = None if is_blank(raw) else self._readers[code](raw)
        except BadValue as error:
            problems[code] = str(error)
            return None
        if spec.required and stored in (None, ""):
            problems[code] = f"“{spec.title}”必须填写"
        return None if stored == "" else stored


def plan_edits(*, actor: Actor, ledger: Ledger, wanted: Iterable[Wanted]) -> EditPlan:
    """What changing records would do. Writes nothing. Raises NotAllowed for who does not keep the ledger."""
    require_editor(actor, ledger)
    plan = EditPlan()
    for one in Planner(actor, ledger).plans(wanted):
        if one is None:
            plan.unchanged += 1
        elif isinstance(one, Planned):
            plan.planned.append(one)
        else:
            plan.refused.append(one)
    return plan
