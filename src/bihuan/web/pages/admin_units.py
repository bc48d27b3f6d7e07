"""The unit tree of a day, for the system administrator; and a new unit."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.org.actor import Actor
from bihuan.org.models import Post, UnitKind, UnitVersion
from bihuan.org.roles import SYSTEM_ADMIN
from bihuan.org.separation import require_administrator
from bihuan.org.tree import Node, Tree, tree_on
from bihuan.org.unit_administration import Place, found_unit
from bihuan.web import admin_inputs as inputs
from bihuan.web import showing
from bihuan.web.access import address_of, signed_in
from bihuan.web.administering import Change, subject_begun

_SIZE = 100


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The units that stand on a day, each under the one over it; or those that were ended."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    day = _day(request.GET.get("on", ""))
    words, ended = request.GET.get("q", "").strip(), request.GET.get("show") == "ended"
    rows = _ended(day, words) if ended else _standing(tree_on(day), day, words)
    page = Paginator(rows, _SIZE).get_page(request.GET.get("page"))
    url = reverse("admin_units")
    context = {
        "title": "单位",
        "crumbs": [{"title": "单位"}],
        "lead": f"{day} 的单位树。改名、移动、合并、撤销都从某一天起生效，以前的样子一直查得到，什么都不会删除。",
        "links": _links(),
        "tabs": [
            {"title": "现有单位", "url": url, "active": not ended},
            {"title": "已撤销", "url": f"{url}?show=ended", "active": ended},
        ],
        "inputs": [
            inputs.line("q", "名称或代码", words, placeholder="名称或代码"),
            inputs.day("on", "看哪一天", day.isoformat()),
        ],
        "kept": [("show", "ended")] if ended else [],
        "table": {"heads": _HEADS[ended], "rows": page.object_list, "empty": "没有这样的单位"},
        "pager": showing.pager(page),
    }
    return render(request, "admin_list.html", context)


_HEADS = {False: ("单位", "代码", "类别", "在岗人数"), True: ("单位", "代码", "撤销于", "并入")}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return clock.today()


def _links() -> list[dict[str, Any]]:
    return [
        {"title": "从 Excel 导入", "url": reverse("roster_upload", args=["units"]), "icon": "table-import"},
        {"title": "新增单位", "url": reverse("admin_unit_new"), "icon": "plus", "main": True},
    ]


def _standing(tree: Tree, day: date, words: str) -> list[dict[str, Any]]:
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    posts = Post.objects.filter(lasting, valid_from__lte=day, person__is_active=True)
    people = {row["unit"]: row["n"] for row in posts.values("unit").annotate(n=Count("person", distinct=True))}
    return [
        _row(_HEADS[False], (node.name, node.code, UnitKind(node.kind).label, people.get(node.pk, 0)), node)
        for node in tree.nodes
        if words in node.name or words in node.code
    ]


def _ended(day: date, words: str) -> list[dict[str, Any]]:
    tree, found = tree_on(day), []
    rows = UnitVersion.objects.filter(valid_to__lte=day).select_related("unit").order_by("valid_to")
    for last in {row.unit_id: row for row in rows if row.unit_id not in tree.by_pk}.values():
        if words in last.name or words in last.unit.code:
            into = tree.name(last.unit.successor_id)
            found.append(_row(_HEADS[True], (last.name, last.unit.code, last.valid_to, into), last.unit))
    return found


def _row(heads: tuple[str, ...], cells: tuple[Any, ...], unit: Any) -> dict[str, Any]:
    shown = [str(cell) for cell in cells]
    depth = unit.depth if isinstance(unit, Node) else 0
    return {
        "cells": list(zip(heads, shown, strict=True)),
        "url": reverse("admin_unit", args=[unit.pk]),
        "deep": min(depth, 4),
    }


@signed_in
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """A form for a new unit; what it would be is told before it is made."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    units = reverse("admin_units")
    return subject_begun(
        request,
        Change("新增单位", lambda: _found(request, actor), button="确认新增"),
        units,
        under=("单位", units),
        lead="一次加很多个单位，请用“从 Excel 导入”。",
        form=lambda problems: _form(request, actor, problems),
    )


def _form(request: HttpRequest, actor: Actor, problems: dict[str, str]) -> dict[str, Any]:
    typed = {name: request.POST.get(name, "") for name in ("code", "name", "kind", "on", "parent_name")}
    over = request.GET.get("parent", "")
    fields = [
        inputs.line("name", "名称", typed["name"], required=True),
        inputs.line("code", "代码", typed["code"], required=True, hint="定了不能改，如行政区划代码 330999103"),
        inputs.choice("kind", "类别", UnitKind.choices, typed["kind"] or "bureau"),
        inputs.unit("parent", "上级单位", actor.tree, int(over) if over.isdecimal() else None, typed["parent_name"]),
        inputs.day("on", "从哪一天起", typed["on"]),
    ]
    return {
        "do": "found",
        "title": "新单位",
        "inputs": inputs.with_problems(fields, problems),
        "button": "下一步：核对",
    }


def _found(request: HttpRequest, actor: Actor) -> str:
    on = inputs.day_of(request, "on")
    parent = inputs.unit_sent(request, "parent", tree_on(on))
    place = Place(request.POST.get("name", "").strip(), request.POST.get("kind", ""), parent)
    code = request.POST.get("code", "").strip()
    unit = found_unit(actor=actor, code=code, place=place, on=on, address=address_of(request))
    over = tree_on(on).name(parent.pk) if parent else "无"
    return f"新增{UnitKind(place.kind).label}“{place.name}”（{unit.code}），上级“{over}”，自 {on} 起"
