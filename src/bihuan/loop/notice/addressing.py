"""Whom a notice reaches: the people who hold a role today in the unit that is meant."""

from collections.abc import Iterable

from django.db.models import Q

from bihuan.base import clock
from bihuan.ledger.models import Record
from bihuan.loop.notice.spec import AddressSpec
from bihuan.loop.rules import related_unit
from bihuan.loop.spec import Relation
from bihuan.org.models import Post
from bihuan.org.tree import Tree


def unit_meant(relation: Relation, record: Record, tree: Tree) -> int | None:
    """The unit that stands in this relation to the matter; None where there is none, or where any would do."""
    return None if relation == "any" else related_unit(relation, record, tree)


def people_of(addresses: Iterable[AddressSpec], record: Record, tree: Tree) -> list[int]:
    """The persons addressed, each once, in order. An address of any unit reaches its roles everywhere."""
    found: dict[int, None] = {}
    for address in addresses:
        for person in _holders(address, record, tree):
            found[person] = None
    return list(found)


def _holders(address: AddressSpec, record: Record, tree: Tree) -> list[int]:
    today = clock.today()
    held = Post.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=today),
        valid_from__lte=today,
        role__in=address.role,
        person__is_active=True,
    )
    if address.unit != "any":
        unit = unit_meant(address.unit, record, tree)
        held = held.filter(unit__in=offices_of(unit, tree) if unit else [])
    return list(dict.fromkeys(held.order_by("pk").values_list("person", flat=True)))


def offices_of(unit: int, tree: Tree) -> list[int]:
    """The unit and its sections: who works in one of them works in the unit."""
    return [node.pk for node in tree.below(unit) if tree.works_in(node.pk, unit)]
