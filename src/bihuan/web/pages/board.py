"""The dispatch board: units by colours, each number the list it counts."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.models import Ledger
from bihuan.loop.board import BoardRow, board
from bihuan.loop.colour import WORDS, Colour, word
from bihuan.loop.spec import LoopSpec
from bihuan.loop.tally_counts import Counts
from bihuan.org.actor import Actor
from bihuan.org.tree import Tree
from bihuan.web import showing
from bihuan.web.access import signed_in
from bihuan.web.request_memory import my_loops


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The board of one ledger, opened at the county and, by `under`, at any unit below it."""
    ledgers = my_loops(request, actor)
    chosen = _chosen(ledgers, request.GET.get("ledger", ""))
    under = actor.tree.by_code.get(request.GET.get("under", ""))
    top = under.pk if under else None
    rows = board(actor, [chosen[0]], under=top) if chosen else []
    context = {
        "title": "调度台",
        "crumbs": _crumbs(actor, chosen, top),
        "as_of": showing.moment(clock.now()),
        "scope": (actor.tree.name(top) if top else actor.tree.name(actor.home_unit)) or actor.name,
        "levels": _ledger_tabs(ledgers, chosen),
        "filters": [],
        "standing": reverse("loop_standing", args=[chosen[0].code]) if chosen else "",
        "colours": [_head(c, chosen) for c in Colour],
        "rows": [_row(row, chosen, actor.tree) for row in rows] if chosen else [],
        "sum": _sums(rows, chosen, top, actor.tree) if chosen else None,
    }
    return render(request, "board.html", context)


def _chosen(ledgers: list[tuple[Ledger, LoopSpec]], code: str) -> tuple[Ledger, LoopSpec] | None:
    return next((item for item in ledgers if item[0].code == code), ledgers[0] if ledgers else None)


def _crumbs(actor: Actor, chosen: tuple[Ledger, LoopSpec] | None, top: int | None) -> list[dict[str, str]]:
    url = reverse("board")
    if top is None or chosen is None:
        return [{"title": "调度台"}]
    return [
        {"title": "调度台", "url": f"{url}?{urlencode({'ledger': chosen[0].code})}"},
        {"title": actor.tree.name(top)},
    ]


def _ledger_tabs(
    ledgers: list[tuple[Ledger, LoopSpec]], chosen: tuple[Ledger, LoopSpec] | None
) -> list[dict[str, Any]]:
    return [
        {
            "title": ledger.title,
            "url": f"{reverse('board')}?{urlencode({'ledger': ledger.code})}",
            "active": bool(chosen and ledger == chosen[0]),
        }
        for ledger, _ in ledgers
    ]


def _head(colour: Colour, chosen: tuple[Ledger, LoopSpec] | None) -> dict[str, str]:
    return {"code": colour.value, "title": word(chosen[1], colour) if chosen else WORDS[colour], "hint": ""}


def _line(name: str, counts: Counts, url: str, query: dict[str, str], loop: LoopSpec) -> dict[str, Any]:
    """A row of the board: each number opens the list it counts."""
    total = sum(counts.values())
    cells = showing.colour_counts(counts, loop, url, query)
    return {
        "unit": name,
        "depth": 0,
        "cells": cells,
        "counts": cells,
        "total": {"count": total, "url": f"{url}?{urlencode(query)}"},
        "rate": showing.percent(100 * counts[Colour.WHITE] / total if total else None),
    }


def _row(row: BoardRow, chosen: tuple[Ledger, LoopSpec], tree: Tree) -> dict[str, Any]:
    ledger, loop = chosen
    query = {"no_unit": "1"} if row.unit is None else {"unit": tree.by_pk[row.unit].code}
    if row.is_own:
        query["exact"] = "1"
    line = _line(row.name, row.counts, reverse("ledger", args=[ledger.code]), query, loop)
    if row.unit is not None and not row.is_own:
        line["url"] = f"{reverse('board')}?{urlencode({'ledger': ledger.code, 'under': query['unit']})}"
    return line


def _sums(rows: list[BoardRow], chosen: tuple[Ledger, LoopSpec], top: int | None, tree: Tree) -> dict[str, Any]:
    counts = {colour: sum(row.counts[colour] for row in rows) for colour in Colour}
    query = {"unit": tree.by_pk[top].code} if top else {}
    return _line("合计", counts, reverse("ledger", args=[chosen[0].code]), query, chosen[1])
