"""What the system administrator does to accounts and posts: each act guarded, in the access log, never to their own."""

import re
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed
from bihuan.org.access_log import Kind, log_access
from bihuan.org.accounts import give_password
from bihuan.org.actions import add_person, end_post, give_post, set_active
from bihuan.org.actor import Actor
from bihuan.org.models import Person, Post, Unit
from bihuan.org.roles import SYSTEM_ADMIN, role_title
from bihuan.org.separation import ADMINISTRATORS, require_administrator, require_another, require_from_the_page
from bihuan.org.tree import tree_on
from bihuan.standards import phone_number

MOST_NAME = 60
_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,59}")


@dataclass(frozen=True)
class Card:
    """What is written of a person."""

    username: str
    name: str
    phone: str = ""


def card_faults(card: Card) -> dict[str, str]:
    """What is wrong with what is written of a person, by field."""
    faults = {}
    if not _USERNAME.fullmatch(card.username):
        faults["username"] = "登录名用 2 至 60 个字母、数字、点、横线，以字母或数字开头"
    if not card.name or len(card.name) > MOST_NAME:
        faults["name"] = f"姓名要写 1 至 {MOST_NAME} 个字"
    if card.phone and (problem := phone_number.check(card.phone)):
        faults["phone"] = problem.message
    return faults


@transaction.atomic
def open_account(*, actor: Actor, card: Card, address: str = "") -> Person:
    """Add a person. They cannot sign in until they are given a password. Raises Invalid or Conflict."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    if faults := card_faults(card):
        raise Invalid("人员没有加入", faults)
    person = add_person(username=card.username, name=card.name, password=None, phone=card.phone)
    _log(actor, f"新增人员 {card.name}（{card.username}）", address)
    return person


@transaction.atomic
def correct_card(*, actor: Actor, person: Person, name: str, phone: str, address: str = "") -> None:
    """Change a person's name and phone; the login name stays. Raises Invalid."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    require_another(actor, person)
    if faults := card_faults(Card(person.username, name, phone)):
        raise Invalid("没有改动", faults)
    said = [word for word, same in (("姓名", name == person.name), ("电话", phone == person.phone)) if not same]
    if not said:
        raise Invalid("没有改动")
    Person.objects.filter(pk=person.pk).update(name=name, phone=phone)
    _log(actor, f"修改人员 {name}（{person.username}）的{'、'.join(said)}", address)


@transaction.atomic
def appoint(*, actor: Actor, person: Person, unit: Unit, role: str, from_day: date, address: str = "") -> Post:
    """Give a person a post from a day on. Raises NotAllowed, Invalid, or Conflict where they hold it already."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    require_another(actor, person)
    require_from_the_page(actor, person, role)
    name = tree_on(from_day).name(unit.pk)
    if unit.pk not in tree_on(from_day).by_pk:
        raise Invalid(f"单位在 {from_day} 不存在或已撤销")
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=from_day)
    if person.posts.filter(lasting, unit=unit, role=role).exists():
        raise Conflict(f"{person.name} 已经任{name}{role_title(role)}")
    post = give_post(person=person, unit=unit, role=role, valid_from=from_day)
    _log(actor, f"任命 {person.name}（{person.username}）为{name}{role_title(role)}，自 {from_day} 起", address)
    return post


@transaction.atomic
def relieve(*, actor: Actor, post: Post, on: date, address: str = "") -> None:
    """End a post from a day on. Raises Invalid where no administrator of the kind would be left."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    require_another(actor, post.person)
    if post.valid_to and post.valid_to <= on:
        raise Invalid("这个岗位已经结束")
    if on < post.valid_from:
        raise Invalid(f"离任日不能早于任职日 {post.valid_from}")
    end_post(post=post, on=on)
    title = f"{tree_on(post.valid_from).name(post.unit_id)}{role_title(post.role)}"
    _log(actor, f"免去 {post.person.name}（{post.person.username}）的{title}，自 {on} 起", address)


@transaction.atomic
def transfer(*, actor: Actor, post: Post, unit: Unit, role: str, on: date, address: str = "") -> Post:
    """Move a person from a post to another from a day on. Raises Invalid or Conflict; then neither is changed."""
    if role != post.role:
        relieve(actor=actor, post=post, on=on, address=address)
        return appoint(actor=actor, person=post.person, unit=unit, role=role, from_day=on, address=address)
    # The same role goes on elsewhere: so the last administrator of a kind can move too.
    made = appoint(actor=actor, person=post.person, unit=unit, role=role, from_day=on, address=address)
    relieve(actor=actor, post=post, on=on, address=address)
    return made


@transaction.atomic
def allow_sign_in(*, actor: Actor, person: Person, allowed: bool, address: str = "") -> None:
    """Put a person's account in or out of use. Raises Invalid where no administrator of a kind would be left."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    require_another(actor, person)
    set_active(person=person, active=allowed)
    _log(actor, f"{'启用' if allowed else '停用'}人员 {person.name}（{person.username}）", address)


@transaction.atomic
def issue_password(*, actor: Actor, person: Person, address: str = "") -> str:
    """Give a person a random password, which is returned once and kept nowhere. Raises NotAllowed.

    An administrator's password is theirs alone, also the first: whoever could set it could be them.
    """
    require_administrator(actor, SYSTEM_ADMIN.code)
    require_another(actor, person)
    if person.posts.filter(role__in=ADMINISTRATORS).exists():
        raise NotAllowed("不能给三员发密码，请在服务器上用 bihuan user password 办理")
    return give_password(actor=actor, person=person, address=address)


def without_password() -> list[Person]:
    """The people in use who hold a post and cannot sign in yet, for want of a password; none of the three."""
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())
    posts, kept_apart = Post.objects.filter(lasting), Post.objects.filter(role__in=ADMINISTRATORS)
    rows = Person.objects.filter(pk__in=posts.values("person"), is_active=True).order_by("username")
    rows = rows.exclude(pk__in=kept_apart.values("person"))
    return [person for person in rows if not person.has_usable_password()]


def _log(actor: Actor, what: str, address: str) -> None:
    log_access(Kind.ADMIN, what, by=actor, address=address)
