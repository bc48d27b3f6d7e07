"""What happened to a record, as its timeline tells it."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from bihuan.ledger.models import Attachment
from bihuan.ledger.queries import Step
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import Lookup
from bihuan.ledger.values import shown
from bihuan.loop.spec import LoopSpec
from bihuan.org.tree import Tree
from bihuan.web import showing
from bihuan.web.event_words import event_title


def told(
    tree: Tree,
    steps: list[Step],
    spec: LedgerSpec,
    loop: LoopSpec | None,
    lookup: Lookup,
    files: list[Attachment],
) -> list[dict[str, Any]]:
    """The events of a record, newest first. `files` are all of the record's."""
    known = {file.pk: file for file in files}
    found = []
    before: datetime | None = None
    for step in steps:
        event = step.event
        is_late = abs((event.recorded_at - event.effective_at).total_seconds()) > 60
        found.append(
            {
                "who": event.actor_name,
                "unit": tree.name(event.unit_id),
                "verb": event_title(event.kind, loop),
                "tone": _event_tone(step, loop),
                "opinion": event.reason,
                "at": showing.moment(event.recorded_at),
                "effective_at": showing.when(event.effective_at) if is_late else "",
                "criteria": [*_criteria(step, loop), *_told(step)],
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


def _told(step: Step) -> list[str]:
    """What an effect did beside: whom it named, how votes stand, where the deadline went."""
    detail, found = step.detail, []
    if detail.get("people"):
        found.append("、".join(detail["people"]))
    if "until" in detail:
        found.append(f"申请延至 {detail['until']}")
    if "votes" in detail:
        found.append(f"同意 {detail['votes']}")
    if "due" in detail and detail["due"]["to"] != detail["due"]["from"]:
        ends = [showing.day(showing.instant_of(text)) if text else "没有" for text in detail["due"].values()]
        found.append(f"期限 {ends[0]} → {ends[1]}")
    found += [f"{title} {detail[name]}" for name, title in _OTHERS.items() if name in detail]
    return found


_OTHERS = {"recurred": "另开", "into": "并入", "of": "来自"}


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
