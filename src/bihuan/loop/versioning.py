"""Running matters and the versions of their loop: each stays on its own, or moves after a check of what changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Sum

from bihuan.base.errors import Conflict, Invalid, NotAllowed
from bihuan.ledger.append import Draft, append_many
from bihuan.ledger.models import Ledger, Record, StepTally
from bihuan.ledger.rules import may_import
from bihuan.loop.definitions import loop_of, running_loops, version_of
from bihuan.loop.effects.people import people_in
from bihuan.loop.spec import LoopSpec, VerbSpec
from bihuan.org.actor import Actor

_PARTS = ("title", "asks", "who", "guard", "criteria", "reason", "effect", "need")
_PART_WORDS = {
    "title": "名称",
    "asks": "要填的内容",
    "who": "谁可以做",
    "guard": "条件",
    "criteria": "认定标准",
    "reason": "意见",
    "effect": "效果",
    "need": "会签票数",
}


@dataclass(frozen=True)
class MovePlan:
    """What moving the running matters to the loop in force would change.

    `matters` counts them by version and step; `changes` tells, for each version, what differs; `homeless` are steps in
    which matters stand and which the new version does not have: each needs a step to go to.
    """

    version: int
    matters: dict[int, dict[str, int]]
    changes: dict[int, tuple[str, ...]]
    homeless: dict[str, int] = field(default_factory=dict)


def plan_move(ledger: Ledger) -> MovePlan:
    """The check before a move. Writes nothing."""
    newest = version_of(ledger)
    running = running_loops([ledger]).get(ledger.pk, {})
    latest = running.get(newest) or loop_of(ledger)
    matters: dict[int, dict[str, int]] = {}
    homeless: dict[str, int] = {}
    tallies = StepTally.objects.filter(ledger=ledger, closed=False, total__gt=0).exclude(loop_version=newest)
    for version, state, total in tallies.values_list("loop_version", "state").annotate(n=Sum("total")):
        matters.setdefault(version, {})[state] = total
        if latest and state not in latest.step:
            homeless[state] = homeless.get(state, 0) + total
    changes = {
        version: tuple(differences(loop, latest)) for version, loop in running.items() if latest and version in matters
    }
    return MovePlan(newest, matters, changes, homeless)


def differences(old: LoopSpec, new: LoopSpec) -> Iterator[str]:
    """What a person on the old version would find changed on the new one, in words."""
    yield from (f"没有了环节“{step.title}”" for step in old.steps if step.code not in new.step)
    yield from (f"新增环节“{step.title}”" for step in new.steps if step.code not in old.step)
    yield from (f"没有了操作“{verb.title}”" for verb in old.verbs if verb.code not in new.verb)
    yield from (f"新增操作“{verb.title}”" for verb in new.verbs if verb.code not in old.verb)
    for verb in old.verbs:
        if verb.code in new.verb:
            yield from _verb_differences(verb, new.verb[verb.code])
    if old.deadline != new.deadline:
        yield "期限规则变了；已经起算的期限不变"
    for name, title in (("extension", "延期的限制"), ("exception", "例外的限制"), ("still", "销号前的核对")):
        if getattr(old, name) != getattr(new, name):
            yield f"{title}变了"


def _verb_differences(old: VerbSpec, new: VerbSpec) -> Iterator[str]:
    changed = [_PART_WORDS[part] for part in _PARTS if getattr(old, part) != getattr(new, part)]
    if (old.from_, old.targets) != (new.from_, new.targets):
        changed.append("从哪个环节到哪个环节")
    if changed:
        yield f"操作“{old.title}”的{'、'.join(changed)}变了"


@transaction.atomic
def move_matters(*, actor: Actor, ledger: Ledger, steps: Mapping[str, str], reason: str = "") -> int:
    """Move every running matter to the loop in force; `steps` says where those go whose step is no more.

    Raises Invalid while a step is left without a place. Returns how many moved.
    """
    if not (actor.is_system or (may_import(actor, ledger) and actor.has_role("reviewer"))):
        raise NotAllowed(f"只有“{actor.tree.name(ledger.owner_id)}”的审核人员可以换用新版闭环")
    plan, latest = plan_move(ledger), loop_of(ledger)
    if latest is None or not plan.matters:
        raise Conflict("没有要换用新版的在办事项")
    for step in plan.homeless:
        target = steps.get(step)
        if target not in latest.step or latest.step[target].closed:
            raise Invalid(f"新版没有环节“{step}”，要说明其中的 {plan.homeless[step]} 件到哪个环节（不能是销号的环节）")
    old = Record.objects.filter(ledger=ledger, closed_at__isnull=True, deleted=False).exclude(loop__v=plan.version)
    drafts = (
        _draft(record, plan.version, steps, plan.homeless, reason) for record in old.order_by("pk").iterator(2_000)
    )
    return len(append_many(actor=actor, ledger=ledger, drafts=drafts))


def _draft(record: Record, version: int, steps: Mapping[str, str], homeless: Mapping[str, int], reason: str) -> Draft:
    state = steps[record.state] if record.state in homeless else record.state
    log = {**record.loop, "v": version}
    log.pop("people", None)
    people = people_in(log, state)
    log |= {"people": people} if people else {}
    system = {"loop": log, **({"state": state} if state != record.state else {})}
    detail = {"from": record.loop.get("v", 0), "loop": version}
    return Draft("version_moved", record.pk, {}, system, detail, None, reason, record.version)
