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

Chosen = tuple[Ledger, LoopSpec]


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The board of all ledgers or of one, opened at the county and, by `under`, at any unit below it."""
    ledgers = my_loops(request, actor)
    chosen = next((item for item in ledgers if item[0].code == request.GET.get("ledger", "")), None)
    under = actor.tree.by_code.get(request.GET.get("under", ""))
    top = under.pk if under else None
    rows = board(actor, [chosen[0]] if chosen else [ledger for ledger, _ in ledgers], under=top)
    context = {
        "title": "调度台",
        "crumbs": _crumbs(actor, chosen, top),
        "as_of": showing.moment(clock.now()),
        "scope": (actor.tree.name(top) if top else actor.tree.name(actor.home_unit)) or actor.name,
        "filters": _filters(actor, ledgers, chosen) if len(ledgers) > 1 else [],
        "under": under.code if under else "",
        "standing": reverse("loop_standing", args=[chosen[0].code]) if chosen else "",
        "colours": [_head(c, chosen) for c in Colour],
        "rows": [_row(row, chosen, actor.tree) for row in rows],
        "sum": _sums(rows, chosen, top, actor.tree),
    }
    return render(request, "board.html", context)


def _address(chosen: Chosen | None, **query: str) -> str:
    """The board with some words; with none it is that of all ledgers."""
    said = {**({"ledger": chosen[0].code} if chosen else {}), **query}
    return reverse("board") + (f"?{urlencode(said)}" if said else "")


def _crumbs(actor: Actor, chosen: Chosen | None, top: int | None) -> list[dict[str, str]]:
    if top is None:
        return [{"title": "调度台"}]
    return [{"title": "调度台", "url": _address(chosen)}, {"title": actor.tree.name(top)}]


def _filters(actor: Actor, ledgers: list[Chosen], chosen: Chosen | None) -> list[dict[str, Any]]:
    """Which ledger: all, or one of those of a bureau."""
    places = {node.pk: node.order for node in actor.tree.nodes}
    by_owner: dict[int, list[dict[str, str]]] = {}
    for ledger, _ in ledgers:
        mark = "selected" if chosen and ledger == chosen[0] else ""
        by_owner.setdefault(ledger.owner_id, []).append({"value": ledger.code, "title": ledger.title, "mark": mark})
    owners = sorted(by_owner, key=lambda pk: places.get(pk, len(places)))
    groups = [{"title": actor.tree.name(pk) or "其他", "options": by_owner[pk]} for pk in owners]
    return [
        {"name": "ledger", "title": "台账", "widget": "grouped", "all": f"全部台账（{len(ledgers)}）", "groups": groups}
    ]


def _head(colour: Colour, chosen: Chosen | None) -> dict[str, str]:
    return {"code": colour.value, "title": word(chosen[1], colour) if chosen else WORDS[colour], "hint": ""}


def _line(name: str, counts: Counts, chosen: Chosen | None, query: dict[str, str]) -> dict[str, Any]:
    """A row of the board: each number opens the list it counts."""
    url = reverse("ledger", args=[chosen[0].code]) if chosen else reverse("matters")
    total = sum(counts.values())
    cells = showing.colour_counts(counts, chosen[1] if chosen else None, url, query)
    return {
        "unit": name,
        "depth": 0,
        "cells": cells,
        "counts": cells,
        "total": {"count": total, "url": f"{url}?{urlencode(query)}"},
        "rate": showing.percent(100 * counts[Colour.WHITE] / total if total else None),
    }


def _row(row: BoardRow, chosen: Chosen | None, tree: Tree) -> dict[str, Any]:
    query = {"no_unit": "1"} if row.unit is None else {"unit": tree.by_pk[row.unit].code}
    if row.is_own:
        query["exact"] = "1"
    line = _line(row.name, row.counts, chosen, query)
    if row.unit is not None and not row.is_own:
        line["url"] = _address(chosen, under=query["unit"])
    return line


def _sums(rows: list[BoardRow], chosen: Chosen | None, top: int | None, tree: Tree) -> dict[str, Any]:
    counts = {colour: sum(row.counts[colour] for row in rows) for colour in Colour}
    return _line("合计", counts, chosen, {"unit": tree.by_pk[top].code} if top else {})
