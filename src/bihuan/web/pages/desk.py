"""My desk: what waits for me by colour, what is near due, what I opened, what happened."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base import clock
from bihuan.ledger.models import Ledger
from bihuan.ledger.pieces import stretch_of
from bihuan.loop.colour import Colour
from bihuan.loop.spec import LoopSpec
from bihuan.loop.tally_counts import Counts
from bihuan.org.actor import Actor
from bihuan.org.separation import administrator_role
from bihuan.web import showing
from bihuan.web.access import may_make, signed_in
from bihuan.web.duty_memory import is_known
from bihuan.web.event_words import event_title
from bihuan.web.matters import VIEWS, Matters, NameLookup, matter_rows
from bihuan.web.pages import admin_home
from bihuan.web.pages.matters import matters_url
from bihuan.web.request_memory import my_loops

_SHOWN = 12
_RECENT = 12


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The page a person starts from; an administrator's is of another kind."""
    if office := administrator_role(actor):
        return admin_home.show(request, actor, office)
    matters = Matters(actor, my_loops(request, actor), clock.now())
    counts = matters.counts()
    chosen = request.GET.get("view", "")
    chosen = chosen if chosen in VIEWS else "waiting"
    numbers = {view: matters.how_many(view) for view in VIEWS}
    context = {
        "title": "工作台",
        "crumbs": [{"title": "工作台"}],
        "today": showing.long_day(clock.today()),
        "scope": actor.tree.name(actor.home_unit) or actor.name,
        "counts": _counts(matters.ledgers, counts),
        "todo": _some(matters, chosen, numbers[chosen]),
        "tabs": [_tab(view, number, chosen) for view, number in numbers.items()],
        "near": _near(matters, counts[Colour.YELLOW]),
        "recent": _recent(matters),
        "can_make": may_make(actor),
        "duties_due": not is_known(clock.today()),
        "empty": _empty(actor) if not matters.ledgers else None,
    }
    return render(request, "desk.html", context)


def _counts(ledgers: list[tuple[Ledger, LoopSpec]], counts: Counts) -> list[dict[str, Any]]:
    """The four numbers; with one loop in sight, in its own words."""
    loop = ledgers[0][1] if len(ledgers) == 1 else None
    return showing.colour_counts(counts, loop, reverse("matters"))


def _tab(view: str, number: int, chosen: str) -> dict[str, Any]:
    return {
        "title": VIEWS[view],
        "count": number,
        "url": f"{reverse('desk')}?view={view}",
        "active": view == chosen,
    }


def _some(matters: Matters, view: str, total: int) -> dict[str, Any]:
    """The most urgent matters of a view, how many there are, and where all of them are."""
    return {
        "title": VIEWS[view],
        "rows": matter_rows(matters, stretch_of(matters.in_order(view), 0, _SHOWN, total)),
        "total": total,
        "url": matters_url(view),
    }


def _near(matters: Matters, total: int) -> dict[str, Any]:
    """What is due next, and how many are near due in all."""
    return {
        "rows": matter_rows(matters, matters.near()[:_SHOWN]),
        "total": total,
        "url": matters_url("", Colour.YELLOW),
    }


def _recent(matters: Matters) -> list[dict[str, Any]]:
    """The last things that people did to matters one by one."""
    known = {ledger.pk: (ledger, loop) for ledger, loop in matters.ledgers}
    names = NameLookup(matters.actor)
    found = []
    for event in matters.recent(_RECENT):
        ledger, loop = known[event.ledger_id]
        found.append(
            {
                "who": event.actor_name,
                "unit": matters.actor.tree.name(event.unit_id),
                "verb": event_title(event.kind, loop),
                "title": names.of(event.record, ledger),
                "url": reverse("record", args=[event.record_id]),
                "at": showing.short_moment(event.recorded_at),
            }
        )
    return found


def _empty(actor: Actor) -> dict[str, str]:
    if not actor.posts:
        return {"text": "您还没有岗位，请联系系统管理员。"}
    if not may_make(actor):
        return {"text": "还没有可看的台账。"}
    return {
        "text": "还没有可看的台账。把一份 Excel 拖进来，它就成为活的台账。",
        "url": reverse("import_upload"),
        "action": "导入表格",
    }
