"""Duties: which are owed, who has reported and who has not, on any day."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotFound
from bihuan.loop.declared.definitions import InForce
from bihuan.loop.duty import queries
from bihuan.loop.duty.actions import open_due
from bihuan.loop.duty.models import DutyRefusal
from bihuan.loop.duty.queries import WORDS, Standing, TurnStanding
from bihuan.loop.duty.rules import duties_seen, turns_seen
from bihuan.loop.duty.spec import DutySpec
from bihuan.loop.duty.turns import Turn, turns_opening
from bihuan.org.actor import Actor
from bihuan.web import duty_memory, showing
from bihuan.web.access import signed_in
from bihuan.web.duty_words import TONES, how_often

_RECENT = timedelta(days=35)
_LONGEST_LOOK = timedelta(days=400)
_PERIODS = 12


def _day(request: HttpRequest) -> date:
    text = request.GET.get("on", "")
    try:
        return min(date.fromisoformat(text), clock.today()) if text else clock.today()
    except ValueError as error:
        raise Invalid(f"日期“{text[:20]}”写得不对，应像 2026-03-02") from error


@signed_in
def index(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every duty in sight with its last period: how many reported, reported nothing, left blank, did not report."""
    day = _day(request)
    rows = [_line(actor, duty, day) for duty in duties_seen(actor)]
    context = {
        "title": "例行任务",
        "crumbs": [{"title": "例行任务"}],
        "on": day.isoformat(),
        "today": showing.long_day(day),
        "rows": [row for row in rows if row["total"] or row["is_owner"]],
        "refused": [{"what": f"{row.code} {row.period}", "why": row.why} for row in _refused(actor)],
    }
    return render(request, "duties.html", context)


def _refused(actor: Actor) -> list[DutyRefusal]:
    codes = [duty.code for duty in duties_seen(actor)]
    return list(DutyRefusal.objects.filter(code__in=codes).order_by("-at")[:20])


def _line(actor: Actor, duty: InForce[DutySpec], day: date) -> dict[str, Any]:
    periods = _by_period(actor, duty, day)
    last = next(reversed(periods), "")
    found = queries.standings_on(duty, periods.get(last, []), day)
    counts = queries.counted(found)
    return {
        "title": duty.spec.title,
        "often": how_often(duty.spec),
        "url": f"{reverse('duty', args=[duty.code])}?on={day}",
        "owner": actor.tree.name(duty.owner),
        "is_owner": any(actor.tree.works_in(post.unit, duty.owner) for post in actor.posts),
        "period": last,
        "due": found[0].turn.due_on.isoformat() if found else "",
        "total": len(found),
        "counts": [{"word": WORDS[way], "count": counts[way], "code": TONES[way]} for way in Standing if counts[way]],
    }


def _by_period(actor: Actor, duty: InForce[DutySpec], day: date) -> dict[str, list[Turn]]:
    """The turns in sight by the name of their period, the last ones last."""
    reach = _LONGEST_LOOK * duty.spec.interval if duty.spec.every in ("quarter", "half", "year") else _RECENT
    found: dict[str, list[Turn]] = {}
    for turn in turns_seen(actor, duty, turns_opening(duty, day - reach, day)):
        found.setdefault(turn.period.title, []).append(turn)
    return found


@signed_in
def show(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """One duty: its periods, and in the one chosen every unit or object with how it stands."""
    duty = next((item for item in duties_seen(actor) if item.code == code), None)
    if duty is None:
        raise NotFound("没有这项例行任务，或者它不在您的查看范围内")
    day = _day(request)
    periods = _by_period(actor, duty, day)
    shown = list(reversed(periods))[:_PERIODS]
    chosen = request.GET.get("period") or next(iter(shown), "")
    found = queries.standings_on(duty, periods.get(chosen, []), day)
    way = request.GET.get("way", "")
    context = {
        "title": duty.spec.title,
        "crumbs": [{"title": "例行任务", "url": reverse("duties")}, {"title": duty.spec.title}],
        "about": {"often": how_often(duty.spec), "on": day.isoformat(), "today": showing.long_day(day)},
        "periods": [{"value": title, "title": title, "selected": title == chosen} for title in shown],
        "tabs": _tabs(request, found, way, chosen, day),
        "rows": [_row(actor, item) for item in found if way in ("", item.standing)],
        "figure": bool(duty.spec.report.figure),
    }
    return render(request, "duty.html", context)


def _tabs(request: HttpRequest, found: list[TurnStanding], way: str, chosen: str, day: date) -> list[dict[str, Any]]:
    counts = queries.counted(found)
    choices: list[tuple[str, str, int]] = [("", "全部", len(found))]
    choices += [(item.value, WORDS[item], counts[item]) for item in Standing]
    query = request.GET.copy()
    query["period"], query["on"] = chosen, day.isoformat()
    tabs = []
    for code, title, count in choices:
        query["way"] = code
        tabs.append({"title": title, "count": count, "url": f"?{query.urlencode()}", "active": code == way})
    return tabs


def _row(actor: Actor, item: TurnStanding) -> dict[str, Any]:
    figure = item.figure
    return {
        "unit": actor.tree.path(item.turn.unit) if item.turn.unit else "责任单位未定",
        "about": " ".join(filter(None, (item.turn.object_number, item.turn.about))),
        "word": WORDS[item.standing] + ("（迟报）" if item.late else ""),
        "code": "yellow" if item.late else TONES[item.standing],
        "figure": "" if figure is None else f"{figure:,}" if isinstance(figure, int | float) else str(figure),
        "at": showing.moment(item.reported_at),
        "due": item.turn.due_on.isoformat(),
        "url": reverse("record", args=[item.record.pk]) if item.record else "",
    }


@require_POST
@signed_in
def open_today(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The day's first visitor has what is due today opened, should no sweep have run yet."""
    if not queries.is_swept(clock.today()):
        open_due()
    duty_memory.know(clock.today())
    return HttpResponse(status=204)
