"""A ledger as a grid: its page, its rows in stretches, cells checked and saved, and what others changed meanwhile."""

from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bihuan.base.errors import BihuanError, Invalid, NotFound
from bihuan.expression import ExpressionError
from bihuan.ledger.attachments import keep_file
from bihuan.ledger.models import Batch, Chain, Event, Record
from bihuan.ledger.paging import total_of
from bihuan.ledger.rules import get_record, visible_records
from bihuan.ledger.undo import undo_batch
from bihuan.loop.actions import edit_record
from bihuan.loop.cells import MOST_CELLS, Cell, Saved, check_cells, save_cells
from bihuan.loop.new_cells import MOST_ROWS, add_rows
from bihuan.org.actor import Actor
from bihuan.web.access import signed_in
from bihuan.web.asking import Opened, Query, open_ledger
from bihuan.web.grid_rows import GridRows
from bihuan.web.list_page import Standing
from bihuan.web.middleware import status_of

_ADDRESSES = ("rows", "check", "save", "changes", "add", "undo", "files")
_STRETCH = 200
_CHANGED_AT_ONCE = 400
_SPARED_TOLD = 20
_LONGEST_CELL = 100_000
_UNREADABLE = "送来的内容读不懂，没有写入；请刷新页面后再试"


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The page; it asks for its rows by itself."""
    opened = open_ledger(request, actor, code)
    query = Query(opened, request)
    rows = GridRows(opened, opened.spec.fields)
    problem, total = _total(query)
    facts = {
        "columns": rows.columns(),
        "total": total.count,
        "more": total.more,
        "position": _position(opened),
        "mayEdit": rows.may_edit,
        "urls": {name: reverse(f"grid_{name}", args=[code]) for name in _ADDRESSES},
        "query": request.GET.urlencode(),
        "most": MOST_CELLS,
        "mostNew": MOST_ROWS,
    }
    context = {
        "title": f"{opened.ledger.title} · 表格",
        "crumbs": [
            {"title": "全部台账", "url": reverse("ledgers")},
            {"title": opened.ledger.title, "url": opened.url},
            {"title": "表格"},
        ],
        "ledger": {"code": code, "title": opened.ledger.title},
        "list_url": query.url(),
        "can": {"edit": rows.may_edit},
        "also": query.told(),
        "problem": problem,
        "facts": facts,
    }
    return render(request, "grid.html", context)


def _total(query: Query) -> tuple[str, Any]:
    try:
        return "", query.total()
    except ExpressionError:
        return "条件式有误，请回到列表改好再来", total_of(Record.objects.none())


def _position(opened: Opened) -> int:
    return Chain.objects.values_list("position", flat=True).get(ledger=opened.ledger)


@require_GET
@signed_in
def rows(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """A stretch of the rows that the list's address asks for: `start` and how many; with `total`, of how many."""
    opened = open_ledger(request, actor, code)
    start, count = _whole(request, "start"), min(_whole(request, "count") or _STRETCH, _STRETCH)
    query = Query(opened, request)
    standing = Standing(query, query.rows(coloured=False), query.rows())
    content: dict[str, Any] = {
        "start": start,
        "rows": GridRows(opened, opened.spec.fields).rows(standing.records(start, count)),
    }
    if request.GET.get("total"):
        content |= vars(standing.total)
    return _json(content)


