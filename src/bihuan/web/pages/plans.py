"""Plans: goals, projects, lists and milestones as a Gantt chart and as a board."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import NotFound
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
    """One plan as far as the person may see it: `view` is board or, blank, the chart."""
    plan = plans_in_force().get(code)
    if plan is None:
        raise NotFound("没有这个计划")
    view = "board" if request.GET.get("view") == "board" else ""
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
    context |= {"columns": _board(actor, plan, tree)} if view else _chart(actor, plan, tree)
    return render(request, "plan_board.html" if view else "plan.html", context)


def _tabs(code: str, view: str) -> list[dict[str, Any]]:
    url = reverse("plan", args=[code])
    return [
        {"title": "甘特图", "url": url, "active": not view},
        {"title": "看板", "url": f"{url}?view=board", "active": view == "board"},
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


def _board(actor: Actor, plan: InForce[PlanSpec], tree: PlanTree) -> list[dict[str, Any]]:
    """The last level by step: a column each, in the loop's order."""
    last = len(plan.spec.levels) - 1
    loop = loop_of(plan.ledger(plan.spec.levels[last].ledger))
    titles = list(loop.states.values()) if loop else []
    columns: dict[str, list[PlanNode]] = {title: [] for title in titles}
    for node in tree.walk():
        if node.level == last:
            columns.setdefault(node.state or "节点", []).append(node)
    return [
        {"title": title, "count": len(nodes), "cards": [_card(actor, node) for node in nodes[:_MOST_SHOWN]]}
        for title, nodes in columns.items()
    ]
