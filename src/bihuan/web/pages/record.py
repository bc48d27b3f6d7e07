"""A record's page: what it is, where it stands, what may be done, how the deadline was reckoned, all that happened."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Attachment, Record
from bihuan.ledger.queries import Step, history
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import get_record, may_import, scope_everywhere
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.values import shown
from bihuan.loop.colour import bounds_at, called_at, colour_of
from bihuan.loop.deadline import arithmetic
from bihuan.loop.definitions import loop_of
from bihuan.loop.rules import open_verbs, stands
from bihuan.loop.spec import LevelSpec, LoopSpec
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import signed_in
from bihuan.web.event_words import event_title

_MOST_TWINS = 100
_TONES = {"primary": "main", "danger": "danger", "plain": ""}


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The page of one record."""
    record = get_record(actor, pk)
    spec, loop = spec_of(record.ledger), loop_of(record.ledger)
    files = list(record.attachments.select_related("person").order_by("pk"))
    lookup = lookup_for(spec, actor.tree, files=[file.pk for file in files])
    steps, same = history(record), _same_elsewhere(actor, record, files)
    context: dict[str, Any] = {
        "title": record.number,
        "crumbs": [
            {"title": record.ledger.title, "url": reverse("ledger", args=[record.ledger.code])},
            {"title": record.number},
        ],
        "ledger": {
            "code": record.ledger.code,
            "title": record.ledger.title,
            "noun": "事项" if loop else "记录",
        },
        "record": _head(actor, record, spec, loop, lookup),
        "groups": _groups(record, spec, lookup),
        "attachments": [showing.attachment(file, same.get(file.sha256, [])) for file in files],
        "events": _events(actor, steps, spec, loop, lookup, files),
        "links": [],
    }
    if loop:
        verbs = open_verbs(actor, record, loop)
        context |= {
            "body_class": "has-acts" if verbs else "",
            "steps": _steps(record, loop, steps),
            "verbs": _verbs(record, loop, actor),
            "blocked": _blocked(actor, record, loop),
            "levels": _levels(actor, record, loop, steps),
            "arithmetic": _arithmetic(record, loop, steps),
        }
    return render(request, "record.html", context)


def _same_elsewhere(actor: Actor, record: Record, files: list[Attachment]) -> dict[str, list[str]]:
    """The other records that use the same files, as far as the actor may see them: worth a question."""
    found: dict[str, list[str]] = {}
    if files:
        visible = Record.objects.filter(scope_everywhere(actor)).exclude(pk=record.pk)
        hashes = {file.sha256 for file in files}
        twins = Attachment.objects.filter(sha256__in=hashes, record__in=visible).order_by("pk")
        for sha256, number in twins.values_list("sha256", "record__number")[:_MOST_TWINS]:
            found.setdefault(sha256, []).append(number)
    return found


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


def _verbs(record: Record, loop: LoopSpec, actor: Actor) -> list[dict[str, Any]]:
    verbs = sorted(open_verbs(actor, record, loop), key=lambda verb: ("primary", "plain", "danger").index(verb.tone))
    return [
        {
            "code": verb.code,
            "title": verb.title,
            "style": _TONES[verb.tone],
            "hint": verb.hint,
            "url": reverse("verb", args=[record.pk, verb.code]),
        }
        for verb in verbs
    ]


def _blocked(actor: Actor, record: Record, loop: LoopSpec) -> str:
    """Who the matter waits for, where the person can do nothing."""
    if record.closed_at:
        return f"已于 {showing.moment(record.closed_at)} 销号。"
    ways = [verb for verb in loop.verbs if verb.to and stands(record, verb)]
    next_verb = next((verb for verb in ways if verb.tone == "primary"), next(iter(ways), None))
    if next_verb is None:
        return ""
    relations = {
        "responsible": actor.tree.name(record.unit_id) or "责任单位",
        "owner": actor.tree.name(record.ledger.owner_id),
        "top": "县级",
        "any": "有关单位",
    }
    return f"正在等“{relations[next_verb.who[0].unit]}”{next_verb.title}。"


