"""A published ranking: every item's arithmetic, the change of rank, appeals and their answers."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import Invalid
from bihuan.figure.clocks import Clocks
from bihuan.figure.period import Period, parse_period
from bihuan.org.actor import Actor
from bihuan.org.tree import tree_on
from bihuan.scorecard.actions import answer_appeal, make_appeal
from bihuan.scorecard.amendments import amendments, lineage, standing_now
from bihuan.scorecard.definitions import spec_of
from bihuan.scorecard.models import Appeal, Publication
from bihuan.scorecard.publishing import PublishedScore, restored
from bihuan.scorecard.queries import previous_scores
from bihuan.scorecard.rules import get_appeal, get_publication, may_appeal, may_publish, may_run
from bihuan.scorecard.spec import ScorecardSpec
from bihuan.web import showing
from bihuan.web.access import go, signed_in
from bihuan.web.ranking import amended, groups_of, marked, moved_by


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The ranking."""
    found = get_publication(actor, pk)
    card, clocks = spec_of(found.scorecard), Clocks(found.as_of, found.known_at)
    period = parse_period(found.period, clocks.day)
    scores = restored(found.content)
    codes = {node.pk: node.code for node in tree_on(min(period.end, clocks.day)).nodes}
    changed, is_replaced = _amended(found, scores, card), standing_now(found) != found
    groups = groups_of(
        card, scores, period, clocks, codes, previous_scores(found), lambda unit: _what_if(actor, found, unit)
    )
    mine = [score for score in scores if may_appeal(actor, score.unit)]
    own = {score.unit for score in mine} if len(mine) < len(scores) else set()
    context = {
        "title": found.scorecard.title,
        "crumbs": [{"title": "考核晾晒", "url": reverse("scorecards")}, {"title": found.scorecard.title}],
        "publication": _head(actor, found, period),
        "amended": changed,
        "groups": marked(groups, changed.get("rows", []), own),
        "mine": mine if not is_replaced else [],
        "items": [{"code": item.code, "title": item.title} for item in card.items],
        "appeals": _appeals(actor, found, {score.unit: score.name for score in scores}),
    }
    return render(request, "publication.html", context)


def _head(actor: Actor, found: Publication, period: Period) -> dict[str, Any]:
    standing = standing_now(found)
    return {
        "pk": found.pk,
        "period": period.title,
        "published_at": showing.moment(found.published_at),
        "as_of": showing.moment(found.as_of),
        "replaced_url": reverse("publication", args=[standing.pk]) if standing != found else "",
        "compare_url": reverse("publication_compare", args=[found.pk]) if may_run(actor, found.scorecard) else "",
        "first_url": reverse("publication", args=[lineage(found)[0].pk]) if found.replaces_id else "",
    }


def _amended(publication: Publication, scores: Sequence[PublishedScore], card: ScorecardSpec) -> dict[str, Any]:
    """What appeals changed since the ranking was first published; nothing where none did."""
    changes = amendments(publication)
    if not changes:
        return {}
    first = restored(lineage(publication)[0].content)
    titles = {item.code: item.title for item in card.items}
    return {"appeals": amended(changes, titles), "rows": moved_by(first, scores)}


def _what_if(actor: Actor, publication: Publication, unit: int) -> str:
    if not (may_run(actor, publication.scorecard) or may_appeal(actor, unit)):
        return ""
    return f"{reverse('publication_what_if', args=[publication.pk])}?unit={unit}"


def _appeals(actor: Actor, publication: Publication, names: dict[int, str]) -> list[dict[str, Any]]:
    card, answers = spec_of(publication.scorecard), may_publish(actor, publication.scorecard)
    runs = may_run(actor, publication.scorecard)
    rows = Appeal.objects.filter(publication__in=lineage(publication)).order_by("pk")
    return [
        {
            "pk": row.pk,
            "unit": names.get(row.unit_id, ""),
            "item": card.item[row.item].title if row.item in card.item else row.item,
            "reason": row.reason,
            "state": row.get_state_display(),
            "answer": row.answer,
            "made_at": showing.moment(row.made_at),
            "can_answer": answers and row.state == Appeal.State.OPEN,
        }
        for row in rows
        if runs or may_appeal(actor, row.unit_id)
    ]


@signed_in
def appeal(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Object to an item."""
    unit = request.POST.get("unit", "")
    make_appeal(
        actor=actor,
        publication=pk,
        unit=int(unit) if unit.isdecimal() else 0,
        item=request.POST.get("item", ""),
        reason=request.POST.get("reason", ""),
    )
    messages.success(request, "已提交申诉，等待答复")
    return go(request, reverse("publication", args=[pk]))


@signed_in
def answer(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Answer an appeal: with a corrected value it is granted, without one denied."""
    found = get_appeal(actor, pk)
    typed = request.POST.get("value", "").strip()
    values = None
    if typed:
        item = spec_of(found.publication.scorecard).item.get(found.item)
        try:
            values = {item.figure or item.code: Decimal(typed)} if item else None
        except InvalidOperation as error:
            raise Invalid(f"更正后的数值“{typed}”不是数") from error
    made = answer_appeal(actor=actor, appeal=pk, answer=request.POST.get("answer", ""), values=values)
    messages.success(request, "已答复" + ("，新的结果已公布" if made else ""))
    return go(request, reverse("publication", args=[made.pk if made else found.publication_id]))
