"""Who may see a notice, receive it for their unit, and issue one by hand."""

from django.db.models import Q, QuerySet

from bihuan.base.errors import NotFound
from bihuan.ledger.models import Record
from bihuan.ledger.rules import scope_everywhere
from bihuan.loop.declared.definitions import InForce, declared_of
from bihuan.loop.notice.addressing import unit_meant
from bihuan.loop.notice.models import Notice
from bihuan.loop.notice.spec import AddressSpec, NoticeSpec
from bihuan.org.actor import Actor
from bihuan.org.roles import BY_CODE


def notices_in_force() -> dict[str, InForce[NoticeSpec]]:
    """The declared notices, by full code."""
    return declared_of("notices", NoticeSpec)


def visible_notices(actor: Actor) -> QuerySet[Notice]:
    """Those addressed to the actor, and those about records that the actor may see."""
    mine = Q(pk__in=Notice.objects.filter(addressees__person=actor.person or 0).values("pk"))
    records = Record.objects.filter(scope_everywhere(actor)).values("pk")
    return Notice.objects.filter(mine | Q(record__in=records))


def get_notice(actor: Actor, pk: int) -> Notice:
    """A notice that the actor may see; one that is not theirs is answered as one that is not there."""
    found = visible_notices(actor).select_related("record", "ledger", "document", "received_by").filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这份文书，或者它不在您的查看范围内")
    return found


def may_receive(actor: Actor, notice: Notice) -> bool:
    """Whether the actor may say for the addressed unit that the notice has arrived: they work there, and act."""
    if notice.receive_by is None or notice.received_at is not None or notice.to_unit_id is None:
        return False
    return any(BY_CODE[post.role].acts and actor.tree.works_in(post.unit, notice.to_unit_id) for post in actor.posts)


def issuable(actor: Actor, record: Record) -> list[InForce[NoticeSpec]]:
    """The notices that the actor may issue by hand about a record."""
    return [
        notice
        for notice in notices_in_force().values()
        if record.ledger.code in {notice.of_pack(code) for code in notice.spec.named_ledgers}
        and any(_fits(actor, address, record) for address in notice.spec.by_hand)
    ]


def _fits(actor: Actor, address: AddressSpec, record: Record) -> bool:
    if address.unit == "any":
        return any(actor.has_role(role) for role in address.role)
    unit = unit_meant(address.unit, record, actor.tree)
    return any(post.role in address.role and actor.tree.works_in(post.unit, unit) for post in actor.posts)
