"""Who may read a ledger's records. Every read by a person starts here."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from bihuan.base.errors import NotFound
from bihuan.ledger.models import Ledger, Record
from bihuan.org.actor import Actor
from bihuan.org.roles import BY_CODE


def owns(actor: Actor, ledger: Ledger) -> bool:
    """Whether the actor works in the unit that owns the ledger (or over it, or reads all)."""
    return actor.reads_all or ledger.owner_id in actor.reach() or _works_in(actor, ledger)


def _works_in(actor: Actor, ledger: Ledger) -> bool:
    """Whether one of the actor's posts that read by unit is in the owning unit or under it."""
    return any(
        BY_CODE[post.role].reach == "below" and actor.tree.works_in(post.unit, ledger.owner_id) for post in actor.posts
    )


def scope(actor: Actor, ledger: Ledger) -> Q:
    """The condition that keeps a query to what the actor may see of a ledger."""
    mine = Q(ledger=ledger, deleted=False)
    if owns(actor, ledger):
        return mine
    return mine & Q(unit__in=sorted(actor.reach()))


def scope_everywhere(actor: Actor) -> Q:
    """The same over all ledgers at once."""
    standing = Q(deleted=False)
    if actor.reads_all:
        return standing
    owned = [ledger.pk for ledger in Ledger.objects.all() if owns(actor, ledger)]
    return standing & (Q(unit__in=sorted(actor.reach())) | Q(ledger__in=owned))


def visible_records(actor: Actor, ledger: Ledger) -> QuerySet[Record]:
    """The records of a ledger that the actor may see."""
    return Record.objects.filter(scope(actor, ledger))


def get_record(actor: Actor, pk: int) -> Record:
    """A record the actor may see. One that is not theirs is answered as one that is not there."""
    record = Record.objects.select_related("ledger", "ledger__owner").filter(pk=pk).first()
    if record is None or not visible_records(actor, record.ledger).filter(pk=pk).exists():
        raise NotFound("没有这条记录，或者它不在您的查看范围内")
    return record


def visible_ledgers(actor: Actor) -> list[Ledger]:
    """The ledgers in which the actor may see something: those they own, and those with records of their units."""
    theirs = Record.objects.filter(ledger=OuterRef("pk"), deleted=False, unit__in=sorted(actor.reach()))
    with_theirs = set(Ledger.objects.filter(Exists(theirs)).values_list("pk", flat=True))
    ledgers = Ledger.objects.select_related("owner").order_by("code")
    return [ledger for ledger in ledgers if owns(actor, ledger) or ledger.pk in with_theirs]


def may_import(actor: Actor, ledger: Ledger) -> bool:
    """Those who work in the owning unit bring rows in; a reader of all does not write."""
    return actor.is_system or _works_in(actor, ledger)
