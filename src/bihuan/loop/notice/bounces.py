"""Letters that a mail server took and sent back later (退信): its report, RFC 3464, tells which and why.

The report names our letter by its Message-ID, which follows from the message's key and is in no address book; so nobody
who only knows an address can have a letter believed lost.
"""

from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import Message as Letter

from bihuan.base import clock
from bihuan.loop.notice.mail import mark_of
from bihuan.loop.notice.models import Message

LARGEST = 5_000_000
"""Bytes of a report that are read; a mail server returns the head of a letter, or the whole of ours, never more."""
_LOOKED_BACK = timedelta(days=30)
_LONGEST_WHY = 300


@dataclass(frozen=True)
class Bounce:
    """What a report says: our letter's mark, for whom it was, and why it did not arrive."""

    mark: str
    recipient: str
    why: str


def read_bounce(content: bytes) -> Bounce | None:
    """The report in a letter; None where it is none, or not of a failure (a delay may yet end well)."""
    letter = message_from_bytes(content[:LARGEST], policy=policy.compat32)
    if letter.get_content_type() != "multipart/report" or letter.get_param("report-type") != "delivery-status":
        return None
    parts = list(letter.walk())
    blocks = [
        block for part in parts if part.get_content_type() == "message/delivery-status" for block in _blocks(part)
    ]
    failed = next((block for block in blocks if _said(block, "Action").lower() == "failed"), None)
    mark = _mark(parts)
    if failed is None or not mark:
        return None
    recipient = _said(failed, "Final-Recipient").rpartition(";")[2].strip()
    told = _said(failed, "Diagnostic-Code").partition(";")[2].strip() or "没有说明"
    return Bounce(mark, recipient, f"退信 {_said(failed, 'Status')} {told}"[:_LONGEST_WHY])


def _blocks(part: Letter) -> list[Letter]:
    found = part.get_payload()
    return [block for block in found if isinstance(block, Letter)] if isinstance(found, list) else []


def _said(block: Letter, name: str) -> str:
    return " ".join(str(block.get(name, "")).split())


def _mark(parts: list[Letter]) -> str:
    """The mark in the Message-ID of the letter that came back: enclosed whole, or its head alone."""
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            heads = _blocks(part)
        elif part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            heads = [message_from_bytes(payload)] if isinstance(payload, bytes) else []
        else:
            continue
        for head in heads:
            if identity := _said(head, "Message-ID"):
                return identity.strip("<>").partition("@")[0]
    return ""


def note_bounce(bounce: Bounce) -> Message | None:
    """Put the message among those that were refused, with why; None where it is none of ours of the last month."""
    sent = (Message.State.SENT, Message.State.UNSURE)
    rows = Message.objects.filter(channel="mail", created_at__gte=clock.now() - _LOOKED_BACK)
    for message in rows.filter(state__in=sent).order_by("-pk").iterator(1_000):
        if mark_of(message.key) == bounce.mark:
            left = Message.objects.filter(pk=message.pk, state__in=sent)
            left.update(state=Message.State.REFUSED, error=bounce.why)
            message.refresh_from_db()
            return message
    return None
