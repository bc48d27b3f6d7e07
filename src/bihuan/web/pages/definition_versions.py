"""A ledger's definition as it is in force, its versions with what each changed, and the same as YAML."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.ledger.definition_diff import differences
from bihuan.ledger.definition_yaml import to_yaml
from bihuan.ledger.models import LedgerVersion
from bihuan.ledger.rules import may_import
from bihuan.ledger.spec import FieldSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import signed_in
from bihuan.web.asking import open_ledger

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
