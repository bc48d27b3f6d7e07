"""Import in four steps: choose a file, match its columns, look at what would happen, see what happened."""

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.base.errors import Invalid, NotFound
from bihuan.base.progress import read as read_progress
from bihuan.ledger.actions import fail_batch, start_batch
from bihuan.ledger.definitions import find_ledger, spec_of
from bihuan.ledger.excel import LIMITS, BadCell, write_error_sheet
from bihuan.ledger.exporting import Sheet, write_xlsx
from bihuan.ledger.inference import column_values
from bihuan.ledger.models import Batch, Ledger
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import may_import, visible_ledgers
from bihuan.ledger.types import FIELD_TYPES
from bihuan.ledger.undo import may_undo, plan_undo, undo_batch
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import signed_in
from bihuan.web.importing import Import, keep_upload, open_import, preview_rows, run_import

_SAMPLES = 3
_FROM_FILE = "+"


@signed_in
def upload(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Step 1: the file, and where it goes."""
    ledgers = [ledger for ledger in visible_ledgers(actor) if may_import(actor, ledger)]
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
    if not actor.posts:
        raise Invalid("您还没有岗位，不能导入")
    path, digest = keep_upload(file)
    plan = {"file": path.name, "size": file.size, "title": request.POST.get("title", "").strip()[:60]}
    batch = start_batch(
        actor=actor, ledger=ledger, kind="import", file_name=Path(file.name).name, file_hash=digest, plan=plan
    )
    try:
        open_import(actor, batch)
    except Invalid as error:
        fail_batch(batch=batch, message=str(error))
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


def get_batch(actor: Actor, pk: UUID) -> Batch:
    """A batch of one's own, or one of a ledger that one may import to."""
    batch = Batch.objects.select_related("ledger", "person").filter(pk=pk).first()
    if batch is None or not (batch.person_id == actor.person or (batch.ledger and may_import(actor, batch.ledger))):
        raise NotFound("没有这个批次，或者它不在您的查看范围内")
    return batch


@signed_in
def columns(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """Step 2: which column is which field."""
    batch = get_batch(actor, pk)
    problems: list[str] = []
    if request.method == "POST":
        batch.plan |= _chosen_columns(request)
        batch.save(update_fields=["plan"])
    elif "sheet" in request.GET:
        batch.plan = {key: value for key, value in batch.plan.items() if key not in ("columns", "kinds", "key")}
        batch.plan["sheet"] = request.GET["sheet"]
        batch.save(update_fields=["plan"])
    found = open_import(actor, batch)
    if request.method == "POST":
        problems = found.problems()
        if not problems:
            return redirect("import_preview", pk=batch.pk)
    context = _columns_context(found, problems)
    return render(request, "import_map.html", context, status=422 if problems else 200)


def _chosen_columns(request: HttpRequest) -> dict[str, Any]:
    """What the person chose for each column, as the batch keeps it."""
    chosen = {name.removeprefix("column-"): value for name, value in request.POST.items() if name.startswith("column-")}
    kinds = {name.removeprefix("kind-"): value for name, value in request.POST.items() if name.startswith("kind-")}
    plan: dict[str, Any] = {"columns": chosen, "kinds": kinds, "key": request.POST.get("key", "")}
    if request.POST.get("title", "").strip():
        plan["title"] = request.POST["title"].strip()[:60]
    return plan


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
        "sheets": [
            {
                "title": sheet.name,
                "url": f"{url}?sheet={sheet.name}",
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
            if field.kind != "file"
        ]
    field = found.target.spec.by_code.get(code)
    kinds = [
        {"value": kind.code, "title": kind.title, "selected": bool(field and field.kind == kind.code)}
        for kind in FIELD_TYPES
        if kind.code != "file"
    ]
    return {
        "index": column.index,
        "letter": column.letter,
        "title": column.title,
        "samples": [str(value)[:60] for value in dict.fromkeys(map(str, values))][:_SAMPLES],
        "options": options,
        "kinds": kinds,
        "unit": column.measure,
        "note": found.notes.get(column.index, ""),
    }


@signed_in
def preview(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """Step 3: what would happen, cell by cell, before a thing is written. Posting writes it."""
    batch = get_batch(actor, pk)
    if batch.state in (Batch.State.DONE, Batch.State.FAILED, Batch.State.RUNNING):
        return redirect("import_result", pk=pk)
    found = open_import(actor, batch)
    if found.problems():
        return redirect("import_map", pk=pk)
    if request.method == "POST":
        run_import(actor, batch, good_rows_only=bool(request.POST.get("skip_failed")))
        return redirect("import_result", pk=pk)
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


def outcome(new: int, changed: int, unchanged: int, bad: int) -> list[dict[str, Any]]:
    """The four counts of an import."""
    return [
        {"code": "create", "title": "新增", "value": f"{new:,}"},
        {"code": "update", "title": "更新", "value": f"{changed:,}"},
        {"code": "unchanged", "title": "不变", "value": f"{unchanged:,}"},
        {"code": "fail", "title": "不能导入", "value": f"{bad:,}"},
    ]


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
def result(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """Step 4, and for ever after: the batch and what it did."""
    batch = get_batch(actor, pk)
    if batch.ledger is None and batch.state in (Batch.State.UPLOADED, Batch.State.CHECKED):
        return redirect("import_map", pk=pk)
    if request.method == "POST" and request.POST.get("undo"):
        undo_batch(actor=actor, batch=batch)
        return redirect("batch", pk=pk)
    is_running = batch.state == Batch.State.RUNNING
    done = batch.result
    word = batch.get_state_display()
    context = {
        "title": "导入结果",
        "crumbs": [{"title": "导入表格", "url": reverse("import_upload")}, {"title": "结果"}],
        "batch": {
            "pk": batch.pk,
            "title": f"导入 {batch.file_name}",
            "file": batch.file_name,
            "size": showing.size(batch.plan.get("size") or 0),
            "hash": batch.file_hash,
            "who": batch.person.name if batch.person else "命令行",
            "unit": actor.tree.name(actor.home_unit),
            "at": showing.moment(batch.finished_at or batch.created_at),
            "state": batch.state,
            "word": f"{word}：新增 {done.get('created', 0)} 条，更新 {done.get('updated', 0)} 条",
        },
        "ledger": {
            "code": batch.ledger.code if batch.ledger else "",
            "title": batch.ledger.title if batch.ledger else "新台账",
        },
        "progress": read_progress(batch.pk) if is_running else None,
        "progress_url": reverse("import_result", args=[pk]),
        "failure": done.get("error", ""),
        "counts": outcome(done["created"], done["updated"], done["unchanged"], done["failed"])
        if "created" in done
        else [],
        "undo": _undo(actor, batch),
        "rows": _batch_rows(batch),
    }
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return _progress_part(request, context, is_running=is_running, url=reverse("import_result", args=[pk]))
    return render(request, "import_result.html", context)


def _undo(actor: Actor, batch: Batch) -> dict[str, Any]:
    """Whether and what could be taken back, or what was."""
    done = batch.result
    if batch.state == Batch.State.UNDONE:
        spared = "、".join(number for number, _ in done["spared"][:20])
        kept = f"；其后又改过的 {done['spared_count']} 条保留不动：{spared}" if spared else ""
        return {"allowed": False, "why": f"{done['undone_by']} 撤销了 {done['undone']} 条{kept}"}
    if not may_undo(actor, batch):
        return {"allowed": False}
    plan = plan_undo(batch)
    return {
        "allowed": bool(plan.drafts),
        "why": f"将恢复 {len(plan.drafts)} 条记录。",
        "keeps": len(plan.spared),
    }


def _progress_part(request: HttpRequest, context: dict[str, Any], *, is_running: bool, url: str) -> HttpResponse:
    if is_running:
        return render(request, "components/progress.html", {"progress": context["progress"], "url": url})
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = url
    return answer


def _batch_rows(batch: Batch) -> list[dict[str, Any]]:
    if batch.ledger is None:
        return []
    words = {"imported": ("新增", "green"), "updated_by_file": ("更新", "teal")}
    spec = spec_of(batch.ledger)
    found = []
    for event in batch.events.select_related("record").filter(kind__in=words).order_by("position")[:50]:
        word, tone = words[event.kind]
        name = event.record.data.get(spec.name_field, "")
        found.append(
            {
                "number": event.record.number,
                "url": reverse("record", args=[event.record_id]),
                "word": word,
                "tone": tone,
                "title": str(name),
                "changes": [],
            }
        )
    return found


@signed_in
def template(request: HttpRequest, actor: Actor, code: str) -> HttpResponseBase:
    """A blank workbook with the ledger's heads, to be filled in and imported."""
    ledger = find_ledger(code)
    if not may_import(actor, ledger):
        raise NotFound(f"没有台账“{code}”")
    spec = spec_of(ledger)
    fields = [field for field in spec.fields if field.kind != "file"]
    sheet = Sheet(ledger.title, fields, lookup_for(spec, actor.tree), prepared_by=actor.name, numbered=False)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        write_xlsx(sheet, (), Path(file.name))
        content = Path(file.name).open("rb")  # noqa: SIM115 - the response closes it
    return FileResponse(content, as_attachment=True, filename=f"{ledger.title}模板.xlsx")
