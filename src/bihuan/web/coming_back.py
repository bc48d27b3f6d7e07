"""A workbook that was exported here and comes back: its mark, and what was chosen cell by cell."""

import hashlib
from typing import Any

from bihuan.base.canonical import dumps
from bihuan.ledger.cell_merge import Clash, Side
from bihuan.ledger.excel import Workbook
from bihuan.ledger.export_mark import fits, read_mark
from bihuan.ledger.importing import Back, Conflict
from bihuan.ledger.models import Batch, Ledger

CHOSEN = "chosen"
SIDES: dict[str, Side] = {"theirs": "theirs", "ours": "ours"}


def back_of(batch: Batch, workbook: Workbook) -> Back:
    """What a batch's workbook brings back: the mark of its export, and the choices that the batch keeps."""
    mark = read_mark(workbook)
    kept: dict[str, Any] = batch.plan.get(CHOSEN, {})

    def chosen(record: int, code: str, clash: Clash) -> Side | None:
        side, of = kept.get(place_of(record, code), ("", ""))
        return SIDES.get(side) if of == _told(clash) else None

    return Back(mark if mark and batch.ledger and fits(mark, batch.ledger) else None, chosen)


def place_of(record: int, code: str) -> str:
    """What a choice is kept by."""
    return f"{record}-{code}"


def choose(batch: Batch, conflicts: list[Conflict], sides: dict[str, str], every: str) -> None:
    """Keep the sides chosen for conflicts, by place; `every` is for those without a choice of their own."""
    kept: dict[str, Any] = dict(batch.plan.get(CHOSEN, {}))
    for conflict in conflicts:
        place = place_of(conflict.record.pk, conflict.field.code)
        side = sides.get(place) or every
        if side in SIDES:
            kept[place] = [side, _told(conflict.clash)]
    batch.plan = {**batch.plan, CHOSEN: kept}
    batch.save(update_fields=["plan"])


def _told(clash: Clash) -> str:
    """What a choice was made between, as a hash: if it is another later, the choice holds no more."""
    return hashlib.sha256(dumps([clash.base, clash.theirs, clash.ours]).encode()).hexdigest()


def ledger_of_export(workbook: Workbook, ledgers: list[Ledger]) -> Ledger | None:
    """The ledger among some that a workbook was exported from."""
    mark = read_mark(workbook)
    return next((ledger for ledger in ledgers if mark and mark.ledger == ledger.code and fits(mark, ledger)), None)
