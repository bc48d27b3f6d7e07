"""Who may run, score, publish and answer. What is published may be seen by everybody who holds a post."""

from bihuan.base.errors import NotAllowed, NotFound
from bihuan.org.actor import Actor
from bihuan.org.roles import BY_CODE
from bihuan.scorecard.models import Appeal, Publication, ScorecardVersion

_RUNS = ("handler", "supervisor", "reviewer", "leader")
_PUBLISHES = ("supervisor", "reviewer", "leader")


def may_run(actor: Actor, scorecard: ScorecardVersion) -> bool:
    """A trial shows every unit's score: those who work in or over the owning unit, and who reads all."""
    return actor.reads_all or scorecard.owner_id in actor.reach() or _works_for(actor, scorecard.owner_id, _RUNS)


def may_score(actor: Actor, scorecard: ScorecardVersion) -> bool:
    """Points by hand are given in the owning unit."""
    return actor.is_system or _works_for(actor, scorecard.owner_id, _RUNS)


def may_declare(actor: Actor, unit: int) -> bool:
    """Who supervises, judges or leads in a unit declares its scorecards."""
    return actor.is_system or _works_for(actor, unit, _PUBLISHES)


def may_rank_by(actor: Actor, owner: int) -> bool:
    """A ranking shows the values of its figures: only those of units that the actor reaches may be used."""
    return actor.is_system or actor.reads_all or owner in actor.reach()


def may_publish(actor: Actor, scorecard: ScorecardVersion) -> bool:
    """Who supervises, judges or leads in the owning unit."""
    return actor.is_system or _works_for(actor, scorecard.owner_id, _PUBLISHES)


def may_appeal(actor: Actor, unit: int) -> bool:
    """Those who work in the unit that was scored."""
    return any(BY_CODE[post.role].acts and actor.tree.works_in(post.unit, unit) for post in actor.posts)


def may_see_publications(actor: Actor) -> bool:
    """Everybody who holds a post that works on ledgers or reads them."""
    return actor.is_system or any(BY_CODE[post.role].reach != "none" for post in actor.posts)


def get_publication(actor: Actor, pk: int) -> Publication:
    """A publication that the actor may see."""
    found = Publication.objects.select_related("scorecard", "scorecard__owner").filter(pk=pk).first()
    if found is None or not may_see_publications(actor):
        raise NotFound("没有这份考核结果，或者它不在您的查看范围内")
    return found


def get_appeal(actor: Actor, pk: int) -> Appeal:
    """An appeal that the actor made for their unit, or may answer."""
    found = Appeal.objects.select_related("publication__scorecard").filter(pk=pk).first()
    if found is None or not (may_appeal(actor, found.unit_id) or may_run(actor, found.publication.scorecard)):
        raise NotFound("没有这件申诉，或者它不在您的查看范围内")
    return found


def require(allowed: bool, doing: str) -> None:
    """Raise NotAllowed with what may not be done."""
    if not allowed:
        raise NotAllowed(f"您不能{doing}")


def _works_for(actor: Actor, unit: int, roles: tuple[str, ...]) -> bool:
    return any(post.role in roles and actor.tree.works_in(post.unit, unit) for post in actor.posts)
