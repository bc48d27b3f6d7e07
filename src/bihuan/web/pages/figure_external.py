"""Values from outside: what people entered for a figure, with source and date; entering one, correcting one."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Invalid, NotFound
from bihuan.figure.actions import Entered, enter_external
from bihuan.figure.models import ExternalValue, Figure
from bihuan.figure.period import Period
from bihuan.figure.rules import may_approve
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.web import showing
from bihuan.web.access import go, signed_in
from bihuan.web.figure_asking import wanted
from bihuan.web.middleware import status_of

_SHOWN = 200


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Every value that was entered, the newest first, and the form for another."""
    figure = Figure.objects.filter(code=code, retired=False).select_related("owner").first()
    if figure is None:
        raise NotFound(f"没有指标“{code}”")
    if request.method == "POST":
        try:
            _enter(request, actor, figure)
        except BihuanError as error:
            return render(
                request, "figure_external.html", _context(request, actor, figure, error), status=status_of(error)
            )
        messages.success(request, "已填报，原来的值仍保留")
        return go(request, reverse("figure_external", args=[code]))
    return render(request, "figure_external.html", _context(request, actor, figure))


def _enter(request: HttpRequest, actor: Actor, figure: Figure) -> None:
    typed = request.POST
    asked = wanted(typed, actor, (figure.code,))
    try:
        value, day = Decimal(typed.get("value", "").strip()), date.fromisoformat(typed.get("effective_on", ""))
    except InvalidOperation as error:
        raise Invalid("填报没有完成", {"value": f"“{typed.get('value', '')[:40]}”不是数"}) from error
    except ValueError as error:
        raise Invalid("填报没有完成", {"effective_on": "请写数据日期，形如 2026-01-31"}) from error
    if not value.is_finite() or abs(value) >= Decimal(10) ** 16:
        raise Invalid("填报没有完成", {"value": "数太大，或不是数"})
    unit = Unit.objects.filter(pk=asked.unit).first() if asked.unit else None
    enter_external(
        actor=actor,
        figure=figure,
        unit=unit,
        period=asked.period,
        entered=Entered(value, typed.get("source", "")[:300], day),
    )


def _context(request: HttpRequest, actor: Actor, figure: Figure, error: BihuanError | None = None) -> dict[str, Any]:
    may = may_approve(actor, figure)
    rows = ExternalValue.objects.filter(figure=figure).order_by("-recorded_at", "-pk")
    if not (may or actor.reads_all):
        rows = rows.filter(Q(unit=None) | Q(unit__in=actor.reach()))
    typed = request.POST
    return {
        "title": f"{figure.title}：填报",
        "crumbs": [
            {"title": "指标库", "url": reverse("figures")},
            {"title": figure.title, "url": reverse("figure", args=[figure.code])},
            {"title": "填报"},
        ],
        "can": may,
        "problem": str(error) if error else "",
        "typed": {name: typed.get(name, "") for name in ("period", "unit", "value", "source")}
        | {"effective_on": typed.get("effective_on", "") or f"{clock.today()}"},
        "more": max(0, rows.count() - _SHOWN),
        "rows": [
            {
                "unit": actor.tree.name(row.unit_id) or "全部单位",
                "period": Period(row.start, row.end).title,
                "value": f"{row.value.normalize():,f}",
                "source": row.source,
                "day": f"{row.effective_on}",
                "by": row.actor_name,
                "at": showing.moment(row.recorded_at),
            }
            for row in rows[:_SHOWN]
        ],
    }
