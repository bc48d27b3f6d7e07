"""The only writes to scorecards: a score is given by hand, a ranking is published, appealed against, answered."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotFound
from bihuan.figure.clocks import Clocks
from bihuan.figure.period import Period
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.scorecard.amendments import standing_now
from bihuan.scorecard.declaring import faults, out_of_reach
from bihuan.scorecard.definitions import install_scorecard, spec_of
from bihuan.scorecard.evaluating import evaluate
from bihuan.scorecard.models import Appeal, GivenScore, Publication, ScorecardVersion
from bihuan.scorecard.outlook import standing_behind
from bihuan.scorecard.periods import require_held
from bihuan.scorecard.publishing import kept, published, restored
from bihuan.scorecard.queries import trial
from bihuan.scorecard.rules import (
    get_appeal,
    get_publication,
    may_appeal,
    may_declare,
    may_publish,
    may_score,
    require,
)
from bihuan.scorecard.spec import ScorecardSpec

_LONGEST = 2_000


@transaction.atomic
def declare(*, actor: Actor, code: str, spec: ScorecardSpec, owner: Unit) -> ScorecardVersion:
    """Put a scorecard declared on screen in force; what was published stands as it is."""
    require(may_declare(actor, owner.pk), f"改“{spec.title}”的办法")
    problems = [*faults(spec), *out_of_reach(actor, spec)]
    if problems:
        raise Invalid("；".join(problems))
    return install_scorecard(code=code, spec=spec, owner=owner, origin="screen")


@transaction.atomic
def give_score(
    *,
    actor: Actor,
    scorecard: ScorecardVersion,
    period: Period,
    unit: Unit,
    item: str,
    points: Decimal,
    evidence: str,
) -> GivenScore:
    """Give a unit points for an item that no figure gives, with the evidence."""
    require(may_score(actor, scorecard), f"为“{scorecard.title}”评分")
    found = spec_of(scorecard).item.get(item)
    if found is None or found.figure:
        raise NotFound(f"“{scorecard.title}”没有人工评分项“{item}”")
    if not points.is_finite() or not 0 <= points <= found.weight:
        raise Invalid(f"“{found.title}”评了 {points} 分，允许 0 到 {found.weight:f} 分")
    _require_text(evidence, "评分依据")
    return GivenScore.objects.create(
        code=scorecard.code,
        period=period.code,
        unit=unit,
        item=item,
        points=points,
        evidence=evidence.strip(),
        person_id=actor.person,
        given_at=clock.now(),
    )


@transaction.atomic
def publish(*, actor: Actor, scorecard: ScorecardVersion, period: Period, clocks: Clocks) -> Publication:
    """Publish a ranking as the trial has it; from then on it stands as it is."""
    require(may_publish(actor, scorecard), f"公布“{scorecard.title}”")
    require_held(spec_of(scorecard), period)
    ScorecardVersion.objects.select_for_update().get(pk=scorecard.pk)
    standing = Publication.objects.filter(scorecard__code=scorecard.code, period=period.code, replaced_by__isnull=True)
    if standing.exists():
        raise Conflict(f"“{scorecard.title}”{period.title}的结果已经公布；要改变它，须经申诉答复")
    found = trial(actor, scorecard, period, clocks)
    return _publication(actor, scorecard, period, clocks, kept(found.as_published()))


def _publication(
    actor: Actor,
    scorecard: ScorecardVersion,
    period: Period,
    clocks: Clocks,
    content: str,
    replaces: Publication | None = None,
    reason: str = "",
) -> Publication:
    return Publication.objects.create(
        scorecard=scorecard,
        period=period.code,
        as_of=clocks.as_of,
        known_at=clocks.known_at,
        content=content,
        hash=hashlib.sha256(content.encode()).hexdigest(),
        replaces=replaces,
        reason=reason,
        person_id=actor.person,
        published_at=clock.now(),
    )


@transaction.atomic
def make_appeal(*, actor: Actor, publication: int, unit: int, item: str, reason: str) -> Appeal:
    """Object to an item of one's own unit's score."""
    found = get_publication(actor, publication)
    require(may_appeal(actor, unit), "为这个单位申诉")
    score = next((score for score in restored(found.content) if score.unit == unit), None)
    if score is None or item not in score.item:
        raise NotFound("这份考核结果里没有这一项")
    if hasattr(found, "replaced_by"):
        raise Conflict("这份结果已被新的结果代替，请在新的结果上申诉")
    _require_text(reason, "申诉理由")
    if Appeal.objects.filter(publication=found, unit=unit, item=item, state=Appeal.State.OPEN).exists():
        raise Conflict("这一项已有一件申诉等待答复")
    return Appeal.objects.create(
        publication=found,
        unit_id=unit,
        item=item,
        reason=reason.strip(),
        person_id=actor.person,
        made_at=clock.now(),
    )


@transaction.atomic
def answer_appeal(
    *, actor: Actor, appeal: int, answer: str, values: Mapping[str, Decimal] | None = None
) -> Publication | None:
    """Answer an appeal. `values` are the corrected values of the unit, by figure or item: they grant it, and the
    ranking is computed anew from what the publication rests on and published in its place. None: it is denied.
    """
    found = get_appeal(actor, appeal)
    publication = found.publication
    require(may_publish(actor, publication.scorecard), "答复这件申诉")
    _require_text(answer, "答复")
    state = Appeal.State.GRANTED if values else Appeal.State.DENIED
    changed = Appeal.objects.filter(pk=appeal, state=Appeal.State.OPEN).update(
        state=state, answer=answer.strip(), answered_by=actor.person, answered_at=clock.now()
    )
    if not changed:
        raise Conflict("这件申诉已经答复过了")
    return _granted(actor, found, dict(values), answer) if values else None


def _granted(actor: Actor, appeal: Appeal, values: dict[str, Decimal], answer: str) -> Publication:
    """The ranking that takes the place of the one that stands: the same basis, the granted values in it.

    That is the one appealed against, or what an appeal granted earlier has put in its place.
    """
    ScorecardVersion.objects.select_for_update().get(pk=appeal.publication.scorecard_id)
    old = standing_now(appeal.publication)
    standing = standing_behind(old)
    card, period, clocks = standing.card, standing.period, Clocks(old.as_of, old.known_at)
    merged = {unit: dict(known) for unit, known in standing.basis.values.items()}
    merged[appeal.unit_id] |= values
    scores = evaluate(card, standing.basis.groups, merged, standing.day)
    names = {score.unit: score.name for score in restored(old.content)}
    reason = f"采纳申诉：{card.item[appeal.item].title if appeal.item in card.item else appeal.item}。{answer.strip()}"
    made = _publication(actor, old.scorecard, period, clocks, kept(published(scores, names)), old, reason)
    Appeal.objects.filter(pk=appeal.pk).update(led_to=made)
    return made


def _require_text(text: str, what: str) -> None:
    if not text.strip() or len(text) > _LONGEST:
        raise Invalid(f"{what}有 {len(text.strip())} 个字，应为 1 到 {_LONGEST} 个字")
