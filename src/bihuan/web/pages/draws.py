"""Random draws: for those who hold them, commitment and revelation; for everybody, lists, result and file."""

from typing import Any

import orjson
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bihuan.base.errors import Invalid, NotFound
from bihuan.loop.draw.actions import commit_draw, published, reveal_draw
from bihuan.loop.draw.models import DrawRound
from bihuan.loop.draw.queries import rounds_of
from bihuan.loop.draw.rules import draws_in_force, may_draw
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import go, signed_in
from bihuan.web.county import county_name

_SIZE = 20
_SHOWN = 300


@signed_in
def index(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The draws, what the person may do about each, and the rounds so far."""
    return _index(request, actor, {})


def _index(request: HttpRequest, actor: Actor, problems: dict[int, str]) -> HttpResponse:
    draws = draws_in_force()
    rounds = Paginator(rounds_of(), _SIZE).get_page(request.GET.get("page"))
    waiting = set(DrawRound.objects.filter(revealed_at=None).values_list("code", flat=True))
    context = {
        "title": "随机抽查",
        "crumbs": [{"title": "随机抽查"}],
        "draws": [
            {"code": code, "title": draw.spec.title, "can_commit": may_draw(actor, draw) and code not in waiting}
            for code, draw in draws.items()
        ],
        "rounds": [_row(found) | _reveal(actor, found, draws, problems) for found in rounds],
        "pager": showing.pager(rounds),
    }
    return render(request, "draws.html", context, status=422 if problems else 200)


def _reveal(actor: Actor, found: DrawRound, draws: dict[str, Any], problems: dict[int, str]) -> dict[str, Any]:
    draw = draws.get(found.code)
    can = found.revealed_at is None and draw is not None and may_draw(actor, draw)
    return {"can_reveal": can, "problem": problems.get(found.pk, "")}


def _row(found: DrawRound) -> dict[str, Any]:
    return {
        "pk": found.pk,
        "title": found.title,
        "url": reverse("public_draw", args=[found.pk]),
        "committed": showing.moment(found.committed_at),
        "revealed": showing.moment(found.revealed_at) if found.revealed_at else "",
        "objects": len(found.document["objects"]),
        "inspectors": len(found.document["inspectors"]),
        "count": found.document["count"],
    }


@require_POST
@signed_in
def commit(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """Publish lists and the hash of the seed."""
    commit_draw(actor=actor, code=code)
    messages.success(request, "名单和种子哈希已公布，请当众请见证人说一句话后开奖")
    return go(request, reverse("draws"))


@require_POST
@signed_in
def reveal(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Publish the seed and draw."""
    try:
        found = reveal_draw(actor=actor, pk=pk, witness=request.POST.get("witness", ""))
    except Invalid as error:
        if not error.problems:
            raise
        return _index(request, actor, {pk: error.problems["witness"]})
    messages.success(request, f"抽中 {len(found.result)} 个，已成为待办事项")
    return go(request, reverse("public_draw", args=[pk]))


@require_GET
def public_index(request: HttpRequest) -> HttpResponse:
    """All rounds, for everybody."""
    rounds = Paginator(rounds_of(), _SIZE).get_page(request.GET.get("page"))
    context = {
        "title": "随机抽查公示",
        "county": county_name(),
        "rounds": [_row(found) for found in rounds],
        "pager": showing.pager(rounds),
    }
    return render(request, "public_draws.html", context)


@require_GET
def public_round(request: HttpRequest, pk: int) -> HttpResponse:
    """One round: before the draw its lists, after it the result, with what it takes to draw again."""
    found = _found(pk)
    names = found.names

    def named(number: str) -> str:
        return f"{number} {names.get(number, '')}".strip()

    context = {
        "title": found.title,
        "county": county_name(),
        "round": _row(found),
        "commitment": found.document["commitment"],
        "seed_hash": found.document["seed_hash"],
        "seed": found.seed if found.revealed_at else "",
        "witness": found.witness,
        "team": found.document["team"],
        "quota": found.document["quota"],
        "avoid": len(found.document["avoid"]),
        "objects": [named(number) for number in found.document["objects"][:_SHOWN]],
        "inspectors": [named(number) for number in found.document["inspectors"][:_SHOWN]],
        "shown": _SHOWN,
        "result": [
            {"object": named(team["object"]), "team": "、".join(map(named, team["inspectors"])), "short": team["short"]}
            for team in found.result
        ],
        "file": reverse("public_draw_file", args=[pk]),
    }
    return render(request, "public_draw.html", context)


@require_GET
def public_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file from which anybody can draw again."""
    answer = HttpResponse(orjson.dumps(published(_found(pk))), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="draw-{pk}.json"'
    return answer


def _found(pk: int) -> DrawRound:
    found = DrawRound.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这一轮抽查")
    return found
