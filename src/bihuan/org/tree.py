"""The unit tree as it stood on a day: one read, then everything about ancestors and descendants is arithmetic."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from django.db import connection
from django.db.models import Q

from bihuan.org.models import UnitVersion


@dataclass(frozen=True)
class Node:
    """A unit on a day. `order` is its place in a walk of the tree, `last` the greatest order under it."""

    pk: int
    code: str
    name: str
    kind: str
    parent: int | None
    depth: int
    order: int
    last: int


@dataclass(frozen=True)
class Former:
    """A unit that stands no more: what it was called last, and where its records go.

    That is the unit into which it was merged, else the one that it last hung under.
    """

    name: str
    heir: int | None


@dataclass(frozen=True, eq=False)
class Tree:
    """All units of a day, each after its parent, siblings by code; and those that were ended before.

    A tree is equal to itself only, which makes it a cheap key of what is remembered.
    """

    nodes: tuple[Node, ...]
    former: Mapping[int, Former] = field(default_factory=dict)

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
        """The ids of the unit and all under it, and of the ended units whose records came to them."""
        known = self._within
        if pk not in known:
            below = frozenset(node.pk for node in self.below(pk))
            ended = frozenset(old for old in self.former if (heir := self.standing(old)) and heir.pk in below)
            known[pk] = below | ended
        return known[pk]

    @cached_property
    def _within(self) -> dict[int, frozenset[int]]:
        return {}

    def alone(self, pk: int) -> frozenset[int]:
        """The unit by itself, with the ended units whose records came to it."""
        own = self.by_pk.get(pk)
        return frozenset({pk, *(old for old in self.former if self.standing(old) == own)} if own else ())

    def standing(self, pk: int | None) -> Node | None:
        """The unit or, if it was ended, the standing one to which its records came."""
        seen: set[int] = set()
        while pk and pk not in self.by_pk and pk not in seen:
            seen.add(pk)
            former = self.former.get(pk)
            pk = former.heir if former else None
        return self.by_pk.get(pk or 0)

    def above(self, pk: int | None) -> Iterator[Node]:
        """The unit and all over it, nearest first."""
        node = self.standing(pk)
        while node:
            yield node
            node = self.by_pk.get(node.parent) if node.parent else None

    def is_below(self, pk: int | None, top: int | None) -> bool:
        """Whether a unit is `top` or stands under it; of an ended unit, whether the one does to which its records came.

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
        node = self.by_pk.get(pk or 0) or self.former.get(pk or 0)
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


@lru_cache(maxsize=64)
def _tree_at(day: date, stamp: str) -> Tree:  # noqa: ARG001 - the stamp makes the key unique
    tree = build_tree(list(_rows(day)))
    return Tree(tree.nodes, dict(_former(day, tree)))


def _former(day: date, tree: Tree) -> Iterator[tuple[int, Former]]:
    """The units that stood before the day and stand no more, by their last version."""
    ended = UnitVersion.objects.filter(valid_to__lte=day).order_by("valid_to")
    for pk, name, parent, successor in ended.values_list("unit_id", "name", "parent_id", "unit__successor_id"):
        if pk not in tree.by_pk:
            yield pk, Former(name, successor or parent)


def _rows(day: date) -> Iterator[tuple[int, str, str, str, int | None]]:
    current = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    rows = UnitVersion.objects.filter(current, valid_from__lte=day).order_by("unit__code")
    yield from rows.values_list("unit_id", "unit__code", "name", "kind", "parent_id")


def build_tree(rows: list[tuple[int, str, str, str, int | None]]) -> Tree:
    """Order (pk, code, name, kind, parent) rows into a tree; a unit whose parent does not stand becomes a root."""
    present = {row[0] for row in rows}
    children: dict[int | None, list[tuple[int, str, str, str, int | None]]] = {}
    for row in rows:
        children.setdefault(row[4] if row[4] in present else None, []).append(row)
    nodes: list[Node] = []

    def walk(parent: int | None, depth: int) -> None:
        for pk, code, name, kind, _ in children.get(parent, ()):
            order = len(nodes)
            nodes.append(Node(pk, code, name, kind, parent, depth, order, order))
            walk(pk, depth + 1)
            nodes[order] = Node(pk, code, name, kind, parent, depth, order, len(nodes) - 1)

    walk(None, 0)
    return Tree(tuple(nodes))
