"""Matters of all ledgers in one list: the rows behind the desk's numbers."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.paging import Total, stretch_of
from bihuan.loop.colour import WORDS, Colour
from bihuan.loop.tally_counts import Counts, summed
from bihuan.org.actor import Actor
from bihuan.web.access import signed_in
from bihuan.web.list_page import ListPage
from bihuan.web.matters import VIEWS, Matters, matter_rows
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
    counts = summed(matters.by_ledger(matters.view(view)).values())
    total = counts[colour] if colour else sum(counts.values())
    page = ListPage.of(request, Total(total), _SIZE)
    title = _TITLES[view]
    context = {
        "title": title,
        "crumbs": [{"title": "工作台", "url": reverse("desk")}, {"title": title}],
        "tabs": _tabs(view, asked, counts),
        "rows": matter_rows(matters, stretch_of(matters.in_order(view, colour), page.start, _SIZE, total)),
        "pager": page.told(()),
    }
    return render(request, "matters.html", context)


def _tabs(view: str, chosen: str, counts: Counts) -> list[dict[str, Any]]:
    """The four colours within the view."""
    found = [{"title": "全部", "url": matters_url(view), "active": not chosen, "count": sum(counts.values())}]
    found += [
        {
            "code": colour.value,
            "title": WORDS[colour],
            "url": matters_url(view, colour),
            "active": chosen == colour.value,
            "count": counts[colour],
        }
        for colour in Colour
    ]
    return found


def matters_url(view: str, colour: Colour | None = None) -> str:
    """The address of a list of matters."""
    query = {**({"view": view} if view else {}), **({"colour": colour.value} if colour else {})}
    return reverse("matters") + (f"?{urlencode(query)}" if query else "")
