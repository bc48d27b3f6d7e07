"""What of a figure a person may be told: counted are only the records that they may see, or they are refused."""

from dataclasses import dataclass, field

from bihuan.base.errors import NotAllowed
from bihuan.figure.measure import NUMERIC
from bihuan.figure.models import Figure
from bihuan.figure.resolved import Base, Doubled, Flow
from bihuan.ledger.data_scopes import reach_of
from bihuan.ledger.models import Ledger
from bihuan.ledger.sight import Sight, sight_of
from bihuan.org.actor import Actor
from bihuan.org.tree import Tree

NOBODY = 0
"""The unit of records that name none; no unit has this id."""


@dataclass(frozen=True)
class Reach:
    """The units whose records a person may see, by ledger; None for all of a ledger.

    It follows the data scopes. What a person sees for having a part in it by name is in no unit's number: a list shows
    it, and a number that is less than it means says so.
    """

    actor: Actor
    ledgers: dict[str, frozenset[int] | None] = field(default_factory=dict)
    _sights: dict[str, Sight] = field(default_factory=dict)

    def of(self, ledger: Ledger) -> frozenset[int] | None:
        """The units of one ledger."""
        if ledger.code not in self.ledgers:
            mine = reach_of(self.actor, ledger)
            self.ledgers[ledger.code] = None if mine.whole else mine.units
        return self.ledgers[ledger.code]

    def sight(self, ledger: Ledger) -> Sight:
        """What the person sees of one ledger's fields."""
        if ledger.code not in self._sights:
            self._sights[ledger.code] = sight_of(self.actor, ledger)
        return self._sights[ledger.code]


def counted_units(
    reach: Reach | None, ledger: Ledger, unit: int | None, tree: Tree, figure: Base | Doubled
) -> tuple[frozenset[int] | None, bool]:
    """The units to count for one cell of a figure, and whether that is less than the cell means.

    A record without a responsible unit belongs to the unit that owns its ledger; its unit is NOBODY.
    Raises NotAllowed where the person may see none of it, or not what the figure looks at.
    """
    if reach is not None:
        require_seen(reach.sight(ledger), figure)
    members = None if unit is None else tree.within(unit)
    if members is not None and ledger.owner_id in members:
        members |= {NOBODY}
    mine = reach.of(ledger) if reach else None
    if mine is None:
        return members, False
    seen = mine if members is None else members & mine
    if not seen:
        name = tree.name(unit) or "全部单位"
        raise NotAllowed(f"“{name}”不在您的查看范围内，不能看这里的数")
    return seen, members is None or seen != members


def require_within(reach: Reach | None, unit: int | None, code: str) -> None:
    """Raise NotAllowed for a value from outside that is told of a unit out of reach.

    One told of no unit is public, and who fills in the figure sees all of it.
    """
    if reach is None or unit is None or unit in reach.actor.reach():
        return
    figure = Figure.objects.get(code=code)
    if not may_approve(reach.actor, figure):
        raise NotAllowed(f"“{figure.title}”填报的是您查看范围以外的单位，您不能看这个数")


def require_seen(sight: Sight, figure: Base | Doubled) -> None:
    """Raise NotAllowed for a figure that would tell what a field holds that the person may not see.

    A field that is hidden at any step is not counted by either. Of a personal one that is masked it may be told how
    many there are, which the definition has made public, but no amount: that of one record is its value.
    """
    if any(sight.hides(code) for code in _fields_of(figure, sight.ledger)):
        raise NotAllowed(f"“{figure.spec.title}”用到您看不到的字段，您不能看这个数")
    if isinstance(figure, Base) and figure.operand and figure.function in NUMERIC:
        amounts = {name.code for name in figure.operand.names}
        if amounts & sight.masks(None):
            raise NotAllowed(f"“{figure.spec.title}”算的是个人信息，已遮盖，您不能看这个数")


def may_know(reach: Reach | None, ledger: Ledger, figure: Base | Doubled) -> bool:
    """Whether a person may be told a figure at all, be it over few records."""
    try:
        if reach is not None:
            require_seen(reach.sight(ledger), figure)
    except NotAllowed:
        return False
    return True


def _fields_of(figure: Base | Doubled, ledger: Ledger) -> set[str]:
    if isinstance(figure, Doubled):
        return {name.code for view, name in figure.places if view.code == ledger.code}
    names = {name.code for checked in (figure.where, figure.operand) if checked for name in checked.names}
    return names | ({figure.time.field.code} if isinstance(figure.time, Flow) else set())


def require_whole(partial: bool, what: str) -> None:
    """Raise NotAllowed for a figure that means nothing over a part: a rank among units that one may not see."""
    if partial:
        raise NotAllowed(f"{what}要与您查看范围以外的单位相比，您不能看这个数")


def may_approve(actor: Actor, figure: Figure) -> bool:
    """Those who judge or lead in the unit that answers for a figure approve it and enter what comes from outside."""
    return actor.is_system or any(
        post.role in ("reviewer", "leader") and actor.tree.works_in(post.unit, figure.owner_id) for post in actor.posts
    )


def may_propose(actor: Actor, figure: Figure) -> bool:
    """Those who work in the unit that answers for a figure propose another definition of it."""
    return any(
        post.role in ("handler", "supervisor", "reviewer", "leader") and actor.tree.works_in(post.unit, figure.owner_id)
        for post in actor.posts
    )


def may_know_of(actor: Actor, figure: Figure) -> bool:
    """Who sees what is proposed for a figure, and the numbers that it would change."""
    return may_propose(actor, figure) or may_approve(actor, figure) or actor.reads_all
