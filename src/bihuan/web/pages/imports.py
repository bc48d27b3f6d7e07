"""Import: choose a file, match its columns, look at what would happen. The fourth step is the batch's own page."""

import tempfile
from datetime import datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.base.errors import Invalid, NotAllowed, NotFound
from bihuan.ledger.actions import fail_batch, start_batch
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.excel import LIMITS, BadCell, write_error_sheet
from bihuan.ledger.exporting import Sheet, write_xlsx
from bihuan.ledger.inference import column_values
from bihuan.ledger.models import Batch, Ledger
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import may_import
from bihuan.ledger.types import BY_CODE, FIELD_TYPES
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import may_make, signed_in
from bihuan.web.asking import open_ledger
from bihuan.web.importing import Import, keep_upload, open_import, preview_rows, run_import
from bihuan.web.pages.batch import get_batch, outcome
from bihuan.web.request_memory import my_ledgers

_SAMPLES = 3
_LONGEST_INDEX = 6
_CHOSEN = ("columns", "kinds", "key")
OPEN_STATES = (Batch.State.UPLOADED, Batch.State.CHECKED)
_KINDS = {kind.code: kind.title for kind in FIELD_TYPES if kind.is_input and kind.code != "file" and not kind.needs} | {
    "choice": BY_CODE["choice"].title
}
"""What a column may be made into: the kinds that need nothing but the column itself."""
_FROM_FILE = "+"