def _steps(record: Record, loop: LoopSpec, steps: list[Step]) -> list[dict[str, Any]]:
    """The loop's steps in order, with when and by whom each was last reached."""
    reached: dict[str, Step] = {}
    for step in steps:
        if step.system.get("state"):
            reached[step.system["state"]] = step
    order = [step.code for step in loop.steps]
    here = order.index(record.state) if record.state in order else 0
    found = []
    for place, stop in enumerate(loop.steps):
        at = reached.get(stop.code) if place <= here else None
        state = "done" if place < here or (place == here and stop.closed) else "now" if place == here else "next"
        found.append(
            {
                "title": stop.title,
                "state": state,
                "at": showing.when(at.event.effective_at) if at else "",
                "who": at.event.actor_name if at else "",
            }
        )
    return found


def _events(
    actor: Actor,
    steps: list[Step],
    spec: LedgerSpec,
    loop: LoopSpec | None,
    lookup: Lookup,
    files: list[Attachment],
) -> list[dict[str, Any]]:
    known = {file.pk: file for file in files}
    found = []
    before: datetime | None = None
    for step in steps:
        event = step.event
        is_late = abs((event.recorded_at - event.effective_at).total_seconds()) > 60
        found.append(
            {
                "who": event.actor_name,
                "unit": actor.tree.name(event.unit_id),
                "verb": event_title(event.kind, loop),
                "tone": _event_tone(step, loop),
                "opinion": event.reason,
                "at": showing.moment(event.recorded_at),
                "effective_at": showing.when(event.effective_at) if is_late else "",
                "criteria": _criteria(step, loop),
                "elapsed": showing.elapsed(event.effective_at - before) if before else "",
                "changes": _changes(step, spec, lookup) if event.version > 1 else [],
                "files": _new_files(step, known),
            }
        )
        before = event.effective_at
    return list(reversed(found))


def _criteria(step: Step, loop: LoopSpec | None) -> list[str]:
    """The points of the acceptance standard that were ticked."""
    verb = loop.verb.get(step.event.kind.removeprefix("verb:")) if loop else None
    ticked = step.detail.get("criteria", [])
    return [point.title for point in verb.criteria if point.code in ticked] if verb else []


def _event_tone(step: Step, loop: LoopSpec | None) -> str:
    if loop is None:
        return ""
    if step.system.get("state") in loop.closed_steps:
        return "closed"
    verb = loop.verb.get(step.event.kind.removeprefix("verb:"))
    return {"primary": "main", "danger": "back"}.get(verb.tone, "") if verb else ""


def _changes(step: Step, spec: LedgerSpec, lookup: Lookup) -> list[dict[str, str]]:
    return [
        {
            "title": spec.by_code[code].title,
            "old": shown(spec.by_code[code], old, lookup),
            "new": shown(spec.by_code[code], new, lookup),
        }
        for code, old, new in step.changes
        if code in spec.by_code and spec.by_code[code].kind != "file"
    ]


def _new_files(step: Step, known: dict[int, Attachment]) -> list[dict[str, str]]:
    fresh = [
        pk
        for _, old, new in step.changes
        if isinstance(new, list)
        for pk in new
        if pk in known and pk not in (old or [])
    ]
    return [{"title": known[pk].name, "url": reverse("attachment", args=[pk])} for pk in fresh]


def _levels(actor: Actor, record: Record, loop: LoopSpec, steps: list[Step]) -> list[dict[str, Any]]:
    """The levels of dispatch: since when each is called upon, and whether it has received it."""
    now = clock.now()
    sent = _sent(loop, steps)
    calls = [(level, _called(level, record, loop, sent)) for level in loop.levels]
    reached = [index for index, (_, at) in enumerate(calls) if at and at <= now]
    found = []
    for index, (level, at) in enumerate(calls):
        is_called = bool(at and at <= now)
        is_last = reached and index == reached[-1]
        state = "next" if not is_called else "now" if is_last and not record.closed_at else "done"
        colour = colour_of(record.due_at, record.closed_at, bounds_at(loop, now))
        found.append(
            {
                "title": level.title,
                "unit": _level_unit(actor, record, level),
                "state": state,
                "sent_at": showing.when(at) if is_called else "",
                "received": _received(record, level),
                "awaits": is_called and _has_receipt(loop, level) and not record.closed_at,
                "elapsed": showing.elapsed((record.closed_at or now) - at) if at and is_called else "",
                "code": colour.value,
            }
        )
    return found


