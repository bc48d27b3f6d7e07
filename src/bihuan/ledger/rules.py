"""Who may read a ledger's records. Every read by a person starts here."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.lookups import In

from bihuan.base import clock
from bihuan.base.errors import NotFound
from bihuan.ledger.data_scopes import Reach, reach_of
from bihuan.ledger.models import Involved, Ledger, Record, StepTally, Tie
from bihuan.org.actor import Actor, Held
from bihuan.org.models import Unit
from bihuan.org.roles import BY_CODE
from bihuan.org.tree import Tree


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
    reach = reach_of(actor, ledger)
    return mine if reach.whole else mine & _within(actor, reach)


def _within(actor: Actor, reach: Reach) -> Q:
    """The condition of a reach that is not the whole ledger."""
    return Q(unit__in=sorted(reach.units)) | _by_name(actor, reach)


def _by_name(actor: Actor, reach: Reach) -> Q:
    """What is the actor's own: they have a part in it by name or, where that is their scope, brought it in."""
    if not reach.own:
        return _involving(actor)
    return _involving(actor) | Q(creator__in=actor.acts_for) | Q(assignee__in=actor.acts_for)


def _involving(actor: Actor) -> Q:
    """The records in which the actor, or somebody for whom they stand in, has a part by name."""
    return Q(pk__in=Involved.objects.filter(person__in=actor.acts_for).values("record"))


def scope_everywhere(actor: Actor) -> Q:
    """The same over all ledgers at once."""
    standing = Q(deleted=False)
    if actor.reads_all:
        return standing
    owned, others = _parted(actor, Ledger.objects.all())
    if len(others) < 2:
        reach = next(iter(others), Reach(units=actor.reach()))
        ledgers = Q(ledger__in=owned) if others or owned else Q(pk__in=[])
        return standing & (ledgers | _within(actor, reach))
    return standing & (Q(ledger__in=owned) | _any_within(actor, others))


def scope_among(actor: Actor, ledgers: Iterable[Ledger]) -> Q:
    """The same over some ledgers that are at hand, without asking the database who owns them."""
    owned, others = _parted(actor, ledgers)
    return Q(deleted=False) & (Q(ledger__in=owned) | _any_within(actor, others))


def _any_within(actor: Actor, others: Mapping[Reach, list[int]]) -> Q:
    condition = Q(pk__in=[])
    for reach, ledgers in others.items():
        condition |= Q(ledger__in=ledgers) & _within(actor, reach)
    return condition


def scope_aside(actor: Actor, ledgers: Iterable[Ledger]) -> Q:
    """The same, for a query that enters by due dates or by a few ids: where all may be seen, the ledger is no way in.

    SQLite would otherwise read the whole ledger by its index.
    """
    owned, others = _parted(actor, ledgers)
    if others:
        return scope_among(actor, ledgers)
    return Q(In(F("ledger_id") + Value(0), owned)) & Q(deleted=False)


def tally_scope(actor: Actor, ledgers: Iterable[Ledger]) -> Q:
    """The rows of these ledgers' tallies that count only what the actor may see by unit or as the owner."""
    owned, others = _parted(actor, ledgers)
    condition = Q(ledger__in=owned)
    for reach, some in others.items():
        condition |= Q(ledger__in=some, unit__in=sorted(reach.units))
    return condition


def seen_beside(actor: Actor, ledgers: Iterable[Ledger]) -> Q | None:
    """What the actor sees of them beside that, because they have a part in it by name; None where that is nothing."""
    _, others = _parted(actor, ledgers)
    own = any(reach.own for reach in others)
    if not others or not (own or Involved.objects.filter(person__in=actor.acts_for).exists()):
        return None
    condition = Q(pk__in=[])
    for reach, some in others.items():
        by_unit = Q(unit__isnull=False, unit__in=sorted(reach.units))
        condition |= Q(ledger__in=some) & _by_name(actor, reach) & ~by_unit
    return Q(deleted=False) & condition


def _parted(actor: Actor, ledgers: Iterable[Ledger]) -> tuple[list[int], dict[Reach, list[int]]]:
    """The ledgers whose every record the actor may see, and the others by how far they may."""
    owned: list[int] = []
    others: dict[Reach, list[int]] = {}
    for ledger in ledgers:
        reach = reach_of(actor, ledger)
        (owned if reach.whole else others.setdefault(reach, [])).append(ledger.pk)
    return owned, others


def visible_records(actor: Actor, ledger: Ledger) -> QuerySet[Record]:
    """The records of a ledger that the actor may see."""
    if sees_whole(actor, ledger):
        return _whole(ledger.pk).all()
    return Record.objects.filter(scope(actor, ledger))


def sees_whole(actor: Actor, ledger: Ledger) -> bool:
    """Whether the actor may see every record of a ledger."""
    return reach_of(actor, ledger).whole


