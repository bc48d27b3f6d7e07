"""Changing a figure's definition: somebody proposes, another one approves; nothing is in force before that."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from pydantic import ValidationError

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Conflict, Invalid, NotAllowed, NotFound
from bihuan.figure.checks import shape_faults
from bihuan.figure.definitions import Catalogue, new_version
from bihuan.figure.explaining import differences
from bihuan.figure.impact import GivenOut, Impact, impact_of
from bihuan.figure.models import Figure, FigureVersion, Proposal
from bihuan.figure.rules import Reach, may_approve, may_know_of, may_propose
from bihuan.figure.spec import FigureSpec
from bihuan.org.actor import Actor

_LONGEST_WHY = 500


def proposed_spec(code: str, definition: Mapping[str, Any]) -> FigureSpec:
    """A definition as it is proposed. Raises Invalid with what is wrong, here and in the figures made of this one."""
    try:
        spec = FigureSpec.model_validate(definition)
    except ValidationError as error:
        told = (f"“{'.'.join(map(str, fault['loc']))}”的写法不对（{fault['input']!r}）" for fault in error.errors()[:5])
        raise Invalid("；".join(told)) from error
    faults = shape_faults(code, spec)
    if faults:
        raise Invalid("；".join(faults))
    catalogue = Catalogue(given={code: spec})
    above = dependents(code, catalogue)
    if set(catalogue.parts_of(code)) & {code, *above}:
        raise Invalid(f"“{code}”绕了一圈又用到自己")
    try:
        catalogue.with_parts([code, *above])
    except BihuanError as error:
        raise Invalid(error.message) from error
    return spec


def dependents(code: str, catalogue: Catalogue) -> list[str]:
    """The figures in use that are made of this one, directly or by way of others."""
    codes = list(
        Figure.objects.filter(retired=False).exclude(code=code).order_by("code").values_list("code", flat=True)
    )
    found: list[str] = []
    reached = {code}
    while True:
        more = [one for one in codes if one not in reached and reached & set(catalogue.parts_of(one))]
        if not more:
            return sorted(found)
        found += more
        reached |= set(more)


@transaction.atomic
def propose_definition(*, actor: Actor, figure: Figure, definition: Mapping[str, Any], why: str) -> Proposal:
    """Propose another definition of a figure, with the reason."""
    if not may_propose(actor, figure):
        raise NotAllowed(f"只有“{actor.tree.name(figure.owner_id)}”的人员可以提出修改“{figure.title}”的口径")
    if not why.strip() or len(why) > _LONGEST_WHY:
        raise Invalid("没有提出", {"why": f"请写明修改的原因，最多 {_LONGEST_WHY} 个字"})
    spec = proposed_spec(figure.code, definition)
    if spec == Catalogue().in_force(figure.code).spec:
        raise Invalid("与现行口径完全一样，没有什么要改")
    try:
        with transaction.atomic():
            return Proposal.objects.create(
                figure=figure,
                base=figure.version,
                definition=spec.model_dump(mode="json", exclude_defaults=True, by_alias=True),
                why=why.strip(),
                person_id=actor.person,
                actor_name=actor.name,
                proposed_at=clock.now(),
            )
    except IntegrityError as error:
        raise Conflict(f"“{figure.title}”已有一个修改在等批准，先把它办完") from error


@transaction.atomic
def decide_proposal(*, actor: Actor, proposal: Proposal, approved: bool, answer: str = "") -> Proposal:
    """Approve a proposed definition, which is then in force as the next version, or deny it with the reason.

    Only a person approves, and nobody what they proposed themselves.
    """
    found = Proposal.objects.select_for_update().select_related("figure").get(pk=proposal.pk)
    figure = Figure.objects.select_for_update().get(pk=found.figure_id)
    if not may_approve(actor, figure):
        raise NotAllowed(f"只有“{actor.tree.name(figure.owner_id)}”的审核或领导可以批准“{figure.title}”的口径")
    if actor.person is None:
        raise NotAllowed("口径由人批准，不由命令批准")
    if approved and found.person_id == actor.person:
        raise NotAllowed("自己提出的口径修改，要由另一个人批准")
    if found.state != Proposal.State.OPEN:
        raise Conflict(f"这个修改{found.get_state_display()}了")
    if len(answer) > _LONGEST_WHY or not (approved or answer.strip()):
        raise Invalid("没有决定", {"answer": f"不批准要写明原因，最多 {_LONGEST_WHY} 个字"})
    if approved:
        if figure.version != found.base:
            raise Conflict(f"提出以后口径已经改到第 {figure.version} 版，请对照新的口径重新提出")
        spec = proposed_spec(figure.code, found.definition)
        found.version = new_version(figure, spec, origin=found.origin, approved_by=actor.name, why=found.why).version
    found.state = Proposal.State.APPROVED if approved else Proposal.State.DENIED
    found.decided_by, found.decided_at, found.answer = actor.name, clock.now(), answer.strip()
    found.save(update_fields=["state", "decided_by", "decided_at", "answer", "version"])
    return found


def open_proposals(actor: Actor | None) -> list[Proposal]:
    """What waits for a word, the oldest first, as far as the actor may know of it; all for the machine."""
    rows = Proposal.objects.filter(state=Proposal.State.OPEN, figure__retired=False)
    found = rows.select_related("figure", "figure__owner").order_by("pk")
    return [row for row in found if actor is None or may_know_of(actor, row.figure)]


@dataclass(frozen=True)
class Weighed:
    """What a proposal would change: the definition part by part, the figures made of it, the numbers given out."""

    before: Catalogue
    after: Catalogue
    lines: list[str]
    above: list[str]
    impact: Impact


def weigh_proposal(
    proposal: Proposal, given: Callable[[Sequence[str]], Iterable[GivenOut]], reach: Reach | None
) -> Weighed:
    """Set a proposal beside the version that it was made from. `given` tells which numbers of figures were given out.

    The present state of the ledger may not fit one of the two any more: then that is what stands in the lines.
    """
    code, spec = proposal.figure.code, FigureSpec.model_validate(proposal.definition)
    row = FigureVersion.objects.get(figure=proposal.figure, version=proposal.base)
    before = Catalogue(given={code: FigureSpec.model_validate(row.definition)})
    after = Catalogue(given={code: spec})
    above = dependents(code, after)
    try:
        lines = differences(code, before, after)
    except BihuanError as error:
        lines = [f"现行口径与台账已经对不上：{error.message}"]
    return Weighed(before, after, lines, above, impact_of(code, spec, given([code, *above]), reach))


def get_proposal(actor: Actor, pk: int) -> Proposal:
    """A proposal that the actor may know of."""
    found = Proposal.objects.select_related("figure", "figure__owner").filter(pk=pk).first()
    if found is None or not may_know_of(actor, found.figure):
        raise NotFound("没有这个口径修改，或者它不在您的查看范围内")
    return found
