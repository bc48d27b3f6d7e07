"""Notices as pages tell them: a row, the receipt with its clock, where one is."""

from datetime import timedelta
from typing import Any

from django.urls import reverse

from bihuan.base import clock
from bihuan.loop.notice.models import Notice
from bihuan.loop.notice.spec import KIND_TITLES
from bihuan.org.actor import Actor
from bihuan.web import showing


def crumbs(*titles: str) -> list[dict[str, str]]:
    """The way to a page under the inbox."""
    return [{"title": "文书提醒", "url": reverse("notices")}, *({"title": title} for title in titles)]


def row_of(actor: Actor, notice: Notice) -> dict[str, Any]:
    """A notice as a row of the inbox, or the head of its page."""
    record = notice.record
    return {
        "pk": notice.pk,
        "url": reverse("notice", args=[notice.pk]),
        "kind": KIND_TITLES.get(notice.kind, notice.kind),
        "title": notice.title,
        "number": notice.number or "",
        "subject": notice.subject,
        "organ": notice.organ,
        "to": actor.tree.name(notice.to_unit_id),
        "at": showing.moment(notice.issued_at),
        "urgent": notice.urgent,
        "unread": getattr(notice, "is_unread", False),
        "receipt": receipt_word(notice),
        "matter": {"number": record.number, "url": reverse("record", args=[record.pk])} if record else None,
    }


def receipt_word(notice: Notice) -> dict[str, str] | None:
    """How the receipt stands, and since when or how long it is late; None where none is asked for."""
    if notice.receive_by is None:
        return None
    if notice.received_at is not None:
        late = notice.received_at > notice.receive_by
        by = notice.received_by.name if notice.received_by else ""
        word = f"{by} 于 {showing.moment(notice.received_at)} 签收"
        return {"code": "red" if late else "green", "word": word + _late(notice.received_at - notice.receive_by)}
    now = clock.now()
    if now > notice.receive_by:
        return {"code": "red", "word": f"未签收{_late(now - notice.receive_by)}"}
    return {"code": "yellow", "word": f"待签收，{showing.day(notice.receive_by)} 前"}


def _late(over: timedelta) -> str:
    if over <= timedelta(0):
        return ""
    days, hours = over.days, over.seconds // 3600
    return f"，超时 {days} 天" if days else f"，超时 {max(1, hours)} 小时"
