"""A definition for a day to come: planned and held to the records, withdrawn, or put in force when its day is there.

Nothing is written to a ledger on that day before (`ledger.append`), so every event of the day is under the new one.
"""

import logging
from dataclasses import replace
from datetime import date, timedelta

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Conflict, Invalid, NotAllowed, NotFound
from bihuan.ledger.append import hold
from bihuan.ledger.models import Batch, Ledger, PlannedVersion
from bihuan.ledger.rules import may_import
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.notice.internal import tell
from bihuan.loop.redefinition import Plan, Refused, plan_redefinition, redefine
from bihuan.org.actor import Actor, system_actor

_log = logging.getLogger("bihuan.definition")
_WAITING = PlannedVersion.Outcome.WAITING
_LONGEST_TOLD = 2_000


def waiting_version(ledger: Ledger) -> PlannedVersion | None:
    """The planned version of a ledger that has not taken effect yet."""
    return PlannedVersion.objects.select_related("person").filter(ledger=ledger, outcome=_WAITING).first()


@transaction.atomic
def plan_definition(
    *, actor: Actor, ledger: Ledger, spec: LedgerSpec, origin: str, base: int | None = None
) -> tuple[Plan, PlannedVersion]:
    """Let a definition take effect on its `valid_from`, a day to come. The records are held to it now and then again.

    Raises Refused with what is in the way now, Conflict where another version waits or `base` is no longer in force,
    Invalid for a day that is not to come, NotAllowed for who does not keep the ledger.
    """
    _require_keeper(actor, ledger)
    if spec.valid_from is None or spec.valid_from <= clock.today():
        raise Invalid("生效日期要晚于今天；今天就用的，直接启用")
    hold(ledger)
    ledger.refresh_from_db()
    if base is not None and base != ledger.version:
        raise Conflict(f"“{ledger.title}”的定义刚刚被别人改过（现为第 {ledger.version} 版），请重新修改")
    if waiting_version(ledger):
        raise Conflict(f"“{ledger.title}”已经有一版定义在等生效，请先撤回它")
    plan = plan_redefinition(actor=actor, ledger=ledger, spec=spec)
    if not plan.may_go:
        raise Refused(ledger, plan)
    made = PlannedVersion.objects.create(
        ledger=ledger,
        definition=spec.in_pack(ledger.code.partition(".")[0]).model_dump(mode="json", exclude_defaults=True),
        valid_from=spec.valid_from,
        base=ledger.version,
        origin=origin,
        person_id=actor.person,
        planned_by=actor.name,
        planned_at=clock.now(),
    )
    _renew_on(ledger, spec.valid_from)
    return plan, made


@transaction.atomic
def withdraw_definition(*, actor: Actor, ledger: Ledger) -> PlannedVersion:
    """Take back the version that waits. Raises NotFound where none does."""
    _require_keeper(actor, ledger)
    hold(ledger)
    planned = waiting_version(ledger)
    if planned is None:
        raise NotFound(f"“{ledger.title}”没有待生效的定义")
    planned.outcome = PlannedVersion.Outcome.WITHDRAWN
    planned.save(update_fields=["outcome"])
    _renew_on(ledger, None)
    return planned


def put_due_in_force() -> int:
    """Put every planned version whose day is there in force; returns how many. What is refused waits for the next day.

    It may be called at any time, any number of times, by any process: one does the work, the others find it done.
    """
    due = Ledger.objects.filter(renew_on__lte=clock.today()).order_by("pk")
    return sum(put_in_force(ledger) for ledger in due)


def put_in_force(ledger: Ledger) -> bool:
    """Try a ledger's planned version now; False where the records are in the way, which its keepers are told."""
    with transaction.atomic():
        hold(ledger)
        planned = waiting_version(ledger)
        if planned is None or planned.valid_from > clock.today():
            return False
        try:
            _go(ledger, planned)
        except BihuanError as refused:
            _note(ledger, planned, refused.message)
            return False
    return True


@transaction.atomic
def _go(ledger: Ledger, planned: PlannedVersion) -> Batch | None:
    """Put a planned version in force from its day; where it was refused before, from today."""
    late = planned.refused_on is not None
    day = clock.today() if late else planned.valid_from
    planned.outcome = PlannedVersion.Outcome.IN_FORCE
    planned.save(update_fields=["outcome"])
    _renew_on(ledger, None)
    if planned.base != ledger.version:
        raise Conflict(f"这一版是在第 {planned.base} 版上改的，现行已是第 {ledger.version} 版，请撤回后重新改")
    actor = replace(system_actor(), name=f"按期启用（{planned.planned_by}）"[:60])
    spec = LedgerSpec.model_validate(planned.definition)
    since = None if late else clock.start_of_day(day)
    return redefine(actor=actor, ledger=ledger, spec=spec, origin=planned.origin, valid_from=day, since=since)[1]


def _note(ledger: Ledger, planned: PlannedVersion, told: str) -> None:
    """Keep why a version could not take effect, let the ledger be written, and tell those who can mend it."""
    today = clock.today()
    first = planned.refused_on is None
    planned.refused_on, planned.told, planned.outcome = today, told[:_LONGEST_TOLD], _WAITING
    planned.save(update_fields=["refused_on", "told", "outcome"])
    _renew_on(ledger, today + timedelta(days=1))
    _log.warning("planned definition of ledger %s was not put in force", ledger.code)
    if first:
        tell(
            cause=f"definition|{planned.pk}|{today}",
            ledger=ledger,
            person=planned.person_id,
            subject=f"“{ledger.title}”的新定义没有按期启用",
            paragraphs=[
                f"定于 {planned.valid_from} 启用的新定义没有启用，现行的定义继续使用，记录没有变动。",
                "原因和挡住的记录见这本台账的“定义”页。改好以后可以在那里再试；不改也会每天再试一次，也可以撤回。",
            ],
        )


def _renew_on(ledger: Ledger, day: date | None) -> None:
    ledger.renew_on = day
    ledger.save(update_fields=["renew_on"])


def _require_keeper(actor: Actor, ledger: Ledger) -> None:
    if not may_import(actor, ledger):
        raise NotAllowed(f"只有“{actor.tree.name(ledger.owner_id)}”的人员可以改“{ledger.title}”的定义")
