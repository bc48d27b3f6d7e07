"""Cells changed in a table by one person while others change theirs: what is saved, what collides, what is refused."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.ledger.append import append_many, hold
from bihuan.ledger.models import Batch, Event, Ledger, Record
from bihuan.ledger.rules import visible_records
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import BY_CODE, Lookup, Masked
from bihuan.loop.editing import Planner, Refused, Wanted, plan_edits, require_editor
from bihuan.org.actor import Actor

MOST_CELLS = 5_000
"""More than this is work for an import or a bulk edit."""


@dataclass(frozen=True)
class Cell:
    """A cell as a person leaves it: what they typed, and what stood there when they began.

    `stays` says that they have seen what another wrote there, and that theirs is to stand.
    """

    record: int
    code: str
    text: str
    before: str = ""
    stays: bool = False


@dataclass(frozen=True)
class Collision:
    """A cell that somebody else changed since: nothing is written there until one of both is chosen."""

    cell: Cell
    here: str
    who: str


@dataclass(frozen=True)
class Fault:
    """A cell that cannot be taken, and why. A blank code means the whole record."""

    record: int
    code: str
    message: str


@dataclass
class Saved:
    """What came of it: the records that changed, the batch if there are several, and what was not written."""

    records: list[int] = field(default_factory=list)
    collisions: list[Collision] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    batch: Batch | None = None


def cell_text(spec: LedgerSpec, code: str, record: Record, lookup: Lookup) -> str:
    """A cell as text that, read again, gives the same value: what is copied, edited and compared."""
    value = record.data.get(code)
    if value is None or isinstance(value, Masked):
        return str(value or "")
    wanted = spec.by_code[code]
    kind = BY_CODE[wanted.kind]
    return str(kind.entry(value, wanted, lookup) if kind.align_end else kind.cell(value, wanted, lookup))


def check_cells(*, actor: Actor, ledger: Ledger, cells: Sequence[Cell]) -> list[Fault]:
    """The cells that could not be saved as they are typed. Writes nothing."""
    require_editor(actor, ledger)
    plan = plan_edits(actor=actor, ledger=ledger, wanted=_wanted(_records(actor, ledger, cells), cells))
    return list(_faults(plan.refused))


@transaction.atomic
def save_cells(*, actor: Actor, ledger: Ledger, cells: Sequence[Cell]) -> Saved:
    """Write the cells, as one batch where they are of several records.

    A cell that somebody else changed since is not written but returned with what stands there now. A record with a
    cell that cannot be taken is left alone, and the others are written.
    """
    require_editor(actor, ledger)
    hold(ledger)
    records = _records(actor, ledger, cells)
    saved, planner = Saved(), Planner(actor, ledger)
    gone = {cell.record for cell in cells} - set(records)
    saved.faults += [Fault(pk, "", "这条记录已不在，或不在您的查看范围内") for pk in sorted(gone)]
    lookup = planner.lookup_of(records.values())
    free = [cell for cell in cells if cell.record in records and not _collides(cell, records, planner, lookup, saved)]
    plan = plan_edits(actor=actor, ledger=ledger, wanted=_wanted(records, free))
    saved.faults += _faults(plan.refused)
    if not plan.planned:
        return saved
    if len(plan.planned) > 1:
        saved.batch = _batch(actor, ledger, len(plan.planned))
    drafts = (one.draft for one in plan.planned)
    saved.records = list(append_many(actor=actor, ledger=ledger, drafts=drafts, batch=saved.batch))
    return saved


def _records(actor: Actor, ledger: Ledger, cells: Sequence[Cell]) -> dict[int, Record]:
    """The records that the cells are of, as far as the actor may see them. Raises Invalid for too many cells."""
    if len(cells) > MOST_CELLS:
        raise Invalid(f"一次最多改 {MOST_CELLS:,} 格，这次有 {len(cells):,} 格；请分几次，或用导入、批量修改")
    pks = list({cell.record for cell in cells})
    found: dict[int, Record] = {}
    for start in range(0, len(pks), 500):
        found |= {row.pk: row for row in visible_records(actor, ledger).filter(pk__in=pks[start : start + 500])}
    return found


def _wanted(records: Mapping[int, Record], cells: Iterable[Cell]) -> list[Wanted]:
    raw: dict[int, dict[str, str]] = defaultdict(dict)
    for cell in cells:
        raw[cell.record][cell.code] = cell.text
    return [Wanted(records[pk], values) for pk, values in raw.items() if pk in records]


def _collides(cell: Cell, records: Mapping[int, Record], planner: Planner, lookup: Lookup, saved: Saved) -> bool:
    """Whether somebody else changed the cell since, to something other than what is typed now; noted in `saved`."""
    if cell.stays or cell.code not in planner.sight.spec.by_code:
        return False
    seen = planner.sight.see(records[cell.record], lookup)
    here = cell_text(planner.spec, cell.code, seen, lookup)
    if here in (cell.before, cell.text):
        return False
    saved.collisions.append(Collision(cell, here, _last_writer(records[cell.record])))
    return True


def _last_writer(record: Record) -> str:
    return (
        Event.objects.filter(record=record, version=record.version).values_list("actor_name", flat=True).first() or ""
    )


def _faults(refused: Iterable[Refused]) -> Iterable[Fault]:
    for one in refused:
        for code, message in one.problems.items():
            yield Fault(one.record.pk, code, message)


def _batch(actor: Actor, ledger: Ledger, count: int) -> Batch:
    now = clock.now()
    return Batch.objects.create(
        ledger=ledger,
        person_id=actor.person,
        kind="grid",
        state=Batch.State.DONE,
        file_name="表格编辑",
        result={"created": 0, "updated": count, "unchanged": 0, "failed": 0},
        created_at=now,
        finished_at=now,
    )
