"""Import, step 1: the file, and where it goes; and the blank form of a ledger, to be filled in and sent back."""

import tempfile
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.base.errors import Invalid, NotAllowed, NotFound
from bihuan.ledger.actions import start_batch
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.excel import LIMITS
from bihuan.ledger.exporting import Sheet, write_xlsx
from bihuan.ledger.models import Batch, Ledger
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import may_import
from bihuan.ledger.sight import sight_of
from bihuan.ledger.types import BY_CODE
from bihuan.loop.definitions import loop_of
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import may_make, signed_in
from bihuan.web.asking import open_ledger
from bihuan.web.checking import is_large
from bihuan.web.importing import HeadWanted, keep_upload, open_import, place, refuse
from bihuan.web.request_memory import my_ledgers


@signed_in
def upload(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Step 1: the file, and where it goes."""
    if not may_make(actor):
        raise NotAllowed("您的岗位不导入表格；需要的话，请联系本单位的系统管理员调整岗位")
    ledgers = [ledger for ledger in my_ledgers(request, actor) if may_import(actor, ledger)]
    chosen = request.POST.get("ledger", request.GET.get("ledger", ""))
    problem = ""
    if request.method == "POST":
        try:
            return _take(request, actor, ledgers, chosen)
        except Invalid as error:
            problem = str(error)
    context = _context(actor, ledgers, chosen) | {"problem": problem}
    return render(request, "import_upload.html", context, status=422 if problem else 200)


def _context(actor: Actor, ledgers: list[Ledger], chosen: str) -> dict[str, Any]:
    ledger = next((item for item in ledgers if item.code == chosen), None)
    return {
        "title": "导入表格",
        "crumbs": [{"title": "导入表格"}],
        "ledger": {"code": ledger.code, "title": ledger.title} if ledger else None,
        "ledgers": [{"value": item.code, "title": item.title, "selected": item == ledger} for item in ledgers],
        "templates_url": reverse("import_template", args=[ledger.code]) if ledger else "",
        "limit": f"xlsx、xls、ods、csv，不超过 {LIMITS.file_bytes // 1024**2} MB",
        "recent": _recent(actor),
    }


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
    if not is_large(batch):
        try:
            place(actor, batch)
            open_import(actor, batch)
        except HeadWanted:
            return redirect("import_head", pk=batch.pk)
        except Invalid as error:
            refuse(batch, str(error))
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
def template(request: HttpRequest, actor: Actor, code: str) -> HttpResponseBase:
    """A blank workbook with the ledger's heads, to be filled in and imported."""
    ledger = open_ledger(request, actor, code).ledger
    if not may_import(actor, ledger):
        raise NotFound(f"没有台账“{code[:80]}”")
    spec, loop, sight = spec_of(ledger), loop_of(ledger), sight_of(actor, ledger)
    theirs = sight.writable(spec.fields, loop.steps[0].code if loop else "")
    fields = [field for field in theirs if field.kind != "file" and BY_CODE[field.kind].is_input]
    sheet = Sheet(ledger.title, fields, lookup_for(spec, actor.tree), prepared_by=actor.name, numbered=False)
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        write_xlsx(sheet, (), Path(file.name))
        content = Path(file.name).open("rb")  # noqa: SIM115 - the response closes it
    return FileResponse(content, as_attachment=True, filename=f"{ledger.title}模板.xlsx")
