"""Builds the lookup that reference fields read and show by: one query a kind of thing, only when a field needs it."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from bihuan.ledger.models import Attachment
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import Lookup
from bihuan.org.models import Person, UnitVersion
from bihuan.org.tree import Tree


def lookup_for(spec: LedgerSpec, tree: Tree, *, files: Iterable[int] = ()) -> Lookup:
    """The lookup for a ledger's fields. Units include those that stand no more, by their last name, for showing."""
    units, names, shared = units_by_name(tree)
    twice = set(shared)
    kinds = {field.kind for field in spec.fields}
    persons: dict[str, int] = {}
    person_names: dict[int, str] = {}
    if "person" in kinds:
        rows = list(Person.objects.values_list("pk", "username", "name"))
        person_names = {pk: name for pk, _, name in rows}
        persons = {name: pk for pk, _, name in rows} | {username: pk for pk, username, _ in rows}
        twice |= {name for name, count in Counter(name for _, _, name in rows).items() if count > 1}
    wanted = list(files)
    stored = Attachment.objects.filter(pk__in=wanted).values_list("pk", "name") if wanted else ()
    return Lookup(units, names, persons, person_names, dict(stored), frozenset(twice))


@lru_cache(maxsize=16)
def units_by_name(tree: Tree) -> tuple[dict[str, int], dict[int, str], frozenset[str]]:
    """Units by name and code; the names of all, those that stand no more by their last; names that several share.

    A change of any unit makes another tree, so what is kept here is never stale. Nobody may change it.
    """
    units = {node.name: node.pk for node in tree.nodes} | {node.code: node.pk for node in tree.nodes}
    twice = frozenset(name for name, count in Counter(node.name for node in tree.nodes).items() if count > 1)
    names = {node.pk: node.name for node in tree.nodes}
    return units, names | _ended(names), twice


def _ended(standing: dict[int, str]) -> dict[int, str]:
    rows = UnitVersion.objects.filter(valid_to__isnull=False).order_by("valid_from")
    return {unit: name for unit, name in rows.values_list("unit_id", "name") if unit not in standing}
