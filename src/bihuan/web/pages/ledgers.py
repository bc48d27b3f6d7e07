"""All ledgers the person may see, by owner."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.rules import scope_everywhere
from bihuan.loop.colour import Colour
from bihuan.loop.spec import LoopSpec
from bihuan.loop.tally_counts import Counts
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import may_make, signed_in
from bihuan.web.matters import Matters
from bihuan.web.request_memory import my_ledgers, my_loops


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Ledgers grouped by the unit that owns them, each with its colours."""
    ledgers, loops = my_ledgers(request, actor), my_loops(request, actor)
    counts = Matters(actor, loops, clock.now()).by_ledger()
    loop_by_ledger = {ledger.pk: loop for ledger, loop in loops}
    totals = _totals(actor, [ledger for ledger in ledgers if ledger.pk not in counts])
    by_owner: dict[str, list[dict[str, Any]]] = {}
    for ledger in ledgers:
        line = _line(ledger, loop_by_ledger.get(ledger.pk), counts.get(ledger.pk), totals.get(ledger.pk, 0))
        by_owner.setdefault(actor.tree.name(ledger.owner_id) or "其他", []).append(line)
    context = {
        "title": "全部台账",
        "crumbs": [{"title": "全部台账"}],
        "bureaus": [{"title": owner, "ledgers": lines} for owner, lines in by_owner.items()],
        "total": len(ledgers),
        "can_make": may_make(actor),
    }
    return render(request, "ledgers.html", context)


def _totals(actor: Actor, ledgers: list[Ledger]) -> dict[int, int]:
    """How many records the plain registers have."""
    rows = Record.objects.filter(scope_everywhere(actor), ledger__in=ledgers) if ledgers else Record.objects.none()
    return {row["ledger"]: row["n"] for row in rows.values("ledger").annotate(n=Count("pk"))}


def _line(ledger: Ledger, loop: LoopSpec | None, counts: Counts | None, records: int) -> dict[str, Any]:
    url = reverse("ledger", args=[ledger.code])
    total = sum(counts.values()) if counts else records
    return {
        "code": ledger.code,
        "title": ledger.title,
        "about": spec_of(ledger).description,
        "url": url,
        "total": total,
        "open": total - counts[Colour.WHITE] if counts else None,
        "rate": showing.percent(100 * counts[Colour.WHITE] / total if counts and total else None),
        "noun": "事项" if loop else "记录",
        "counts": showing.colour_counts(counts, loop, url) if counts else [],
    }
