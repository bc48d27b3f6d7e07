"""Import, step 3: what would happen, before a thing is written; and the file with its bad cells marked."""

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.ledger.excel import BadCell, write_error_sheet
from bihuan.ledger.standing_records import version_at
from bihuan.org.actor import Actor
from bihuan.web.access import go, is_part, signed_in
from bihuan.web.checking import checked, checking, drop
from bihuan.web.importing import OPEN_STATES, Import, run_import
from bihuan.web.pages.batch import get_batch, outcome
from bihuan.web.preview import preview_rows

_REMOVED_SHOWN = 20


@signed_in
def preview(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """What would happen, cell by cell. Posting writes it."""
    batch = get_batch(actor, pk)
    if batch.state not in OPEN_STATES:
        return redirect("batch", pk=pk)
    found = checked(actor, batch)
    if found is None:
        return checking(request, batch, reverse("import_preview", args=[pk]), step=3)
    if found.problems():
        return redirect("import_map", pk=pk)
    if request.method == "POST":
        run_import(found, good_rows_only=bool(request.POST.get("skip_failed")))
        drop(batch)
        return redirect("batch", pk=pk)
    if is_part(request):
        return go(request, reverse("import_preview", args=[pk]))
    return render(request, "import_preview.html", _context(found))


def _context(found: Import) -> dict[str, Any]:
    check, batch = found.check(), found.batch
    new, changed, bad = len(check.creates), len(check.updates), len(check.failed_rows)
    return {
        "title": "预览",
        "crumbs": [{"title": "导入表格", "url": reverse("import_upload")}, {"title": "预览"}],
        "batch": {"pk": batch.pk, "file": batch.file_name, "sheet": found.table.sheet_name},
        "ledger": {"code": found.target.code, "title": found.target.spec.title},
        "counts": outcome(new, changed, check.unchanged, bad),
        **preview_rows(found, check),
        "error_sheet_url": reverse("import_run", args=[batch.pk]) if check.problems else "",
        "can_commit": (new + changed) > 0 and not bad,
        "can_skip": bool(bad) and (new + changed) > 0,
        "why_not": _why_not(new, changed, bad),
        "back": _back(found) if _is_export(found) or check.conflicts or check.settled else None,
    }


def _is_export(found: Import) -> bool:
    return found.back is not None and found.back.mark is not None


def _back(found: Import) -> dict[str, Any]:
    """What is said of a file that was exported here, or that meets what was edited since its last coming."""
    check = found.check()
    return {
        "is_export": _is_export(found),
        "redefined": _was_redefined(found),
        "kept": check.kept,
        "open": len(check.conflicts),
        "open_told": f"有 {len(check.conflicts):,} 格两边都改过，还没有选用哪一个；没选好的行不会写入。",
        "settled": len(check.settled),
        "total": len(check.conflicts) + len(check.settled),
        "merge_url": reverse("import_merge", args=[found.batch.pk]),
        "removed": [
            {"number": record.number, "url": reverse("record", args=[record.pk])}
            for record in check.removed[:_REMOVED_SHOWN]
        ],
        "removed_total": len(check.removed),
    }


def _was_redefined(found: Import) -> bool:
    """Whether the ledger got another definition after this file was exported."""
    mark, ledger = found.back.mark if found.back else None, found.batch.ledger
    return mark is not None and ledger is not None and version_at(ledger, mark.position) < ledger.version


def _why_not(new: int, changed: int, bad: int) -> str:
    if bad:
        return f"有 {bad} 行不能导入，改好重新上传，或只导入没有问题的行。"
    return "" if new + changed else "没有新的内容，不需要导入。"


@signed_in
def marked(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponseBase:
    """The error sheet of an import: the file's rows with the bad cells red."""
    batch = get_batch(actor, pk)
    found = checked(actor, batch)
    if found is None:
        return redirect("import_preview", pk=pk)
    faults = [
        BadCell(problem.row, problem.column if problem.column >= 0 else None, problem.message)
        for problem in found.check().problems
    ]
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        write_error_sheet(found.table, faults, Path(file.name))
        content = Path(file.name).open("rb")  # noqa: SIM115 - the response closes it
    return FileResponse(content, as_attachment=True, filename=f"标红-{Path(found.batch.file_name).stem}.xlsx")
