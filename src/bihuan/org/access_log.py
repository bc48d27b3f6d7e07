"""The access log: who saw personal data, took data out, was refused, signed in, or administered what.

Entries are chained by hash under a signed head, like events, and the database refuses to change them. Only the audit
administrator reads them.
"""

from collections.abc import Iterator
from datetime import UTC

import orjson
from django.db import transaction
from django.db.models import QuerySet

from bihuan.base import chain, clock
from bihuan.base.errors import NotAllowed
from bihuan.org.actor import Actor
from bihuan.org.models import AccessEntry, AccessHead, Person
from bihuan.org.roles import AUDIT_ADMIN

Kind = AccessEntry.Kind
LOG = "访问日志"
UNSIGNED = "签名不符：整条链被重算过，或密钥不是本机的"


@transaction.atomic
def log_access(
    kind: AccessEntry.Kind, what: str, *, by: Actor | Person | None, name: str = "", reason: str = "", address: str = ""
) -> None:
    """Write one entry. `name` is the login that was tried where nobody is signed in."""
    person = by.pk if isinstance(by, Person) else by.person if by else None
    head = AccessHead.objects.select_for_update().filter(pk=1).first()
    entry = AccessEntry(
        at=clock.now(),
        kind=kind,
        person_id=person,
        actor_name=(by.name if by else name)[:60],
        what=what[:200],
        reason=reason[:500],
        address=address[:45],
    )
    count = (head.count if head else 0) + 1
    entry.hash = chain.link(head.head if head else chain.GENESIS, _content(count, entry))
    entry.save(force_insert=True)
    signed = {"count": count, "head": entry.hash, "signature": chain.sign(LOG, count, entry.hash)}
    if not AccessHead.objects.filter(pk=1).update(**signed):
        AccessHead.objects.create(pk=1, **signed)


def _content(place: int, entry: AccessEntry) -> bytes:
    at = entry.at.astimezone(UTC).isoformat()
    return orjson.dumps(
        [place, at, entry.kind, entry.person_id, entry.actor_name, entry.what, entry.reason, entry.address]
    )


def read_log(actor: Actor) -> QuerySet[AccessEntry]:
    """The entries, newest first. Raises NotAllowed for anybody but the audit administrator."""
    if not actor.has_role(AUDIT_ADMIN.code):
        raise NotAllowed("访问日志只有审计管理员能看")
    return AccessEntry.objects.order_by("-pk")


def verify_log() -> Iterator[str]:
    """What does not hold of the log: entries that were changed, taken out or put in from outside.

    The head is read first: what is written meanwhile comes after it, and only has to fit on.
    """
    head = AccessHead.objects.filter(pk=1).first()
    count, previous, place, at_head = head.count if head else 0, chain.GENESIS, 0, chain.GENESIS
    for entry in AccessEntry.objects.order_by("pk").iterator(2_000):
        place += 1
        if chain.link(previous, _content(place, entry)) != entry.hash:
            yield f"第 {place} 条（{entry.pk}）与哈希不符，它或它之前有改动"
        previous = entry.hash
        at_head = previous if place == count else at_head
    if head is None:
        if place:
            yield "链尾没有了，无法证明完整"
    elif place < count or at_head != head.head or not _is_signed_on(count, place, previous):
        yield f"应有 {head.count} 条，现有 {place} 条"
    elif head.signature != chain.sign(LOG, count, head.head):
        yield UNSIGNED


def _is_signed_on(count: int, place: int, last: str) -> bool:
    """Whether entries after the head that was read first came by the log's own door: the head moved on."""
    if place == count:
        return True
    now = AccessHead.objects.get(pk=1)
    return now.count >= place and (now.count > place or now.head == last)
