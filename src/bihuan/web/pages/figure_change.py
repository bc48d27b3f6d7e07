"""Why a number is another than it was known to be: a sentence for each part, and the records of each as a list."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import NotFound
from bihuan.figure.change import Change, split_change
from bihuan.figure.change_words import redefinitions, sentence, total
from bihuan.figure.clocks import clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.rules import Reach
from bihuan.figure.slices import Slice
from bihuan.ledger.definitions import find_ledger
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import signed_in
from bihuan.web.asking import open_ledger
from bihuan.web.behind import LIST_WORDS, Behind
from bihuan.web.figure_asking import Wanted, headed, part_words, wanted
from bihuan.web.pages.figure_records import list_of

_USUAL = timedelta(days=30)


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """One value then and now. `since` is the earlier instant of knowing; a month ago where it is not said."""
    asked = wanted(request.GET, actor, (code,))
    since = request.GET.get("since", "") or (asked.clocks.known_at - _USUAL).isoformat()
    known = (clocks(known_at=since).known_at, asked.clocks.known_at)
    cut, called = _part(asked, actor)
    change = split_change(code, asked.unit, asked.period, asked.clocks.as_of, known, Reach(actor), cut)
    figure = Catalogue(known[1])[code]
    context = {
        "title": f"{figure.spec.title}为什么变了",
        "crumbs": [
            {"title": "指标库", "url": reverse("figures")},
            {"title": figure.spec.title, "url": reverse("figure", args=[code])},
            {"title": "为什么变了"},
        ],
        "where": " · ".join(filter(None, (asked.unit_name or "全部单位", asked.period.title, called))),
        "known": [showing.moment(at) for at in known],
        "told": total(change, figure),
        "sentences": [sentence(reason, figure) for reason in change.reasons],
        "redefined": redefinitions(code, known),
        "partial": change.is_partial,
        "asked": _asked(request, actor, asked, since),
        **_records(request, actor, change),
    }
    return render(request, "figure_change.html", context)


def _part(asked: Wanted, actor: Actor) -> tuple[Slice | None, str]:
    """The part that alone is asked about, and what it is called."""
    if asked.part is None:
        return None, ""
    found, cut = headed(asked, actor)
    return cut, part_words(found, cut)


def _asked(request: HttpRequest, actor: Actor, asked: Wanted, since: str) -> dict[str, str]:
    return {
        "period": asked.period.code,
        "unit": actor.tree.name(asked.unit) if asked.unit else "",
        "since": f"{clock.local_date(clocks(known_at=since).known_at)}",
        "as_of": request.GET.get("as_of", ""),
        **({} if asked.part is None else {"by": asked.by, "value": asked.part}),
    }


def _records(request: HttpRequest, actor: Actor, change: Change) -> dict[str, Any]:
    """The records of each part, a tab for each ledger among them, and one of them as a list."""
    sets: dict[tuple[str, str], list[int]] = {}
    for reason in change.reasons:
        for ledger, pk in reason.touched:
            sets.setdefault((reason.kind, ledger), []).append(pk)
    if not sets:
        return {}
    names = {f"{kind}:{ledger}": (kind, ledger) for kind, ledger in sets}
    chosen = names.get(request.GET.get("part", ""), next(iter(sets)))
    titles = {reason.kind: reason.title for reason in change.reasons}
    several = len({ledger for _, ledger in sets}) > 1
    tabs = []
    for name, (kind, ledger) in names.items():
        kept = {word: value for word, value in request.GET.items() if word not in LIST_WORDS} | {"part": name}
        title = f"{titles[kind]}（{find_ledger(ledger).title}）" if several else titles[kind]
        tabs.append(
            {
                "title": title,
                "count": len(sets[kind, ledger]),
                "url": f"?{urlencode(kept)}",
                "active": (kind, ledger) == chosen,
            }
        )
    return {"tabs": tabs, **_listed(request, actor, chosen[1], sets[chosen])}


def _listed(request: HttpRequest, actor: Actor, ledger: str, ids: list[int]) -> dict[str, Any]:
    try:
        query = Behind(open_ledger(request, actor, ledger), request, tuple(ids))
    except NotFound:
        return {"unseen": len(ids)}
    return {"ledger": {"title": query.opened.ledger.title}, **list_of(request, query)}
