"""Matters of all ledgers in one list: the rows behind the desk's numbers."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.paging import Total
from bihuan.ledger.pieces import stretch_of
from bihuan.loop.colour import WORDS, Colour
from bihuan.loop.tally_counts import Counts
from bihuan.org.actor import Actor
from bihuan.web.access import signed_in
from bihuan.web.list_page import ListPage
from bihuan.web.matters import EVERYWHERE, VIEWS, Matters, Units, matter_rows
from bihuan.web.request_memory import my_loops

_SIZE = 50
_TITLES = {"": "全部事项", **VIEWS}


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """All matters, those that wait for me, or those I brought in; of one colour if asked."""
    matters = Matters(actor, my_loops(request, actor), clock.now())
    view = request.GET.get("view", "")
    view = view if view in _TITLES else ""
    asked = request.GET.get("colour", "")
    colour = Colour(asked) if asked in set(Colour) else None
    kept, units = _place(request, actor)
    counts = matters.counts(matters.view(view), units)
    total = counts[colour] if colour else sum(counts.values())
    page = ListPage.of(request, Total(total), _SIZE)
    title = _TITLES[view] + _told(actor, kept)
    pieces = matters.in_order(view, colour, units)
    context = {
        "title": title,
        "crumbs": [{"title": "工作台", "url": reverse("desk")}, {"title": title}],
        "tabs": _tabs(view, asked, counts, kept),
        "rows": matter_rows(matters, stretch_of(pieces, page.start, _SIZE, total)),
        "pager": page.told(()),
    }
    return render(request, "matters.html", context)


def _place(request: HttpRequest, actor: Actor) -> tuple[dict[str, str], Units]:
    """Of which units the matters are to be, as the board asks it: the words of the address, and the units."""
    kept = {name: request.GET[name][:40] for name in ("unit", "exact", "no_unit") if request.GET.get(name)}
    if "no_unit" in kept:
        return kept, Units(frozenset(node.pk for node in actor.tree.nodes), outside=True)
    if "unit" not in kept:
        return {}, EVERYWHERE
    node = actor.tree.by_code.get(kept["unit"])
    if node is None:
        return kept, Units(frozenset())
    return kept, Units(frozenset([node.pk] if "exact" in kept else actor.tree.within(node.pk)))


def _told(actor: Actor, kept: dict[str, str]) -> str:
    if "no_unit" in kept:
        return " · 未定责任单位"
    node = actor.tree.by_code.get(kept.get("unit", ""))
    if not kept:
        return ""
    return f" · {node.name}{'（本级）' if 'exact' in kept else ''}" if node else " · 没有这个单位"


def _tabs(view: str, chosen: str, counts: Counts, kept: dict[str, str]) -> list[dict[str, Any]]:
    """The four colours within the view."""
    found = [
        {"title": "全部", "url": matters_url(view, None, kept), "active": not chosen, "count": sum(counts.values())}
    ]
    found += [
        {
            "code": colour.value,
            "title": WORDS[colour],
            "url": matters_url(view, colour, kept),
            "active": chosen == colour.value,
            "count": counts[colour],
        }
        for colour in Colour
    ]
    return found


def matters_url(view: str, colour: Colour | None = None, kept: dict[str, str] | None = None) -> str:
    """The address of a list of matters."""
    query = {**({"view": view} if view else {}), **(kept or {}), **({"colour": colour.value} if colour else {})}
    return reverse("matters") + (f"?{urlencode(query)}" if query else "")
