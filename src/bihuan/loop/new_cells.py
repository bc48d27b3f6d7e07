"""Rows pasted under the last one of a table: each opens a record, all of them as one batch, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Invalid
from bihuan.ledger.models import Batch, Ledger
from bihuan.loop.actions import create_record
from bihuan.loop.editing import require_editor
from bihuan.org.actor import Actor

MOST_ROWS = 500
"""More than this is work for an import."""


@dataclass(frozen=True)
class RowFault:
    """What is wrong with a row, by its place from 0 and the field's code; a blank code means the whole row."""

    row: int
    code: str
    message: str


@dataclass
class Added:
    """What came of it, or would: how many rows open a record, what is in the way, and the batch if it was written."""

    count: int = 0
    faults: list[RowFault] = field(default_factory=list)
    batch: Batch | None = None


@transaction.atomic
def add_rows(*, actor: Actor, ledger: Ledger, rows: Sequence[Mapping[str, str]], write: bool) -> Added:
    """Open a record for each row of texts by field code. Without `write`, and with any fault, nothing stays.

    The rows are really opened and taken back, so that a preview says just what writing will: keys that are taken, rules
    between fields, and what the loop adds.
    """
    require_editor(actor, ledger)
    if not rows or len(rows) > MOST_ROWS:
        raise Invalid(f"一次可以新增 1 到 {MOST_ROWS} 行，这次有 {len(rows):,} 行；更多请用导入")
    found = Added(batch=_batch(actor, ledger, len(rows)))
    for place, fields in enumerate(rows):
        try:
            create_record(actor=actor, ledger=ledger, fields=fields, batch=found.batch)
        except BihuanError as error:
            problems = getattr(error, "problems", {}) or {"": error.message}
            found.faults += [RowFault(place, code, message) for code, message in problems.items()]
        else:
            found.count += 1
    if found.faults or not write:
        transaction.set_rollback(True)
        found.batch = None
    return found


def _batch(actor: Actor, ledger: Ledger, count: int) -> Batch:
    now = clock.now()
    return Batch.objects.create(
        ledger=ledger,
        person_id=actor.person,
        kind="grid",
        state=Batch.State.DONE,
        file_name="表格新增",
        result={"created": count, "updated": 0, "unchanged": 0, "failed": 0},
        created_at=now,
        finished_at=now,
    )
