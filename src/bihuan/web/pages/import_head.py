"""Import, beside step 2: the first rows of a sheet as they stand, to point out where the head of its table is."""

from collections.abc import Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.base.errors import Invalid, NotAllowed
from bihuan.ledger.excel import UnreadableFile, Workbook, column_letter
from bihuan.ledger.models import Batch
from bihuan.ledger.rules import may_import
from bihuan.loop import intake
from bihuan.org.actor import Actor
from bihuan.web.access import signed_in
from bihuan.web.importing import OPEN_STATES, HeadWanted, table_of, workbook_of
from bihuan.web.pages.batch import get_batch
from bihuan.web.showing import cell_as_seen

_ROWS = 30
_COLUMNS = 12
_LETTERS = 24


def told_rows(rows: Sequence[int] | None) -> str:
    """The first and last row of a head as an address names them; nothing for none."""
    return f"{rows[0]}-{rows[1]}" if rows else ""


def head_address(batch: Batch, sheet: str | None, head: str) -> str:
    """The address of the page for a sheet, or the likeliest, with the rows that are taken for its head."""
    asked = {name: value for name, value in (("sheet", sheet), ("head", head)) if value}
    return f"{reverse('import_head', args=[batch.pk])}{'?' if asked else ''}{urlencode(asked)}"


def _columns_address(batch: Batch, sheet: str, head: str) -> str:
    asked = {"sheet": sheet} | ({"head": head} if head else {})
    return f"{reverse('import_map', args=[batch.pk])}?{urlencode(asked)}"


@signed_in
def show(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """The first rows, each of which can be named as the head."""
    batch = get_batch(actor, pk)
    if batch.state not in OPEN_STATES:
        return redirect("batch", pk=pk)
    if batch.ledger and not may_import(actor, batch.ledger):
        raise NotAllowed(f"您不能向“{batch.ledger.title}”导入")
    workbook = workbook_of(batch)
    sheet = request.GET.get("sheet") or workbook.guess()
    given = intake.head_rows(request.GET.get("head", ""))
    batch.plan |= {"sheet": sheet, "part": 0, "head": given}
    try:
        found, problem = table_of(batch, workbook).header_rows, ""
    except HeadWanted as error:
        found, problem = (0, 0), str(error)
    context = {
        "title": "指明表头",
        "crumbs": [{"title": "导入表格", "url": reverse("import_upload")}, {"title": "指明表头"}],
        "batch": {"pk": batch.pk, "file": batch.file_name},
        "sheet": sheet,
        "sheets": [
            {"title": item.name, "url": head_address(batch, item.name, ""), "active": item.name == sheet}
            for item in workbook.sheets
            if not item.is_empty
        ],
        "problem": problem,
        "first": found[0] or "",
        "last": found[1] or "",
        "back": "" if problem else _columns_address(batch, sheet, told_rows(given)),
        **_first_rows(batch, workbook, sheet, range(found[0], found[1] + 1)),
    }
    return render(request, "import_head.html", context, status=422 if problem and given else 200)


def _first_rows(batch: Batch, workbook: Workbook, sheet: str, head: Sequence[int]) -> dict[str, Any]:
    """The first rows of a sheet, and the letters of their columns; those of the head stand out."""
    try:
        grid = workbook.grid(sheet)
        rows = list(islice(grid.read(), _ROWS))
    except UnreadableFile as error:
        raise Invalid(f"“{batch.file_name}”读不出来：{error}") from error
    columns = min(grid.columns, _COLUMNS)
    return {
        "letters": [column_letter(index) for index in range(columns)],
        "more": max(grid.columns - columns, 0),
        "rows": [
            {
                "number": number,
                "cells": [cell_as_seen(cell)[:_LETTERS] for cell in cells[:columns]],
                "is_head": number in head,
                "url": _columns_address(batch, sheet, str(number)),
            }
            for number, cells in rows
        ],
    }
