"""The records of a ledger on their way from one definition to the next, and what keeps some of them from following."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bihuan.base.sealing import is_sealed
from bihuan.ledger.append import Draft
from bihuan.ledger.conversion import InTheWay, converter
from bihuan.ledger.definition_diff import source_of
from bihuan.ledger.linked_records import pointing, with_records
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.sealed import open_data
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.values import key_of
from bihuan.loop.definitions import loop_of
from bihuan.loop.opening import moved_columns
from bihuan.org.actor import Actor

SHOWN_NUMBERS = 20
_ROWS_AT_ONCE = 2_000


@dataclass
class Obstacle:
    """What keeps some records from following, how many they are, and the numbers of the first."""

    fault: InTheWay
    count: int = 0
    records: list[tuple[int, str]] = field(default_factory=list)


class Following:
    """The records of a ledger on their way from one definition to the next. `since` is when the change was so."""

    def __init__(
        self, actor: Actor, ledger: Ledger, old: LedgerSpec, new: LedgerSpec, since: datetime | None = None
    ) -> None:
        self.since = since
        self.ledger, self.old, self.new, self.loop = ledger, old, new, loop_of(ledger)
        self.obstacles: dict[tuple[str, str], Obstacle] = {}
        rows = ledger.records.filter(deleted=False)
        lookup = lookup_for(old, actor.tree)
        if any(item.kind == "person" for item in new.fields):
            lookup = lookup_for(new, actor.tree)
        data = pointing(rows, old)
        self._convert = converter(old, new, with_records(lookup, actor=actor, ledger=ledger.code, spec=new, data=data))
        self._parts = tuple(self._moved_part(name) for name in ("unit_field", "opened_field", "due_field"))
        self._new_key = self._sources(new.key) != list(old.key) and bool(new.key)
        self._keys: dict[str, str] = {}

    def _sources(self, codes: tuple[str, ...]) -> list[str]:
        found = [source_of(self.new.by_code[code], self.old) for code in codes]
        return [source.code if source else "" for source in found]

    def _moved_part(self, name: str) -> str:
        """The field of a part that another field played before; empty where the same one goes on."""
        code = getattr(self.new, name)
        return code if code and self._sources((code,)) != [getattr(self.old, name)] else ""

    def drafts(self) -> Iterator[Draft]:
        """The change of each record that changes; what cannot follow is noted among the obstacles."""
        rows = self.ledger.records.filter(deleted=False).order_by("pk")
        for record in rows.iterator(_ROWS_AT_ONCE):
            draft = self._draft(record)
            if draft:
                yield draft

    def _draft(self, record: Record) -> Draft | None:
        stored, record.data = record.data, open_data(self.ledger.code, record.data)
        found = self._convert(record.data)
        for fault in found.faults:
            self._note(fault, record)
        changes = self._sealed_anew(stored, record.data) | found.changes
        data = {code: value for code, value in {**record.data, **changes}.items() if value is not None}
        moved = {code: data.get(code) for code in self._parts if code}
        system = self._system(record, {**moved, **changes}, data)
        if found.faults or not (changes or system):
            return None
        return Draft("redefined", record.pk, changes, system, effective_at=self.since, expects=record.version)

    def _sealed_anew(self, stored: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        """Values that stay, but are from now on encrypted or no longer are: the one door writes them so."""
        return {
            code: data[code]
            for code, value in stored.items()
            if code in self.new.by_code and is_sealed(value) is not self.new.by_code[code].encrypted
        }

    def _system(self, record: Record, changes: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        system = moved_columns(self.new, self.loop, record, changes) if changes else {}
        if record.closed_at:
            system = {name: value for name, value in system.items() if name in ("key", "unit")}
        if self._new_key or "key" in system:
            key = key_of(self.new, data)
            if key and key in self._keys:
                titles = "、".join(self.new.by_code[code].title for code in self.new.key)
                self._note(InTheWay("", f"唯一键“{titles}”有重复"), record)
            self._keys[key or ""] = record.number
            system["key"] = key
        return {name: value for name, value in system.items() if not _stands(record, name, value)}

    def _note(self, fault: InTheWay, record: Record) -> None:
        obstacle = self.obstacles.setdefault((fault.code, fault.message), Obstacle(fault))
        obstacle.count += 1
        if len(obstacle.records) < SHOWN_NUMBERS:
            obstacle.records.append((record.pk, record.number))


def _stands(record: Record, name: str, value: Any) -> bool:
    """Whether a record's column already holds the value."""
    return bool((name == "unit" and record.unit_id == value) or (name == "key" and record.key == value))
