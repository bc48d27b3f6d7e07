"""A ledger's definition changes: its records follow as one batch, or nothing moves and what is in the way is told."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Conflict, Issue, Level, NotAllowed
from bihuan.ledger import search
from bihuan.ledger.actions import start_batch
from bihuan.ledger.append import append_many, hold
from bihuan.ledger.definition_diff import differences
from bihuan.ledger.definitions import install_definition, spec_of
from bihuan.ledger.models import Batch, Ledger, LedgerVersion
from bihuan.ledger.rules import may_import
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.undo import DEFINITION
from bihuan.loop.definition_check import check_definition
from bihuan.loop.definitions import loop_of
from bihuan.loop.following import Following, Obstacle
from bihuan.org.actor import Actor


@dataclass(frozen=True)
class Plan:
    """What a new definition would do: the differences in words, how many records would change, what is in the way."""

    differences: list[str]
    issues: list[Issue]
    changed: int
    total: int
    obstacles: list[Obstacle]

    @property
    def may_go(self) -> bool:
        return not self.obstacles and not any(issue.level is Level.ERROR for issue in self.issues)


class Refused(BihuanError):
    """A definition that cannot be put in force; `plan` says why."""

    def __init__(self, ledger: Ledger, plan: Plan) -> None:
        told = [str(issue.message) for issue in plan.issues if issue.level is Level.ERROR]
        told += [f"{item.fault.message}，共 {item.count:,} 条：{_numbers(item)}" for item in plan.obstacles]
        super().__init__(f"“{ledger.title}”的定义没有改：" + "；".join(told))
        self.plan = plan


def _numbers(obstacle: Obstacle) -> str:
    shown = "、".join(number for _, number in obstacle.records[:5])
    return shown + ("等" if obstacle.count > len(obstacle.records[:5]) else "")


def plan_redefinition(*, actor: Actor, ledger: Ledger, spec: LedgerSpec) -> Plan:
    """What putting a definition in force would do to the records. Writes nothing."""
    pack = ledger.code.partition(".")[0]
    old, spec = spec_of(ledger), spec.in_pack(pack)
    issues = check_definition(pack, spec, loop_of(ledger), old)
    rows = ledger.records.filter(deleted=False)
    told, total = differences(old, spec), rows.count()
    if any(issue.level is Level.ERROR for issue in issues):
        return Plan(told, issues, 0, total, [])
    following = Following(actor, ledger, old, spec)
    changed = sum(1 for _ in following.drafts())
    return Plan(told, issues, changed, total, list(following.obstacles.values()))


@transaction.atomic
def redefine(
    *,
    actor: Actor,
    ledger: Ledger,
    spec: LedgerSpec,
    origin: str,
    base: int | None = None,
    valid_from: date | None = None,
    since: datetime | None = None,
) -> tuple[Plan, Batch | None]:
    """Put a definition in force as the ledger's next version, and let its records follow in one batch.

    `base` is the version that the change was made from, `valid_from` the day from which on it holds, `since` when the
    records' changes were so: today and now, if not given. Raises Refused with what is in the way, Conflict if the
    definition was changed since, NotAllowed for who does not keep the ledger.
    """
    if not may_import(actor, ledger):
        raise NotAllowed(f"只有“{actor.tree.name(ledger.owner_id)}”的人员可以改“{ledger.title}”的定义")
    hold(ledger)
    ledger.refresh_from_db()
    if base is not None and base != ledger.version:
        raise Conflict(f"“{ledger.title}”的定义刚刚被别人改过（现为第 {ledger.version} 版），请重新修改")
    spec, old = spec.in_pack(ledger.code.partition(".")[0]), spec_of(ledger)
    plan = plan_redefinition(actor=actor, ledger=ledger, spec=spec)
    if not plan.may_go:
        raise Refused(ledger, plan)
    following = Following(actor, ledger, old, spec, since)
    fresh = install_definition(
        code=ledger.code, spec=spec, owner=ledger.owner, origin=origin, valid_from=valid_from or clock.today()
    )
    batch = _move(actor, fresh, following, plan) if plan.changed else None
    search.absorb(fresh)
    return plan, batch


def _move(actor: Actor, ledger: Ledger, following: Following, plan: Plan) -> Batch:
    batch = start_batch(
        actor=actor, ledger=ledger, kind=DEFINITION, file_name=f"定义第 {ledger.version} 版", file_hash="", plan={}
    )
    append_many(actor=actor, ledger=ledger, drafts=following.drafts(), batch=batch)
    result = {"created": 0, "updated": plan.changed, "unchanged": plan.total - plan.changed, "failed": 0}
    batch.state, batch.result, batch.finished_at = Batch.State.DONE, result, clock.now()
    batch.save(update_fields=["state", "result", "finished_at"])
    return batch


def last_from_pack(ledger: Ledger) -> dict[str, Any] | None:
    """The definition that a pack last gave a ledger; None if none did."""
    versions = LedgerVersion.objects.filter(ledger=ledger, origin="pack").order_by("-version")
    return versions.values_list("definition", flat=True).first()
