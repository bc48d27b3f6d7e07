"""Which draws there are, and who holds them."""

from bihuan.base.errors import NotAllowed, NotFound
from bihuan.loop.declared.definitions import InForce, declared_of
from bihuan.loop.draw.spec import DrawSpec
from bihuan.org.actor import Actor


def draws_in_force() -> dict[str, InForce[DrawSpec]]:
    """The declared draws, by full code."""
    return declared_of("draws", DrawSpec)


def get_draw(code: str) -> InForce[DrawSpec]:
    """A draw, or NotFound."""
    found = draws_in_force().get(code)
    if found is None:
        raise NotFound("没有这项抽查")
    return found


def may_draw(actor: Actor, draw: InForce[DrawSpec]) -> bool:
    """Whether the actor holds the draw: one of its roles, in the unit that owns it."""
    return any(post.role in draw.spec.manage and actor.tree.works_in(post.unit, draw.owner) for post in actor.posts)


def require_drawer(actor: Actor, draw: InForce[DrawSpec]) -> None:
    """Raise NotAllowed for whoever does not hold the draw."""
    if not may_draw(actor, draw):
        raise NotAllowed(f"只有“{actor.tree.name(draw.owner)}”的组织人员可以做“{draw.spec.title}”")
