"""How a ledger's loop goes: days in each colour, doubles, re-checks, and which versions run. Drawing and moving too."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Invalid, NotFound
from bihuan.figure.colour_time import colour_time
from bihuan.ledger.index_expressions import DrawnForRecheck
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.paging import total_of
from bihuan.ledger.rules import may_import, visible_records
from bihuan.loop.colour import Colour, word
from bihuan.loop.colour_days import ColourDays, UnitDays, colour_days, ever_paused, to_replay
from bihuan.loop.expiry import expiring_soon
from bihuan.loop.merging_by_rule import merge_doubles
from bihuan.loop.sampling import draw_recheck
from bihuan.loop.spec import LoopSpec
from bihuan.loop.versioning import move_matters, plan_move
from bihuan.org.actor import Actor
from bihuan.web.access import go, signed_in
from bihuan.web.doubles_shown import doubles_shown
from bihuan.web.middleware import status_of
from bihuan.web.request_memory import my_loops

_MOST = 50
MOST_REPLAYED = 2_000
"""Matters that are replayed one by one for a page; the days of more are told by the lake."""
_LIVING = (Colour.GREEN, Colour.YELLOW, Colour.RED)


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The page; posting `draw` draws matters for a re-check, `move` moves running ones to the loop in force."""
    ledger, loop = _chosen(request, actor, code)
    problem: BihuanError | None = None
    if request.method == "POST":
        try:
            messages.success(request, _do(request, actor, ledger, loop))
            return go(request, reverse("loop_standing", args=[code]))
        except BihuanError as error:
            problem = error
    context = {
        "title": "闭环情况",
        "crumbs": [{"title": ledger.title, "url": reverse("ledger", args=[code])}, {"title": "闭环情况"}],
        "ledger": {"code": code, "title": ledger.title},
        "problem": problem.message if problem else "",
        "may_act": may_import(actor, ledger),
        "days": _days(request, actor, ledger, loop),
        "doubles": doubles_shown(actor, ledger, loop, _MOST),
        "expiring": _expiring(actor, ledger),
        "recheck": _recheck(actor, ledger, loop),
        "versions": _versions(ledger, loop),
    }
    return render(request, "loop_standing.html", context, status=status_of(problem) if problem else 200)


def _chosen(request: HttpRequest, actor: Actor, code: str) -> tuple[Ledger, LoopSpec]:
    found = next((item for item in my_loops(request, actor) if item[0].code == code), None)
    if found is None:
        raise NotFound("没有这个台账，或者它没有闭环")
    return found


def _do(request: HttpRequest, actor: Actor, ledger: Ledger, loop: LoopSpec) -> str:
    if "draw" in request.POST:
        start, end = _day(request.POST, "start"), _day(request.POST, "end")
        drawn = draw_recheck(actor=actor, ledger=ledger, start=start, end=end, seed=request.POST.get("seed", ""))
        return f"抽到 {len(drawn)} 件：{'、'.join(record.number for record in drawn[:10])}"
    if "merge" in request.POST:
        merged = merge_doubles(actor=actor, ledger=ledger)
        left = f"；{len(merged.refused)} 件没有并：{'；'.join(merged.refused[:5])}" if merged.refused else ""
        return f"按规则并案 {merged.done} 件{left}"
    steps = {step: request.POST.get(f"step-{step}", "") for step in plan_move(ledger).homeless}
    moved = move_matters(actor=actor, ledger=ledger, steps=steps, reason=request.POST.get("reason", ""))
    return f"{moved} 件换用了现行版本“{loop.title}”"


def _day(given: Any, name: str, default: date | None = None) -> date:
    try:
        return date.fromisoformat(given.get(name, "") or (default.isoformat() if default else ""))
    except ValueError as error:
        raise Invalid(f"日期“{given.get(name, '')}”不对，要写成 2026-03-05 这样") from error


def _days(request: HttpRequest, actor: Actor, ledger: Ledger, loop: LoopSpec) -> dict[str, Any]:
    """Days in each colour by unit within a span; the last thirty days at first, and of one unit if asked."""
    today = clock.today()
    start = _day(request.GET, "from", today - timedelta(days=30))
    end = _day(request.GET, "to", today)
    node = actor.tree.by_code.get(request.GET.get("unit", ""))
    units = [below.pk for below in actor.tree.below(node.pk)] if node else None
    rows = to_replay(actor, ledger, clock.start_of_day(start), units)
    told = {"from": start.isoformat(), "to": end.isoformat(), "unit": node.code if node else ""}
    told |= {"of": node.name if node else ""}
    ends = min(clock.end_of_day(end), clock.now())
    return told | _told(actor, loop, *_spent(actor, rows, ledger, loop, clock.start_of_day(start), ends))


