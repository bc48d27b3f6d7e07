"""The unit tree as it stood on a day: one read, then everything about ancestors and descendants is arithmetic."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from django.db import connection
from django.db.models import Q

from bihuan.org.models import UnitVersion


@dataclass(frozen=True)
class Node:
    """A unit on a day. `order` is its place in a walk of the tree, `last` the greatest order under it.

    `parent` stands on that day too: where the one that it was put under does not, it is where that one's records go.
    """

    pk: int
    code: str
    name: str
    kind: str
    parent: int | None
    depth: int
    order: int
    last: int


@dataclass(frozen=True)
class Elsewhere:
    """A unit that does not stand on the day, ended or still to come: its name, and where its records go meanwhile.

    That is the unit into which it was merged, else the one that it last hung under (or will hang under at first).
    """

    name: str
    successor: int | None
    parent: int | None

    @property
    def heir(self) -> int | None:
        return self.successor or self.parent


@dataclass(frozen=True, eq=False)
class Tree:
    """All units of a day, each after its parent, siblings by code; and those that do not stand on it.

    A tree is equal to itself only, which makes it a cheap key of what is remembered.
    """

    nodes: tuple[Node, ...]
    elsewhere: Mapping[int, Elsewhere] = field(default_factory=dict)

    @cached_property
    def by_pk(self) -> dict[int, Node]:
        return {node.pk: node for node in self.nodes}

    @cached_property
    def by_code(self) -> dict[str, Node]:
        return {node.code: node for node in self.nodes}

    @cached_property
    def by_name(self) -> dict[str, tuple[Node, ...]]:
        names: dict[str, tuple[Node, ...]] = {}
        for node in self.nodes:
            names[node.name] = (*names.get(node.name, ()), node)
        return names

    def below(self, pk: int) -> tuple[Node, ...]:
        """The unit and all under it; empty if the unit does not stand on this day."""
        node = self.by_pk.get(pk)
        return self.nodes[node.order : node.last + 1] if node else ()

    def within(self, pk: int) -> frozenset[int]:
        """The ids of the unit and all under it, and of the units that do not stand whose records go to them."""
        known = self._within
        if pk not in known:
            below = frozenset(node.pk for node in self.below(pk))
            others = frozenset(one for one in self.elsewhere if (heir := self.standing(one)) and heir.pk in below)
            known[pk] = below | others
        return known[pk]

    @cached_property
    def _within(self) -> dict[int, frozenset[int]]:
        return {}

    def alone(self, pk: int) -> frozenset[int]:
        """The unit by itself, with the units that do not stand whose records go to it."""
        own = self.by_pk.get(pk)
        return frozenset({pk, *(one for one in self.elsewhere if self.standing(one) == own)} if own else ())

    def beside(self, pk: int) -> tuple[int, ...]:
        """The units of its kind under the same unit, itself among them; empty if it does not stand."""
        own = self.by_pk.get(pk)
        alike = (node for node in self.nodes if own and (node.parent, node.kind) == (own.parent, own.kind))
        return tuple(node.pk for node in alike)

    def standing(self, pk: int | None) -> Node | None:
        """The unit or, if it does not stand, the standing one to which its records go."""
        seen: set[int] = set()
        while pk and pk not in self.by_pk and pk not in seen:
            seen.add(pk)
            other = self.elsewhere.get(pk)
            pk = other.heir if other else None
        return self.by_pk.get(pk or 0)

    def above(self, pk: int | None) -> Iterator[Node]:
        """The unit and all over it, nearest first."""
        node = self.standing(pk)
        while node:
            yield node
            node = self.by_pk.get(node.parent) if node.parent else None

    def is_below(self, pk: int | None, top: int | None) -> bool:
        """Whether a unit is `top` or is under it; of one that does not stand, whether where its records go is.

        Nothing is below an ended unit: a post in it gives nothing any more.
        """
        node, over = self.standing(pk), self.by_pk.get(top or 0)
        return bool(node and over and over.order <= node.order <= over.last)

    def works_in(self, pk: int | None, office: int | None) -> bool:
        """Whether someone of unit `pk` works in `office`: it is their unit, or their unit is a section of it.

        A village stands under its town, but its people do not work in the town's office.
        """
        house = self.standing(office)
        for node in self.above(pk) if pk in self.by_pk else ():
            if node == house:
                return True
            if node.kind != "section":
                return False
        return False

    def name(self, pk: int | None) -> str:
        node = self.by_pk.get(pk or 0) or self.elsewhere.get(pk or 0)
        return node.name if node else ""

    def path(self, pk: int) -> str:
        """The unit's name with the units over it, without the county."""
        names = [node.name for node in self.above(pk) if node.parent]
        return " / ".join(reversed(names)) or self.name(pk)


