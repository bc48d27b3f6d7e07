"""Plans: goals, projects, lists and milestones as a Gantt chart and as a board."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import NotFound
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger
from bihuan.ledger.rules import may_import
from bihuan.loop.declared.definitions import InForce
from bihuan.loop.definitions import loop_of
from bihuan.loop.plan.gantt import WIDTH, Scale, bar_of, months_of, scale_over
from bihuan.loop.plan.progress import Progress, Task, progress_of
from bihuan.loop.plan.queries import PlanNode, PlanTree, plan_tree, plans_in_force
from bihuan.loop.plan.spec import PlanSpec
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import signed_in

_ROW = 34
_MOST_SHOWN = 400


@signed_in
def index(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The plans."""
    plans = [
        {"title": plan.spec.title, "url": reverse("plan", args=[code]), "owner": actor.tree.name(plan.owner)}
        for code, plan in plans_in_force().items()
    ]
    return render(request, "plans.html", {"title": "规划计划", "crumbs": [{"title": "规划计划"}], "plans": plans})


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """One plan as far as the person may see it: `view` is board, list or, blank, the chart."""
    plan = plans_in_force().get(code)
    if plan is None:
        raise NotFound("没有这个计划")
    view = request.GET.get("view", "")
    view = view if view in _PAGES else ""
    tree = plan_tree(actor, plan, clock.now())
    context = {
        "title": plan.spec.title,
        "crumbs": [{"title": "规划计划", "url": reverse("plans")}, {"title": plan.spec.title}],
        "tabs": _tabs(code, view),
        "progress": _told(progress_of(Task(children=[node.task for node in tree.roots]))) if tree.roots else "",
        "levels": " → ".join(level.title for level in plan.spec.levels),
        "loose": len(tree.loose),
        "cut": tree.cut,
    }
    page, told = _PAGES[view]
    return render(request, page, context | told(actor, plan, tree))


def _tabs(code: str, view: str) -> list[dict[str, Any]]:
    url = reverse("plan", args=[code])
    return [
        {"title": "甘特图", "url": url, "active": not view},
        {"title": "看板", "url": f"{url}?view=board", "active": view == "board"},
        {"title": "编辑", "url": f"{url}?view=list", "active": view == "list"},
    ]


def _told(progress: Progress) -> str:
    """62%; with what is not known, 62%（其余 25% 权重未填进度）; an em dash where nothing is known."""
    if progress.done is None:
        return showing.UNKNOWN
    unknown = f"（另有 {float(progress.unknown):.0%} 的权重未填进度）" if progress.unknown else ""
    return f"{float(progress.done):.0%}{unknown}"


def _chart(actor: Actor, plan: InForce[PlanSpec], tree: PlanTree) -> dict[str, Any]:
    nodes = list(tree.walk())
    shown, today = nodes[:_MOST_SHOWN], clock.today()
    scale = scale_over([day for node in shown for day in (node.start, node.end, node.closed) if day], today)
    height = len(shown) * _ROW
    return {
        "rows": [_row(actor, plan, node, scale, place) for place, node in enumerate(shown)],
        "more": len(nodes) - len(shown),
        "chart": {"width": WIDTH, "height": height, "today": scale.x(today), "months": months_of(scale)},
    }


def _row(actor: Actor, plan: InForce[PlanSpec], node: PlanNode, scale: Scale, place: int) -> dict[str, Any]:
    start, end = node.span
    bar = bar_of(scale, start, end)
    progress = node.progress
    done = float(progress.done) if progress.done is not None else 0.0
    return {
        **_card(actor, node),
        "level": plan.spec.levels[node.level].title,
        "depth": node.level,
        "is_last": node.level == len(plan.spec.levels) - 1,
        "y": place * _ROW,
        "bar": {"x": bar.x, "width": bar.width, "done": round(bar.width * done, 2), "end": bar.x + bar.width}
        if bar
        else None,
        "progress": _told(progress),
        "days": _days(start, end),
    }


def _days(start: date | None, end: date | None) -> str:
    return f"{start or '—'} 至 {end or '—'}"


def _card(actor: Actor, node: PlanNode) -> dict[str, Any]:
    return {
        "name": node.name,
        "number": node.record.number,
        "url": reverse("record", args=[node.record.pk]),
        "unit": actor.tree.name(node.record.unit_id),
        "code": node.colour.value if node.colour else "none",
        "due": node.end.isoformat() if node.end else "",
    }


def _board(actor: Actor, plan: InForce[PlanSpec], tree: PlanTree) -> dict[str, Any]:
    """The last level by step: a column each, in the loop's order."""
    last = len(plan.spec.levels) - 1
    loop = loop_of(plan.ledger(plan.spec.levels[last].ledger))
    titles = list(loop.states.values()) if loop else []
    columns: dict[str, list[PlanNode]] = {title: [] for title in titles}
    for node in tree.walk():
        if node.level == last:
            columns.setdefault(node.state or "节点", []).append(node)
    told = [
        {"title": title, "count": len(nodes), "cards": [_card(actor, node) for node in nodes[:_MOST_SHOWN]]}
        for title, nodes in columns.items()
    ]
    return {"columns": told}


def _list(actor: Actor, plan: InForce[PlanSpec], tree: PlanTree) -> dict[str, Any]:
    """Every row with what the person may do: change it, put one under it, or change a whole level in its table."""
    ledgers = [plan.ledger(level.ledger) for level in plan.spec.levels]
    mine = [may_import(actor, ledger) for ledger in ledgers]
    nodes = list(tree.walk())
    return {
        "rows": [_line(actor, plan, node, ledgers, mine) for node in nodes[:_MOST_SHOWN]],
        "more": max(0, len(nodes) - _MOST_SHOWN),
        "ways": [
            {
                "title": level.title,
                "new": _new(ledger, "", "") if not place else "",
                "grid": reverse("grid", args=[ledger.code]),
            }
            for place, (level, ledger) in enumerate(zip(plan.spec.levels, ledgers, strict=True))
            if mine[place]
        ],
    }


def _line(
    actor: Actor, plan: InForce[PlanSpec], node: PlanNode, ledgers: list[Ledger], mine: list[bool]
) -> dict[str, Any]:
    under, levels = node.level + 1, plan.spec.levels
    add = {}
    if under < len(levels) and mine[under] and not node.closed:
        is_record = spec_of(ledgers[under]).by_code[levels[under].parent].kind == "record"
        parent = f"#{node.record.pk}" if is_record else node.record.number
        add = {"title": levels[under].title, "url": _new(ledgers[under], levels[under].parent, parent)}
    return {
        **_card(actor, node),
        "level": levels[node.level].title,
        "depth": node.level,
        "weight": f"{float(node.weight):g}",
        "days": _days(*node.span),
        "progress": _told(node.progress),
        "edit": reverse("record_edit", args=[node.record.pk]) if mine[node.level] and not node.closed else "",
        "add": add,
    }


def _new(ledger: Ledger, field: str, parent: str) -> str:
    """The form for a new row of a ledger, its parent filled in."""
    url = reverse("record_new", args=[ledger.code])
    return f"{url}?{urlencode({field: parent})}" if field else url


_PAGES: dict[str, tuple[str, Callable[[Actor, InForce[PlanSpec], PlanTree], dict[str, Any]]]] = {
    "": ("plan.html", _chart),
    "board": ("plan_board.html", _board),
    "list": ("plan_list.html", _list),
}
