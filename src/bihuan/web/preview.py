"""What an import would do, as its preview tells it: rows with their verdicts, problems, doubts, totals."""

from dataclasses import replace
from typing import Any

from bihuan.ledger.excel import Table
from bihuan.ledger.importing import SHOWN_PROBLEMS, Change, Check
from bihuan.ledger.linked_records import with_records
from bihuan.ledger.models import Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.sight import sight_of
from bihuan.ledger.spec import FieldSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.unreported import UNREPORTED, flag_of, marked
from bihuan.ledger.values import shown
from bihuan.web.importing import Import
from bihuan.web.showing import title_of

_SHOWN_ROWS = 20


def preview_rows(found: Import, check: Check) -> dict[str, Any]:
    """The first rows with their verdicts, the problems, the doubts and the totals, for the preview page."""
    spec = found.target.spec
    rows = _rows(found, check)
    warnings = _warnings(found.table, check)
    return {
        "columns": [
            {"code": code, "title": title_of(spec.by_code[code], spec)}
            for code in found.columns.values()
            if code in spec.by_code
        ],
        "rows": rows,
        "rows_note": f"先看 {len(rows)} 行，全部共 {check.rows:,} 行",
        "problems": [
            {"cell": problem.cell, "column": problem.title, "found": problem.message}
            for problem in check.problems[:SHOWN_PROBLEMS]
        ],
        "problems_total": len(check.problems),
        "warnings": warnings[:SHOWN_PROBLEMS],
        "warnings_total": len(warnings),
        "totals": _totals(found.table),
    }


def _rows(found: Import, check: Check) -> list[dict[str, Any]]:
    """The first rows that would be written, in the order of the sheet."""
    spec = found.target.spec
    shown_rows = [row.data for row, _ in check.creates[:_SHOWN_ROWS]]
    shown_rows += [data for c in check.updates[:_SHOWN_ROWS] for data in (c.record.data, c.row.data)]
    lookup = lookup_for(spec, found.actor.tree)
    lookup = with_records(lookup, actor=found.actor, ledger=found.target.code, spec=spec, data=shown_rows)
    fields = [spec.by_code[code] for code in found.columns.values() if code in spec.by_code]
    rows: list[tuple[int, dict[str, Any]]] = []
    for row, _ in check.creates[:_SHOWN_ROWS]:
        data = marked(spec, row.data)
        cells = [{"text": shown(field, data.get(field.code), lookup)} for field in fields]
        rows.append((row.number, {"verdict": "create", "word": "新增", "cells": cells}))
    for change in check.updates[:_SHOWN_ROWS]:
        seen = replace(change, record=_as_seen(found, change.record, lookup))
        cells = [_changed(field, seen, lookup) for field in fields]
        rows.append((change.row.number, {"verdict": "update", "word": "更新", "cells": cells}))
    rows.sort(key=lambda row: row[0])
    return [{"line": number, **row} for number, row in rows[:_SHOWN_ROWS]]


def _as_seen(found: Import, record: Record, lookup: Lookup) -> Record:
    ledger = found.batch.ledger
    return sight_of(found.actor, ledger).see(record, lookup) if ledger else record


def _changed(field: FieldSpec, change: Change, lookup: Lookup) -> dict[str, str]:
    """A cell of a record that is there: as it would be, and as it is where that differs."""
    stored = change.record.data.get(field.code)
    here = shown(field, stored, lookup)
    unreported = change.changes.get(flag_of(field.code))
    fresh = shown(field, UNREPORTED if unreported else change.changes.get(field.code, stored), lookup)
    return {"text": fresh, **({"old": here or "（空）"} if fresh != here else {})}


def _warnings(table: Table, check: Check) -> list[dict[str, str]]:
    """What can be imported, but wants a look. A 合计 row that agrees with its rows does not."""
    wrong = {total.number for total in table.totals if not total.agrees}
    agreed = {total.number for total in table.totals} - wrong
    doubts = [{"cell": f"第 {row} 行", "text": text} for row, text in check.doubts]
    skips = [
        {"cell": f"第 {skipped.number} 行", "text": f"没有导入：{skipped.reason}"}
        for skipped in table.skipped
        if skipped.number not in agreed
    ]
    return [*doubts, *skips, *({"cell": "", "text": note} for note in table.notes)]


def _totals(table: Table) -> list[dict[str, Any]]:
    return [
        {
            "column": total.column,
            "cell": f"第 {total.number} 行",
            "stated": str(total.stated),
            "computed": str(total.summed),
            "ok": total.agrees,
        }
        for total in table.totals
    ]
