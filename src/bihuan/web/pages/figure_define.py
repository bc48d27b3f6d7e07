"""Changing what a figure means: propose on a form, see the difference and the numbers given out, approve or deny."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import Invalid, NotFound
from bihuan.figure.definitions import Catalogue
from bihuan.figure.explaining import differences, explained, facets
from bihuan.figure.impact import Impact
from bihuan.figure.models import Figure, FigureVersion, Proposal
from bihuan.figure.proposals import decide_proposal, get_proposal, propose_definition, weigh_proposal
from bihuan.figure.queries import told_plainly
from bihuan.figure.rules import Reach, may_approve, may_propose
from bihuan.figure.spec import FigureSpec
from bihuan.figure.value import shown
from bihuan.org.actor import Actor
from bihuan.report.figure_uses import given_out
from bihuan.web import showing
from bihuan.web.access import go, signed_in
from bihuan.web.figure_form import definition_of, inputs_of

_SHOWN = 200


@signed_in
def define(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """The versions of a definition with their dates, and the form that proposes another."""
    figure = Figure.objects.filter(code=code, retired=False).select_related("owner").first()
    if figure is None:
        raise NotFound(f"没有指标“{code}”")
    problem, typed = "", request.POST if request.method == "POST" else None
    spec = Catalogue().in_force(code).spec
    if typed is not None:
        try:
            why = typed.get("why", "")
            made = propose_definition(actor=actor, figure=figure, definition=definition_of(spec, typed), why=why)
        except Invalid as error:
            problem = str(error)
        else:
            messages.success(request, "已提出，等另一位审核或领导批准")
            return go(request, reverse("figure_proposal", args=[made.pk]))
    context = _versions(actor, figure) | {
        "problem": problem,
        "fields": inputs_of(spec, typed),
        "why": typed.get("why", "") if typed else "",
    }
    return render(request, "figure_define.html", context, status=422 if problem else 200)


def _versions(actor: Actor, figure: Figure) -> dict[str, Any]:
    rows = list(FigureVersion.objects.filter(figure=figure).order_by("-version"))
    waiting = Proposal.objects.filter(figure=figure, state=Proposal.State.OPEN).first()
    return {
        "title": f"{figure.title}的口径",
        "crumbs": [
            {"title": "指标库", "url": reverse("figures")},
            {"title": figure.title, "url": reverse("figure", args=[figure.code])},
            {"title": "口径"},
        ],
        "definition": explained(figure.code, Catalogue()),
        "versions": [
            _version(figure.code, row, rows[place + 1] if place + 1 < len(rows) else None)
            for place, row in enumerate(rows)
        ],
        "waiting": reverse("figure_proposal", args=[waiting.pk]) if waiting else "",
        "can": may_propose(actor, figure) and not waiting,
        "past": [
            _decided(row)
            for row in Proposal.objects.filter(figure=figure, state=Proposal.State.DENIED).order_by("-pk")[:20]
        ],
    }


def _version(code: str, row: FigureVersion, before: FigureVersion | None) -> dict[str, Any]:
    new, old = (_as_defined(code, one) if one else None for one in (row, before))
    lines = (
        differences(code, old, new)
        if old and new
        else [f"{name}：{text}" for name, text in facets(code, new).items()]
        if new
        else []
    )
    by = f"{row.approved_by} 批准" if row.approved_by else {"pack": "随业务包安装"}.get(row.origin, row.origin)
    return {"version": row.version, "at": showing.moment(row.recorded_at), "by": by, "why": row.why, "lines": lines}


def _as_defined(code: str, row: FigureVersion) -> Catalogue:
    return Catalogue(row.recorded_at, given={code: FigureSpec.model_validate(row.definition)})


def _decided(row: Proposal) -> dict[str, str]:
    return {
        "why": row.why,
        "by": row.actor_name,
        "answer": row.answer,
        "decided_by": row.decided_by,
        "url": reverse("figure_proposal", args=[row.pk]),
    }


@signed_in
def proposal(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """One proposal: what it changes, which numbers given out would be others, and the decision."""
    found = get_proposal(actor, pk)
    if request.method == "POST":
        approved = request.POST.get("decision") == "approve"
        decide_proposal(actor=actor, proposal=found, approved=approved, answer=request.POST.get("answer", ""))
        messages.success(request, "已批准，新口径即时生效" if approved else "已记为不批准")
        return go(request, reverse("figure_define", args=[found.figure.code]))
    return render(request, "figure_proposal.html", _proposal(actor, found))


def _proposal(actor: Actor, found: Proposal) -> dict[str, Any]:
    figure, is_open = found.figure, found.state == Proposal.State.OPEN
    weighed = weigh_proposal(found, partial(given_out, actor), Reach(actor))
    own = found.person_id is not None and found.person_id == actor.person
    return {
        "title": f"{figure.title}：口径修改",
        "crumbs": [
            {"title": "指标库", "url": reverse("figures")},
            {"title": figure.title, "url": reverse("figure", args=[figure.code])},
            {"title": "口径修改"},
        ],
        "proposal": {
            "why": found.why,
            "by": found.actor_name,
            "at": showing.moment(found.proposed_at),
            "state": found.get_state_display(),
            "answer": found.answer,
            "decided": f"{found.decided_by} {showing.moment(found.decided_at)}" if found.decided_at else "",
        },
        "lines": weighed.lines,
        "before": told_plainly(figure.code, weighed.before),
        "after": told_plainly(figure.code, weighed.after),
        "above": [weighed.after.in_force(code).spec.title for code in weighed.above],
        "impact": _impact(actor, weighed.impact, weighed.after),
        "can": is_open and may_approve(actor, figure),
        "own": is_open and own,
    }


def _impact(actor: Actor, impact: Impact, after: Catalogue) -> dict[str, Any]:
    """The numbers in the order in which they were given out, the newest first."""
    newest = sorted(impact.differing, key=lambda one: one.given.at, reverse=True)
    return {
        "total": len(newest),
        "more": max(0, len(newest) - _SHOWN),
        "same": impact.same,
        "unseen": impact.unseen,
        "left_out": impact.left_out,
        "rows": [
            {
                "where": one.given.where,
                "url": reverse(one.given.page, args=[one.given.pk] if one.given.pk else []),
                "at": showing.moment(one.given.at),
                "title": after.in_force(one.given.figure).spec.title,
                "cell": f"{actor.tree.name(one.given.unit) or '全部单位'} · {one.given.period.title}",
                "old": shown(one.given.value, after[one.given.figure]) or "不知道",
                "new": shown(one.new, after[one.given.figure]) or "不知道",
            }
            for one in newest[:_SHOWN]
        ],
    }
