"""All scorecards, and one tried out: the ranking as it would be published now."""

from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.figure.clocks import clocks
from bihuan.figure.period import Period, parse_period
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.scorecard.actions import give_score, publish
from bihuan.scorecard.definitions import scorecard_in_force, scorecards_in_force, spec_of
from bihuan.scorecard.models import Publication, ScorecardVersion
from bihuan.scorecard.periods import TITLES, asked_period, is_held, offered
from bihuan.scorecard.prospects import Firmness, next_grade
from bihuan.scorecard.queries import Trial, firmness_of, standing_publications, trial
from bihuan.scorecard.rules import may_declare, may_publish, may_run, may_score, may_see_publications
from bihuan.scorecard.scoring import plain
from bihuan.scorecard.spec import ScorecardSpec
from bihuan.web import showing
from bihuan.web.access import go, signed_in
from bihuan.web.ranking import groups_of


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The list: scorecards that the person may run, and what was published."""
    published = standing_publications() if may_see_publications(actor) else []
    context = {
        "title": "考核晾晒",
        "crumbs": [{"title": "考核晾晒"}],
        "scorecards": [_scorecard(actor, one) for one in scorecards_in_force() if may_run(actor, one)],
        "publications": [_publication(one) for one in published],
        "may_begin": any(may_declare(actor, post.unit) for post in actor.posts),
    }
    return render(request, "scorecards.html", context)


def _scorecard(actor: Actor, one: ScorecardVersion) -> dict[str, Any]:
    return {
        "title": one.title,
        "about": spec_of(one).description,
        "owner": actor.tree.name(one.owner_id),
        "how_often": TITLES[spec_of(one).period],
        "url": reverse("scorecard", args=[one.code]),
    }


def _publication(one: Publication) -> dict[str, Any]:
    return {
        "title": one.scorecard.title,
        "period": parse_period(one.period, clock.local_date(one.as_of)).title,
        "published_on": showing.day(one.published_at),
        "url": reverse("publication", args=[one.pk]),
    }


@signed_in
def run(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """A trial."""
    scorecard = scorecard_in_force(code)
    card = spec_of(scorecard)
    found = trial(actor, scorecard, asked_period(card, request.GET.get("period", ""), clock.today()), clocks())
    codes, lines = {node.pk: node.code for node in found.basis.tree.nodes}, _outlook(found)
    context = {
        "title": scorecard.title,
        "crumbs": [{"title": "考核晾晒", "url": reverse("scorecards")}, {"title": scorecard.title}],
        "code": code,
        "period": found.period.code,
        "period_title": found.period.title,
        "periods": _periods(card, found.period),
        "groups": groups_of(
            card, found.as_published(), found.period, found.clocks, codes, what_if=lambda unit: _what_if(found, unit)
        ),
        "outlook": lines,
        "any_held": any(line["held_by"] for line in lines),
        "by_hand": [
            {"code": item.code, "title": item.title, "most": plain(item.weight)}
            for item in card.items
            if not item.figure
        ],
        "units": [{"pk": unit, "name": name} for unit, name in found.names.items()],
        "can": {
            "edit": may_publish(actor, scorecard),
            "publish": may_publish(actor, scorecard) and is_held(card, found.period),
            "score": may_score(actor, scorecard),
        },
    }
    return render(request, "scorecard.html", context)


def _what_if(found: Trial, unit: int) -> str:
    asked = urlencode({"period": found.period.code, "unit": unit})
    return f"{reverse('scorecard_what_if', args=[found.scorecard.code])}?{asked}"


def _outlook(found: Trial) -> list[dict[str, Any]]:
    """For each unit, how far the next grade is and how firm its place stands."""
    card, day = spec_of(found.scorecard), min(found.period.end, found.clocks.day)
    firm = firmness_of(found)
    lines = []
    for score in found.scores:
        near, place = next_grade(card, score, day), firm.get(score.unit)
        if score.total is None:
            continue
        lines.append(
            {
                "name": found.names.get(score.unit, ""),
                "next": f"再得 {plain(near.missing)} 分到 {near.code}" if near and near.missing else "",
                "held_by": "；".join(near.held_by) if near else "",
                "firm": _firm(place) if place else "",
            }
        )
    return lines


def _firm(place: Firmness) -> str:
    if place.best == place.worst:
        return "稳，怎么浮动都是这个名次"
    return f"{place.kept:.0f}% 的情形不变，最好第 {place.best} 名，最差第 {place.worst} 名"


def _periods(card: ScorecardSpec, chosen: Period) -> list[dict[str, Any]]:
    """The periods to choose from, and the one on show where it is none of them."""
    found = offered(card, clock.today())
    shown = found if chosen in found else [chosen, *found]
    return [{"code": one.code, "title": one.title, "is_chosen": one == chosen} for one in shown]


@signed_in
def give(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Points by hand."""
    scorecard, typed = scorecard_in_force(code), request.POST.get("points", "").strip()
    try:
        points = Decimal(typed)
    except InvalidOperation as error:
        raise Invalid(f"分数“{typed}”不是数") from error
    pk = request.POST.get("unit", "")
    unit = Unit.objects.filter(pk=int(pk)).first() if pk.isdecimal() else None
    if unit is None or not points.is_finite():
        raise Invalid("请选择单位，并填写分数")
    give_score(
        actor=actor,
        scorecard=scorecard,
        period=asked_period(spec_of(scorecard), request.POST.get("period", ""), clock.today()),
        unit=unit,
        item=request.POST.get("item", ""),
        points=points,
        evidence=request.POST.get("evidence", ""),
    )
    messages.success(request, "已评分")
    return go(request, f"{reverse('scorecard', args=[code])}?period={request.POST.get('period', '')}")


@signed_in
def post(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Publish the ranking."""
    scorecard = scorecard_in_force(code)
    period = asked_period(spec_of(scorecard), request.POST.get("period", ""), clock.today())
    found = publish(actor=actor, scorecard=scorecard, period=period, clocks=clocks())
    messages.success(request, "已公布；从现在起不再变动，有异议可以申诉")
    return go(request, reverse("publication", args=[found.pk]))
