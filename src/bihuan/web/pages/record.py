"""A record's page: what it is, where it stands, what may be done, how the deadline was reckoned, all that happened."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.attachments import twins, visible_files
from bihuan.ledger.linked_records import with_records
from bihuan.ledger.models import Attachment, Record
from bihuan.ledger.queries import Step, history, seen_history
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import get_record, may_import, merged_into, scope_everywhere
from bihuan.ledger.sight import Sight, sight_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.unmasking import log_view, may_unmask
from bihuan.loop.colour import bounds_at
from bihuan.loop.definitions import loop_for
from bihuan.loop.effects.holders import holder_of
from bihuan.loop.effects.pauses import is_paused
from bihuan.loop.notice.queries import of_record
from bihuan.loop.notice.rules import issuable
from bihuan.loop.rules import guard_holds, open_verbs, stands, unit_told, why_barred
from bihuan.loop.spec import LoopSpec, VerbSpec
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import address_of, signed_in
from bihuan.web.flow_chart import flow_chart
from bihuan.web.hands import blame, hands, ties
from bihuan.web.levels import levels
from bihuan.web.notice_words import row_of
from bihuan.web.pages.record_links import pointing_here
from bihuan.web.reckoning import reckoned
from bihuan.web.timeline import told

_TONES = {"primary": "main", "danger": "danger", "plain": ""}


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The page of one record; one that was merged into another leads there."""
    survivor = merged_into(actor, pk)
    if survivor:
        return redirect("record", survivor)
    record = get_record(actor, pk)
    loop, sight, ledger = loop_for(record), sight_of(actor, record.ledger), record.ledger.code
    files, stored = visible_files(sight, record), history(record)
    values = [record.data, *({code: old for code, old, _ in step.changes if old is not None} for step in stored)]
    plain = lookup_for(sight.spec, actor.tree, files=[file.pk for file in files])
    lookup = with_records(plain, actor=actor, ledger=ledger, spec=sight.spec, data=values)
    log_view(actor, [record], address_of(request))
    steps = seen_history(record, sight, lookup, stored)
    context = _context(actor, sight.see(record, lookup), sight.spec, loop, Told(steps, files, lookup))
    if loop:
        context |= _standing(actor, record, loop, steps)
    context["unmask"] = _unmask(sight, record)
    context["links"] = [*ties(actor, record), *pointing_here(request, actor, record)]
    return render(request, "record.html", context)


def _unmask(sight: Sight, record: Record) -> str:
    """Where the personal data of a record can be had whole, if any are masked; empty where the actor may not."""
    masked = sight.masks(record.pk, record.state) & set(record.data)
    return reverse("unmask", args=[record.pk]) if masked and may_unmask(sight.actor) else ""


@dataclass(frozen=True)
class Told:
    """What a record's page tells beside the record: its history, its files, and what fields refer to."""

    steps: list[Step]
    files: list[Attachment]
    lookup: Lookup


def _context(actor: Actor, record: Record, spec: LedgerSpec, loop: LoopSpec | None, found: Told) -> dict[str, Any]:
    """What every record has: its fields, its files, its history, as the actor sees them."""
    ledger, files, lookup = record.ledger, found.files, found.lookup
    same = twins(files, Record.objects.filter(scope_everywhere(actor)))
    notices = list(of_record(record))
    letters = {notice.document_id for notice in notices}  # What was sent proves nothing: it is no evidence.
    return {
        "title": record.number,
        "crumbs": [{"title": ledger.title, "url": reverse("ledger", args=[ledger.code])}, {"title": record.number}],
        "ledger": {"code": ledger.code, "title": ledger.title, "noun": "事项" if loop else "记录"},
        "record": _head(actor, record, spec, loop, lookup),
        "groups": _groups(record, spec, lookup),
        "attachments": [showing.attachment(file, same.get(file.pk, [])) for file in files if file.pk not in letters],
        "events": told(actor.tree, found.steps, spec, loop, lookup, files),
        "notices": [row_of(actor, notice) for notice in notices],
        "can_issue": bool(issuable(actor, record)),
    }


