"""Field rights of a ledger by role and step, for the security administrator; he sees the fields, never a record."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import BihuanError, Invalid
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.field_rights import EVERY_STEP, RIGHT_WORDS, FieldRights, Right, rights_of
from bihuan.ledger.models import Ledger
from bihuan.ledger.role_impact import told_right
from bihuan.ledger.role_settings import clear_field_right, set_field_right
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import BY_CODE
from bihuan.loop.definitions import loop_of
from bihuan.org.actor import Actor
from bihuan.org.roles import ROLES, SECURITY_ADMIN, role_title
from bihuan.org.separation import require_administrator
from bihuan.web import admin_inputs as inputs
from bihuan.web.access import address_of, go, signed_in
from bihuan.web.administering import Change, ask_or_make, status, told

_READERS = tuple(role.code for role in ROLES if role.reach != "none")
_AS_DECLARED = "declared"


@signed_in
def choose(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The ledgers, each with how many of its fields are not open to everybody."""
    require_administrator(actor, SECURITY_ADMIN.code)
    heads, rows = ("台账", "字段", "个人信息", "加密保存", "另有权限的字段"), []
    for ledger in Ledger.objects.order_by("code"):
        spec = spec_of(ledger)
        personal = sum(BY_CODE[field.kind].is_personal(field) for field in spec.fields)
        sealed = sum(field.encrypted for field in spec.fields)
        cells = (ledger.title, len(spec.fields), personal, sealed, len(rights_of(ledger).fields))
        rows.append({"cells": [(head, str(cell)) for head, cell in zip(heads, cells, strict=True)],
                     "url": reverse("admin_fields", args=[ledger.code])})  # fmt: skip
    context = {
        "title": "字段权限",
        "crumbs": [{"title": "字段权限"}],
        "lead": "选一本台账，设定每个角色对每个字段在每个环节能做什么。这里只有字段，没有记录。",
        "table": {"heads": heads, "rows": rows, "empty": "还没有台账"},
    }
    return render(request, "admin_list.html", context)


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The rights of every role on every field, and a form to set some."""
    require_administrator(actor, SECURITY_ADMIN.code)
    ledger, problem = Ledger.objects.filter(code=code).first(), None
    if ledger is None:
        return go(request, reverse("admin_ledgers"))
    if request.method == "POST":
        try:
            return _ask(request, actor, ledger)
        except BihuanError as error:
            problem = error
    spec, shown = spec_of(ledger), told(problem)
    steps = _steps(ledger)
    context = {
        "title": f"字段权限：{ledger.title}",
        "crumbs": [{"title": "字段权限", "url": reverse("admin_ledgers")}, {"title": ledger.title}],
        "lead": "没有另设的，看得见记录就能看、能填。改动从今天起生效，先看影响再确认。",
        "problem": "；".join([shown["problem"], *shown["problems"].values()]).strip("；"),
        "forms": [_form(request, spec, steps)],
        "tables": [_table(spec, rights_of(ledger), steps)],
    }
    return render(request, "admin_subject.html", context, status=status(problem))


def _steps(ledger: Ledger) -> dict[str, str]:
    """The steps of a ledger's loop by code; the general case first."""
    loop = loop_of(ledger)
    return {EVERY_STEP: "所有环节", **({step.code: step.title for step in loop.steps} if loop else {})}


def _table(spec: LedgerSpec, rights: FieldRights, steps: dict[str, str]) -> dict[str, Any]:
    heads, rows = ("字段", *(role_title(role) for role in _READERS)), []
    for field in spec.fields:
        marks = "（个人信息）" if BY_CODE[field.kind].is_personal(field) else ""
        marks += "（加密）" if field.encrypted else ""
        cells = [_cell(rights, role, field.code, steps) for role in _READERS]
        rows.append({"cells": list(zip(heads, (field.title + marks, *cells), strict=True))})
    return {"title": "现在的权限", "heads": heads, "rows": rows, "note": "空着的：能看、能填"}


def _cell(rights: FieldRights, role: str, field: str, steps: dict[str, str]) -> str:
    general = rights.of((role,), field, EVERY_STEP)
    said = [] if general is Right.WRITE else [RIGHT_WORDS[general]]
    found = {step: rights.of((role,), field, step) for step in sorted(rights.steps_of(field) - {EVERY_STEP})}
    said += [f"{steps.get(step, step)}：{RIGHT_WORDS[one]}" for step, one in found.items() if one is not general]
    return "；".join(said)


def _form(request: HttpRequest, spec: LedgerSpec, steps: dict[str, str]) -> dict[str, Any]:
    typed = request.POST
    rights = [*((right.value, words) for right, words in RIGHT_WORDS.items()), (_AS_DECLARED, "恢复业务包的规定")]
    fields = [(field.code, field.title) for field in spec.fields if BY_CODE[field.kind].is_input]
    shown = [
        inputs.choice("role", "角色", [(role, role_title(role)) for role in _READERS], typed.get("role", "")),
        inputs.choice("step", "环节", steps.items(), typed.get("step", "")),
        inputs.choice("right", "能做什么", rights, typed.get("right", "")),
        inputs.ticks("field", "字段", fields, typed.getlist("field")),
    ]
    return {"do": "right", "title": "设定", "inputs": shown, "button": "下一步：看影响"}


def _ask(request: HttpRequest, actor: Actor, ledger: Ledger) -> HttpResponse:
    role, step, right = (request.POST.get(name, "") for name in ("role", "step", "right"))
    spec, steps, wanted = spec_of(ledger), _steps(ledger), request.POST.getlist("field")
    fields = [(code, spec.by_code[code].title) for code in wanted if code in spec.by_code]
    if not fields or len(fields) != len(wanted):
        raise Invalid("没有选字段", {"field": "请至少勾选一个字段"})
    if role not in _READERS or step not in steps or right not in {*Right, _AS_DECLARED}:
        raise Invalid("没有这样的角色、环节或权限")
    kept, address = "" if right == _AS_DECLARED else right, address_of(request)
    lines = told_right(ledger, role, fields, (step, steps[step]), kept)

    def make() -> str:
        for code, _ in fields:
            if kept:
                set_field_right(
                    actor=actor, ledger=ledger, role=role, field=code, right=kept, step=step, address=address
                )
            else:
                clear_field_right(actor=actor, ledger=ledger, role=role, field=code, step=step, address=address)
        return lines[0]

    return ask_or_make(request, Change("设定字段权限", make, lines[1:]), reverse("admin_fields", args=[ledger.code]))