def _whole(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


@require_POST
@signed_in
def check(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """What is wrong with cells as typed; nothing is written."""
    opened = open_ledger(request, actor, code)
    try:
        faults = check_cells(actor=actor, ledger=opened.ledger, cells=_cells(request))
    except BihuanError as error:
        return _json({"message": error.message}, status_of(error))
    return _json({"faults": [vars(fault) for fault in faults]})


@require_POST
@signed_in
def save(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Write cells: what was saved comes back as it now stands, with what collided and what was refused."""
    opened = open_ledger(request, actor, code)
    try:
        saved = save_cells(actor=actor, ledger=opened.ledger, cells=_cells(request))
    except BihuanError as error:
        return _json({"message": error.message}, status_of(error))
    return _json(_told(opened, saved))


@require_POST
@signed_in
def add(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Open a record for each row of texts; without `write` only say what would come of it."""
    opened = open_ledger(request, actor, code)
    try:
        rows, write = _new_rows(request)
        added = add_rows(actor=actor, ledger=opened.ledger, rows=rows, write=write)
    except BihuanError as error:
        return _json({"message": error.message}, status_of(error))
    batch = reverse("batch", args=[added.batch.pk]) if added.batch else ""
    told = {"count": added.count, "faults": [vars(fault) for fault in added.faults], "batch": batch}
    return _json(told | ({"pk": str(added.batch.pk)} if added.batch else {}))


@require_POST
@signed_in
def undo(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Take back rows that were added here, by their batch; what was changed since stays."""
    opened = open_ledger(request, actor, code)
    try:
        batch = Batch.objects.filter(pk=_batch_meant(request), ledger=opened.ledger, person=actor.person).first()
        if batch is None:
            raise NotFound("没有这一批")
        plan = undo_batch(actor=actor, batch=batch)
    except BihuanError as error:
        return _json({"message": error.message}, status_of(error))
    return _json({"count": plan.count, "spared": [item.number for item in plan.spared[:_SPARED_TOLD]]})


def _batch_meant(request: HttpRequest) -> UUID:
    try:
        return UUID(_text(orjson.loads(request.body)["batch"]))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise Invalid(_UNREADABLE) from error


def _new_rows(request: HttpRequest) -> tuple[list[dict[str, str]], bool]:
    """The rows of a request's body, and whether to write them. Raises Invalid for what is no such list."""
    try:
        sent = orjson.loads(request.body)
        rows = [{_text(code): _text(text) for code, text in row.items()} for row in sent["rows"]]
        return rows, sent.get("write") is True
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise Invalid(_UNREADABLE) from error


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_CELL or "\0" in value:
        raise ValueError(value)
    return value


@require_POST
@signed_in
def files(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Give a record's file field the files that are kept of it and those uploaded; the row comes back."""
    opened = open_ledger(request, actor, code)
    try:
        record = get_record(actor, _posted(request, "record"))
        field = opened.spec.by_code.get(request.POST.get("code", ""))
        if record.ledger_id != opened.ledger.pk or field is None or field.kind != "file":
            raise Invalid(_UNREADABLE)
        kept = [int(pk) for pk in request.POST.getlist("keep") if pk.isdecimal() and len(pk) < 19]
        fresh = [keep_file(actor=actor, ledger=opened.ledger, upload=one).pk for one in request.FILES.getlist("file")]
        version = _posted(request, "version")
        edit_record(actor=actor, record=record, fields={field.code: kept + fresh}, version=version)
    except BihuanError as error:
        told = "；".join(getattr(error, "problems", {}).values())
        return _json({"message": told or error.message}, status_of(error))
    records = visible_records(actor, opened.ledger).filter(pk=record.pk)
    return _json({"rows": GridRows(opened, opened.spec.fields).rows(records)})


def _posted(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _told(opened: Opened, saved: Saved) -> dict[str, Any]:
    touched = {*saved.records, *(collision.cell.record for collision in saved.collisions)}
    records = visible_records(opened.actor, opened.ledger).filter(pk__in=touched)
    return {
        "rows": GridRows(opened, opened.spec.fields).rows(records),
        "saved": saved.records,
        "faults": [vars(fault) for fault in saved.faults],
        "collisions": [
            {"record": one.cell.record, "code": one.cell.code, "mine": one.cell.text, "here": one.here, "who": one.who}
            for one in saved.collisions
        ],
        "batch": reverse("batch", args=[saved.batch.pk]) if saved.batch else "",
    }


def _cells(request: HttpRequest) -> list[Cell]:
    """The cells of a request's body. Raises Invalid for what is no such list."""
    try:
        sent = orjson.loads(request.body)
        cells = [_cell(item) for item in sent["cells"]]
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise Invalid(_UNREADABLE) from error
    return cells


def _cell(item: dict[str, Any]) -> Cell:
    record, code, text, before = item["record"], item["code"], item["text"], item.get("before", "")
    if (
        not isinstance(record, int)
        or not 0 < record < 2**63
        or not all(isinstance(x, str) for x in (code, text, before))
    ):
        raise ValueError(item)
    if len(text) > _LONGEST_CELL or "\0" in text:
        raise ValueError(code)
    return Cell(record, code, text, before, item.get("stays") is True)


@require_GET
@signed_in
def changes(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """What was written since a position of the ledger's chain, as far as the actor may see it."""
    opened = open_ledger(request, actor, code)
    since, position = _whole(request, "since"), _position(opened)
    if position <= since:
        return _json({"position": position, "rows": []})
    events = Event.objects.filter(ledger=opened.ledger, position__gt=since, position__lte=position)
    writers = dict(events.order_by("position").values_list("record_id", "actor_name")[: _CHANGED_AT_ONCE + 1])
    if len(writers) > _CHANGED_AT_ONCE or position - since > 4 * _CHANGED_AT_ONCE:
        return _json({"position": position, "reload": True})
    records = visible_records(actor, opened.ledger).filter(pk__in=writers)
    found = GridRows(opened, opened.spec.fields).rows(records)
    here = {row["id"] for row in found}
    who = {str(pk): name for pk, name in writers.items() if pk in here}
    return _json({"position": position, "rows": found, "who": who, "gone": sorted(set(writers) - here)})


def _json(content: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})
