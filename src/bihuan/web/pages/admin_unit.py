"""One unit, for the system administrator: what it was and is, who works in it, and how it changes."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Invalid, NotFound
from bihuan.org.actor import Actor
from bihuan.org.models import Unit, UnitKind
from bihuan.org.roles import SYSTEM_ADMIN, role_title
from bihuan.org.separation import require_administrator
from bihuan.org.tree import Node, tree_on
from bihuan.org.unit_administration import Place, alter_unit, close_unit, merge_unit
from bihuan.web import admin_inputs as inputs
from bihuan.web.access import address_of, signed_in
from bihuan.web.administering import Change, ask_or_make, status, told

_TITLES = {"alter": "变更单位", "merge": "合并单位", "close": "撤销单位"}


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The unit's versions, its people, and forms to rename, move, merge and close it; each asks before it is done."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    unit = Unit.objects.filter(pk=pk).first() if pk.bit_length() < 63 else None
    if unit is None:
        raise NotFound("没有这个单位")
    problem: BihuanError | None = None
    if request.method == "POST":
        try:
            return _ask(request, actor, unit)
        except BihuanError as error:
            problem = error
    node, shown = actor.tree.by_pk.get(pk), told(problem)
    name = actor.tree.name(pk) or unit.code
    context = {
        "title": name,
        "crumbs": [{"title": "单位", "url": reverse("admin_units")}, {"title": name}],
        "lead": f"{UnitKind(node.kind).label} · 代码 {unit.code}" if node else f"代码 {unit.code} · 今天不在单位树里",
        "links": _links(node),
        "problem": "；".join([shown["problem"], *shown["problems"].values()]).strip("；"),
        "tables": [_versions(actor, unit), _people(unit)],
        "forms": _forms(request, actor, node) if node else [],
    }
    return render(request, "admin_subject.html", context, status=status(problem))


def _links(node: Node | None) -> list[dict[str, Any]]:
    if node is None:
        return []
    return [
        {"title": "新增下级单位", "url": f"{reverse('admin_unit_new')}?parent={node.pk}", "icon": "plus"},
        {"title": "新增人员", "url": f"{reverse('admin_person_new')}?unit={node.pk}", "icon": "plus"},
    ]


def _versions(actor: Actor, unit: Unit) -> dict[str, Any]:
    heads = ("名称", "类别", "上级", "自", "至")
    rows = []
    for version in unit.versions.order_by("valid_from"):
        over = tree_on(version.valid_from).name(version.parent_id)
        until = f"{version.valid_to}（不含）" if version.valid_to else "现在"
        cells = (version.name, UnitKind(version.kind).label, over or "—", version.valid_from, until)
        rows.append({"cells": [(head, str(cell)) for head, cell in zip(heads, cells, strict=True)]})
    into = f"已并入“{actor.tree.name(unit.successor_id)}”" if unit.successor_id else ""
    return {"title": "名称和上级的沿革", "heads": heads, "rows": rows, "note": into}


def _people(unit: Unit) -> dict[str, Any]:
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())
    heads = ("姓名", "登录名", "角色", "自", "至")
    rows = [
        {
            "cells": [
                ("姓名", post.person.name),
                ("登录名", post.person.username + ("" if post.person.is_active else "（停用）")),
                ("角色", role_title(post.role)),
                ("自", str(post.valid_from)),
                ("至", str(post.valid_to or "")),
            ],
            "url": reverse("admin_person", args=[post.person_id]),
        }
        for post in unit.posts.filter(lasting).select_related("person").order_by("pk")
    ]
    return {"title": "岗位", "heads": heads, "rows": rows, "empty": "还没有人在这里任职"}


def _forms(request: HttpRequest, actor: Actor, node: Node) -> list[dict[str, Any]]:
    posted = request.POST if request.POST.get("do") == "alter" else {}
    on = request.POST.get("on", "")
    alter = [
        inputs.line("name", "名称", str(posted.get("name", node.name)), required=True),
        inputs.choice("kind", "类别", UnitKind.choices, str(posted.get("kind", node.kind))),
        inputs.unit("parent", "上级单位", actor.tree, node.parent),
        inputs.day("on", "从哪一天起", on),
    ]
    merge = [
        inputs.unit("into", "并入哪个单位", actor.tree, required=True),
        inputs.day("on", "从哪一天起", on),
    ]
    words = "下级单位、岗位和未办结的事项一并转过去"
    return [
        {"do": "alter", "title": "改名、移动", "inputs": alter, "button": "下一步：核对"},
        {"do": "merge", "title": "合并", "hint": words, "inputs": merge, "button": "下一步：核对", "calm": True},
        {
            "do": "close",
            "title": "撤销",
            "hint": "没有下级、没有人在岗才能撤销",
            "inputs": [inputs.day("on", "从哪一天起", on)],
            "button": "下一步：核对",
            "calm": True,
        },
    ]


def _ask(request: HttpRequest, actor: Actor, unit: Unit) -> HttpResponse:
    do = request.POST.get("do", "")
    make = _MAKES.get(do)
    if make is None:
        raise Invalid("没有这样的操作")
    change = Change(_TITLES[do], lambda: make(request, actor, unit), told=_WORDS[do])
    return ask_or_make(request, change, reverse("admin_unit", args=[unit.pk]))


def _alter(request: HttpRequest, actor: Actor, unit: Unit) -> str:
    on, name = inputs.day_of(request, "on"), actor.tree.name(unit.pk)
    parent = inputs.unit_sent(request, "parent", tree_on(on))
    place = Place(request.POST.get("name", "").strip(), request.POST.get("kind", ""), parent)
    words = alter_unit(actor=actor, unit=unit, place=place, on=on, address=address_of(request))
    return f"“{name}”自 {on} 起{words}"


def _merge(request: HttpRequest, actor: Actor, unit: Unit) -> str:
    on = inputs.day_of(request, "on")
    into = inputs.required_unit(request, "into", tree_on(on))
    return f"自 {on} 起" + merge_unit(actor=actor, unit=unit, into=into, on=on, address=address_of(request))


def _close(request: HttpRequest, actor: Actor, unit: Unit) -> str:
    on, name = inputs.day_of(request, "on"), actor.tree.name(unit.pk)
    close_unit(actor=actor, unit=unit, on=on, address=address_of(request))
    return f"“{name}”自 {on} 起撤销"


_MAKES: dict[str, Callable[[HttpRequest, Actor, Unit], str]] = {"alter": _alter, "merge": _merge, "close": _close}
_KEPT = "这一天以前的名称和上级不变，以前的数字和材料照旧。"
_WORDS = {
    "alter": (_KEPT,),
    "merge": (
        _KEPT,
        "它原有的事项仍记在它名下，由并入的单位接着办，统计也归到并入的单位。",
        "合并后不能拆回，只能再新增。",
    ),
    "close": (_KEPT, "它以前的记录归上级单位查看。", "撤销后不能恢复，只能再新增。"),
}
