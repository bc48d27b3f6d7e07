"""The sweep: opens what is due as matters of its ledger, once each, however often it runs."""

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from bihuan.base import clock
from bihuan.base.errors import BihuanError, NotFound
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger
from bihuan.loop.actions import create_record
from bihuan.loop.declared.definitions import InForce
from bihuan.loop.duty.models import DutyRefusal, DutySweep, DutyTurn
from bihuan.loop.duty.spec import DutySpec
from bihuan.loop.duty.turns import Turn, duties_in_force, since, turns_opening
from bihuan.loop.notice.phrasing import phrased
from bihuan.org.actor import Actor, system_actor
from bihuan.org.tree import tree_on

_log = logging.getLogger("bihuan.duty")
_REACH_BACK = timedelta(days=400)
"""How far the first sweep looks back. What is older is seen as not reported, and not opened."""
_OVERLAP = timedelta(days=35)
"""How far a later sweep looks back before the last one, for turns that could not be opened then."""


@dataclass(frozen=True)
class Opened:
    """What a sweep did: turns opened now, and turns that could not be opened."""

    opened: int
    refused: int


def open_due(*, day: date | None = None) -> Opened:
    """Open every turn whose day has come and that was not opened yet."""
    today = day or clock.today()
    actor, opened, refused = system_actor("例行任务"), 0, 0
    for duty in duties_in_force().values():
        try:
            ledger = duty.ledger(duty.spec.ledger)
            wanted = list(turns_opening(duty, _looks_back_to(duty, today), today))
        except NotFound as error:
            _log.warning("duty %s was not opened: %s", duty.code, type(error).__name__)
            continue
        done = _done(duty.code, wanted)
        for turn in wanted:
            if (turn.period.key, turn.subject) not in done and turn.opens_on <= today:
                made = _open(actor, duty, ledger, turn)
                opened, refused = opened + made, refused + (not made)
    _swept(today)
    return Opened(opened, refused)


def _looks_back_to(duty: InForce[DutySpec], today: date) -> date:
    """From which opening day on turns are looked for. A round takes in what joins its ledger until its period ends."""
    if duty.spec.round:
        return today - _REACH_BACK * duty.spec.interval
    last = DutySweep.objects.values_list("day", flat=True).first()
    first_seen = max(since(duty), today - _REACH_BACK)
    return first_seen if last is None else max(first_seen, min(last, today) - _OVERLAP)


def _done(code: str, turns: list[Turn]) -> set[tuple[str, str]]:
    rows = DutyTurn.objects.filter(code=code, period__in={turn.period.key for turn in turns})
    return set(rows.values_list("period", "subject"))


def _open(actor: Actor, duty: InForce[DutySpec], ledger: Ledger, turn: Turn) -> bool:
    """Open one turn; False where its matter could not be made, which is written down to be seen."""
    names: dict[str, Any] = {"code": turn.code, "period": turn.period.key, "subject": turn.subject}
    try:
        with transaction.atomic():
            record = create_record(
                actor=actor, ledger=ledger, fields=_fields(duty, ledger, turn), reason=duty.spec.title
            )
            DutyTurn.objects.create(
                **names,
                unit_id=turn.unit,
                record=record,
                opens_on=turn.opens_on,
                due_on=turn.due_on,
                opened_at=clock.now(),
            )
    except IntegrityError:
        return True  # Another sweep was faster; what was made here is undone.
    except BihuanError as error:
        DutyRefusal.objects.update_or_create(**names, defaults={"why": str(error)[:300], "at": clock.now()})
        return False
    DutyRefusal.objects.filter(**names).delete()
    return True


def _fields(duty: InForce[DutySpec], ledger: Ledger, turn: Turn) -> dict[str, object]:
    """The new matter's fields as a form would bring them."""
    spec, tree = spec_of(ledger), tree_on(turn.opens_on)
    values = {
        "duty": duty.spec.title,
        "period": turn.period.title,
        "period_key": turn.period.key,
        "period_from": turn.period.start.isoformat(),
        "period_to": turn.period.end.isoformat(),
        "unit": tree.name(turn.unit),
        "object": turn.about,
        "object_number": turn.object_number,
    }
    fields: dict[str, object] = {code: phrased(text, values) for code, text in duty.spec.set.items()}
    if spec.unit_field and turn.unit is not None:
        fields[spec.unit_field] = turn.unit
    if spec.opened_field:
        fields[spec.opened_field] = turn.opens_on.isoformat()
    if spec.due_field:
        fields[spec.due_field] = turn.due_on.isoformat()
    if duty.spec.round:
        fields[duty.spec.round.object_field] = turn.object_number
    return fields


def _swept(day: date) -> None:
    """Remember that a day is done, so that the first visit of a day need not sweep again."""
    if not DutySweep.objects.update(day=day):
        DutySweep.objects.create(day=day)