def _sent(loop: LoopSpec, steps: list[Step]) -> datetime | None:
    """When the matter was last sent to the unit that is to do it; None while it waits to be sent."""
    sending = {f"verb:{verb.code}" for verb in loop.verbs if verb.starts_clock}
    back = {f"verb:{verb.code}" for verb in loop.verbs if verb.to == loop.steps[0].code}
    for step in reversed(steps):
        if step.event.kind in sending | back:
            return step.event.effective_at if step.event.kind in sending else None
    return None


def _called(level: LevelSpec, record: Record, loop: LoopSpec, sent: datetime | None) -> datetime | None:
    """When a level was called upon: when it was sent, by the dates, or earlier by an order given by hand."""
    by_dates = called_at(level, loop, record.opened_at, record.due_at, record.closed_at)
    if level.unit == "responsible" and level.colour == "green" and any(verb.starts_clock for verb in loop.verbs):
        by_dates = sent
    orders = [
        datetime.fromisoformat(order["at"]) for order in record.loop.get("orders", []) if order["level"] == level.code
    ]
    found = [at for at in (by_dates, *orders) if at]
    return min(found) if found else None


def _level_unit(actor: Actor, record: Record, level: LevelSpec) -> str:
    if level.unit == "responsible":
        return actor.tree.name(record.unit_id)
    if level.unit == "owner":
        return actor.tree.name(record.ledger.owner_id)
    return next((node.name for node in actor.tree.nodes if node.depth == 0), "")


def _has_receipt(loop: LoopSpec, level: LevelSpec) -> bool:
    """Whether this level signs for what reaches it."""
    return any(verb.effect == "receive" and verb.level == level.code for verb in loop.verbs)


def _received(record: Record, level: LevelSpec) -> str:
    receipts = [item for item in record.loop.get("receipts", []) if item["level"] == level.code]
    orders = [item for item in record.loop.get("orders", []) if item["level"] == level.code]
    if receipts:
        last = receipts[-1]
        return f"{last['by']} {showing.moment(datetime.fromisoformat(last['at']))} 签收"
    if orders:
        last = orders[-1]
        return f"{last['by']} {showing.moment(datetime.fromisoformat(last['at']))} 督办"
    return ""


def _arithmetic(record: Record, loop: LoopSpec, steps: list[Step]) -> dict[str, Any] | None:
    """The day-by-day reckoning of the deadline, where the loop's own term gave it."""
    if record.due_at is None:
        return None
    bounds = bounds_at(loop, clock.now())
    found: dict[str, Any] = {
        "due": showing.moment(record.due_at),
        "left": showing.left(record, bounds),
        "code": colour_of(record.due_at, record.closed_at, bounds).value,
        "rule": "按记录中填写的期限",
        "pauses": [],
        "days": [],
    }
    start = _clock_start(record, loop, steps)
    if start is None or loop.deadline is None:
        return found
    days = arithmetic(start, loop.deadline.days, loop.deadline.count)
    if not days or days[-1].date != clock.local_date(record.due_at):
        return found
    unit = "个工作日" if loop.deadline.count == "working" else "天"
    found["rule"] = f"自 {start} 起 {loop.deadline.days} {unit}，当日不计"
    found["note"] = loop.deadline.source
    if any(day.provisional for day in days):
        found["note"] = "期限跨入节假日安排尚未公布的年份（日历未公布），按周一至周五暂算。" + found["note"]
    found["days"] = [
        {
            "date": f"{day.date.month}月{day.date.day}日",
            "weekday": day.weekday,
            "note": day.reason,
            "count": day.ordinal,
            "made_up": "调休" in day.reason,
        }
        for day in days
    ]
    return found


def _clock_start(record: Record, loop: LoopSpec, steps: list[Step]) -> date | None:
    """The day from which the loop's term was counted: that of the event which set the deadline without a field."""
    if loop.deadline and loop.deadline.start == "opened":
        return clock.local_date(record.opened_at) if record.opened_at else None
    for step in reversed(steps):
        if "due_at" in step.system:
            fields = {code for code, _, _ in step.changes}
            spec = spec_of(record.ledger)
            given = spec.due_field in fields and record.data.get(spec.due_field)
            return None if given else clock.local_date(step.event.effective_at)
    return None