def _standing(actor: Actor, record: Record, loop: LoopSpec, steps: list[Step]) -> dict[str, Any]:
    """What a matter has beside: where it stands, what the person may do, when it is due, who is called upon."""
    verbs = open_verbs(actor, record, loop)
    barred = [verb for verb in verbs if not guard_holds(record, verb, loop)]
    free = [verb for verb in verbs if verb not in barred]
    return {
        "body_class": "has-acts" if free else "",
        "steps": _steps(record, loop, steps),
        "verbs": _buttons(record, free),
        "barred": [{"title": verb.title, "why": why_barred(verb)} for verb in barred],
        "blocked": _blocked(actor, record, loop),
        "levels": levels(actor.tree, record, loop, steps),
        "arithmetic": reckoned(record, loop, steps),
        "hands": hands(record, loop),
        "blame": blame(actor, record, loop),
        "chart": flow_chart(
            loop, record.state, {str(step.system["state"]) for step in steps if "state" in step.system}
        ),
    }


def _head(actor: Actor, record: Record, spec: LedgerSpec, loop: LoopSpec | None, lookup: Lookup) -> dict[str, Any]:
    bounds = bounds_at(loop, clock.now()) if loop else None
    can_edit = may_import(actor, record.ledger) and not (loop and record.closed_at)
    return {
        "pk": record.pk,
        "number": record.number,
        "title": showing.name_of(record, spec, lookup),
        "light": showing.light(record, loop, bounds) if loop and bounds else None,
        "due": showing.day(record.due_at),
        "left": showing.left(record, bounds) if bounds else "",
        "step": loop.states.get(record.state, record.state) if loop else "",
        "unit": actor.tree.path(record.unit_id) if record.unit_id else "",
        "can_edit": can_edit,
        "edit_url": reverse("record_edit", args=[record.pk]),
    }


def _groups(record: Record, spec: LedgerSpec, lookup: Lookup) -> list[dict[str, Any]]:
    return [
        {"title": title, "facts": [showing.fact(field, spec, record, lookup) for field in fields]}
        for title, fields in showing.groups(spec).items()
    ]


def _buttons(record: Record, verbs: list[VerbSpec]) -> list[dict[str, Any]]:
    return [
        {
            "code": verb.code,
            "title": verb.title,
            "style": _TONES[verb.tone],
            "hint": verb.hint,
            "url": reverse("verb", args=[record.pk, verb.code]),
        }
        for verb in sorted(verbs, key=lambda verb: ("primary", "plain", "danger").index(verb.tone))
    ]


def _blocked(actor: Actor, record: Record, loop: LoopSpec) -> str:
    """Who the matter waits for, where the person can do nothing."""
    if record.closed_at:
        return f"已于 {showing.moment(record.closed_at)} 销号。"
    if is_paused(record):
        return f"已暂停计时：{record.loop['paused']['reason'] or '没有写理由'}。恢复以后再办。"
    ways = [verb for verb in loop.verbs if verb.to and stands(record, verb)]
    next_verb = next((verb for verb in ways if verb.tone == "primary"), next(iter(ways), None))
    if next_verb is None:
        return ""
    return f"正在等“{_awaited(actor, record, next_verb, loop)}”{next_verb.title}。"


def _awaited(actor: Actor, record: Record, verb: VerbSpec, loop: LoopSpec) -> str:
    """Who is to do a verb: the person who holds the matter, those who are to sign, or a unit."""
    holder, who = holder_of(record), verb.who[0]
    if verb.effect == "sign":
        signers = record.loop.get("round", {}).get("signers", [])
        return "、".join(signer["name"] for signer in signers if "vote" not in signer)
    if holder and who.unit in (None, "responsible"):
        return str(holder["name"])
    return actor.tree.name(unit_told(who, record, loop, actor.tree)) or "有关单位"


def _steps(record: Record, loop: LoopSpec, steps: list[Step]) -> list[dict[str, Any]]:
    """The loop's steps in order, with when and by whom each was last reached; what was passed over says so."""
    reached: dict[str, Step] = {}
    for step in steps:
        if step.system.get("state"):
            reached[step.system["state"]] = step
    order = [step.code for step in loop.steps]
    here = order.index(record.state) if record.state in order else 0
    found = []
    for place, stop in enumerate(loop.steps):
        at = reached.get(stop.code) if place <= here else None
        passed = "done" if at or place == 0 else "skipped"
        state = passed if place < here else "next" if place > here else "done" if stop.closed else "now"
        found.append(
            {
                "title": stop.title,
                "state": state,
                "at": showing.when(at.event.effective_at) if at else "",
                "who": at.event.actor_name if at else "",
            }
        )
    return found
