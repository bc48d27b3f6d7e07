"""Reads of notices: a person's inbox, a matter's notices, receipts that are late, messages that did not arrive."""

from datetime import datetime

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from bihuan.ledger.models import Record
from bihuan.ledger.rules import scope_everywhere
from bihuan.loop.notice.models import Addressee, Message, Notice
from bihuan.loop.notice.rules import visible_notices
from bihuan.org.actor import Actor

_UNREAD = "SELECT COUNT(*) FROM notice_addressee WHERE person_id = %s AND read_at IS NULL"
"""By hand, because every page asks it."""


def unread_count(actor: Actor) -> int:
    """How many notices wait unread in the person's inbox: one read of a partial index."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, [actor.person or 0])
        count: int = cursor.fetchone()[0]
    return count


def inbox(actor: Actor, *, unread: bool = False) -> QuerySet[Notice]:
    """What was addressed to the person, the newest first."""
    mine = Addressee.objects.filter(person=actor.person or 0, notice=OuterRef("pk"))
    fresh = mine.filter(read_at__isnull=True)
    rows = Notice.objects.annotate(is_unread=Exists(fresh)).filter(Exists(fresh if unread else mine))
    return rows.select_related("record", "ledger").order_by("-pk")


def unreceived(actor: Actor) -> QuerySet[Notice]:
    """Notices in sight whose receipt is owed, the earliest due first."""
    owed = visible_notices(actor).filter(receive_by__isnull=False, received_at__isnull=True)
    return owed.select_related("record", "ledger").order_by("receive_by", "pk")


def received_late(actor: Actor) -> QuerySet[Notice]:
    """Notices in sight that were received after their time."""
    late = visible_notices(actor).filter(received_at__gt=F("receive_by"))
    return late.select_related("record", "ledger").order_by("-received_at")


def unread_since(actor: Actor, before: datetime) -> QuerySet[Addressee]:
    """Whom a notice in sight reached before an instant, and who has not read it."""
    rows = Addressee.objects.filter(
        read_at__isnull=True, notice__in=visible_notices(actor), notice__issued_at__lt=before
    )
    return rows.select_related("notice", "person").order_by("notice__issued_at", "pk")


def undelivered(actor: Actor) -> QuerySet[Message]:
    """Messages about notices in sight that were sent back, or of which it is not known whether they arrived."""
    lost = Q(state__in=(Message.State.REFUSED, Message.State.UNSURE)) | Q(state=Message.State.WAITING, attempts__gt=0)
    seen = Notice.objects.filter(record__in=Record.objects.filter(scope_everywhere(actor)).values("pk")).values("pk")
    about = Message.notices.through.objects.filter(message=OuterRef("pk"), notice__in=seen)
    return Message.objects.filter(lost).filter(Exists(about)).select_related("person").order_by("-created_at", "-pk")


def of_record(record: Record) -> QuerySet[Notice]:
    """The notices about a record that the caller may see, the newest first."""
    return Notice.objects.filter(record=record).select_related("received_by").order_by("-pk")
