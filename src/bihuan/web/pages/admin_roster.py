"""Units and people from a spreadsheet: the file, the preview of every row, the blank form. All of it, or nothing."""

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.base.errors import BihuanError, Invalid, NotFound
from bihuan.ledger.actions import start_batch
from bihuan.ledger.excel import BadCell, write_error_sheet
from bihuan.ledger.models import Batch
from bihuan.ledger.roster.blank_form import write_blank
from bihuan.ledger.roster.table import VERDICT_WORDS, Line, Roster, RosterField, Verdict
from bihuan.ledger.roster.taking_back import take_back
from bihuan.org.actor import Actor
from bihuan.org.roles import SYSTEM_ADMIN
from bihuan.org.separation import require_administrator
from bihuan.web import admin_inputs as inputs
from bihuan.web.access import address_of, signed_in
from bihuan.web.administering import status
from bihuan.web.importing import keep_upload
from bihuan.web.roster import KINDS, Kind, RosterImport, choose_columns, kind_of, open_import, write_import

_SHOWN_ROWS, _SHOWN_FAULTS = 100, 50


@signed_in
def upload(request: HttpRequest, actor: Actor, kind: str) -> HttpResponse:
    """The file, and the day from which it holds."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    roster, problem = kind_of(kind), None
    if request.method == "POST":
        try:
            return redirect("roster", pk=_take(request, actor, roster).pk)
        except BihuanError as error:
            problem = error
    back = reverse(f"admin_{kind}")
    context = {
        "title": f"导入{roster.title}",
        "crumbs": [{"title": roster.title, "url": back}, {"title": "从 Excel 导入"}],
        "kind": roster,
        "fields": roster.fields,
        "problem": str(problem) if problem else "",
        "day": inputs.day("on", "从哪一天起", request.POST.get("on", ""), hint="新增和变更从这一天起生效"),
        "templates_url": reverse("roster_template", args=[kind]),
    }
    return render(request, "roster_upload.html", context, status=status(problem))


def _take(request: HttpRequest, actor: Actor, kind: Kind) -> Batch:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.name:
        raise Invalid("请先选择一个文件")
    on = inputs.day_of(request, "on")
    path, digest = keep_upload(file)
    plan = {"file": path.name, "size": file.size, "on": on.isoformat()}
    batch = Batch(file_name=Path(file.name).name[:255], file_hash=digest, kind=kind.code, plan=plan)
    open_import(actor, batch)  # What cannot be read is refused before anything is kept of it.
    return start_batch(actor=actor, ledger=None, kind=kind.code, file_name=batch.file_name, file_hash=digest, plan=plan)


def _batch(actor: Actor, pk: UUID) -> Batch:
    """An import of a roster. Raises NotAllowed or NotFound."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    batch = Batch.objects.select_related("person").filter(pk=pk, kind__in=KINDS).first()
    if batch is None:
        raise NotFound("没有这次导入")
    return batch


