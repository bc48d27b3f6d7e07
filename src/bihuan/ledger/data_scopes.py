"""Data scopes: which records of a ledger a role gives its person, as set by role and ledger, with dates.

Where nothing is set, a post gives its unit and the units below, and the whole ledger in the unit that owns it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from django.db.models import Q

from bihuan.base import clock
from bihuan.ledger.models import DataScope, Ledger
from bihuan.org.actor import Actor, Held
from bihuan.org.roles import BY_CODE
from bihuan.org.tree import Tree


class Scope(StrEnum):
    """The five scopes that these users know."""

    ALL = "all"
    CUSTOM = "custom"
    UNIT = "unit"
    BELOW = "below"
    OWN = "own"


SCOPE_WORDS = {
    Scope.ALL: "全部",
    Scope.CUSTOM: "自定义",
    Scope.UNIT: "本单位",
    Scope.BELOW: "本单位及以下",
    Scope.OWN: "仅本人",
}
BY_DEFAULT = "默认：本单位及以下；在台账的主管单位任职的看全部"


@dataclass(frozen=True)
class Reach:
    """What an actor may see of a ledger: the whole of it, or what is of these units, and their own if `own`."""

    whole: bool = False
    units: frozenset[int] = frozenset()
    own: bool = False


@dataclass(frozen=True)
class Rule:
    """What is set for a role."""

    scope: Scope
    units: frozenset[int]


def reach_of(actor: Actor, ledger: Ledger) -> Reach:
    """What the actor may see of a ledger today, by all their posts together."""
    rules = _rules_at(ledger.stamp, ledger.pk, clock.today())
    if actor.reads_all:
        return Reach(whole=True)
    found = [reach_of_post(actor.tree, post, ledger, rules.get(post.role)) for post in actor.posts]
    units = frozenset[int]().union(*(reach.units for reach in found))
    return Reach(any(reach.whole for reach in found), units, any(reach.own for reach in found))


def reach_of_post(tree: Tree, post: Held, ledger: Ledger | None, rule: Rule | None) -> Reach:
    """What a post gives in a ledger under a rule; without a ledger, in one that another unit owns."""
    if BY_CODE[post.role].reach != "below":
        return Reach()
    below = tree.within(post.unit)
    if rule is None:
        owner = ledger.owner_id if ledger else None
        return Reach(owner in below or (owner is not None and tree.works_in(post.unit, owner)), below)
    if rule.scope is Scope.ALL:
        return Reach(whole=True)
    by_scope = {Scope.CUSTOM: rule.units, Scope.UNIT: tree.alone(post.unit), Scope.BELOW: below}
    return Reach(units=by_scope.get(rule.scope, frozenset()), own=rule.scope is Scope.OWN)


def rule_of(role: str, ledger: Ledger | None) -> Rule | None:
    """What is set for a role in a ledger, else in all; without a ledger only what is set for all."""
    if ledger is not None:
        return _rules_at(ledger.stamp, ledger.pk, clock.today()).get(role)
    current = Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())
    row = DataScope.objects.filter(current, ledger=None, role=role).order_by("-pk").first()
    return Rule(Scope(row.scope), frozenset(row.units)) if row else None


@lru_cache(maxsize=512)
def _rules_at(stamp: str, ledger: int, day: date) -> dict[str, Rule]:  # noqa: ARG001 - the stamp makes the key unique
    """By role, what is set for a ledger, else for all."""
    current = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    rows = DataScope.objects.filter(current, Q(ledger=ledger) | Q(ledger=None), valid_from__lte=day)
    found: dict[str, Rule] = {}
    for row in sorted(rows, key=lambda row: (row.ledger_id is not None, row.pk)):
        found[row.role] = Rule(Scope(row.scope), frozenset(row.units))
    return found
