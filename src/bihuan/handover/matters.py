"""The open matters that a person holds by name, and how such a matter passes to another: by one event."""

from collections.abc import Iterable
from typing import Any

from bihuan.ledger.append import Draft
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Involved, Ledger, Record
from bihuan.ledger.sealed import open_data
from bihuan.ledger.settling import settle
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.definitions import loop_for, loop_of
from bihuan.loop.effects.people import people_in
from bihuan.loop.opening import moved_columns
from bihuan.loop.spec import LoopSpec
from bihuan.org.models import Person

HANDED_OVER = "handed_over"
PARTS = {"holder": "承办", "signer": "会签", "delegator": "委派人"}


def matters_held(person: Person) -> list[tuple[Record, tuple[str, ...]]]:
    """Each open matter in which somebody is named to act, with the parts in which the person is; by ledger and number.

    Who is only copied in, and who once brought a matter in, holds nothing.
    """
    parts: dict[int, list[str]] = {}
    named = Involved.objects.filter(person=person, part__in=PARTS, record__deleted=False, record__closed_at=None)
    for record, part in named.order_by("part").values_list("record", "part"):
        parts.setdefault(record, []).append(PARTS[part])
    for ledger in _ledgers_naming_persons():
        spec, codes = spec_of(ledger), acting_fields(ledger)
        for code in codes:
            rows = Record.objects.filter(ledger=ledger, deleted=False, closed_at=None, **{f"data__{code}": person.pk})
            for pk in rows.values_list("pk", flat=True):
                parts.setdefault(pk, []).append(spec.by_code[code].title)
    found = Record.objects.select_related("ledger").in_bulk(list(parts))
    ordered = sorted(found.values(), key=lambda record: (record.ledger_id, record.pk))
    return [(record, tuple(parts[record.pk])) for record in ordered]


def _ledgers_naming_persons() -> list[Ledger]:
    return [ledger for ledger in Ledger.objects.filter(version__gt=0).order_by("pk") if acting_fields(ledger)]


def acting_fields(ledger: Ledger) -> tuple[str, ...]:
    """The person fields by which somebody is to act: the one who undertakes, and those that the loop's verbs name."""
    loop = loop_of(ledger)
    if loop is None:
        return ()
    spec = spec_of(ledger)
    named = {who.field for verb in loop.verbs for who in verb.who} | {spec.assignee_field}
    return tuple(field.code for field in spec.fields if field.code in named and field.kind == "person")


def draft_of(record: Record, giver: Person, receiver: Person, reason: str, handover: int) -> Draft:
    """The event by which a matter passes from one person to the other in every part that the giver has in it."""
    spec, loop = spec_of(record.ledger), loop_for(record)
    record.data = open_data(record.ledger.code, record.data)
    changes = _changed_fields(record, spec, giver, receiver)
    system: dict[str, Any] = moved_columns(spec, loop, record, changes)
    log = _passed(record.loop, giver, receiver)
    log = {**log, **_people(log, record.state, loop)}
    if log != record.loop:
        system["loop"] = {**log, **system.get("loop", {})}
    detail = {"people": [f"{giver.name} → {receiver.name}"], "handover": handover}
    return Draft(HANDED_OVER, record.pk, changes, system, detail, None, reason, record.version)


def _changed_fields(record: Record, spec: LedgerSpec, giver: Person, receiver: Person) -> dict[str, Any]:
    codes = [code for code in acting_fields(record.ledger) if record.data.get(code) == giver.pk]
    return settle(spec, record.data, dict.fromkeys(codes, receiver.pk)) if codes else {}


def _passed(log: dict[str, Any], giver: Person, receiver: Person) -> dict[str, Any]:
    """What the loop keeps of a matter, with the receiver in the giver's seats; votes that were given stay."""
    passed = dict(log)
    if "holders" in log:
        passed["holders"] = {step: _holder(seat, giver, receiver) for step, seat in log["holders"].items()}
    if "round" in log:
        passed["round"] = {**log["round"], "signers": _signers(log["round"]["signers"], giver, receiver)}
    return passed


def _holder(seat: dict[str, Any], giver: Person, receiver: Person) -> dict[str, Any]:
    fresh = _seated(seat, giver, receiver)
    if "for" in seat:
        fresh["for"] = _seated(seat["for"], giver, receiver)
        if fresh["for"].get("person") == fresh.get("person"):
            del fresh["for"]  # Nobody holds a matter for themselves.
    return fresh


def _signers(signers: Iterable[dict[str, Any]], giver: Person, receiver: Person) -> list[dict[str, Any]]:
    """Each signs once: where the receiver is asked too, the giver's place falls away."""
    signers = list(signers)
    asked = {signer["person"] for signer in signers}
    if receiver.pk in asked:
        return [signer for signer in signers if signer["person"] != giver.pk or "vote" in signer]
    return [signer if "vote" in signer else _seated(signer, giver, receiver) for signer in signers]


def _seated(seat: dict[str, Any], giver: Person, receiver: Person) -> dict[str, Any]:
    return {**seat, "person": receiver.pk, "name": receiver.name} if seat.get("person") == giver.pk else dict(seat)


def _people(log: dict[str, Any], state: str, loop: LoopSpec | None) -> dict[str, Any]:
    people = people_in(log, state) if loop else {}
    return {"people": people} if people else {}
