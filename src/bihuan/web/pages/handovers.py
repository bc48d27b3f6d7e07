"""Handing over: mine and those I ordered, beginning one, the list on which both sign, and the sheet to print."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import BihuanError, Invalid
from bihuan.handover.actions import begin_handover, sign_handover, withdraw_handover
from bihuan.handover.holdings import digest_of, holdings_of, obstacles
from bihuan.handover.models import Handover
from bihuan.handover.posts import posts_of
from bihuan.handover.rules import get_handover, is_gone, signs_as, visible_handovers
from bihuan.org.actor import Actor, actor_of
from bihuan.web.access import address_of, go, signed_in
from bihuan.web.handover_lines import grouped, head_of, kept_lines
from bihuan.web.middleware import status_of
from bihuan.web.pages.account import me
from bihuan.web.pages.away import named_person, told


@signed_in
def index(request: HttpRequest, actor: Actor) -> HttpResponse:
    """My hand-overs, and a form to begin one; a leader names the giver too."""
    problem: BihuanError | None = None
    if request.method == "POST":
        try:
            return go(request, reverse("handover", args=[_begin(request, actor).pk]))
        except BihuanError as error:
            problem = error
    context = {
        "title": "交接",
        "crumbs": [{"title": "工作台", "url": reverse("desk")}, {"title": "交接"}],
        "problem": told(problem) if problem else "",
        "leads": actor.has_role("leader"),
        "rows": [head_of(item) for item in visible_handovers(actor).order_by("-pk")[:100]],
        "total": visible_handovers(actor).count(),
        "typed": {name: request.POST.get(name, "") for name in ("giver", "receiver", "reason")},
    }
    return render(request, "handovers.html", context, status=status_of(problem) if problem else 200)


def _begin(request: HttpRequest, actor: Actor) -> Handover:
    word = request.POST.get("giver", "").strip()
    giver = named_person(word, "giver", "移交人") if word else me(request)
    receiver = named_person(request.POST.get("receiver", "").strip(), "receiver", "接收人")
    reason = request.POST.get("reason", "")
    return begin_handover(actor=actor, giver=giver, receiver=receiver, reason=reason, address=address_of(request))


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """One hand-over: its list, who has signed, and what I can do; posting signs or withdraws."""
    found, problem = get_handover(actor, pk), ""
    if request.method == "POST":
        try:
            messages.success(request, _do(request, actor, found))
            return go(request, reverse("handover", args=[pk]))
        except Invalid as error:
            problem = told(error)
    return render(request, "handover.html", {**_context(actor, found), "problem": problem})


def _do(request: HttpRequest, actor: Actor, found: Handover) -> str:
    if request.POST.get("do") == "withdraw":
        withdraw_handover(actor=actor, pk=found.pk, address=address_of(request))
        return "交接已撤回"
    signed = sign_handover(actor=actor, pk=found.pk, digest=request.POST.get("digest", ""), address=address_of(request))
    return "双方都已签字，交接完成" if signed.state == Handover.State.DONE else "已签字，等对方签字"


@signed_in
def sheet(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The same as a sheet to print, with places for signatures by hand."""
    return render(request, "handover_sheet.html", _context(actor, get_handover(actor, pk)))


def _context(actor: Actor, found: Handover) -> dict[str, Any]:
    is_open = found.state == Handover.State.OPEN
    receiver = actor_of(found.receiver)
    lines = holdings_of(found.giver, receiver) if is_open else kept_lines(found)
    return {
        "title": f"交接：{found.giver.name} → {found.receiver.name}",
        "crumbs": [{"title": "交接", "url": reverse("handovers")}, {"title": f"{found.giver.name} 的交接"}],
        "head": head_of(found),
        "is_open": is_open,
        "groups": grouped(actor, lines),
        "count": len(lines),
        "stuck": len(obstacles(lines)),
        "posts": posts_of(found.giver, receiver) if is_open else found.posts,
        "digest": digest_of(lines),
        "signs_as": signs_as(actor, found),
        "by_leader": is_gone(found.giver) and found.giver_id != actor.person,
    }
