"""A batch: what an import did, row by row, and taking it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.canonical import loads
from bihuan.base.errors import NotFound
from bihuan.base.progress import read as read_progress
from bihuan.ledger.linked_records import with_records
from bihuan.ledger.models import Batch, Event
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import may_import, visible_records
from bihuan.ledger.sight import Sight, sight_of
from bihuan.ledger.types import Lookup
from bihuan.ledger.undo import may_undo, plan_undo
from bihuan.ledger.values import shown
from bihuan.org.actor import Actor, actor_of
from bihuan.web import showing, undoing
from bihuan.web.access import go, is_part, signed_in
from bihuan.web.importing import OPEN_STATES

_PAGE = 50
_PLANNED = 5_000
"""Up to so many rows it is worked out beforehand what taking the batch back would do."""
_WORDS = {
    "imported": ("新增", "green"),
    "updated_by_file": ("更新", "teal"),
    "edited": ("修改", "teal"),
    "redefined": ("跟着变", "teal"),
}
_LISTED = 10_000
"""To count those of half a million rows that a person may see would take seconds."""
_CHANGING = ("updated_by_file", "edited")
_HEADINGS = {"edit": "批量修改结果", "grid": "表格编辑"}


def get_batch(actor: Actor, pk: UUID) -> Batch:
    """A batch of one's own, or one of a ledger that one may import to."""
    batch = Batch.objects.select_related("ledger", "person").filter(pk=pk).first()
    if batch is None or not (batch.person_id == actor.person or (batch.ledger and may_import(actor, batch.ledger))):
        raise NotFound("没有这个批次，或者它不在您的查看范围内")
    return batch


