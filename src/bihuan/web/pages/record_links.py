"""Records that point at each other: what the picker of a record field offers, and which records point at one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import NotFound
from bihuan.ledger import search
from bihuan.ledger.linked_records import ledger_meant, with_records
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.queries import Asked, list_records
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import visible_records
from bihuan.ledger.sight import sight_of
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import signed_in
from bihuan.web.request_memory import my_ledgers

_OFFERED = 20
_LISTED = 10


@signed_in
def options(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The records of a ledger that the actor may see and that hold the text which the named input has just sent."""
    ledger = next((item for item in my_ledgers(request, actor) if item.code == code), None)
    if ledger is None:
        raise NotFound(f"没有台账“{code[:80]}”")
    sight = sight_of(actor, ledger)
    spec = sight.spec
    text = request.GET.get(request.GET.get("field", ""), "").strip()[:100]
    lookup = lookup_for(spec, actor.tree)
    rows = [sight.see(row, lookup) for row in list_records(actor, ledger, spec, {}, Asked(words=text))[:_OFFERED]]
    found = [
        {"value": row.pk, "title": row.number, "note": showing.name_of(row, spec, lookup) if spec.name_field else ""}
        for row in rows
    ]
    return render(request, "parts/unit_options.html", {"options": found})


def pointing_here(request: HttpRequest, actor: Actor, record: Record) -> list[dict[str, Any]]:
    """The records that point at one, as far as the actor may see them: the first of each field, and how to list all."""
    found: list[dict[str, Any]] = []
    for ledger in my_ledgers(request, actor):
        spec = sight_of(actor, ledger).spec
        pack = ledger.code.partition(".")[0]
        for field in spec.fields:
            if field.kind == "record" and ledger_meant(pack, field.of) == record.ledger.code:
                found += _through(actor, ledger, field.code, field.title, record)
    return found


def _through(actor: Actor, ledger: Ledger, code: str, title: str, record: Record) -> list[dict[str, Any]]:
    sight = sight_of(actor, ledger)
    spec = sight.spec
    found_rows = search.holding(visible_records(actor, ledger), ledger, spec, code, record.pk)
    rows = list(found_rows.order_by(search.newest_first(found_rows))[: _LISTED + 1])
    lookup = with_records(
        lookup_for(spec, actor.tree), actor=actor, ledger=ledger.code, spec=spec, data=[row.data for row in rows]
    )
    found = [
        {
            "url": reverse("record", args=[row.pk]),
            "title": " ".join(dict.fromkeys([row.number, showing.name_of(row, spec, lookup)])),
            "note": f"{ledger.title} · {title}",
        }
        for row in (sight.see(one, lookup) for one in rows[:_LISTED])
    ]
    if len(rows) > _LISTED:
        url = reverse("ledger", args=[ledger.code])
        found.append(
            {"url": f"{url}?where={code}+%3D+{record.pk}", "title": "还有更多，列出全部", "note": ledger.title}
        )
    return found
