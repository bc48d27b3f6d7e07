"""Keeps the tables that follow from records (`derived_models.py`), in the transaction that changes the records.

A loop's log may hold `people`, a part's name to the persons who have it, and `ties`, pairs of a kind and a record.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db import connection, models

from bihuan.base import clock
from bihuan.ledger.derived_models import DueTally, Involved, StepTally, Tie
from bihuan.ledger.models import Record
from bihuan.ledger.projection import RecordState

Key = tuple[Any, ...]
Change = tuple[int, RecordState | None, RecordState]

_DUE_KEY = ("unit", "closed", "due_day", "early")
_STEP_KEY = ("loop_version", "unit", "state", "closed", "held", "paused")
_AT_ONCE = 5_000
_counted = attrgetter("unit", "state", "due_at", "closed_at", "loop", "deleted")


def due_key(state: RecordState) -> Key:
    """The row of DueTally in which a record counts."""
    unit = state.unit or 0
    if state.closed_at is not None:
        return unit, True, _due_day(state.closed_at)[0], False
    return (unit, False, 0, False) if state.due_at is None else (unit, False, *_due_day(state.due_at))


@lru_cache(maxsize=8_192)
def _due_day(due_at: datetime) -> tuple[int, bool]:
    """The ordinal of the day on which something is due, and whether it is before the last second of it."""
    day = clock.local_date(due_at)
    return day.toordinal(), due_at < clock.end_of_day(day)


def step_key(state: RecordState) -> Key:
    """The row of StepTally in which a record counts; one handled in another ledger is as good as paused."""
    log = state.loop
    held, paused = bool(log.get("people", {}).get("holder")), "paused" in log or "joined" in log
    return log.get("v", 0), state.unit or 0, state.state, state.closed_at is not None, held, paused


def parts_of(state: RecordState) -> set[tuple[int, str]]:
    """The persons who have a part in a record."""
    people: dict[str, list[int]] = state.loop.get("people", {})
    return {(person, part) for part, persons in people.items() for person in persons} if not state.deleted else set()


def ties_of(state: RecordState) -> set[tuple[int, str]]:
    """The records that a record points at, those of a merged one included."""
    return {(record, kind) for kind, record in state.loop.get("ties", ())}


@dataclass
class Derived:
    """What a set of records amounts to."""

    due: Counter[Key] = field(default_factory=Counter)
    steps: Counter[Key] = field(default_factory=Counter)
    parts: set[tuple[int, int, str]] = field(default_factory=set)
    ties: set[tuple[int, int, str]] = field(default_factory=set)

    def count(self, state: RecordState, by: int) -> None:
        if not state.deleted:
            self.due[due_key(state)] += by
            self.steps[step_key(state)] += by

    def add(self, pk: int, state: RecordState) -> None:
        self.count(state, 1)
        self.parts |= {(pk, person, part) for person, part in parts_of(state)}
        self.ties |= {(pk, other, kind) for other, kind in ties_of(state)}


def follow(ledger: int, changes: Iterable[Change], alike: Iterable[tuple[RecordState, int]] = ()) -> None:
    """Bring the derived tables up to date with records that changed from one state to another.

    `alike` are new records that only count, by their state: nobody is involved in them, and they point at nothing.
    """
    made = Derived()
    for state, number in alike:
        made.count(state, number)
    for pk, before, after in changes:
        if before is not None:
            if _counted(before) == _counted(after):
                continue
            made.count(before, -1)
            if before.loop != after.loop or before.deleted != after.deleted:
                _replace(pk, before, after)
            made.count(after, 1)
        else:
            made.add(pk, after)
    _tally(DueTally, _DUE_KEY, ledger, made.due)
    _tally(StepTally, _STEP_KEY, ledger, made.steps)
    _insert_links(made)


def _replace(pk: int, before: RecordState, after: RecordState) -> None:
    """Change whom and what one record points at, by the difference."""
    for person, part in parts_of(before) - parts_of(after):
        Involved.objects.filter(record_id=pk, person_id=person, part=part).delete()
    for other, kind in ties_of(before) - ties_of(after):
        Tie.objects.filter(record_id=pk, other_id=other, kind=kind).delete()
    fresh = Derived()
    fresh.parts = {(pk, *part) for part in parts_of(after) - parts_of(before)}
    fresh.ties = {(pk, *tie) for tie in ties_of(after) - ties_of(before)}
    _insert_links(fresh)


def _insert_links(made: Derived) -> None:
    if not (made.parts or made.ties):
        return
    Involved.objects.bulk_create(
        [Involved(record_id=record, person_id=person, part=part) for record, person, part in sorted(made.parts)],
        batch_size=_AT_ONCE,
    )
    Tie.objects.bulk_create(
        [Tie(record_id=record, other_id=other, kind=kind) for record, other, kind in sorted(made.ties)],
        batch_size=_AT_ONCE,
    )


def _tally(model: type[models.Model], key: tuple[str, ...], ledger: int, deltas: Counter[Key]) -> None:
    rows = [(ledger, *values, number) for values, number in deltas.items() if number]
    if not rows:
        return
    table = model._meta.db_table  # noqa: SLF001 - Django's documented model API
    columns = ", ".join(("ledger_id", *key))
    places = ", ".join(["%s"] * (len(key) + 2))
    sql = (
        f'INSERT INTO "{table}" ({columns}, total) VALUES ({places}) '
        f'ON CONFLICT ({columns}) DO UPDATE SET total = "{table}".total + excluded.total'
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def derive(ledger: int) -> Derived:
    """What the records of a ledger amount to now: one read of all of them."""
    made = Derived()
    for pk, state in _standing(ledger):
        made.add(pk, state)
    return made


def _standing(ledger: int) -> Iterator[tuple[int, RecordState]]:
    columns = ("pk", "unit", "state", "due_at", "closed_at", "loop", "deleted")
    for pk, *values in Record.objects.filter(ledger=ledger).values_list(*columns).iterator(_AT_ONCE):
        yield pk, RecordState(**dict(zip(columns[1:], values, strict=True)))


def kept(ledger: int) -> Derived:
    """What the derived tables say now. Rows that have come to nothing are as good as absent."""
    due = DueTally.objects.filter(ledger=ledger).exclude(total=0).values_list(*_DUE_KEY, "total")
    steps = StepTally.objects.filter(ledger=ledger).exclude(total=0).values_list(*_STEP_KEY, "total")
    parts = Involved.objects.filter(record__ledger=ledger).values_list("record", "person", "part")
    ties = Tie.objects.filter(record__ledger=ledger).values_list("record", "other", "kind")
    return Derived(
        Counter({tuple(row[:-1]): row[-1] for row in due}),
        Counter({tuple(row[:-1]): row[-1] for row in steps}),
        set(parts),
        set(ties),
    )


def refill(ledger: int) -> None:
    """Make the derived rows of a ledger anew."""
    DueTally.objects.filter(ledger=ledger).delete()
    StepTally.objects.filter(ledger=ledger).delete()
    Involved.objects.filter(record__ledger=ledger).delete()
    Tie.objects.filter(record__ledger=ledger).delete()
    made = derive(ledger)
    _tally(DueTally, _DUE_KEY, ledger, made.due)
    _tally(StepTally, _STEP_KEY, ledger, made.steps)
    _insert_links(made)
