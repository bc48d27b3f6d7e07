"""The explorer: figures, units and periods as a table, bars, lines or a map; kept as a view; as a workbook."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.figure.definitions import Catalogue
from bihuan.figure.queries import library
from bihuan.figure.views import delete_view, save_view, visible_views
from bihuan.org.actor import Actor
from bihuan.web.access import go, signed_in
from bihuan.web.exploring import AGAINST, LOOKS, Explored, Exploring, explored, exploring
from bihuan.web.figure_asking import breakdowns
from bihuan.web.figure_charts import Column, charts
from bihuan.web.figure_drawing import MOST_DRAWN
from bihuan.web.figure_map import map_of
from bihuan.web.figure_workbook import workbook

_ASKED = ("f", "unit", "period", "against", "by", "look", "sort", "top", "as_of", "known_at")


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What the address asks, drawn. Posting keeps the address as a view, or removes one."""
    if request.method == "POST":
        return _kept(request, actor)
    asked = exploring(request.GET, actor)
    context = _form(request, actor, asked)
    if asked.codes:
        found = explored(asked, actor)
        context |= _table(request, found) | _drawing(found, actor)
    return render(request, "explorer.html", context)


def _form(request: HttpRequest, actor: Actor, asked: Exploring) -> dict[str, Any]:
    catalogue = Catalogue()
    ways = breakdowns(asked.codes[0]) if asked.codes else [("unit", "按下级单位"), ("month", "按月")]
    ways = [*ways[:2], ("quarter", "按季度"), ("units", "按所选单位"), *ways[2:]]
    if asked.by not in dict(ways):
        ways.append((asked.by, f"按{asked.by}"))
    return {
        "title": "指标分析",
        "crumbs": [{"title": "指标库", "url": reverse("figures")}, {"title": "指标分析"}],
        "chosen": [{"code": code, "title": catalogue.in_force(code).spec.title} for code in asked.codes],
        "figures": [{"code": line.figure.code, "title": line.figure.title} for line in library()],
        "asked": {name: ",".join(request.GET.getlist(name)) for name in _ASKED} | {"period": _periods(asked)},
        "ways": [{"value": way, "title": title, "selected": way == asked.by} for way, title in ways],
        "looks": [_look(request, code, title, asked.look) for code, title in LOOKS.items()],
        "against": [
            {"value": code, "title": title, "selected": code == asked.against} for code, title in AGAINST.items()
        ],
        "views": [_view(view, actor) for view in visible_views(actor)],
        "query": request.GET.urlencode(),
        "export": f"{reverse('explorer_file')}?{request.GET.urlencode()}",
    }


def _periods(asked: Exploring) -> str:
    return ",".join(period.code for period in asked.periods)


def _look(request: HttpRequest, code: str, title: str, chosen: str) -> dict[str, Any]:
    return {"title": title, "url": _url(request, look=code), "active": code == chosen}


def _view(view: Any, actor: Actor) -> dict[str, Any]:
    mine = view.person_id == actor.person
    note = "" if mine else f"{view.person.name} 共享" if view.is_shared else ""
    return {
        "pk": view.pk,
        "title": view.title,
        "url": f"{reverse('explorer')}?{view.query}",
        "mine": mine,
        "note": note or ("共享" if view.is_shared else ""),
    }


def _url(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    return f"{reverse('explorer')}?{query.urlencode()}"


def _table(request: HttpRequest, found: Explored) -> dict[str, Any]:
    """Heads that sort, and the rows; what was left out by the top is counted."""
    sort = found.asked.sort
    heads = []
    for index, column in enumerate(found.columns):
        way = "ascending" if sort == str(index) else "descending" if sort == f"-{index}" else ""
        url = _url(request, sort=f"{index}" if way == "descending" else f"-{index}")
        heads.append({"title": column.title, "way": way, "url": url})
    return {"heads": heads, "rows": found.cells(), "rest": found.rest, "sums": found.sums}


def _drawing(found: Explored, actor: Actor) -> dict[str, Any]:
    look, rows = found.asked.look, found.cells()
    if look == "map":
        drawn, note = map_of(found, actor)
        return {"map": drawn, "note": note}
    if look not in ("bar", "line"):
        return {}
    columns = [
        Column(column.title, found.found.figures[column.code].spec.unit, [row["cells"][at] for row in rows])
        for at, column in enumerate(found.columns)
    ]
    note = f"图上只画前 {MOST_DRAWN} 行，另有 {len(rows) - MOST_DRAWN} 行见表。" if len(rows) > MOST_DRAWN else ""
    return {"charts": charts(f"{look}s", [row["title"] for row in rows], columns), "note": note}


def _kept(request: HttpRequest, actor: Actor) -> HttpResponse:
    removed, query = request.POST.get("remove", ""), QueryDict(request.POST.get("query", ""))
    if removed:
        delete_view(actor=actor, pk=int(removed) if removed.isdecimal() and len(removed) < 19 else 0)
        messages.success(request, "已删除视图")
        return go(request, reverse("explorer"))
    known = urlencode([(name, value) for name in _ASKED for value in query.getlist(name)])
    shared = request.POST.get("shared") == "1"
    kept = save_view(actor=actor, title=request.POST.get("title", ""), query=known, shared=shared)
    messages.success(request, f"已存为视图“{kept.title}”")
    return go(request, f"{reverse('explorer')}?{kept.query}")


@signed_in
def file(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The table as a workbook with the source of every number."""
    asked = exploring(request.GET, actor)
    if not asked.codes:
        raise Invalid("请先选指标")
    found = explored(asked, actor)
    title = f"{'、'.join(period.title for period in asked.periods)}　截至 {asked.clocks.day}"
    answer = HttpResponse(
        workbook(found, actor, title),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    answer["Content-Disposition"] = f'attachment; filename="figures-{clock.today():%Y%m%d}.xlsx"'
    return answer
