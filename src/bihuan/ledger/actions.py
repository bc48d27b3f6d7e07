"""The writes of a whole file: an import is a batch, all or nothing, numbered in the order of the sheet."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid
from bihuan.ledger.append import Draft, Fresh, append_many, hold
from bihuan.ledger.fresh_block import FreshBlock
from bihuan.ledger.importing import Check
from bihuan.ledger.models import Batch, Ledger
from bihuan.ledger.new_rows import NewBlock
from bihuan.ledger.numbering import numberer, series_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.org.actor import Actor


@transaction.atomic
def write_import(
    *,
    actor: Actor,
    ledger: Ledger,
    spec: LedgerSpec,
    check: Check,
    batch: Batch,
    good_rows_only: bool = False,
) -> dict[str, Any]:
    """Write what a check found, as one batch. With failed rows nothing is written, unless the good ones were asked for.

    Raises Conflict if somebody changed or added one of the records since the check.
    """
    if check.failed_rows and not good_rows_only:
        raise Invalid(f"有 {len(check.failed_rows)} 行不能导入，一行也没有写入")
    hold(ledger)
    append_many(actor=actor, ledger=ledger, drafts=check.creates.before, batch=batch)
    if ledger.records.exists():
        _refuse_known(ledger, check)
    drafts = _drafts(ledger, spec, check)
    append_many(actor=actor, ledger=ledger, drafts=drafts, batch=batch, moved=len(check.creates))
    result = {
        "created": len(check.creates),
        "updated": len(check.updates),
        "unchanged": check.unchanged,
        "failed": len(check.failed_rows),
        "doubts": [list(doubt) for doubt in check.doubts[:1_000]],
        "doubt_count": len(check.doubts),
    }
    batch.state, batch.result, batch.finished_at = Batch.State.DONE, result, clock.now()
    batch.save(update_fields=["state", "result", "finished_at"])
    return result


def _refuse_known(ledger: Ledger, check: Check) -> None:
    rows = iter(check.creates)
    while keys := [row.key for row, _ in islice(rows, 500)]:
        if ledger.records.filter(key__in=keys, deleted=False).exists():
            raise Conflict("预览之后有人导入了相同的记录，请重新预览")


def _drafts(ledger: Ledger, spec: LedgerSpec, check: Check) -> Iterator[Draft | Fresh | FreshBlock]:
    wanted = Counter[str]()
    for opened_at, count in check.creates.opened.items():
        wanted[series_of(spec, _opened(opened_at))] += count
    give = numberer(ledger, spec, wanted)
    for part in check.creates.parts():
        if isinstance(part, NewBlock):
            numbers = give(list(map(_opened, part.openings.opened_at)))
            yield FreshBlock(numbers, part.block.keys, part.block.texts, part.block.numbers, part.openings)
            continue
        row, opening = part
        (number,) = give([_opened(opening.system.get("opened_at"))])
        system = {**opening.system, "number": number, "key": row.key}
        detail = {"row": row.number}
        if opening.follows or system.get("loop", {}).keys() - {"v"}:
            yield Draft("imported", None, row.data, system, detail, opening.effective_at, follows=opening.follows)
        else:
            yield Fresh(row.text, system, detail, opening.effective_at)
    for change in check.updates:
        record, system = change.record, change.opening.system
        if record.key == change.row.key:
            system = {name: value for name, value in system.items() if name != "key"}
        detail = {"row": change.row.number}
        yield Draft("updated_by_file", record.pk, change.changes, system, detail, expects=record.version)
        for later, step in enumerate(change.opening.follows, start=1):
            yield replace(step, record=record.pk, expects=record.version + later)


@lru_cache(maxsize=8_192)
def _opened(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def start_batch(
    *, actor: Actor, ledger: Ledger | None, kind: str, file_name: str, file_hash: str, plan: dict[str, Any]
) -> Batch:
    """Open a batch before its work, so that it can be watched and found again."""
    return Batch.objects.create(
        ledger=ledger,
        person_id=actor.person,
        kind=kind,
        file_name=file_name[:255],
        file_hash=file_hash,
        plan=plan,
        created_at=clock.now(),
    )


def fail_batch(*, batch: Batch, message: str) -> None:
    """Say that a batch wrote nothing, and why."""
    batch.state, batch.result, batch.finished_at = Batch.State.FAILED, {"error": message}, clock.now()
    batch.save(update_fields=["state", "result", "finished_at"])


def fail_interrupted() -> int:
    """After a crash: batches that were running wrote nothing, since their transaction was undone; say so."""
    interrupted = Batch.objects.filter(state=Batch.State.RUNNING)
    message = "程序在写入途中停止，一行也没有写入，请重新导入"
    return interrupted.update(state=Batch.State.FAILED, result={"error": message}, finished_at=clock.now())
