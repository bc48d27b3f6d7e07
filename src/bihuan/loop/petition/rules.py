"""Which public pages there are, and who works the desk behind one."""

from bihuan.base import clock
from bihuan.base.errors import NotAllowed, NotFound
from bihuan.ledger.models import Ledger
from bihuan.loop.declared.definitions import InForce, declared_of
from bihuan.loop.petition.spec import PetitionSpec
from bihuan.org.actor import Actor
from bihuan.org.models import UnitKind
from bihuan.org.tree import tree_on


def pages_in_force() -> dict[str, InForce[PetitionSpec]]:
    """The declared public pages, by full code."""
    return declared_of("petitions", PetitionSpec)


def get_page(code: str) -> InForce[PetitionSpec]:
    """A public page, or NotFound."""
    found = pages_in_force().get(code)
    if found is None:
        raise NotFound("没有这个提交页面")
    return found


def ledger_of(page: InForce[PetitionSpec]) -> Ledger:
    """The ledger that a page writes to."""
    return page.ledger(page.spec.ledger)


def areas() -> dict[str, str]:
    """The county's towns and streets today, code to name: of them the public says where something is."""
    return {node.code: node.name for node in tree_on(clock.today()).nodes if node.kind == UnitKind.TOWN}


def works_desk(actor: Actor, page: InForce[PetitionSpec]) -> bool:
    """Whether the actor sorts what comes in: one of the roles, in the unit that owns the page."""
    return any(post.role in page.spec.desk and actor.tree.works_in(post.unit, page.owner) for post in actor.posts)


def desk_pages(actor: Actor) -> list[InForce[PetitionSpec]]:
    """The pages whose desk the actor works at."""
    return [page for page in pages_in_force().values() if works_desk(actor, page)]


def require_desk(actor: Actor, page: InForce[PetitionSpec]) -> None:
    """Raise NotAllowed for whoever does not work the desk."""
    if not works_desk(actor, page):
        raise NotAllowed(f"只有“{actor.tree.name(page.owner)}”的分办人员可以处理“{page.spec.title}”")
