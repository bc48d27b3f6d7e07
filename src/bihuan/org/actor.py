"""Who is acting: a person with the posts they hold today and the reach those give. Every read and action takes one."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q

from bihuan.base import clock
from bihuan.org.models import Absence, Person, Post
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


def actor_of(person: Person) -> Actor:
    """The actor that a signed-in person is today."""
    today = clock.today()
    held = person.posts.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today)
    posts = tuple(Held(unit, role) for unit, role in held.order_by("pk").values_list("unit_id", "role"))
    # Nothing is lent to an administrator, who has no business role beside theirs.
    lent = () if any(BY_CODE[post.role].reach == "none" for post in posts) else _deputised(person, today)
    return Actor(person.pk, person.name, posts + lent, tree_on(today))


def _deputised(person: Person, today: date) -> tuple[Held, ...]:
    """The posts of those who are away today and named this person; those of the three administrators cannot be lent."""
    away = Absence.objects.filter(deputy=person, valid_from__lte=today, valid_to__gt=today).values("person")
    current = Q(valid_to__isnull=True) | Q(valid_to__gt=today)
    lent = [role.code for role in ROLES if role.acts]
    held = Post.objects.filter(current, person__in=away, valid_from__lte=today, role__in=lent).order_by("pk")
    return tuple(Held(unit, role, of) for unit, role, of in held.values_list("unit_id", "role", "person_id"))


def system_actor(name: str = "系统") -> Actor:
    """The command line acts as this: it may do all, and its events say so."""
    return Actor(None, name, (), tree_on(clock.today()), is_system=True, bare=None)
