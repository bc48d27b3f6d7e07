"""The outbox: messages are put in once by their key, claimed by one sender, and settled by what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from bihuan.loop.notice.models import Message, Notice
from bihuan.loop.notice.outcome import Later, Outcome, Refused, Sent

BACKOFF_MINUTES = (1, 5, 15, 60, 240, 720, 1_440)
"""How long to wait after the first, second, … attempt that was not taken; after the last one it is given up."""
_LONGEST_CLAIM = timedelta(minutes=10)


@dataclass(frozen=True)
class Parcel:
    """A message to be put in. `key` says what it is about and to whom, and makes it one."""

    key: str
    channel: str
    address: str
    subject: str
    text: str
    person: int | None = None


@transaction.atomic
def put(parcel: Parcel, notices: Sequence[Notice], now: datetime) -> Message | None:
    """Put a message in; None where it was in already."""
    message, made = Message.objects.get_or_create(
        key=parcel.key,
        defaults={
            "channel": parcel.channel,
            "address": parcel.address,
            "person_id": parcel.person,
            "subject": parcel.subject[:300],
            "text": parcel.text,
            "next_at": now,
            "created_at": now,
        },
    )
    if not made:
        return None
    message.notices.set(notices)
    return message


def claim(pk: int, now: datetime) -> Message | None:
    """Take a waiting message for sending; None where another sender was faster."""
    waiting = Message.objects.filter(pk=pk, state=Message.State.WAITING, next_at__lte=now)
    if not waiting.update(state=Message.State.SENDING, claimed_at=now):
        return None
    return Message.objects.get(pk=pk)


def settle(message: Message, outcome: Outcome, now: datetime) -> None:
    """Write down what became of a claimed message."""
    attempts = message.attempts + 1
    claimed = Message.objects.filter(pk=message.pk, state=Message.State.SENDING, claimed_at=message.claimed_at)
    if isinstance(outcome, Sent):
        claimed.update(state=Message.State.SENT, attempts=attempts, sent_at=now, error="")
    elif isinstance(outcome, Later) and attempts <= len(BACKOFF_MINUTES):
        wait = timedelta(minutes=BACKOFF_MINUTES[attempts - 1])
        claimed.update(state=Message.State.WAITING, attempts=attempts, next_at=now + wait, error=outcome.why[:300])
    elif isinstance(outcome, Later | Refused):
        claimed.update(state=Message.State.REFUSED, attempts=attempts, error=outcome.why[:300])
    else:
        claimed.update(state=Message.State.UNSURE, attempts=attempts, error=outcome.why[:300])


def give_up_cut_off(now: datetime) -> int:
    """Messages that a sender claimed and never settled: it was stopped, and nobody knows how far it had come."""
    cut_off = Message.objects.filter(state=Message.State.SENDING, claimed_at__lt=now - _LONGEST_CLAIM)
    if not cut_off.exists():
        return 0  # Nothing is written where nothing is to be, so that a round waits for no writer.
    return cut_off.update(state=Message.State.UNSURE, error="程序在发送途中停止")


def due(now: datetime, most: int) -> list[int]:
    """The messages whose turn it is, the longest waiting first."""
    waiting = Message.objects.filter(state=Message.State.WAITING, next_at__lte=now).order_by("next_at", "pk")
    return list(waiting.values_list("pk", flat=True)[:most])
