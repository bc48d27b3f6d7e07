"""A ledger's definition as it is in force, its versions with what each changed, and the same as YAML."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bihuan.base import clock
from bihuan.base.errors import NotFound
from bihuan.ledger.definition_diff import differences
from bihuan.ledger.definition_yaml import to_yaml
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger, LedgerVersion
from bihuan.ledger.rules import may_import
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE
from bihuan.loop.planned import put_in_force, waiting_version, withdraw_definition
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import signed_in
from bihuan.web.asking import open_ledger
from bihuan.web.definition_drafts import keep_draft, open_draft

_ORIGINS = {"pack": "业务包", "file": "文件", "screen": "页面"}


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The fields in force, and every version, newest first."""
    opened = open_ledger(request, actor, code)
    spec, ledger = opened.spec, opened.ledger
    context = {
        "title": "定义",
        "crumbs": [{"title": ledger.title, "url": opened.url}, {"title": "定义"}],
        "ledger": {"code": code, "title": ledger.title, "version": ledger.version},
        "fields": [field_line(field, spec) for field in spec.fields],
        "checks": [{"when": check.when, "message": check.message} for check in spec.checks],
        "versions": _versions(opened.ledger.pk),
        "can_edit": may_import(actor, ledger),
        "planned": _planned(ledger, may_import(actor, ledger)),
    }
    return render(request, "definition.html", context)


def field_line(field: FieldSpec, spec: LedgerSpec) -> dict[str, Any]:
    """A field in a line: what it is and what it is held to."""
    kind = BY_CODE.get(field.kind)
    parts = {
        "责任单位": spec.unit_field,
        "发现日期": spec.opened_field,
        "期限": spec.due_field,
        "记录的名称": spec.name_field,
    }
    return {
        "code": field.code,
        "title": field.title,
        "kind": kind.title if kind else field.kind,
        "required": field.required,
        "held": "；".join(_held(field)),
        "parts": [word for word, code in parts.items() if code == field.code]
        + (["唯一键"] if field.code in spec.key else []),
    }


def _held(field: FieldSpec) -> list[str]:
    """What a value must be, in words."""
    found = [f"单位 {field.measure}"] if field.measure else []
    if field.minimum is not None:
        found.append(f"不小于 {field.minimum:g}")
    if field.maximum is not None:
        found.append(f"不大于 {field.maximum:g}")
    if field.pattern:
        found.append(f"格式 {field.pattern}")
    if field.choices:
        titles = [choice.title for choice in field.choices]
        found.append("、".join(titles[:6]) + (f"等 {len(titles)} 项" if len(titles) > 6 else ""))
    if field.of:
        found.append(f"指向 {field.of}")
    return found + ([f"= {field.formula}"] if field.formula else [])


def _versions(ledger: int) -> list[dict[str, Any]]:
    rows = list(LedgerVersion.objects.filter(ledger=ledger).order_by("version"))
    specs = [LedgerSpec.model_validate(row.definition) for row in rows]
    found = []
    for place, row in enumerate(rows):
        changes = differences(specs[place - 1], specs[place]) if place else [f"建立，{len(specs[0].fields)} 个字段"]
        found.append(
            {
                "version": row.version,
                "from": showing.long_day(row.valid_from),
                "day": row.valid_from.isoformat(),
                "origin": _ORIGINS.get(row.origin, row.origin),
                "changes": changes or ["看得见的内容没有变动"],
            }
        )
    return list(reversed(found))


def _planned(ledger: Ledger, may_edit: bool) -> dict[str, Any] | None:
    """The version that waits for its day, who planned it, and for its keepers which records are in the way."""
    row = waiting_version(ledger)
    if row is None:
        return None
    spec = LedgerSpec.model_validate(row.definition)
    return {
        "from": showing.full_day(row.valid_from),
        "by": row.planned_by,
        "at": showing.moment(row.planned_at),
        "origin": _ORIGINS.get(row.origin, row.origin),
        "changes": differences(spec_of(ledger), spec) or ["看得见的内容没有变动"],
        "refused_on": showing.full_day(row.refused_on) if row.refused_on else "",
        "told": row.told if may_edit else "",
        "is_due": row.valid_from <= clock.today(),
    }


@require_POST
@signed_in
def planned(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """What becomes of the version that waits, by `do`: withdraw, retry (once its day is there), edit (as a draft)."""
    draft = open_draft(request, actor, code)
    waiting = waiting_version(draft.ledger) if draft.ledger else None
    if draft.ledger is None or waiting is None:
        raise NotFound("没有待生效的定义")
    match request.POST.get("do"):
        case "withdraw":
            withdraw_definition(actor=actor, ledger=draft.ledger)
            messages.success(request, f"已撤回定于{showing.full_day(waiting.valid_from)}生效的定义")
        case "retry":
            done = put_in_force(draft.ledger)
            messages.success(request, "新定义已启用") if done else messages.error(request, "还不能启用，原因见下")
        case "edit":
            keep_draft(request, replace(draft, base=draft.ledger.version, data=waiting.definition))
            return redirect("definition_edit", code=code)
    return redirect("definition", code=code)


@signed_in
def yaml(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The definition in force as the YAML of a pack."""
    opened = open_ledger(request, actor, code)
    answer = HttpResponse(to_yaml(opened.spec), content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{code.partition(".")[2]}.yaml"'
    return answer


def crumbs(code: str, title: str, here: str) -> list[dict[str, str]]:
    """The way to a page of the editor."""
    return [
        {"title": title, "url": reverse("definition_edit", args=[code])},
        {"title": here},
    ]
