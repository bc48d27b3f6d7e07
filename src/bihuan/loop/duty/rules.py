"""Who may see which turns of a duty: those of their units, or all where their unit owns the duty."""

from collections.abc import Iterable, Iterator

from bihuan.loop.declared.definitions import InForce
from bihuan.loop.duty.spec import DutySpec
from bihuan.loop.duty.turns import Turn, duties_in_force
from bihuan.org.actor import Actor
from bihuan.org.roles import BY_CODE


def duties_seen(actor: Actor) -> list[InForce[DutySpec]]:
    """The duties of which the actor may see anything: those who hold a post that reads by unit, or who read all."""
    if not actor.reads_all and not actor.reach():
        return []
    return list(duties_in_force().values())


def turns_seen(actor: Actor, duty: InForce[DutySpec], turns: Iterable[Turn]) -> Iterator[Turn]:
    """The turns that the actor may see."""
    reach = actor.reach()
    sees_all = actor.reads_all or duty.owner in reach or _works_for_owner(actor, duty)
    return (turn for turn in turns if sees_all or turn.unit in reach)


def _works_for_owner(actor: Actor, duty: InForce[DutySpec]) -> bool:
    return any(
        BY_CODE[post.role].reach == "below" and actor.tree.works_in(post.unit, duty.owner) for post in actor.posts
    )
