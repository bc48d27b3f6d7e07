"""Before a definition is put in force: what changes, how many records follow, what is in the way; and putting it."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Conflict, Invalid
from bihuan.ledger.definitions import install_definition
from bihuan.ledger.models import Ledger
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.following import Obstacle
from bihuan.loop.planned import plan_definition, waiting_version
from bihuan.loop.redefinition import Refused, plan_redefinition, redefine
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.web import showing
from bihuan.web.access import signed_in
from bihuan.web.definition_drafts import Draft, drop_draft, keep_draft, open_draft
from bihuan.web.importing import owner_of
from bihuan.web.pages.definition_versions import crumbs

_DROP = "要删去的字段"


@signed_in
def preview(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """What putting the draft in force would do. Posting does it; drop=CODE also lets a removed field's data go."""
    draft = open_draft(request, actor, code)
    spec, _ = draft.checked()
    if spec is None or draft.errors():
        return redirect("definition_edit", code=code)
    problem = ""
    if request.POST.get("drop"):
        draft.data["dropped"] = sorted({*draft.data.get("dropped", ()), request.POST["drop"]})
        keep_draft(request, draft)
        return redirect("definition_preview", code=code)
    if request.method == "POST":
        draft.data = dated(draft.data, request.POST.get("valid_from", ""))
        spec, _ = draft.checked()
        if spec is None:
            raise Invalid("生效日期要写成 2026-01-01 的样子")
        try:
            return _publish(request, actor, draft, spec)
        except (Refused, Conflict, Invalid) as error:
            problem = error.message
    return render(request, "definition_preview.html", _context(actor, draft, spec, problem))


def _publish(request: HttpRequest, actor: Actor, draft: Draft, spec: LedgerSpec) -> HttpResponse:
    if draft.ledger is None:
        _make(actor, draft, spec)
        messages.success(request, f"已建立台账“{spec.title}”")
    elif spec.valid_from:
        plan, _ = plan_definition(actor=actor, ledger=draft.ledger, spec=spec, origin="screen", base=draft.base)
        day = showing.full_day(spec.valid_from)
        messages.success(request, f"新定义定于{day}生效，按今天的记录看，{plan.changed:,} 条到时跟着变")
    else:
        plan, _ = redefine(actor=actor, ledger=draft.ledger, spec=spec, origin="screen", base=draft.base)
        messages.success(request, f"定义已启用，{plan.changed:,} 条记录跟着变了")
    drop_draft(request, draft.code)
    return redirect("definition", code=draft.code)


def dated(data: dict[str, Any], day: str) -> dict[str, Any]:
    """A draft's data with the day on which it is to take effect, or with none: at once."""
    rest = {key: value for key, value in data.items() if key != "valid_from"}
    return {**rest, "valid_from": day.strip()} if day.strip() else rest


@transaction.atomic
def _make(actor: Actor, draft: Draft, spec: LedgerSpec) -> None:
    if Ledger.objects.filter(code=draft.code).exists():
        raise Conflict(f"刚刚有人用了代码“{draft.code}”，请重新建立")
    install_definition(code=draft.code, spec=spec, owner=Unit.objects.get(pk=owner_of(actor)), origin="screen")


def _context(actor: Actor, draft: Draft, spec: LedgerSpec, problem: str) -> dict[str, Any]:
    context: dict[str, Any] = {
        "title": "预览",
        "crumbs": crumbs(draft.code, f"{draft.title}：改定义", "预览"),
        "ledger": {"code": draft.code, "title": draft.title, "is_new": draft.ledger is None},
        "problem": problem,
        "day": draft.data.get("valid_from", ""),
        "tomorrow": (clock.today() + timedelta(days=1)).isoformat(),
    }
    if draft.ledger is None:
        return context | {"differences": [f"新台账，{len(spec.fields)} 个字段"], "can_publish": True}
    try:
        plan = plan_redefinition(actor=actor, ledger=draft.ledger, spec=spec)
    except BihuanError as error:
        return context | {"problem": error.message}
    waiting = waiting_version(draft.ledger)
    return context | {
        "waiting": showing.full_day(waiting.valid_from) if waiting else "",
        "differences": plan.differences or ["与现行定义没有看得见的差别"],
        "total": plan.total,
        "changed": plan.changed,
        "obstacles": [_obstacle(draft, item) for item in plan.obstacles],
        "can_publish": plan.may_go and draft.is_changed,
    }


def _obstacle(draft: Draft, item: Obstacle) -> dict[str, Any]:
    url = reverse("ledger", args=[draft.code])
    where = item.fault.where
    if not where and item.count <= len(item.records):
        quoted = ", ".join(f"'{number}'" for _, number in item.records)
        where = f"number in ({quoted})"
    return {
        "message": item.fault.message,
        "count": item.count,
        "records": [{"number": number, "url": reverse("record", args=[pk])} for pk, number in item.records],
        "url": f"{url}?{urlencode({'where': where})}" if where else "",
        "drop": item.fault.code if item.fault.message.startswith(_DROP) else "",
        "advice": _advice(item),
    }


def _advice(item: Obstacle) -> str:
    """What can be done about it."""
    message = item.fault.message
    if message.startswith(_DROP):
        return "先把这些内容移走，或者连同数据一起删去（历史里仍查得到）。"
    if "没有内容" in message:
        return "给这个字段写上“已有记录没有内容的，补上”的表达式，或先把这些记录填好。"
    if "要删去" in message:
        return "在新的选项里写明由哪个原选项而来，或先把这些记录改好。"
    if "唯一键" in message:
        return "先改好重复的记录，或多选几个字段合成唯一键。"
    return "先把这些记录改好，或放宽这里的要求。"