@signed_in
def upload(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Step 1: the file, and where it goes."""
    if not may_make(actor):
        raise NotAllowed("您的岗位不导入表格；需要的话，请联系本单位的系统管理员调整岗位")
    ledgers = [ledger for ledger in my_ledgers(request, actor) if may_import(actor, ledger)]
    chosen = request.POST.get("ledger", request.GET.get("ledger", ""))
    problem, hint = "", ""
    if request.method == "POST":
        try:
            return _take(request, actor, ledgers, chosen)
        except Invalid as error:
            problem = str(error)
    ledger = next((item for item in ledgers if item.code == chosen), None)
    context = {
        "title": "导入表格",
        "crumbs": [{"title": "导入表格"}],
        "ledger": {"code": ledger.code, "title": ledger.title} if ledger else None,
        "ledgers": [{"value": item.code, "title": item.title, "selected": item == ledger} for item in ledgers],
        "templates_url": reverse("import_template", args=[ledger.code]) if ledger else "",
        "problem": problem,
        "hint": hint,
        "limit": f"xlsx、xls、ods、csv，不超过 {LIMITS.file_bytes // 1024**2} MB",
        "recent": _recent(actor),
    }
    return render(request, "import_upload.html", context, status=422 if problem else 200)


def _take(request: HttpRequest, actor: Actor, ledgers: list[Ledger], chosen: str) -> HttpResponse:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.name:
        raise Invalid("请先选择一个文件")
    ledger = next((item for item in ledgers if item.code == chosen), None)
    if chosen and ledger is None:
        raise Invalid("您不能向这本台账导入")
    path, digest = keep_upload(file)
    plan = {"file": path.name, "size": file.size, "title": request.POST.get("title", "").strip()[:60]}
    batch = start_batch(
        actor=actor, ledger=ledger, kind="import", file_name=Path(file.name).name, file_hash=digest, plan=plan
    )
    try:
        open_import(actor, batch)
    except Invalid as error:
        fail_batch(batch=batch, message=str(error))
        if not Batch.objects.filter(file_hash=digest).exclude(pk=batch.pk).exists():
            path.unlink(missing_ok=True)
        raise
    return redirect("import_map", pk=batch.pk)


def _recent(actor: Actor) -> list[dict[str, Any]]:
    mine = Batch.objects.filter(person_id=actor.person or 0, kind="import").select_related("ledger")
    return [
        {
            "url": reverse("batch", args=[batch.pk]),
            "file": batch.file_name,
            "ledger": batch.ledger.title if batch.ledger else "新台账",
            "at": showing.moment(batch.created_at),
            "state": batch.get_state_display(),
        }
        for batch in mine.order_by("-created_at")[:6]
    ]


@signed_in
def columns(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """Step 2: which column is which field."""
    batch = get_batch(actor, pk)
    if batch.state not in OPEN_STATES:
        return redirect("batch", pk=pk)
    problems: list[str] = []
    sheet = request.POST.get("sheet") or request.GET.get("sheet")
    if sheet and sheet != batch.plan.get("sheet"):
        # Only posting saves what was chosen; another sheet is first only looked at.
        batch.plan = {key: value for key, value in batch.plan.items() if key not in _CHOSEN} | {"sheet": sheet}
    if request.method == "POST":
        batch.plan |= _chosen_columns(request)
    found = open_import(actor, batch)
    if request.method == "POST":
        batch.save(update_fields=["plan"])
        problems = found.problems()
        if not problems:
            return redirect("import_preview", pk=batch.pk)
    context = _columns_context(found, problems)
    return render(request, "import_map.html", context, status=422 if problems else 200)


def _chosen_columns(request: HttpRequest) -> dict[str, Any]:
    """What the person chose for each column, as the batch keeps it."""
    kinds = {index: kind for index, kind in _by_column(request, "kind-").items() if kind in _KINDS}
    plan: dict[str, Any] = {"columns": _by_column(request, "column-"), "kinds": kinds}
    plan["key"] = key if (key := request.POST.get("key", "")).isdecimal() and len(key) < _LONGEST_INDEX else ""
    if request.POST.get("title", "").strip():
        plan["title"] = request.POST["title"].strip()[:60]
    return plan


def _by_column(request: HttpRequest, prefix: str) -> dict[str, str]:
    """The values posted for each column, by the column's index."""
    posted = {name.removeprefix(prefix): str(value) for name, value in request.POST.items() if name.startswith(prefix)}
    return {index: value for index, value in posted.items() if index.isdecimal() and len(index) < _LONGEST_INDEX}


def _columns_context(found: Import, problems: list[str]) -> dict[str, Any]:
    table, batch = found.table, found.batch
    values = column_values(table)
    first, last = table.header_rows
    head = f"第 {first} 行为表头" if first == last else f"第 {first}–{last} 行为表头"
    url = reverse("import_map", args=[batch.pk])
    return {
        "title": "列对应",
        "crumbs": [{"title": "导入表格", "url": reverse("import_upload")}, {"title": "列对应"}],
        "batch": {
            "pk": batch.pk,
            "file": batch.file_name,
            "size": showing.size(batch.plan.get("size") or 0),
            "rows": table.row_count,
        },
        "ledger": {"code": batch.ledger.code, "title": batch.ledger.title} if batch.ledger else None,
        "new_title": found.target.spec.title,
        "sheet": table.sheet_name,
        "key_titles": "、".join(found.target.spec.by_code[code].title for code in found.target.spec.key),
        "sheets": [
            {
                "title": sheet.name,
                "url": f"{url}?{urlencode({'sheet': sheet.name})}",
                "active": sheet.name == table.sheet_name,
            }
            for sheet in found.sheets
            if not sheet.is_empty
        ],
        "head": head + (f"，上方标题：{table.title_lines[0][:30]}" if table.title_lines else ""),
        "remembered": found.remembered,
        "columns": [_column(found, column, values[column.index]) for column in table.columns],
        "keys": [
            {
                "value": column.index,
                "title": column.title,
                "selected": found.columns.get(column.index) in found.target.spec.key,
            }
            for column in table.columns
        ],
        "problems": problems,
    }


def _column(found: Import, column: Any, values: list[Any]) -> dict[str, Any]:
    code = found.columns.get(column.index, "")
    if found.target.ledger is None:
        options = [
            {"value": _FROM_FILE, "title": "作为一个字段", "selected": bool(code)},
            {"value": "", "title": "不导入", "selected": not code},
        ]
    else:
        options = [{"value": "", "title": "不导入", "selected": not code}]
        options += [
            {
                "value": field.code,
                "title": field.title + (" *" if field.required else ""),
                "selected": field.code == code,
            }
            for field in found.target.spec.fields
            if field.kind != "file" and BY_CODE[field.kind].is_input
        ]
    field = found.target.spec.by_code.get(code)
    kinds = [
        {"value": code, "title": title, "selected": bool(field and field.kind == code)}
        for code, title in _KINDS.items()
    ]
    return {
        "index": column.index,
        "letter": column.letter,
        "title": column.title,
        "samples": [text[:60] for text in dict.fromkeys(map(_as_seen, values))][:_SAMPLES],
        "options": options,
        "kinds": kinds,
        "unit": column.measure,
        "note": found.note(column.index),
    }


def _as_seen(value: Any) -> str:
    """A cell as the spreadsheet shows it: a whole number without its point, a bare date without its hour."""
    if isinstance(value, float) and value.is_integer():
        return f"{value:.0f}"
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(value)


@signed_in
def preview(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """Step 3: what would happen, cell by cell, before a thing is written. Posting writes it."""
    batch = get_batch(actor, pk)
    if batch.state not in OPEN_STATES:
        return redirect("batch", pk=pk)
    found = open_import(actor, batch)
    if found.problems():
        return redirect("import_map", pk=pk)
    if request.method == "POST":
        run_import(found, good_rows_only=bool(request.POST.get("skip_failed")))
        return redirect("batch", pk=pk)
    check = found.check()
    new, changed, bad = len(check.creates), len(check.updates), len(check.failed_rows)
    context = {
        "title": "预览",
        "crumbs": [{"title": "导入表格", "url": reverse("import_upload")}, {"title": "预览"}],
        "batch": {"pk": batch.pk, "file": batch.file_name, "sheet": found.table.sheet_name},
        "ledger": {"code": found.target.code, "title": found.target.spec.title},
        "counts": outcome(new, changed, check.unchanged, bad),
        **preview_rows(found, check),
        "error_sheet_url": f"{reverse('import_run', args=[batch.pk])}" if check.problems else "",
        "can_commit": (new + changed) > 0 and not bad,
        "can_skip": bool(bad) and (new + changed) > 0,
        "why_not": _why_not(new, changed, bad),
    }
    return render(request, "import_preview.html", context)


def _why_not(new: int, changed: int, bad: int) -> str:
    if bad:
        return f"有 {bad} 行不能导入，改好重新上传，或只导入没有问题的行。"
    return "" if new + changed else "没有新的内容，不需要导入。"


@signed_in
def run(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponseBase:
    """The error sheet of an import: the file's rows with the bad cells red."""
    found = open_import(actor, get_batch(actor, pk))
    faults = [
        BadCell(problem.row, problem.column if problem.column >= 0 else None, problem.message)
        for problem in found.check().problems
    ]
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        write_error_sheet(found.table, faults, Path(file.name))
        content = Path(file.name).open("rb")  # noqa: SIM115 - the response closes it
    return FileResponse(content, as_attachment=True, filename=f"标红-{Path(found.batch.file_name).stem}.xlsx")


@signed_in
def template(request: HttpRequest, actor: Actor, code: str) -> HttpResponseBase:
    """A blank workbook with the ledger's heads, to be filled in and imported."""
    ledger = open_ledger(request, actor, code).ledger
    if not may_import(actor, ledger):
        raise NotFound(f"没有台账“{code[:80]}”")
    spec = spec_of(ledger)
    fields = [field for field in spec.fields if field.kind != "file" and BY_CODE[field.kind].is_input]
    sheet = Sheet(ledger.title, fields, lookup_for(spec, actor.tree), prepared_by=actor.name, numbered=False)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        write_xlsx(sheet, (), Path(file.name))
        content = Path(file.name).open("rb")  # noqa: SIM115 - the response closes it
    return FileResponse(content, as_attachment=True, filename=f"{ledger.title}模板.xlsx")
