"""My desk: what waits for me by colour, what is near due, what I opened, what happened."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import scope_everywhere, visible_records
from bihuan.loop.colour import Colour, bounds_at, colour_case, gravity
from bihuan.loop.queries import Counts, colour_counts, loop_ledgers, no_counts, waiting_steps
from bihuan.loop.rules import open_verbs
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor
from bihuan.web import showing
from bihuan.web.access import signed_in

_SHOWN = 12
_RECENT = 12


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The page a person starts from."""
    ledgers = loop_ledgers(actor)
    counts, waiting, near = no_counts(), list[dict[str, Any]](), list[dict[str, Any]]()
    waiting_total = near_total = 0
    for ledger, loop in ledgers:
        rows = visible_records(actor, ledger)
        bounds = bounds_at(loop, clock.now())
        _add(counts, colour_counts(rows, bounds))
        mine = rows.filter(waiting_steps(actor, ledger, loop))
        waiting_total += mine.count()
        waiting += _rows(actor, ledger, loop, mine.order_by("due_at", "pk"))
        soon = rows.filter(closed_at__isnull=True, due_at__gte=bounds.at, due_at__lte=bounds.yellow_until)
        near_total += soon.count()
        near += _rows(actor, ledger, loop, soon.order_by("due_at", "pk"))
    waiting.sort(key=lambda row: (-row["weight"], row["due"] or "9999"))
    near.sort(key=lambda row: row["due"])
    context = {
        "title": "工作台",
        "crumbs": [{"title": "工作台"}],
        "today": showing.long_day(clock.today()),
        "scope": actor.tree.name(actor.home_unit) or actor.name,
        "counts": _counts(ledgers, counts),
        "todo": {"rows": waiting[:_SHOWN], "total": waiting_total, "url": _list_url(ledgers, "mine=1")},
        "near": {"rows": near[:_SHOWN], "total": near_total, "url": _list_url(ledgers, "colour=yellow")},
        "mine": _opened_by(actor, ledgers),
        "recent": _recent(actor),
        "empty": None if ledgers else _empty(),
    }
    return render(request, "desk.html", context)


def _add(total: Counts, more: Counts) -> None:
    for colour, number in more.items():
        total[colour] += number


def _counts(ledgers: list[tuple[Ledger, LoopSpec]], counts: Counts) -> list[dict[str, Any]]:
    loop = ledgers[0][1] if len(ledgers) == 1 else None
    return showing.colour_counts(counts, loop, reverse("board") if len(ledgers) != 1 else _ledger_url(ledgers))


def _ledger_url(ledgers: list[tuple[Ledger, LoopSpec]]) -> str:
    return reverse("ledger", args=[ledgers[0][0].code])


def _list_url(ledgers: list[tuple[Ledger, LoopSpec]], query: str) -> str:
    return f"{_ledger_url(ledgers)}?{query}" if len(ledgers) == 1 else reverse("ledgers")


def _rows(actor: Actor, ledger: Ledger, loop: LoopSpec, rows: Any) -> list[dict[str, Any]]:
    spec, bounds = spec_of(ledger), bounds_at(loop, clock.now())
    lookup = lookup_for(spec, actor.tree)
    found = []
    for record in rows.select_related("ledger").annotate(colour=colour_case(bounds))[:_SHOWN]:
        verbs = open_verbs(actor, record, loop)
        main = next((verb for verb in verbs if verb.tone == "primary"), None)
        found.append(
            {
                "number": record.number,
                "title": showing.name_of(record, spec, lookup),
                "url": reverse("record", args=[record.pk]),
                "ledger": ledger.title,
                "step": loop.states.get(record.state, ""),
                "light": showing.light(record, loop, bounds),
                "due": showing.day(record.due_at),
                "left": showing.left(record, bounds),
                "unit": actor.tree.name(record.unit_id) or "未定",
                "action": main.title if main else "",
                "weight": gravity(Colour(record.colour)),
            }
        )
    return found


def _opened_by(actor: Actor, ledgers: list[tuple[Ledger, LoopSpec]]) -> dict[str, Any]:
    """Open matters that the person brought in."""
    rows, total = [], 0
    for ledger, loop in ledgers:
        created = Q(events__person=actor.person, events__version=1)
        mine = visible_records(actor, ledger).filter(created, closed_at__isnull=True)
        total += mine.count()
        rows += _rows(actor, ledger, loop, mine.order_by("-pk"))
    return {"rows": rows[:_SHOWN], "total": total, "url": ""}


def _recent(actor: Actor) -> list[dict[str, Any]]:
    visible = Record.objects.filter(scope_everywhere(actor))
    events = (
        Event.objects.filter(record__in=visible, batch__isnull=True)
        .select_related("record", "record__ledger", "ledger")
        .order_by("-pk")[:_RECENT]
    )
    names = {ledger.pk: loop for ledger, loop in loop_ledgers(actor)}
    return [
        {
            "who": event.actor_name,
            "unit": actor.tree.name(event.unit_id),
            "verb": event_title(event.kind, names.get(event.ledger_id)),
            "title": event.record.number,
            "url": reverse("record", args=[event.record_id]),
            "at": showing.moment(event.recorded_at),
        }
        for event in events
    ]


EVENT_TITLES = {
    "created": "新建",
    "edited": "修改",
    "imported": "导入",
    "updated_by_file": "按表格更新",
    "closed_in_file": "随表格办结",
    "undone": "撤销批次",
}


def event_title(kind: str, loop: LoopSpec | None) -> str:
    """What an event is called: the verb's own word, or the ledger's."""
    if kind.startswith("verb:") and loop:
        verb = loop.verb.get(kind.removeprefix("verb:"))
        return verb.title if verb else kind
    return EVENT_TITLES.get(kind, kind)


def _empty() -> dict[str, Any]:
    return {
        "text": "还没有可看的台账。把一份 Excel 拖进来，它就成为活的台账。",
        "url": reverse("import_upload"),
        "action": "导入表格",
    }
