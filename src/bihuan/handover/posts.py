"""The posts of who hands over, what waits for each, and whether the receiver holds the same: told, and not moved.

A post gives rights, and only the system administrator gives those.
"""

from dataclasses import dataclass, replace

from bihuan.ledger.models import Record
from bihuan.ledger.rules import scope_everywhere, visible_ledgers
from bihuan.loop.definitions import loop_of
from bihuan.loop.waiting import waiting_for
from bihuan.org.actor import Actor, Held, actor_of
from bihuan.org.models import Person
from bihuan.org.roles import BY_CODE, role_title


@dataclass(frozen=True)
class PostLine:
    """A post: where, which, how many matters wait for it, and whether the receiver holds it too."""

    unit: str
    role: str
    waiting: int | None
    taken: bool


def posts_of(giver: Person, receiver: Actor) -> list[PostLine]:
    """The giver's own posts of today."""
    actor = actor_of(giver)
    own = [post for post in actor.posts if post.of is None]
    return [
        PostLine(actor.tree.name(post.unit), role_title(post.role), _waiting(actor, post), _has(receiver, post))
        for post in own
    ]


def _has(receiver: Actor, post: Held) -> bool:
    return any((held.unit, held.role) == (post.unit, post.role) and held.of is None for held in receiver.posts)


def _waiting(actor: Actor, post: Held) -> int | None:
    """How many matters somebody in this post must move on; None for a post that acts on none."""
    if not BY_CODE[post.role].acts:
        return None
    alone = replace(actor, person=None, posts=(post,))
    ledgers = [(ledger, loop) for ledger in visible_ledgers(alone) if (loop := loop_of(ledger))]
    return Record.objects.filter(scope_everywhere(alone), waiting_for(alone, ledgers).condition()).count()
