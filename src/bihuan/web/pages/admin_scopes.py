"""Data scopes by role and ledger, for the security administrator: what holds, and a new one told before it is set."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import BihuanError, Invalid, NotFound
from bihuan.ledger.data_scopes import BY_DEFAULT, SCOPE_WORDS, Rule, Scope, rule_of
from bihuan.ledger.models import Ledger
from bihuan.ledger.role_impact import scope_words, told_scope
from bihuan.ledger.role_settings import clear_scope, set_scope, settable_roles
from bihuan.org.actor import Actor
from bihuan.org.roles import SECURITY_ADMIN, role_title
from bihuan.org.separation import require_administrator
from bihuan.web import admin_inputs as inputs
from bihuan.web.access import address_of, signed_in
from bihuan.web.administering import Change, ask_or_make, status, told
from bihuan.web.unit_names import unit_of

_DEFAULT = "default"
_BETWEEN = re.compile(r"[、,，;；\n]+")


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What each role sees of each ledger, and a form to set it."""
    require_administrator(actor, SECURITY_ADMIN.code)
    problem: BihuanError | None = None
    if request.method == "POST":
        try:
            return _ask(request, actor)
        except BihuanError as error:
            problem = error
    shown, ledgers = told(problem), list(Ledger.objects.order_by("code"))
    context = {
        "title": "数据范围",
        "crumbs": [{"title": "数据范围"}],
        "lead": "每个角色在每本台账里看得见哪些记录。改动从今天起生效，先看影响再确认。",
        "problem": shown["problem"],
        "alerts": [{"level": "info", "text": f"没有另设的：{BY_DEFAULT}。审计员看全部；三员看不到业务数据。"}],
        "forms": [_form(request, ledgers, shown["problems"])],
        "tables": [_table(actor, ledgers)],
    }
    return render(request, "admin_subject.html", context, status=status(problem))


def _table(actor: Actor, ledgers: list[Ledger]) -> dict[str, Any]:
    heads = ("台账", *(role_title(role) for role in settable_roles()))
    common = [_cell(actor, rule_of(role, None)) for role in settable_roles()]
    rows = [{"cells": list(zip(heads, ("所有台账", *common), strict=True))}]
    for ledger in ledgers:
        cells = [_cell(actor, rule_of(role, ledger)) for role in settable_roles()]
        if cells != common:
            rows.append({"cells": list(zip(heads, (ledger.title, *cells), strict=True))})
    note = "只列出与“所有台账”不同的台账"
    return {"title": "现在的数据范围", "heads": heads, "rows": rows, "note": note}


def _cell(actor: Actor, rule: Rule | None) -> str:
    return scope_words(rule, actor.tree) if rule else "默认"


def _form(request: HttpRequest, ledgers: list[Ledger], problems: dict[str, str]) -> dict[str, Any]:
    scopes = [(_DEFAULT, "默认"), *((scope.value, words) for scope, words in SCOPE_WORDS.items())]
    roles = [(role, role_title(role)) for role in settable_roles()]
    where = [("", "所有台账"), *((ledger.code, ledger.title) for ledger in ledgers)]
    typed = request.POST
    fields = [
        inputs.choice("role", "角色", roles, typed.get("role", "")),
        inputs.choice("ledger", "台账", where, typed.get("ledger", "")),
        inputs.choice("scope", "数据范围", scopes, typed.get("scope", "")),
        inputs.line(
            "units", "自定义的单位", typed.get("units", ""), hint="选“自定义”时填，几个用顿号隔开，如 青溪镇、白石镇"
        ),
    ]
    return {
        "do": "scope",
        "title": "设定",
        "inputs": inputs.with_problems(fields, problems),
        "button": "下一步：看影响",
    }


def _ask(request: HttpRequest, actor: Actor) -> HttpResponse:
    role, code, scope = (request.POST.get(name, "") for name in ("role", "ledger", "scope"))
    ledger = Ledger.objects.filter(code=code).first() if code else None
    if code and ledger is None:
        raise NotFound(f"没有台账“{code[:80]}”")
    if role not in settable_roles():
        raise Invalid("这个角色不能设数据范围")
    if scope != _DEFAULT and scope not in set(Scope):
        raise Invalid(f"没有数据范围“{scope[:20]}”")
    units = _units(request, actor) if scope == Scope.CUSTOM else []
    address, after = address_of(request), None if scope == _DEFAULT else Rule(Scope(scope), frozenset(units))
    lines = told_scope(actor, role, ledger, after if after or ledger is None else rule_of(role, None))

    def make() -> str:
        if after is None:
            clear_scope(actor=actor, role=role, ledger=ledger, address=address)
        else:
            set_scope(actor=actor, role=role, scope=scope, ledger=ledger, units=units, address=address)
        return lines[0]

    return ask_or_make(request, Change("设定数据范围", make, lines[1:]), reverse("admin_scopes"))


def _units(request: HttpRequest, actor: Actor) -> list[int]:
    found = []
    for word in filter(None, (part.strip() for part in _BETWEEN.split(request.POST.get("units", "")))):
        node = unit_of(actor.tree, word)
        if node is None:
            raise Invalid("自定义的单位不对", {"units": f"没有单位“{word[:60]}”，或有几个单位叫这个名字（可写代码）"})
        found.append(node.pk)
    if not found:
        raise Invalid("自定义的单位不对", {"units": "请填至少一个单位"})
    return found
