"""The three administrators are kept apart (GB/T 22239-2019, 8.1.5): nobody is two of them, or one and works too.

None of them changes their own account, and there is always one of each who can sign in.
"""

from datetime import date

from django.db.models import Q

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotAllowed
from bihuan.org.actor import Actor
from bihuan.org.models import Person, Post
from bihuan.org.roles import AUDIT_ADMIN, SECURITY_ADMIN, SYSTEM_ADMIN, role_title

ADMINISTRATORS = (SYSTEM_ADMIN.code, SECURITY_ADMIN.code, AUDIT_ADMIN.code)


def administrator_role(actor: Actor) -> str:
    """The administrator's role that the actor holds, or the empty string."""
    return next((post.role for post in actor.posts if post.role in ADMINISTRATORS), "")


def require_administrator(actor: Actor, role: str) -> None:
    """Raises NotAllowed unless the actor is that administrator, or the command line."""
    if not (actor.is_system or actor.has_role(role)):
        raise NotAllowed(f"这是{role_title(role)}的工作，您不能办理")


def require_another(actor: Actor, person: Person) -> None:
    """Raises NotAllowed where an administrator would change their own account or posts."""
    if actor.person == person.pk:
        raise NotAllowed("不能变更自己的帐号和岗位，请由另一位系统管理员办理")


def not_from_the_page(held: set[str], role: str) -> str:
    """Why an administrator's role cannot be given on a page to who holds these roles, or the empty string.

    Who could make the other two administrators could be them, through an account of their own making. So it takes
    whoever keeps the server; only the unit of one may be changed on a page.
    """
    if role in ADMINISTRATORS and role not in held:
        return f"{role_title(role)}不在页面上任命，请在服务器上用 bihuan user post 办理：三员互不任命"
    return ""


def require_from_the_page(actor: Actor, person: Person, role: str) -> None:
    """Raises NotAllowed where an administrator would make another one."""
    words = "" if actor.is_system else not_from_the_page(set(_held(person, clock.today())), role)
    if words:
        raise NotAllowed(words)


def clash(held: set[str], role: str) -> str:
    """Why a role cannot be held beside others, or the empty string."""
    others = {code for code in held if code != role}
    if role in ADMINISTRATORS and others:
        beside = "、".join(sorted(map(role_title, others)))
        return f"已任{beside}，不能再任{role_title(role)}：三员不兼任，也不兼业务岗位"
    if others & set(ADMINISTRATORS):
        return f"{role_title(next(iter(others & set(ADMINISTRATORS))))}不能兼任{role_title(role)}：三员不兼业务岗位"
    return ""


def require_fitting(person: Person, role: str, from_day: date) -> None:
    """Raises Invalid where a post would put together what is kept apart, now or later."""
    words = clash(set(_held(person, from_day)), role)
    if words:
        raise Invalid(f"{person.name}{words}")


def _held(person: Person, from_day: date) -> list[str]:
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=from_day)
    return list(person.posts.filter(lasting).values_list("role", flat=True))


def require_kept(person: Person, *, on: date | None = None, only: Post | None = None) -> None:
    """Raises Invalid where without this person (or this one post of theirs) an administrator would be missing."""
    day = on or clock.today()
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    standing = Post.objects.filter(lasting, valid_from__lte=day, role__in=ADMINISTRATORS, person__is_active=True)
    lost = standing.filter(pk=only.pk) if only else standing.filter(person=person)
    for role in sorted(set(lost.values_list("role", flat=True))):
        if not standing.filter(role=role).exclude(pk__in=lost.values("pk")).exists():
            raise Invalid(f"{person.name}是最后一位{role_title(role)}，请先任命另一位")
