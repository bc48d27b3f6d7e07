"""What an import would do, as its preview tells it: rows with their verdicts, problems, doubts, totals."""

from typing import Any

from bihuan.ledger.excel import SkippedRow
from bihuan.ledger.importing import SHOWN_PROBLEMS, Check
from bihuan.ledger.references import lookup_for
from bihuan.ledger.values import shown
from bihuan.web.importing import Import

_SHOWN_ROWS = 20


def preview_rows(found: Import, check: Check) -> dict[str, Any]:
    """The first rows with their verdicts, the problems, the doubts and the totals, for the preview page."""
    spec = found.target.spec
    lookup = lookup_for(spec, found.actor.tree)
    codes = list(found.columns.values())
    rows = []
    for row, _ in check.creates[:_SHOWN_ROWS]:
        cells = [{"text": shown(spec.by_code[code], row.data.get(code), lookup)} for code in codes]
        rows.append({"line": row.number, "verdict": "create", "word": "新增", "cells": cells})
    for change in check.updates[:_SHOWN_ROWS]:
        cells = []
        for code in codes:
            here = shown(spec.by_code[code], change.record.data.get(code), lookup)
            fresh = shown(spec.by_code[code], change.changes.get(code, change.record.data.get(code)), lookup)
            cells.append({"text": fresh, **({"old": here or "（空）"} if fresh != here else {})})
        rows.append({"line": change.row.number, "verdict": "update", "word": "更新", "cells": cells})
    agreed = {total.number for total in found.table.totals} - {t.number for t in found.table.totals if not t.agrees}
    skips = [skipped for skipped in found.table.skipped if skipped.number not in agreed]
    rows.sort(key=lambda row: int(str(row["line"])))
    return {
        "columns": [{"code": code, "title": spec.by_code[code].title} for code in codes],
        "rows": rows[:_SHOWN_ROWS],
        "rows_note": f"先看 {min(len(rows), _SHOWN_ROWS)} 行，全部共 {check.rows:,} 行",
        "problems": [
            {"cell": problem.cell, "column": problem.title, "found": problem.message, "allowed": ""}
            for problem in check.problems[:SHOWN_PROBLEMS]
        ],
        "problems_total": len(check.problems),
        "warnings": [{"cell": f"第 {row} 行", "text": text} for row, text in check.doubts[:SHOWN_PROBLEMS]]
        + [{"cell": f"第 {skipped.number} 行", "text": f"没有导入：{skipped.reason}"} for skipped in skips]
        + [{"cell": "", "text": note} for note in found.table.notes],
        "warnings_total": len(check.doubts) + len(skips) + len(found.table.notes),
        "totals": [
            {
                "column": total.column,
                "cell": f"第 {total.number} 行",
                "stated": str(total.stated),
                "computed": str(total.summed),
                "ok": total.agrees,
            }
            for total in found.table.totals
        ],
    }
