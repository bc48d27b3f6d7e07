"""Import, between preview and writing: the cells that were changed here and in the file are settled one by one."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.ledger.importing import Conflict
from bihuan.ledger.linked_records import with_records
from bihuan.ledger.models import Event, Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.sight import Sight, sight_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.values import shown
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import go, is_part, signed_in
from bihuan.web.checking import checked, checking
from bihuan.web.coming_back import CHOSEN, choose, place_of
from bihuan.web.importing import OPEN_STATES, Import
from bihuan.web.pages.batch import get_batch

_SHOWN = 200
_EMPTY = "（空）"


@signed_in
def settle(request: HttpRequest, actor: Actor, pk: UUID) -> HttpResponse:
    """The cells changed on both sides, each with what it was, what the file says and what it is now."""
    batch = get_batch(actor, pk)
    if batch.state not in OPEN_STATES:
        return redirect("batch", pk=pk)
    found = checked(actor, batch)
    if found is None:
        return checking(request, batch, reverse("import_merge", args=[pk]), step=3)
    if is_part(request):
        return go(request, reverse("import_merge", args=[pk]))
    if found.problems():
        return redirect("import_map", pk=pk)
    if request.method == "POST":
        conflicts = [*found.check().conflicts, *found.check().settled]
        sides = {name.removeprefix("side-"): str(side) for name, side in request.POST.items() if name[:5] == "side-"}
        choose(batch, conflicts, sides, request.POST.get("every", ""))
        again = checked(actor, batch)
        return redirect("import_merge" if again and again.check().conflicts else "import_preview", pk=pk)
    return render(request, "import_merge.html", _context(found))


def _context(found: Import) -> dict[str, Any]:
    check, batch = found.check(), found.batch
    conflicts = sorted([*check.conflicts, *check.settled], key=lambda conflict: conflict.row)[:_SHOWN]
    return {
        "title": "逐格处理",
        "crumbs": [{"title": "导入表格", "url": reverse("import_upload")}, {"title": "逐格处理"}],
        "batch": {"pk": batch.pk, "file": batch.file_name},
        "ledger": {"code": found.target.code, "title": found.target.spec.title},
        "open": len(check.conflicts),
        "total": len(check.conflicts) + len(check.settled),
        "cells": _cells(found, conflicts),
    }


def _cells(found: Import, conflicts: list[Conflict]) -> list[dict[str, Any]]:
    ledger, actor = found.batch.ledger, found.actor
    if ledger is None:
        return []
    sight = sight_of(actor, ledger)
    spec = sight.spec
    values = [
        {item.field.code: value}
        for item in conflicts
        for value in (item.clash.base, item.clash.theirs, item.clash.ours)
        if value is not None
    ]
    data = [*values, *(item.record.data for item in conflicts)]
    lookup = with_records(lookup_for(spec, actor.tree), actor=actor, ledger=found.target.code, spec=spec, data=data)
    last = _last_events([item.record.pk for item in conflicts])
    kept: dict[str, Any] = found.batch.plan.get(CHOSEN, {})
    settled = {place: kept[place][0] for item in found.check().settled if (place := _place(item)) in kept}
    return [
        {
            **_cell(sight, item, lookup, settled.get(_place(item), "")),
            "by": _told(last.get(item.record.pk)),
            "name": _name(sight.see(item.record, lookup), spec, lookup),
            "title": showing.title_of(item.field, spec),
        }
        for item in conflicts
    ]


def _name(record: Record, spec: LedgerSpec, lookup: Lookup) -> str:
    """What a record is called beside its number; empty where that is all there is."""
    name = showing.name_of(record, spec, lookup)
    return "" if name == record.number else name


def _place(item: Conflict) -> str:
    return place_of(item.record.pk, item.field.code)


def _cell(sight: Sight, item: Conflict, lookup: Lookup, side: str) -> dict[str, Any]:
    clash, code = item.clash, item.field.code
    seen = sight.see_changes(item.record, [(code, clash.base, clash.ours)], lookup)
    base, ours = (seen[0][1], seen[0][2]) if seen else (None, None)
    texts = {"theirs": clash.theirs, "ours": ours}
    return {
        "place": _place(item),
        "number": item.record.number,
        "url": reverse("record", args=[item.record.pk]),
        "row": item.row,
        "base": shown(item.field, base, lookup) or _EMPTY,
        "sides": [
            {"value": value, "title": shown(item.field, text, lookup) or _EMPTY, "chosen": side == value}
            for value, text in texts.items()
        ],
    }


def _told(event: Event | None) -> str:
    return f"{event.actor_name} {showing.short_moment(event.recorded_at)}" if event else ""


def _last_events(records: list[int]) -> dict[int, Event]:
    """The last event of each record: who changed it, and when."""
    events = Event.objects.filter(record__in=records).order_by("record_id", "version")
    return {event.record_id: event for event in events.only("record_id", "actor_name", "recorded_at")}
