"""The lines of a hand-over as its page tells them: by kind, each matter called as the reader sees it."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from bihuan.handover.holdings import KINDS, Line
from bihuan.handover.models import Handover
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import scope_everywhere
from bihuan.ledger.sight import sight_of
from bihuan.loop.notice.values import name_shown
from bihuan.org.actor import Actor
from bihuan.web import showing

_AT_ONCE = 500


def head_of(handover: Handover) -> dict[str, Any]:
    """Who hands over to whom, and how far it is."""
    ordered, signer = handover.ordered_by, handover.giver_signed_by
    by_other = signer is not None and signer.pk != handover.giver_id
    return {
        "pk": handover.pk,
        "giver": handover.giver.name,
        "receiver": handover.receiver.name,
        "ordered": ordered.name if ordered else "",
        "reason": handover.reason,
        "state": Handover.State(handover.state).label,
        "is_done": handover.state == Handover.State.DONE,
        "created": showing.moment(handover.created_at),
        "done": showing.moment(handover.done_at) if handover.done_at else "",
        "giver_signed": showing.moment(handover.giver_signed_at) if handover.giver_signed_at else "",
        "giver_signer": signer.name if signer and by_other else "",
        "receiver_signed": showing.moment(handover.receiver_signed_at) if handover.receiver_signed_at else "",
        "url": reverse("handover", args=[handover.pk]),
    }


def kept_lines(handover: Handover) -> list[Line]:
    """The list on which both signed."""
    return [Line(**line) for line in handover.lines]


def grouped(actor: Actor, lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The lines by kind; the name of a matter only for who may see the matter, and as they see it."""
    lines = list(lines)
    names = _names(actor, [int(line.pk) for line in lines if line.kind == "matter"])
    found = []
    for kind, title in KINDS.items():
        some = [_told(line, names) for line in lines if line.kind == kind]
        if some:
            found.append({"title": title, "count": len(some), "lines": some})
    return found


def _told(line: Line, names: dict[int, str]) -> dict[str, str]:
    pk = int(line.pk) if line.kind == "matter" else 0
    return {
        "what": line.what,
        "name": names.get(pk, ""),
        "url": reverse("record", args=[pk]) if pk in names else "",
        "part": line.part,
        "ledger": line.ledger,
        "obstacle": line.obstacle,
    }


def _names(actor: Actor, ids: list[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    lookups: dict[int, Any] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        for record in Record.objects.filter(scope_everywhere(actor), pk__in=some).select_related("ledger"):
            sight = sight_of(actor, record.ledger)
            lookup = lookups.setdefault(record.ledger_id, lookup_for(spec_of(record.ledger), actor.tree))
            name = name_shown(sight.see(record, lookup), sight.spec, lookup)
            found[record.pk] = name if name != record.number else ""
    return found