def _spent(
    actor: Actor, rows: QuerySet[Record], ledger: Ledger, loop: LoopSpec, start: datetime, end: datetime
) -> tuple[ColourDays, ColourDays | None]:
    """The days in each colour, and what tells the pauses: of many matters only those ever paused are replayed."""
    if not total_of(rows, MOST_REPLAYED).more:
        found = colour_days(actor, rows, ledger, loop, start, end)
        return found, found
    ids = list(rows.order_by().values_list("pk", flat=True))
    found = colour_time(actor, ids, ledger, loop, start, end)
    paused = ever_paused(ledger, rows)
    if total_of(paused, MOST_REPLAYED).more:
        return found, None
    return found, colour_days(actor, paused, ledger, loop, start, end)


def _told(actor: Actor, loop: LoopSpec, found: ColourDays, pauses: ColourDays | None) -> dict[str, Any]:
    units = sorted(found.by_unit.items(), key=lambda item: -item[1].days[Colour.RED])
    titles = {level.code: level.title for level in loop.levels}
    return {
        "heads": [word(loop, colour) for colour in _LIVING],
        "rows": [_row(actor, unit, days, titles, pauses) for unit, days in units[:_MOST]],
        "pauses_untold": pauses is None,
        "more": max(0, len(units) - _MOST),
        "charged": "，".join(
            f"{actor.tree.name(unit) or '未定单位'} {days:.1f} 天"
            for unit, days in sorted(found.charged.items(), key=lambda item: -item[1])[:_MOST]
        ),
    }


def _row(
    actor: Actor, unit: int | None, days: UnitDays, titles: dict[str, str], pauses: ColourDays | None
) -> dict[str, Any]:
    node = actor.tree.by_pk.get(unit or 0)
    paused = pauses.by_unit.get(unit, UnitDays()).paused if pauses else None
    return {
        "unit": actor.tree.name(unit) or "未定责任单位",
        "code": node.code if node else "",
        "matters": days.matters,
        "days": [f"{days.days[colour]:.1f}" for colour in _LIVING],
        "paused": "" if paused is None else f"{paused:.1f}",
        "turned": days.turned,
        "levels": "，".join(
            f"{titles.get(code, '未分级')} {spent:.1f} 天" for code, spent in days.red_by_level.items()
        ),
    }


def _expiring(actor: Actor, ledger: Ledger) -> dict[str, Any]:
    found = expiring_soon(actor, ledger)
    return {
        "total": len(found),
        "rows": [
            {
                "number": item.record.number,
                "url": reverse("record", args=[item.record.pk]),
                "text": f"{item.file} 有效至 {item.expires}{'，已过期' if item.is_over else ''}",
            }
            for item in found[:_MOST]
        ],
    }


def _recheck(actor: Actor, ledger: Ledger, loop: LoopSpec) -> dict[str, Any]:
    drawn = visible_records(actor, ledger).filter(DrawnForRecheck("loop"), closed_at__isnull=False)
    shown = list(drawn.order_by("-closed_at")[: _MOST + 1]) if loop.recheck else []
    return {
        "ruled": loop.recheck is not None,
        "percent": loop.recheck.percent if loop.recheck else 0,
        "start": clock.today().replace(day=1).isoformat(),
        "end": clock.today().isoformat(),
        "rows": [_drawn(record) for record in shown[:_MOST]],
        "total": drawn.count() if len(shown) > _MOST else len(shown),
    }


def _drawn(record: Record) -> dict[str, str]:
    told = record.loop["recheck"]
    return {
        "number": record.number,
        "url": reverse("record", args=[record.pk]),
        "seed": told["seed"],
        "result": {"pass": "通过", "fail": "不通过"}.get(told.get("result", ""), "待复核"),
    }


def _versions(ledger: Ledger, loop: LoopSpec) -> dict[str, Any]:
    plan = plan_move(ledger)
    return {
        "newest": plan.version,
        "old": [
            {"version": version, "count": sum(steps.values()), "changes": plan.changes.get(version, ())}
            for version, steps in sorted(plan.matters.items())
        ],
        "homeless": [{"step": step, "count": count} for step, count in plan.homeless.items()],
        "steps": [{"code": step.code, "title": step.title} for step in loop.steps if not step.closed],
    }
