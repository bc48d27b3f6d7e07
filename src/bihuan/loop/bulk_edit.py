"""One change for many records: which they are is fixed at the preview, each is worked out, and all are one batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid
from bihuan.ledger.actions import start_batch
from bihuan.ledger.append import Draft, append_many, hold
from bihuan.ledger.models import Batch, Ledger, Record
from bihuan.ledger.rules import visible_records
from bihuan.loop.editing import Planned, Planner, Refused, Wanted, editable_fields, require_editor
from bihuan.org.actor import Actor

KIND = "edit"
MOST_RECORDS = 100_000
LOOKED_AT = 2_000
"""So many records are worked out for a preview; the others when it is written."""
_AT_ONCE = 500
_TOLD = 1_000


@dataclass
class BulkPreview:
    """What a change would do to the first records of a batch, and how many were not yet looked at."""

    changes: list[Planned] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    unchanged: int = 0
    beyond: int = 0


def prepare_bulk(*, actor: Actor, ledger: Ledger, records: Sequence[int], raw: Mapping[str, Any], told: str) -> Batch:
    """Open a batch that will give fields of records these raw values. Writes nothing to them.

    Raises Invalid for values that the fields cannot take, and for too many records.
    """
    require_editor(actor, ledger)
    planner = Planner(actor, ledger)
    if not raw or not set(raw) <= {item.code for item in editable_fields(planner.spec)}:
        raise Invalid("请选要改的字段")
    if not records:
        raise Invalid("没有符合条件的记录")
    if len(records) > MOST_RECORDS:
        raise Invalid(f"一次最多修改 {MOST_RECORDS:,} 条，现在列出的有 {len(records):,} 条以上；请先筛选")
    problems = planner.problems(raw)
    if problems:
        raise Invalid("有内容需要修改", problems)
    plan = {"records": list(records), "raw": dict(raw), "told": told}
    batch = start_batch(actor=actor, ledger=ledger, kind=KIND, file_name="批量修改", file_hash="", plan=plan)
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.CHECKED)
    return batch


def preview_bulk(*, actor: Actor, batch: Batch) -> BulkPreview:
    """What writing a batch would do to its first records."""
    found = BulkPreview(beyond=max(0, len(batch.plan["records"]) - LOOKED_AT))
    for one in _plans(actor, batch, batch.plan["records"][:LOOKED_AT]):
        if one is None:
            found.unchanged += 1
        elif isinstance(one, Planned):
            found.changes.append(one)
        else:
            found.refused.append(one)
    return found


def _plans(actor: Actor, batch: Batch, records: Sequence[int]) -> Iterator[Planned | Refused | None]:
    if batch.ledger is None:
        raise Conflict("这一批没有台账")
    return Planner(actor, batch.ledger).plans(_wanted(actor, batch.ledger, records, batch.plan["raw"]))


def _wanted(actor: Actor, ledger: Ledger, records: Sequence[int], raw: Mapping[str, Any]) -> Iterator[Wanted]:
    """The records that still stand and may be seen, in their order."""
    for start in range(0, len(records), _AT_ONCE):
        some = records[start : start + _AT_ONCE]
        found: dict[int, Record] = visible_records(actor, ledger).in_bulk(some)
        yield from (Wanted(found[pk], raw) for pk in some if pk in found)


def write_bulk(*, actor: Actor, batch: Batch, progress: Callable[[int], None] = lambda _: None) -> dict[str, Any]:
    """Write a batch: those records that can be changed, all of them or, after a failure, none.

    Those that cannot are listed in the result with the reason. Raises Conflict if it was written already.
    """
    if batch.ledger is None:
        raise Conflict("这一批没有台账")
    require_editor(actor, batch.ledger)
    with transaction.atomic():
        hold(batch.ledger)
        waiting = Batch.objects.filter(pk=batch.pk, state__in=(Batch.State.CHECKED, Batch.State.RUNNING))
        if not waiting.update(state=Batch.State.RUNNING):
            raise Conflict("这一批已经写入过了")
        refused: list[Refused] = []
        unchanged: list[None] = []
        plans = _plans(actor, batch, batch.plan["records"])
        drafts = _drafts(plans, refused, unchanged, progress)
        ids = append_many(actor=actor, ledger=batch.ledger, drafts=drafts, batch=batch, savepoint=False)
        gone = len(batch.plan["records"]) - len(ids) - len(refused) - len(unchanged)
        result = {
            "created": 0,
            "updated": len(ids),
            "unchanged": len(unchanged),
            "failed": len(refused) + gone,
            "refused": [[one.record.number, "；".join(one.problems.values())] for one in refused[:_TOLD]],
        }
        batch.state, batch.result, batch.finished_at = Batch.State.DONE, result, clock.now()
        batch.plan = {**batch.plan, "records": []}
        batch.save(update_fields=["state", "result", "finished_at", "plan"])
    return result


def _drafts(
    plans: Iterator[Planned | Refused | None],
    refused: list[Refused],
    unchanged: list[None],
    progress: Callable[[int], None],
) -> Iterator[Draft]:
    for done, one in enumerate(plans):
        if done % _AT_ONCE == 0:
            progress(done)
        if one is None:
            unchanged.append(None)
        elif isinstance(one, Refused):
            refused.append(one)
        else:
            yield one.draft