@signed_in
def preview(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """What every row would do, and then doing it; of one that was written, what it did."""
    batch = _batch(actor, pk)
    if batch.state in (Batch.State.DONE, Batch.State.UNDONE):
        return _written(request, actor, batch)
    found, problem = open_import(actor, batch), None
    if request.method == "POST":
        try:
            if request.POST.get("columns"):
                choose_columns(found, request.POST)
                return redirect("roster", pk=pk)
            write_import(actor, found, address_of(request))
            messages.success(request, f"{found.kind.title}已导入")
            return redirect("roster", pk=pk)
        except BihuanError as error:
            problem = error
    context = _context(found) | {"problem": str(problem) if problem else ""}
    return render(request, "roster.html", context, status=status(problem))


def _written(request: HttpRequest, actor: Actor, batch: Batch) -> HttpResponse:
    """What an import did; posting undo=1 takes it back."""
    problem = None
    if request.method == "POST" and request.POST.get("undo"):
        try:
            spared = take_back(actor=actor, batch=batch, address=address_of(request))
            messages.success(request, f"已撤销这次导入，留下 {len(spared)} 处" if spared else "已撤销这次导入")
            return redirect("roster", pk=batch.pk)
        except BihuanError as error:
            problem = error
    context = _done(batch) | {"problem": str(problem) if problem else ""}
    return render(request, "roster_done.html", context, status=status(problem))


def _context(found: RosterImport) -> dict[str, Any]:
    roster, faults = found.roster, [(line, fault) for line in found.roster.lines for fault in line.faults]
    lines = sorted(roster.lines, key=lambda line: (_ORDER[line.verdict], line.number))[:_SHOWN_ROWS]
    return {
        "title": f"导入{found.kind.title}",
        "crumbs": [{"title": found.kind.title, "url": reverse(f"admin_{found.kind.code}")}, {"title": "导入预览"}],
        "batch": {"pk": found.batch.pk, "file": found.batch.file_name, "on": found.on, "kind": found.kind.code},
        "counts": _stats(roster.counts),
        "columns": [one for one in roster.fields if one.code in roster.columns],
        "matched": len(roster.columns),
        "absent": roster.absent,
        "fields": [_choice(one, roster) for one in roster.fields],
        "left_out": [column.title for column in roster.table.columns if column not in roster.columns.values()],
        "rows": [_row(line, roster) for line in lines],
        "rows_note": f"共 {len(roster.lines):,} 行"
        + (f"，先看 {len(lines)} 行" if len(lines) < len(roster.lines) else ""),
        "problems": [_fault(line, fault.field, fault.message, roster) for line, fault in faults[:_SHOWN_FAULTS]],
        "problems_total": len(faults),
        "error_sheet_url": reverse("roster_marked", args=[found.batch.pk]),
        "why_not": found.why_not,
    }


_ORDER = {Verdict.FAIL: 0, Verdict.CREATE: 1, Verdict.UPDATE: 2, Verdict.UNCHANGED: 3}


def _stats(counts: dict[Verdict, int]) -> list[dict[str, Any]]:
    return [
        {"title": VERDICT_WORDS[verdict], "value": f"{count:,}", "unit": "行", "code": verdict if count else "zero"}
        for verdict, count in counts.items()
    ]


def _choice(one: RosterField, roster: Roster) -> dict[str, Any]:
    """A field and the columns that it could be taken from."""
    own = roster.columns.get(one.code)
    options = [{"value": "", "title": "不导入", "selected": own is None}]
    options += [
        {"value": column.index, "title": f"{column.letter} 列“{column.title}”", "selected": column == own}
        for column in roster.table.columns
    ]
    return {"code": one.code, "title": one.title, "required": one.required or one.expected, "options": options}


def _row(line: Line, roster: Roster) -> dict[str, Any]:
    wrong = {fault.field: fault.message for fault in line.faults}
    cells = [
        {"text": line.texts.get(one.code, ""), "old": line.old.get(one.code), "problem": wrong.get(one.code)}
        for one in roster.fields
        if one.code in roster.columns
    ]
    return {"line": line.number, "verdict": line.verdict, "word": VERDICT_WORDS[line.verdict], "cells": cells}


def _fault(line: Line, code: str, message: str, roster: Roster) -> dict[str, str]:
    column = roster.columns.get(code)
    cell = f"{column.letter}{line.number}" if column else f"第 {line.number} 行"
    return {"cell": cell, "column": roster.title(code), "found": message}


def _done(batch: Batch) -> dict[str, Any]:
    kind = kind_of(batch.kind)
    counts = {verdict: int(batch.result.get(verdict, 0)) for verdict in Verdict}
    return {
        "title": f"{kind.title}的导入已撤销" if batch.state == Batch.State.UNDONE else f"{kind.title}已导入",
        "crumbs": [{"title": kind.title, "url": reverse(f"admin_{kind.code}")}, {"title": "导入结果"}],
        "batch": {"file": batch.file_name, "on": batch.plan["on"], "who": batch.person.name if batch.person else ""},
        "counts": _stats(counts),
        "can_undo": batch.state == Batch.State.DONE and "done" in batch.result,
        "undone": batch.state == Batch.State.UNDONE,
        "undone_count": batch.result.get("undone", 0),
        "spared": [{"what": what, "why": why} for what, why in batch.result.get("spared", [])],
        "kind": kind,
        "back": reverse(f"admin_{kind.code}") + ("?show=new" if kind.code == "people" else ""),
    }


@signed_in
def marked(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponseBase:
    """The file as it was sent, with every bad cell red and told."""
    batch = _batch(actor, pk)
    found = open_import(actor, batch)
    columns = found.roster.columns
    faults = [
        BadCell(line.number, columns[fault.field].index if fault.field in columns else None, fault.message)
        for line in found.roster.lines
        for fault in line.faults
    ]
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        write_error_sheet(found.roster.table, faults, Path(file.name))
        content = Path(file.name).open("rb")  # noqa: SIM115 - the response closes it
    return FileResponse(content, as_attachment=True, filename=f"{Path(batch.file_name).stem}（标红）.xlsx")


@signed_in
def template(request: HttpRequest, actor: Actor, kind: str) -> HttpResponseBase:
    """The blank form; with `now`, filled with what is there today, to be changed and sent back."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    roster = kind_of(kind)
    rows = roster.now() if request.GET.get("now") else []
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        write_blank(roster.title, roster.fields, rows, Path(file.name))
        content = Path(file.name).open("rb")  # noqa: SIM115 - the response closes it
    name = f"{roster.title}{'现状' if rows else '模板'}.xlsx"
    return FileResponse(content, as_attachment=True, filename=name)