def tree_on(day: date) -> Tree:
    """The tree as it stood on a day, kept in the process until an action changes it."""
    with connection.cursor() as cursor:
        cursor.execute(_STAMP)
        stamp = cursor.fetchone()
    return _tree_at(day, stamp[0] if stamp else "")


_STAMP = "SELECT stamp FROM org_treestamp ORDER BY id LIMIT 1"
"""By hand, because every request asks it."""


Row = tuple[int, str, str, str, int | None]
"""A unit's id, code, name, kind, and the unit that it was put under."""


@lru_cache(maxsize=64)
def _tree_at(day: date, stamp: str) -> Tree:  # noqa: ARG001 - the stamp makes the key unique
    rows = list(_rows(day))
    return build_tree(rows, dict(_elsewhere(day, {row[0] for row in rows})))


def _elsewhere(day: date, present: Collection[int]) -> Iterator[tuple[int, Elsewhere]]:
    """The units that do not stand on the day: the ended by their last version, those to come by their first."""
    columns = ("unit_id", "name", "unit__successor_id", "parent_id")
    ended = UnitVersion.objects.filter(valid_to__lte=day).order_by("valid_to")
    coming = UnitVersion.objects.filter(valid_from__gt=day).order_by("-valid_from")
    for pk, name, _, parent in coming.values_list(*columns):
        if pk not in present:
            yield pk, Elsewhere(name, None, parent)
    for pk, name, successor, parent in ended.values_list(*columns):
        if pk not in present:
            yield pk, Elsewhere(name, successor, parent)


def _rows(day: date) -> Iterator[Row]:
    current = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    rows = UnitVersion.objects.filter(current, valid_from__lte=day).order_by("unit__code")
    yield from rows.values_list("unit_id", "unit__code", "name", "kind", "parent_id")


def build_tree(rows: Sequence[Row], elsewhere: Mapping[int, Elsewhere] | None = None) -> Tree:
    """Order rows into a tree. A unit stands under its parent or, where that does not stand, where its records go."""
    others = elsewhere or {}
    over = _parents(rows, others)
    children: dict[int | None, list[Row]] = {}
    for row in rows:
        children.setdefault(over[row[0]], []).append(row)
    nodes: list[Node] = []

    def walk(parent: int | None, depth: int) -> None:
        for pk, code, name, kind, _ in children.get(parent, ()):
            order = len(nodes)
            nodes.append(Node(pk, code, name, kind, parent, depth, order, order))
            walk(pk, depth + 1)
            nodes[order] = Node(pk, code, name, kind, parent, depth, order, len(nodes) - 1)

    walk(None, 0)
    return Tree(tuple(nodes), others)


def _parents(rows: Sequence[Row], elsewhere: Mapping[int, Elsewhere]) -> dict[int, int | None]:
    """Of each unit the standing one that it is under; None for a root, and where the way leads to itself only."""
    present = {row[0] for row in rows}
    over = {pk: parent if parent in present else None for pk, _, _, _, parent in rows}
    for pk, _, _, _, parent in rows:
        if parent is not None and parent not in present:
            heirs = (heir for heir in _heirs(parent, elsewhere) if heir in present)
            over[pk] = next((heir for heir in heirs if pk not in _up(heir, over)), None)
    return over


def _heirs(pk: int, elsewhere: Mapping[int, Elsewhere]) -> Iterator[int]:
    """Whom a unit leads to, the nearest first: where it does not stand, its successor's way before its parent's."""
    ways, seen = [pk], set[int]()
    while ways:
        one = ways.pop()
        if one not in seen:
            seen.add(one)
            yield one
            other = elsewhere.get(one)
            ways += [heir for heir in (other.parent, other.successor) if heir] if other else []


def _up(pk: int | None, over: Mapping[int, int | None]) -> set[int]:
    """The unit and all over it."""
    found: set[int] = set()
    while pk is not None and pk not in found:
        found.add(pk)
        pk = over.get(pk)
    return found
