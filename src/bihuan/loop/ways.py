"""The ways in which matters come to wait for a person: a verb at a step, and who of their posts is to do it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from bihuan.base import clock
from bihuan.expression import Kind, compile_check, to_postgresql, to_sqlite
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.names import names_of
from bihuan.ledger.rules import owns
from bihuan.loop.spec import LoopSpec, VerbSpec, WhoSpec
from bihuan.org.actor import Actor
from bihuan.org.roles import BY_CODE as ROLES


@dataclass(frozen=True)
class Way:
    """Matters of a ledger that stand at these steps wait for the actor, in these units (None: in all).

    `exactly` is what only a record can be asked: a field of it, or an expression over it.
    """

    ledger: int
    version: int | None
    steps: tuple[str, ...]
    units: tuple[int, ...] | None = None
    exactly: Q | None = None

    def of_tally(self) -> Q:
        where = Q(ledger=self.ledger, state__in=self.steps)
        where &= Q() if self.version is None else Q(loop_version=self.version)
        return where if self.units is None else where & Q(unit__in=self.units)

    def of_record(self) -> Q:
        where = Q(ledger=self.ledger, state__in=self.steps)
        where &= Q() if self.version is None else Q(loop__v=self.version)
        where &= Q() if self.units is None else Q(unit__in=self.units)
        return where & self.exactly if self.exactly is not None else where


def ways_of_loop(actor: Actor, ledger: Ledger, loop: LoopSpec, version: int | None) -> Iterator[Way]:
    """How matters of a ledger come to wait for the actor, under one version of its loop."""
    for verb in loop.verbs:
        if verb.targets and verb.from_ and verb.effect not in ("withdraw", "sign", "object"):
            for who in verb.who:
                yield from _ways_of(actor, ledger, loop, version, verb, who)


def _ways_of(
    actor: Actor, ledger: Ledger, loop: LoopSpec, version: int | None, verb: VerbSpec, who: WhoSpec
) -> Iterator[Way]:
    """The ways of one line of `who`. One that is open to anybody, or to the one who holds it, is nobody's duty."""
    units, exactly = _units(actor, ledger, who), _exactly(actor, ledger, loop, who)
    if units == () or (exactly is None and units is None and who.unit != "owner" and not _is_fixed(actor, who)):
        return
    if who.when:
        when = Q(_sql(who.when, Kind.BOOLEAN, ledger, loop))
        exactly = when if exactly is None else exactly & when
    yield Way(ledger.pk, version, verb.from_, units, exactly)


def _units(actor: Actor, ledger: Ledger, who: WhoSpec) -> tuple[int, ...] | None:
    """The units whose matters wait; none at all where the actor is not one of those told."""
    if who.unit == "responsible":
        return tuple(offices(actor, who.role))
    if who.unit == "above":
        above = set(offices(actor, who.role))
        return tuple(node.pk for node in actor.tree.nodes if node.parent in above)
    if who.unit == "owner":
        mine = owns(actor, ledger) and not actor.reads_all and _in_unit(actor, ledger.owner_id, who.role)
        return None if mine else ()
    if who.post_in:
        return None if _is_fixed(actor, who) else ()
    return () if who.unit in ("top", "any") or who.person else None


def _is_fixed(actor: Actor, who: WhoSpec) -> bool:
    """Whether the actor holds the post that is named."""
    node = actor.tree.by_code.get(who.post_in)
    return bool(node) and _in_unit(actor, node.pk if node else None, who.role)


def _exactly(actor: Actor, ledger: Ledger, loop: LoopSpec, who: WhoSpec) -> Q | None:
    if who.field:
        kind = spec_of(ledger).by_code[who.field].kind
        wanted = sorted(actor.acts_for) if kind == "person" else offices(actor, who.role)
        return Q(**{f"data__{who.field}__in": wanted})
    if who.unit_code:
        codes = [node.code for pk in offices(actor, who.role) if (node := actor.tree.by_pk.get(pk))]
        return Q(_sql(who.unit_code, Kind.TEXT, ledger, loop, codes)) if codes else Q(pk__in=[])
    return None


def _sql(text: str, kind: Kind, ledger: Ledger, loop: LoopSpec, among: Sequence[str] | None = None) -> RawSQL:
    """An expression over a record as a condition; with `among`, that its value is one of these."""
    checked = compile_check(text, names_of(spec_of(ledger), loop.states), expect=kind)
    render = to_postgresql if connection.vendor == "postgresql" else to_sqlite
    sql = render(checked, alias=Record._meta.db_table, today=clock.today(), now=clock.now())  # noqa: SLF001 - Django's documented model API
    within = f" IN ({', '.join(['%s'] * len(among))})" if among is not None else ""
    params = (*sql.params, *(among or ()))
    return RawSQL(f"({sql.text}){within}", params, output_field=BooleanField())  # noqa: S611 - rendered from a checked tree, literals as parameters


def offices(actor: Actor, roles: Iterable[str]) -> list[int]:
    """The units in which the actor works in one of the roles: their own, and the one whose section it is."""
    wanted = set(roles)
    return sorted(
        {
            node.pk
            for post in actor.posts
            if (post.role in wanted if wanted else ROLES[post.role].acts)
            for node in actor.tree.above(post.unit)
            if actor.tree.works_in(post.unit, node.pk)
        }
    )


def _in_unit(actor: Actor, unit: int | None, roles: Sequence[str]) -> bool:
    return any(post.role in roles and actor.tree.works_in(post.unit, unit) for post in actor.posts)