@lru_cache(maxsize=256)
def _whole(ledger: int) -> QuerySet[Record]:
    """A ledger's records, as a query from which others are made: it is not asked itself, and so keeps no record."""
    return Record.objects.filter(ledger=ledger, deleted=False)


def get_record(actor: Actor, pk: int) -> Record:
    """A record the actor may see. One that is not theirs is answered as one that is not there."""
    record = Record.objects.select_related("ledger", "ledger__owner").filter(pk=pk).first()
    if record is None or not visible_records(actor, record.ledger).filter(pk=pk).exists():
        raise NotFound("没有这条记录，或者它不在您的查看范围内")
    return record


def merged_into(actor: Actor, pk: int) -> int | None:
    """The record into which another went, if the actor may see it; it may itself have gone into a third."""
    seen, found = {pk}, None
    if pk.bit_length() > 63:  # more than a database counts to
        return None
    while other := Tie.objects.filter(record=found or pk, kind="merged").values_list("other", flat=True).first():
        if other in seen:
            break
        seen.add(other)
        found = other
    return found if found and Record.objects.filter(scope_everywhere(actor), pk=found).exists() else None


def visible_ledgers(actor: Actor) -> list[Ledger]:
    """The ledgers in which the actor may see something: those they own, and those with records of their units."""
    with connection.cursor() as cursor:
        cursor.execute(_LEDGERS)
        rows = tuple(cursor.fetchall())
    ledgers = [Ledger.from_db("default", _COLUMNS, row) for row in rows]
    owned, others = _parted_among(actor.is_system, actor.posts, actor.tree, clock.today(), rows)
    seen = set(owned)
    for reach, some in others.items():
        by_unit = Record.objects.filter(ledger=OuterRef("pk"), deleted=False, unit__in=sorted(reach.units))
        by_name = Record.objects.filter(_by_name(actor, reach), ledger=OuterRef("pk"), deleted=False)
        found = Ledger.objects.filter(Exists(by_unit) | Exists(by_name), pk__in=some)
        seen |= set(found.values_list("pk", flat=True))
    return [_with_owner(ledger, actor) for ledger in ledgers if ledger.pk in seen]


_COLUMNS = tuple(column.attname for column in Ledger._meta.concrete_fields)  # noqa: SLF001 - Django's documented model API
_LEDGERS = f"SELECT {', '.join(_COLUMNS)} FROM ledger_ledger ORDER BY code"
"""By hand, because every page asks it."""


@lru_cache(maxsize=256)
def _parted_among(
    is_system: bool,
    posts: tuple[Held, ...],
    tree: Tree,
    day: date,  # noqa: ARG001 - data scopes are in force by days
    rows: tuple[tuple[Any, ...], ...],
) -> tuple[list[int], dict[Reach, list[int]]]:
    """`_parted` of all ledgers for who holds these posts. Their stamps are in the rows, so a change makes it anew."""
    actor = Actor(None, "", posts, tree, is_system=is_system)
    return _parted(actor, (Ledger.from_db("default", _COLUMNS, row) for row in rows))


def _with_owner(ledger: Ledger, actor: Actor) -> Ledger:
    """The ledger with its owner at hand where the tree knows the unit, as a join would bring it."""
    node = actor.tree.by_pk.get(ledger.owner_id)
    if node is not None:
        ledger._state.fields_cache["owner"] = _unit(node.pk, node.code)  # noqa: SLF001 - as a join fills it
    return ledger


@lru_cache(maxsize=2_048)
def _unit(pk: int, code: str) -> Unit:
    return Unit(pk=pk, code=code)


def visible_ledger(actor: Actor, code: str) -> Ledger:
    """A ledger in which the actor may see something. Any other is answered as one that is not there."""
    ledger = Ledger.objects.filter(code=code).first()
    if ledger is None or not (reach_of(actor, ledger).whole or visible_records(actor, ledger).exists()):
        raise NotFound(f"没有台账“{code[:80]}”")
    return ledger


_WHOLE = "SELECT CAST(SUM(total) AS BIGINT) FROM ledger_steptally WHERE ledger_id = %s"


def whole_total(actor: Actor, ledger: Ledger) -> int:
    """How many records of a ledger the actor may see, from the tallies of steps: a million like a thousand."""
    if reach_of(actor, ledger).whole:
        with connection.cursor() as cursor:
            cursor.execute(_WHOLE, [ledger.pk])
            return cursor.fetchone()[0] or 0
    tallied: int = StepTally.objects.filter(tally_scope(actor, [ledger])).aggregate(n=Sum("total"))["n"] or 0
    beside = seen_beside(actor, [ledger])
    return tallied + (Record.objects.filter(beside).count() if beside is not None else 0)


def may_import(actor: Actor, ledger: Ledger) -> bool:
    """Those who work in the owning unit bring rows in; a reader of all does not write."""
    return actor.is_system or _works_in(actor, ledger)
