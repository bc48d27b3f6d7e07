"""What if: a unit's score with other values, before publication or after; and a publication by today's rule."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.figure.clocks import clocks
from bihuan.figure.period import parse_period
from bihuan.org.actor import Actor
from bihuan.scorecard.definitions import scorecard_in_force, spec_of
from bihuan.scorecard.evaluating import UnitScore
from bihuan.scorecard.outlook import (
    Outlook,
    Standing,
    by_the_rule_in_force,
    outlook,
    require_outlook,
    standing_behind,
    standing_of,
)
from bihuan.scorecard.periods import asked_period
from bihuan.scorecard.prospects import NextGrade
from bihuan.scorecard.publishing import restored
from bihuan.scorecard.queries import trial, units_of_measure
from bihuan.scorecard.rules import get_publication
from bihuan.scorecard.scoring import plain
from bihuan.scorecard.ways_up import Way
from bihuan.web.access import signed_in
from bihuan.web.ranking import compared, measured

_VALUE = "v:"
_WIDEST = 30


@signed_in
def before(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """What if, over a trial: for those who run the scorecard."""
    scorecard = scorecard_in_force(code)
    period = asked_period(spec_of(scorecard), request.GET.get("period", ""), clock.today())
    found = trial(actor, scorecard, period, clocks())
    back = f"{reverse('scorecard', args=[code])}?{urlencode({'period': period.code})}"
    kept = {"period": period.code}
    return _page(request, standing_of(found), {"title": found.scorecard.title, "back": back, "kept": kept})


@signed_in
def after(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """What if, over a publication: for the unit that was scored."""
    publication = get_publication(actor, pk)
    unit = _unit(request)
    require_outlook(actor, publication, unit)
    page = {"title": publication.scorecard.title, "back": reverse("publication", args=[pk]), "kept": {}}
    return _page(request, standing_behind(publication), page)


def _unit(request: HttpRequest) -> int:
    text = request.GET.get("unit", "")
    return int(text) if text.isdecimal() and len(text) < _WIDEST else 0


def _page(request: HttpRequest, standing: Standing, page: dict[str, Any]) -> HttpResponse:
    unit = _unit(request)
    changed = _changed(request.GET, standing.basis.values.get(unit, {}))
    found = outlook(standing, unit, changed)
    name, units = standing.basis.tree.name(unit), units_of_measure(standing.card, standing.clocks)
    context = {
        "title": f"推演：{name}",
        "crumbs": [
            {"title": "考核晾晒", "url": reverse("scorecards")},
            {"title": page["title"], "url": page["back"]},
            {"title": "推演"},
        ],
        "name": name,
        "unit": unit,
        "kept": page["kept"],
        "period_title": standing.period.title,
        "before": _told(found.before, found.near),
        "after": _told(found.after, found.then_near) if found.after else None,
        "fields": _fields(found, standing, changed, units),
        "ways": [_way(way, unit, page["kept"], units) for way in found.ways],
        "is_stuck": found.near is not None and not found.ways,
    }
    return render(request, "scorecard_outlook.html", context)


def _changed(asked: Mapping[str, str], own: Mapping[str, Decimal | None]) -> dict[str, Decimal]:
    """The values typed that differ from what is known."""
    found = {}
    for name, text in asked.items():
        if not name.startswith(_VALUE) or not text.strip():
            continue
        try:
            value = Decimal(text.strip())
        except InvalidOperation as error:
            raise Invalid(f"“{text}”不是数") from error
        if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
            raise Invalid(f"“{text}”太大")
        if own.get(name.removeprefix(_VALUE)) != value:
            found[name.removeprefix(_VALUE)] = value
    return found


def _told(score: UnitScore, near: NextGrade | None) -> dict[str, Any]:
    grade = score.grade
    missing = f"再得 {plain(near.missing)} 分" if near and near.missing else "分数已经够了"
    held = f"，但被压住：{'；'.join(near.held_by)}" if near and near.held_by else ""
    return {
        "total": "—" if score.total is None else plain(score.total),
        "rank": score.rank or "—",
        "grade": grade.code if grade else "",
        "next": f"{missing}到 {near.code}{held}" if near else "",
    }


def _fields(
    found: Outlook, standing: Standing, changed: Mapping[str, Decimal], units: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Every value that the score rests on, each once, with what it earns now and would."""
    own = standing.basis.values.get(found.before.unit, {})
    after = {one.item.code: one for one in found.after.items} if found.after else {}
    lines: dict[str, dict[str, Any]] = {}
    for one in found.before.items:
        key = one.item.figure or one.item.code
        then = after.get(one.item.code)
        lines[key] = {
            "name": _VALUE + key,
            "title": one.item.title,
            "now": measured(one.value, units.get(key, "")),
            "value": plain(changed[key]) if key in changed else "",
            "points": f"{plain(one.points)} / {plain(one.full)}" if one.counted else "不计",
            "then": "" if then is None or then.points == one.points else plain(then.points),
        }
    for title, key in [(cap.title, cap.figure) for cap in standing.card.caps] + [
        (veto.title, veto.figure) for veto in standing.card.vetoes
    ]:
        known = own.get(key)
        line = {"name": _VALUE + key, "title": title, "now": measured(known, units.get(key, "")), "points": ""}
        lines.setdefault(key, {**line, "value": plain(changed[key]) if key in changed else "", "then": ""})
    return list(lines.values())


def _way(way: Way, unit: int, kept: Mapping[str, str], units: Mapping[str, str]) -> dict[str, str]:
    asked = {**kept, "unit": str(unit), _VALUE + way.key: plain(way.then)}
    return {
        "title": way.title,
        "now": measured(way.now, units.get(way.key, "")),
        "then": measured(way.then, units.get(way.key, "")),
        "grade": way.grade,
        "total": "" if way.total is None else plain(way.total),
        "url": f"?{urlencode(asked)}",
    }


@signed_in
def compare(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A publication beside the same period by today's rule."""
    publication = get_publication(actor, pk)
    title = publication.scorecard.title
    rows = compared(restored(publication.content), by_the_rule_in_force(actor, publication))
    scored = [row for row in rows if row["then"]["rank"] != "—" or row["now"]["rank"] != "—"]
    context = {
        "title": "按现行办法重算",
        "crumbs": [
            {"title": "考核晾晒", "url": reverse("scorecards")},
            {"title": title, "url": reverse("publication", args=[pk])},
            {"title": "按现行办法重算"},
        ],
        "period": parse_period(publication.period, clock.local_date(publication.as_of)).title,
        "versions": [publication.scorecard.version, scorecard_in_force(publication.scorecard.code).version],
        "rows": scored,
        "unscored": len(rows) - len(scored),
    }
    return render(request, "scorecard_compare.html", context)
