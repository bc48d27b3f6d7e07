"""All ledgers the person may see, by owner."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.rules import visible_ledgers, visible_records
from bihuan.loop.colour import Colour, bounds_at
from bihuan.loop.definitions import loop_of
from bihuan.loop.queries import colour_counts
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import signed_in


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ledgers grouped by the unit that owns them, each with its colours."""
    by_owner: dict[str, list[dict[str, Any]]] = {}
    for ledger in visible_ledgers(actor):
        spec, loop = spec_of(ledger), loop_of(ledger)
        url = reverse("ledger", args=[ledger.code])
        rows = visible_records(actor, ledger)
        total = rows.count()
        counts = colour_counts(rows, bounds_at(loop, clock.now())) if loop else None
        entry = {
            "code": ledger.code,
            "title": ledger.title,
            "about": spec.description,
            "url": url,
            "total": total,
            "open": total - counts[Colour.WHITE] if counts else None,
            "rate": showing.percent(100 * counts[Colour.WHITE] / total if counts and total else None),
            "noun": "事项" if loop else "记录",
            "counts": showing.colour_counts(counts, loop, url) if counts else [],
        }
        by_owner.setdefault(actor.tree.name(ledger.owner_id) or "其他", []).append(entry)
    context = {
        "title": "全部台账",
        "crumbs": [{"title": "全部台账"}],
        "bureaus": [{"title": owner, "ledgers": entries} for owner, entries in by_owner.items()],
        "total": sum(len(entries) for entries in by_owner.values()),
        "can_make": bool(actor.posts),
    }
    return render(request, "ledgers.html", context)
