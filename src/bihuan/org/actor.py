"""Who is acting: a person with the posts they hold today and the reach those give. Every read and action takes one."""

from dataclasses import dataclass
from functools import cached_property

from django.db import connection

from bihuan.base import clock
from bihuan.org.models import Person
from bihuan.org.roles import BY_CODE, ROLES
from bihuan.org.tree import Tree, tree_on


@dataclass(frozen=True)
class Held:
    """A post held: a unit and a role code; `of` is the person away whose post it is."""

    unit: int
    role: str
    of: int | None = None


@dataclass(frozen=True)
class Actor:
    """A person acting now. `is_system` is the command line and the machine's own work, which no page can reach.

    `bare` are the records whose personal data were unmasked for them, for a reason that stands in the access log; None
    is all records, for one export.
    """

    person: int | None
    name: str
    posts: tuple[Held, ...]
    tree: Tree
    is_system: bool = False
    bare: frozenset[int] | None = frozenset()

    @cached_property
    def reads_all(self) -> bool:
        return self.is_system or any(BY_CODE[post.role].reach == "all" for post in self.posts)

    @cached_property
    def home_unit(self) -> int | None:
        """The unit of the first post, which is where the person works."""
        return self.posts[0].unit if self.posts else None

    @cached_property
    def acts_for(self) -> frozenset[int]:
        """The person, and those away for whom they stand in."""
        own = {self.person} if self.person is not None else set()
        return frozenset(own | {post.of for post in self.posts if post.of is not None})

    def reach(self, *roles: str) -> frozenset[int]:
        """The units at and under the person's posts, of these roles or, with none named, of all that read by unit."""
        return frozenset(
            unit
            for post in self.posts
            if (post.role in roles if roles else BY_CODE[post.role].reach == "below")
            for unit in self.tree.within(post.unit)
        )

    def holds(self, role: str, unit: int | None) -> bool:
        """Whether the person has this role in a unit or in one over it."""
        return any(post.role == role and self.tree.is_below(unit, post.unit) for post in self.posts)

    def has_role(self, role: str) -> bool:
        return any(post.role == role for post in self.posts)


_HELD = """
    SELECT id, unit_id, role, CASE WHEN person_id = %(me)s THEN NULL ELSE person_id END
    FROM org_post
    WHERE valid_from <= %(today)s AND (valid_to IS NULL OR valid_to > %(today)s)
        AND (person_id = %(me)s OR person_id IN (
            SELECT person_id FROM org_absence
            WHERE deputy_id = %(me)s AND valid_from <= %(today)s AND valid_to > %(today)s
        ))
"""
"""By hand, because every request asks it: the posts of a person, and of those who are away and named them."""
_LENT = frozenset(role.code for role in ROLES if role.acts)
"""Roles that a deputy takes over; those of the three administrators cannot be lent."""


def actor_of(person: Person) -> Actor:
    """The actor that a signed-in person is today: their own posts first, then those that they hold for others."""
    today = clock.today()
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"me": person.pk, "today": today})
        rows = cursor.fetchall()
    rows.sort(key=lambda row: (row[3] is not None, row[0]))
    # Nothing is lent to an administrator, who has no business role beside theirs.
    lent = frozenset() if any(of is None and BY_CODE[role].reach == "none" for _, _, role, of in rows) else _LENT
    posts = tuple(Held(unit, role, of) for _, unit, role, of in rows if of is None or role in lent)
    return Actor(person.pk, person.name, posts, tree_on(today))


def system_actor(name: str = "系统") -> Actor:
    """The command line acts as this: it may do all, and its events say so."""
    return Actor(None, name, (), tree_on(clock.today()), is_system=True, bare=None)
