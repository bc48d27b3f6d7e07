"""Who may hand over whose things, see a hand-over, and sign it."""

from django.db.models import Q, QuerySet

from bihuan.base import clock
from bihuan.base.errors import NotFound
from bihuan.handover.models import Handover
from bihuan.org.actor import Actor
from bihuan.org.models import Person, Post
from bihuan.org.roles import LEADER


def may_order(actor: Actor, giver: Person) -> bool:
    """Whether the actor leads, by a post of their own, a unit in or over which the giver works or last worked."""
    if actor.person is None or giver.pk == actor.person:
        return False
    led = [post.unit for post in actor.posts if post.role == LEADER.code and post.of is None]
    return any(actor.tree.is_below(unit, over) for unit in _units_of(giver) for over in led)


def _units_of(person: Person) -> set[int]:
    """Where a person works, or worked on the last day that they did."""
    posts = Post.objects.filter(person=person)
    current = Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())
    now = set(posts.filter(current).values_list("unit", flat=True))
    last = posts.order_by("-valid_to").values_list("valid_to", flat=True).first()
    return now or set(posts.filter(valid_to=last).values_list("unit", flat=True))


def is_gone(person: Person) -> bool:
    """Whether a person cannot sign for themselves: shut out, or without any post today."""
    current = Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())
    return not person.is_active or not Post.objects.filter(current, person=person).exists()


def visible_handovers(actor: Actor) -> QuerySet[Handover]:
    """Those of which the actor is giver, receiver, or the leader who ordered it."""
    me = actor.person or 0
    mine = Q(giver=me) | Q(receiver=me) | Q(ordered_by=me)
    return Handover.objects.filter(mine).select_related("giver", "receiver", "ordered_by", "giver_signed_by")


def get_handover(actor: Actor, pk: int) -> Handover:
    """One that the actor may see; any other is answered as one that is not there."""
    found = visible_handovers(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound("没有这份交接，或者与您无关")
    return found


def signs_as(actor: Actor, handover: Handover) -> str:
    """As whom the actor can sign now: `giver`, `receiver`, or blank. A leader signs for a giver who is gone."""
    if handover.state != Handover.State.OPEN:
        return ""
    if handover.receiver_id == actor.person:
        return "receiver" if handover.receiver_signed_at is None else ""
    by_leader = handover.ordered_by_id == actor.person and is_gone(handover.giver)
    if handover.giver_signed_at is None and (handover.giver_id == actor.person or by_leader):
        return "giver"
    return ""
