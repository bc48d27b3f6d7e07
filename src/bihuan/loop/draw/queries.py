"""What a draw draws from: objects and inspectors as they stand now, and who must avoid what."""

import re
from dataclasses import dataclass

from django.db.models import QuerySet

from bihuan.base import clock
from bihuan.expression import compile_check
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.names import names_of
from bihuan.ledger.queries import matching
from bihuan.ledger.references import lookup_for
from bihuan.loop.declared.definitions import InForce
from bihuan.loop.definitions import loop_of
from bihuan.loop.draw.models import DrawnObject, DrawRound
from bihuan.loop.draw.spec import DrawSpec
from bihuan.loop.notice.values import name_shown
from bihuan.org.tree import Tree

_PARTS = re.compile(r"[、，,；;\s]+")


@dataclass(frozen=True)
class Pool:
    """The lists of a drawing: objects and inspectors by number, their names, and (inspector, object) to avoid."""

    objects: dict[str, Record]
    inspectors: dict[str, Record]
    avoid: tuple[tuple[str, str], ...]
    names: dict[str, str]


def pool_of(draw: InForce[DrawSpec], tree: Tree) -> Pool:
    """The lists as they stand now."""
    spec = draw.spec
    objects = _records(draw.ledger(spec.objects.ledger), spec.objects.where)
    if spec.objects.once_a_year:
        taken = drawn_this_year(draw)
        objects = {number: record for number, record in objects.items() if number not in taken}
    inspectors = _records(draw.ledger(spec.inspectors.ledger), spec.inspectors.where)
    names = _names(objects, tree) | _names(inspectors, tree)
    return Pool(objects, inspectors, _avoided(spec, objects, inspectors, tree), names)


def drawn_this_year(draw: InForce[DrawSpec]) -> set[str]:
    """The objects that this draw has drawn already in the present year."""
    rows = DrawnObject.objects.filter(round__code=draw.code, year=clock.today().year)
    return set(rows.values_list("number", flat=True))


def _records(ledger: Ledger, where: str) -> dict[str, Record]:
    spec, loop = spec_of(ledger), loop_of(ledger)
    rows = Record.objects.filter(ledger=ledger, deleted=False).select_related("ledger")
    if where:
        rows = matching(rows, compile_check(where, names_of(spec, loop.states if loop else {})))
    return {record.number: record for record in rows.order_by("number")}


def _names(records: dict[str, Record], tree: Tree) -> dict[str, str]:
    if not records:
        return {}
    spec = spec_of(next(iter(records.values())).ledger)
    lookup = lookup_for(spec, tree)
    return {number: name_shown(record, spec, lookup) for number, record in records.items()}


def _avoided(
    spec: DrawSpec, objects: dict[str, Record], inspectors: dict[str, Record], tree: Tree
) -> tuple[tuple[str, str], ...]:
    """Those of the inspector's own unit, where the draw says so, and those that the inspector names."""
    found = []
    for one, person in inspectors.items():
        named = set(_PARTS.split(str(person.data.get(spec.inspectors.avoid_field) or "")))
        for item, record in objects.items():
            own = spec.inspectors.avoid_own_unit and _same_unit(person, record, tree)
            if own or item in named:
                found.append((one, item))
    return tuple(found)


def _same_unit(person: Record, record: Record, tree: Tree) -> bool:
    return person.unit_id is not None and tree.works_in(person.unit_id, record.unit_id)


def rounds_of(code: str = "") -> QuerySet[DrawRound]:
    """The rounds of a draw, or of all, the newest first."""
    rows = DrawRound.objects.filter(code=code) if code else DrawRound.objects.all()
    return rows.select_related("committed_by", "revealed_by").order_by("-pk")