@signed_in
def show(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """The batch and what it did, from its running on. Posting undo=1 takes it back."""
    batch = get_batch(actor, pk)
    url = reverse("batch", args=[pk])
    if batch.state in OPEN_STATES:
        return go(request, reverse("bulk_preview" if batch.kind == "edit" else "import_map", args=[pk]))
    if request.method == "POST" and request.POST.get("undo"):
        if undoing.take_back(actor, batch):
            messages.success(request, "这一批已撤销")
        return go(request, url)
    if (ended := undoing.outcome(batch)) is not None:
        messages.add_message(request, messages.ERROR if ended else messages.SUCCESS, ended or "这一批已撤销")
        return go(request, url)
    if batch.state == Batch.State.RUNNING or undoing.is_under_way(batch):
        return _running(request, batch, url)
    if is_part(request):
        return go(request, url)
    return render(request, "batch.html", _context(actor, batch, _events(actor, batch, request.GET.get("page"))))


def _running(request: HttpRequest, batch: Batch, url: str) -> HttpResponse:
    progress = read_progress(batch.pk)
    if is_part(request):
        return render(request, "components/progress.html", {"progress": progress, "url": url})
    context = {
        "title": _doing(batch),
        "is_import": batch.kind not in _HEADINGS,
        "crumbs": _crumbs(batch),
        "batch": {"pk": batch.pk, "file": batch.file_name},
        "ledger": _ledger(batch),
        "progress": progress,
        "progress_url": url,
    }
    return render(request, "batch.html", context)


def _doing(batch: Batch) -> str:
    if batch.state == Batch.State.DONE:
        return "正在撤销"
    return "正在修改" if batch.kind in _HEADINGS else "正在导入"


def _crumbs(batch: Batch) -> list[dict[str, str]]:
    if batch.kind in _HEADINGS and batch.ledger:
        ledger = batch.ledger
        return [{"title": ledger.title, "url": reverse("ledger", args=[ledger.code])}, {"title": "结果"}]
    return [{"title": "导入表格", "url": reverse("import_upload")}, {"title": "结果"}]


def _ledger(batch: Batch) -> dict[str, str]:
    if batch.ledger is None:
        return {"code": "", "title": batch.plan.get("title") or "新台账"}
    return {"code": batch.ledger.code, "title": batch.ledger.title}


def _context(actor: Actor, batch: Batch, page: "Page[Event] | None") -> dict[str, Any]:
    done = batch.result
    return {
        "title": _HEADINGS.get(batch.kind, "导入结果"),
        "crumbs": _crumbs(batch),
        "is_import": batch.kind not in _HEADINGS,
        "refused": [{"number": number, "why": why} for number, why in done.get("refused", [])],
        "batch": {
            "pk": batch.pk,
            "file": batch.file_name,
            "size": showing.size(batch.plan["size"]) if batch.plan.get("size") else "",
            "hash": batch.file_hash,
            "who": batch.person.name if batch.person else "命令行",
            "unit": _unit_of(actor, batch),
            "at": showing.moment(batch.finished_at or batch.created_at),
            "state": batch.state,
            "word": _word(batch),
            "changed": bool(done.get("updated")),
        },
        "ledger": _ledger(batch),
        "failure": done.get("error", ""),
        "counts": outcome(done["created"], done["updated"], done["unchanged"], done["failed"])
        if "created" in done
        else [],
        "undo": _undo(actor, batch),
        "rows": _rows(actor, batch, page) if page else [],
        "rows_note": f"这里列出前 {_LISTED:,} 条，其余的请在台账里看。" if _is_cut(batch, page) else "",
        "pager": showing.pager(page) if page and page.paginator.num_pages > 1 else None,
    }


def _word(batch: Batch) -> str:
    done = batch.result
    if batch.state == Batch.State.DONE and not done.get("created") and not done.get("updated"):
        return "没有新的内容。"
    return f"已完成：新增 {done.get('created', 0):,} 条，更新 {done.get('updated', 0):,} 条。"


def _unit_of(actor: Actor, batch: Batch) -> str:
    """Where the person who made the batch works."""
    return actor.tree.name(actor_of(batch.person).home_unit) if batch.person else ""


def outcome(new: int, changed: int, unchanged: int, bad: int) -> list[dict[str, Any]]:
    """The four counts of an import."""
    return [
        {"code": code if number else f"{code} zero", "title": title, "value": f"{number:,}"}
        for code, title, number in (
            ("create", "新增", new),
            ("update", "更新", changed),
            ("unchanged", "不变", unchanged),
            ("fail", "不能导入", bad),
        )
    ]


def _undo(actor: Actor, batch: Batch) -> dict[str, Any]:
    """Whether and what could be taken back, or what was."""
    done = batch.result
    if batch.state == Batch.State.UNDONE:
        spared = "、".join(number for number, _ in done["spared"][:20])
        kept = f"；其后又改过的 {done['spared_count']} 条保留不动：{spared}" if spared else ""
        return {"allowed": False, "why": f"{done['undone_by']} 撤销了 {done['undone']} 条{kept}"}
    if not may_undo(actor, batch):
        return {"allowed": False}
    if done.get("created", 0) + done.get("updated", 0) > _PLANNED:
        return {"allowed": True, "why": "其后又改过的记录会保留不动。"}
    plan = plan_undo(batch)
    return {"allowed": bool(plan.count), "why": f"将恢复 {plan.count} 条记录。", "keeps": len(plan.spared)}


def _events(actor: Actor, batch: Batch, number: str | None) -> "Page[Event] | None":
    """A page of what the batch did, as far as the person may see the records now."""
    if batch.ledger is None or (batch.state == Batch.State.UNDONE and not batch.result["spared_count"]):
        return None
    visible = visible_records(actor, batch.ledger).filter(pk=OuterRef("record"))
    events = batch.events.select_related("record").filter(Exists(visible), kind__in=_WORDS)
    # The ids of a batch's events grow with their positions, and its index has them in order.
    return Paginator(events.order_by("pk")[:_LISTED], _PAGE).get_page(number)


def _is_cut(batch: Batch, page: "Page[Event] | None") -> bool:
    """Whether the batch did more than is listed."""
    done = batch.result.get("created", 0) + batch.result.get("updated", 0)
    return page is not None and page.paginator.count == _LISTED < done


def _rows(actor: Actor, batch: Batch, page: "Page[Event]") -> list[dict[str, Any]]:
    if batch.ledger is None:
        return []
    sight = sight_of(actor, batch.ledger)
    spec, data = sight.spec, [event.record.data for event in page.object_list]
    lookup = lookup_for(spec, actor.tree)
    lookup = with_records(lookup, actor=actor, ledger=batch.ledger.code, spec=spec, data=data)
    changes = _changes(list(page.object_list), sight, lookup)
    return [
        {
            "number": event.record.number,
            "url": reverse("record", args=[event.record_id]),
            "word": _WORDS[event.kind][0],
            "tone": _WORDS[event.kind][1],
            "title": showing.name_of(sight.see(event.record, lookup), spec, lookup),
            "changes": changes.get(event.pk, []),
        }
        for event in page.object_list
    ]


def _changes(events: list[Event], sight: Sight, lookup: Lookup) -> dict[int, list[dict[str, str]]]:
    """What each update changed, by event: one read of the histories of the page's records."""
    updates = {event.pk for event in events if event.kind in _CHANGING}
    records = {event.record_id for event in events if event.pk in updates}
    data: dict[int, dict[str, Any]] = {}
    found: dict[int, list[dict[str, str]]] = {}
    rows = Event.objects.filter(record__in=records).select_related("record") if records else Event.objects.none()
    for event in rows.order_by("record", "version"):
        fresh, before = loads(event.payload).get("set", {}), data.setdefault(event.record_id, {})
        if event.pk in updates:
            changes = ((code, before.get(code), new) for code, new in fresh.items() if code in sight.spec.by_code)
            found[event.pk] = [
                {
                    "title": sight.spec.by_code[code].title,
                    "old": shown(sight.spec.by_code[code], old, lookup),
                    "new": shown(sight.spec.by_code[code], new, lookup),
                }
                for code, old, new in sight.see_changes(event.record, changes, lookup)
            ]
        before.update(fresh)
    return found
