"""A petition as its submitter is told of it: how it stands, and the answer; nothing of who works on it."""

from typing import Any

from bihuan.base import clock
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Event
from bihuan.ledger.references import lookup_for
from bihuan.loop.definitions import loop_for
from bihuan.loop.notice.values import masked
from bihuan.loop.petition.actions import RATINGS
from bihuan.loop.petition.models import Petition
from bihuan.loop.petition.queries import main_of
from bihuan.loop.petition.rules import get_page
from bihuan.org.tree import tree_on
from bihuan.web import showing


def told_to_submitter(petition: Petition) -> dict[str, Any]:
    """What the page of a code shows."""
    main = main_of(petition)
    closed = main.record.closed_at
    return {
        "at": showing.moment(petition.submitted_at),
        "text": petition.text,
        "place": petition.place,
        "state": _state(main),
        "merged": petition.merged_into_id is not None,
        "reply_by": showing.day(petition.reply_by),
        "late": closed is None and clock.now() > petition.reply_by,
        "closed": showing.moment(closed),
        "answers": _answers(main) if closed else [],
        "refusal": _refusal(main) if closed else "",
        "rating": RATINGS.get(petition.rating or 0, ""),
        "can_rate": closed is not None and petition.rated_at is None,
        "ratings": [{"value": value, "title": title} for value, title in RATINGS.items()],
    }


def _state(petition: Petition) -> str:
    record = petition.record
    loop = loop_for(record)
    if record.closed_at:
        return "已答复"
    if loop and record.state == loop.steps[0].code:
        return "已收到，正在分办"
    return "正在办理"


def _answers(petition: Petition) -> list[dict[str, str]]:
    record, page = petition.record, get_page(petition.code)
    spec = spec_of(record.ledger)
    lookup = lookup_for(spec, tree_on(clock.today()))
    found = [(spec.by_code[code], record.data.get(code)) for code in page.spec.answer if code in spec.by_code]
    return [{"title": field.title, "text": masked(field, value, lookup)} for field, value in found if value is not None]


def _refusal(petition: Petition) -> str:
    """Why the desk did not take it on; blank where it did."""
    kind = f"verb:{get_page(petition.code).spec.reject}"
    found = Event.objects.filter(record=petition.record_id, kind=kind).order_by("-version").first()
    return found.reason if found else ""
