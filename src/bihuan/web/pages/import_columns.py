"""Import, step 2: which column is which field."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.base.errors import Invalid
from bihuan.ledger.excel import Table
from bihuan.ledger.inference import column_values
from bihuan.ledger.row_reading import NUMBER
from bihuan.ledger.types import BY_CODE, FIELD_TYPES
from bihuan.loop import intake
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import go, is_part, signed_in
from bihuan.web.checking import checking, is_large, looked
from bihuan.web.importing import OPEN_STATES, HeadWanted, Import, refuse
from bihuan.web.pages.batch import get_batch
from bihuan.web.pages.import_head import head_address, told_rows

_SAMPLES = 3
_HEADS = 4
_SAMPLED = 500
_LONGEST_INDEX = 6
_CHOSEN = ("columns", "kinds", "key")
_UNSAID = {"sheet": None, "part": 0, "without_hidden": False, "head": None}
"""Which table of the file is read, with what holds where nothing is said of it."""
_KINDS = {kind.code: kind.title for kind in FIELD_TYPES if kind.is_input and kind.code != "file" and not kind.needs} | {
    "choice": BY_CODE["choice"].title
}
"""What a column may be made into: the kinds that need nothing but the column itself."""
_FROM_FILE = "+"


@signed_in
def columns(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """Step 2: which column is which field."""
    batch = get_batch(actor, pk)
    if batch.state not in OPEN_STATES:
        return redirect("batch", pk=pk)
    problems: list[str] = []
    wanted = _wanted(request)
    if wanted and any(batch.plan.get(name, blank) != wanted[name] for name, blank in _UNSAID.items()):
        # Only posting saves what was chosen; another table is first only looked at.
        batch.plan = {key: value for key, value in batch.plan.items() if key not in _CHOSEN} | wanted
    if request.method == "POST":
        batch.plan |= _chosen_columns(request)
        if is_large(batch):  # the preview looks at the choice, and comes back with what is wrong
            batch.save(update_fields=["plan"])
            return redirect("import_preview", pk=batch.pk)
    try:
        found = looked(actor, batch)
    except HeadWanted:
        return go(request, head_address(batch, wanted.get("sheet"), request.GET.get("head", "")))
    except Invalid as error:
        if wanted or not is_large(batch):
            raise
        refuse(batch, str(error))
        return go(request, reverse("batch", args=[pk]))
    if found is None:
        return checking(request, batch, request.get_full_path(), step=2)
    if is_part(request):
        return go(request, request.get_full_path())
    if request.method == "POST" or (is_large(batch) and batch.plan.get("columns")):
        batch.save(update_fields=["plan"])
        problems = found.problems()
        if request.method == "POST" and not problems:
            return redirect("import_preview", pk=batch.pk)
    context = _columns_context(found, problems)
    return render(request, "import_map.html", context, status=422 if problems else 200)


def _wanted(request: HttpRequest) -> dict[str, Any]:
    """Which table of which sheet the address or the form names, where its head stands, and whether what is hidden is
    left out."""
    said = request.POST if request.POST.get("sheet") else request.GET
    if not said.get("sheet"):
        return {}
    part, first, last = (said.get(name, "") for name in ("part", "head", "head_last"))
    head = intake.head_rows(f"{first}-{last}" if last else first)
    return {
        "sheet": said["sheet"],
        "part": int(part) if part.isdecimal() and len(part) < _LONGEST_INDEX and not head else 0,
        "without_hidden": said.get("hidden") == "leave",
        "head": list(head) if head else None,  # as the batch keeps it
    }


def _table_choices(table: Table, url: str, head: str) -> dict[str, Any]:
    """The tables that lie on the sheet, and what of the one looked at is hidden, with the addresses of the others."""

    def address(part: int, *, leaves: bool) -> str:
        asked = {"sheet": table.sheet_name, "part": part} | ({"hidden": "leave"} if leaves else {})
        return f"{url}?{urlencode(asked | ({'head': head} if head else {}))}"

    parts = [
        {
            "title": f"第 {number} 张（{'、'.join(part.heads[:_HEADS])}{'等' if len(part.heads) > _HEADS else ''}）",
            "url": address(number - 1, leaves=table.without_hidden),
            "active": number - 1 == table.part,
            "hint": part.place,
        }
        for number, part in enumerate(table.parts, start=1)
    ]
    hidden = {
        "text": table.hidden,
        "left": table.without_hidden,
        "url": address(table.part, leaves=not table.without_hidden),
    }
    return {"parts": parts if len(parts) > 1 else [], "part": table.part, "hidden": hidden if table.hidden else None}


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
    values = column_values(table, _SAMPLED)
    first, last = table.header_rows
    head = f"第 {first} 行为表头" if first == last else f"第 {first}–{last} 行为表头"
    given = told_rows(batch.plan.get("head"))
    url = reverse("import_map", args=[batch.pk])
    return {
        "title": "列对应",
        "crumbs": [{"title": "导入表格", "url": reverse("import_upload")}, {"title": "列对应"}],
        "batch": {
            "pk": batch.pk,
            "file": batch.file_name,
            "size": showing.size(batch.plan.get("size") or 0),
            "rows": table.rows_at_most,
            "is_counted": table.is_counted,
        },
        "ledger": {"code": batch.ledger.code, "title": batch.ledger.title} if batch.ledger else None,
        "new_title": found.target.spec.title,
        "sheet": table.sheet_name,
        **_table_choices(table, url, given),
        "given_head": given,
        "head_url": head_address(batch, table.sheet_name, told_rows(table.header_rows)),
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
        options = [
            {"value": "", "title": "不导入", "selected": not code},
            {"value": NUMBER, "title": "记录编号（按它找到原来的记录）", "selected": code == NUMBER},
        ]
        options += [
            {
                "value": field.code,
                "title": field.title + (" *" if field.required else ""),
                "selected": field.code == code,
            }
            for field in found.target.spec.fields
            if field.kind != "file" and BY_CODE[field.kind].is_input and field.code in found.fillable
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
        "samples": [text[:60] for text in dict.fromkeys(map(showing.cell_as_seen, values))][:_SAMPLES],
        "options": options,
        "kinds": kinds,
        "unit": column.measure if column.measure_from == "head" or (field and BY_CODE[field.kind].align_end) else "",
        "note": found.note(column.index),
    }
