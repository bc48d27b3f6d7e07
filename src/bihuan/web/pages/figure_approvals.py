"""Approving a unit's period: every figure with its value, what is approved already, and what has changed since."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import NotFound
from bihuan.figure.actions import OpenViolations, approve_period, unlock_cell
from bihuan.figure.answer import Answer
from bihuan.figure.expectations import demand_in_words, open_violations
from bihuan.figure.models import ApprovedValue, Figure
from bihuan.figure.period import Period
from bihuan.figure.queries import ask, frozen_value
from bihuan.figure.rules import Reach, may_approve
from bihuan.figure.value import Value, shown
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.web import showing
from bihuan.web.access import go, signed_in
from bihuan.web.figure_asking import Wanted, cell, told, wanted


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The period's figures of those the person answers for; all figures for who may only look."""
    if request.method == "POST":
        return _approve(request, actor)
    query = request.GET.copy()
    query.setdefault("period", _last_month())
    rows = list(Figure.objects.filter(retired=False).select_related("owner").order_by("code"))
    mine = [figure for figure in rows if may_approve(actor, figure)]
    asked = wanted(query, actor, tuple(figure.code for figure in mine or rows))
    found = ask(asked.codes, [asked.period], asked.clocks, Reach(actor))
    lines = [_line(figure, asked, found) for figure in mine or rows]
    return render(request, "figure_approvals.html", _context(request, actor, asked, found, lines, bool(mine)))


def _context(
    request: HttpRequest, actor: Actor, asked: Wanted, found: Answer, lines: list[dict[str, Any]], may: bool
) -> dict[str, Any]:
    is_over = asked.period.end < clock.today()
    open_lines = [line for line in lines if not line["approved"] and line["known"]]
    return {
        "title": "审定",
        "crumbs": [{"title": "指标库", "url": reverse("figures")}, {"title": "审定"}],
        "where": f"{actor.tree.name(asked.unit) or '全部单位'} · {asked.period.title}",
        "asked": {"period": asked.period.code, "unit": actor.tree.name(asked.unit) if asked.unit else ""},
        "lines": lines,
        "approved": sum(1 for line in lines if line["approved"]),
        "can": may and is_over and bool(open_lines),
        "why_not": "" if is_over else f"{asked.period.title}还没有结束，结束以后才能审定。",
        "violations": _violations(actor, asked, found) if may else [],
    }


def _last_month() -> str:
    last = clock.today().replace(day=1) - timedelta(days=1)
    return f"{last:%Y-%m}"


def _line(figure: Figure, asked: Wanted, found: Answer) -> dict[str, Any]:
    value = told(found, figure.code, asked.unit, asked.period, None)
    whole = isinstance(value, Value) and not value.partial
    frozen = frozen_value(figure.code, asked.unit, asked.period, found) if whole else None
    spec = found.figures[figure.code].spec
    return {
        "code": figure.code,
        "title": figure.title,
        "owner": figure.owner,
        "url": reverse("figure", args=[figure.code]),
        "measure": spec.unit,
        "value": cell(found, asked, value),
        "known": whole,
        "approved": _approved(frozen.cell, shown(frozen.number, found.figures[figure.code])) if frozen else None,
        "changes": frozen.changes if frozen else 0,
        "why": _since(figure.code, asked, frozen.cell) if frozen else "",
    }


def _approved(row: ApprovedValue, text: str) -> dict[str, Any]:
    at = showing.moment(row.approval.recorded_at)
    return {"pk": row.pk, "text": text or "不知道", "by": row.approval.actor_name, "at": at, "version": row.version}


def _since(code: str, asked: Wanted, row: ApprovedValue) -> str:
    """The page that says what changed since the approval."""
    query = {"period": asked.period.code, "since": row.approval.known_at.isoformat()}
    if asked.unit:
        query["unit"] = Unit.objects.values_list("code", flat=True).get(pk=asked.unit)
    return f"{reverse('figure_change', args=[code])}?{urlencode(query)}"


def _violations(actor: Actor, asked: Wanted, found: Answer) -> list[dict[str, str]]:
    cells = open_violations(asked.codes, asked.unit, asked.period, asked.clocks, Reach(actor))
    specs = {cell.code: found.catalogue.in_force(cell.code).spec for cell in cells}
    query = urlencode({"period": asked.period.code})
    return [
        {
            "title": specs[one.code].title,
            "told": f"{one.number}，应为：{demand_in_words(specs[one.code].expect)}",
            "url": f"{reverse('figure', args=[one.code])}?{query}",
        }
        for one in cells
    ]


def _approve(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Freeze the figures that were ticked; open violations are told first, and only then passed over."""
    asked = wanted(request.POST, actor, tuple(request.POST.getlist("code")))
    unit = Unit.objects.filter(pk=asked.unit).first() if asked.unit else None
    here = (
        f"{reverse('figure_approvals')}?{urlencode({'period': asked.period.code, 'unit': unit.code if unit else ''})}"
    )
    despite = request.POST.get("despite") == "1"
    try:
        made = approve_period(actor=actor, codes=asked.codes, unit=unit, period=asked.period, despite=despite)
    except OpenViolations as error:
        messages.warning(request, str(error))
        return go(request, here)
    messages.success(request, f"已审定 {made.values.count()} 个指标")
    return go(request, here)


@signed_in
def unlock(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Let one cell follow the records again, with the reason."""
    row = ApprovedValue.objects.select_related("figure", "approval__unit").filter(pk=pk).first()
    if row is None:
        raise NotFound("没有这个审定的数")
    unlock_cell(actor=actor, cell=row, why=request.POST.get("why", ""))
    messages.success(request, f"已解锁“{row.figure.title}”，其他的不动")
    approval = row.approval
    period = Period(approval.start, approval.end)
    query = {"period": period.code, "unit": approval.unit.code if approval.unit else ""}
    return go(request, f"{reverse('figure_approvals')}?{urlencode(query)}")
