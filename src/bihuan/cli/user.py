"""`bihuan user`: persons, their passwords and posts. A password is never an argument: others could read it there."""

import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import date
from getpass import getpass

from django.db import transaction
from django.db.models import Q

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotFound, did_you_mean
from bihuan.cli.database import migrate, require_database
from bihuan.cli.listing import print_json, print_table
from bihuan.cli.units import named
from bihuan.org.access_log import Kind, log_access
from bihuan.org.accounts import reset_totp
from bihuan.org.actions import add_person, add_unit
from bihuan.org.actor import system_actor
from bihuan.org.lockout import clear_failures, is_locked
from bihuan.org.models import Person, Post, Unit
from bihuan.org.passwords import set_password
from bihuan.org.person_administration import allow_sign_in, appoint, relieve
from bihuan.org.roles import BY_CODE, ROLES, role_title
from bihuan.org.tree import tree_on

_HERE = system_actor("命令行")
"""Whoever keeps the server: what they do is in the access log like an administrator's."""


def run(arguments: Namespace) -> int:
    """Do one of the actions on persons."""
    if getattr(arguments, "county", None):
        migrate()
    require_database()
    _ACTIONS[arguments.action](arguments)
    return 0


def _add(arguments: Namespace) -> None:
    if bool(arguments.unit) != bool(arguments.role):
        raise Invalid("--unit 和 --role 要一起写")
    role = _role(arguments.role) if arguments.role else ""
    if arguments.county and not arguments.unit:
        raise Invalid("--county 要与 --unit（县的代码）、--role 一起写")
    unit = named(arguments.unit) if arguments.unit and not arguments.county else None
    password = None if arguments.no_password else _read_password(from_stdin=arguments.password_stdin)
    with transaction.atomic():
        person = add_person(
            username=arguments.username,
            name=arguments.name,
            password=password,
            phone=arguments.phone,
            given=password is not None,
        )
        if arguments.county:
            unit = _found_county(arguments.unit, arguments.county)
        if unit:
            appoint(actor=_HERE, person=person, unit=unit, role=role, from_day=clock.today())
        log_access(Kind.ADMIN, f"新增人员 {person.name}（{person.username}）", by=_HERE)
    post = f"，任{arguments.unit}{role_title(role)}" if unit else "，还没有岗位"
    print(f"已新增 {person.name}（{person.username}）{post}" + ("，还没有密码" if password is None else ""))


_LONG_AGO = date(2000, 1, 1)
"""A county that begins with us stood before: what is entered of earlier years needs its tree."""


def _found_county(code: str, name: str) -> Unit:
    if Unit.objects.exists():
        raise Invalid("已经有单位了，不能再用 --county；请去掉它")
    return add_unit(code=code, name=name, kind="county", parent=None, valid_from=_LONG_AGO)


def _list(arguments: Namespace) -> None:
    tree, today = tree_on(clock.today()), clock.today()
    within = {node.pk for node in tree.below(named(arguments.unit).pk)} if arguments.unit else None
    posts: dict[int, list[Post]] = {}
    current = Q(valid_to__isnull=True) | Q(valid_to__gt=today)
    for post in Post.objects.filter(current, valid_from__lte=today).select_related("unit").order_by("pk"):
        if within is None or post.unit_id in within:
            posts.setdefault(post.person_id, []).append(post)
    persons = [p for p in Person.objects.order_by("username") if within is None or p.pk in posts]
    if arguments.json:
        print_json({"persons": [_as_json(person, posts.get(person.pk, []), tree.name) for person in persons]})
        return
    rows = [
        (
            person.username,
            person.name,
            _standing(person),
            "；".join(f"{tree.name(post.unit_id)} {role_title(post.role)}" for post in posts.get(person.pk, [])),
        )
        for person in persons
    ]
    print_table(("登录名", "姓名", "状态", "岗位"), rows)
    print(f"共 {len(rows):,} 人")


def _as_json(person: Person, posts: list[Post], unit_name: Callable[[int], str]) -> dict[str, object]:
    return {
        "username": person.username,
        "name": person.name,
        "active": person.is_active,
        "has_password": person.has_usable_password(),
        "locked": is_locked(person.username),
        "posts": [
            {
                "unit": post.unit.code,
                "unit_name": unit_name(post.unit_id),
                "role": post.role,
                "from": post.valid_from,
                "to": post.valid_to,
            }
            for post in posts
        ],
    }


def _standing(person: Person) -> str:
    if not person.is_active:
        return "停用"
    if not person.has_usable_password():
        return "无密码"
    return "暂锁" if is_locked(person.username) else "在用"


def _password(arguments: Namespace) -> None:
    person = _person(arguments.username)
    with transaction.atomic():
        set_password(person=person, password=_read_password(from_stdin=arguments.password_stdin), given=True)
        log_access(Kind.ADMIN, f"重置密码：{person.name}（{person.username}）", by=_HERE)
    print(f"已修改 {person.name}（{person.username}）的密码，下次登录时要先改成自己的")


def _totp(arguments: Namespace) -> None:
    person = _person(arguments.username)
    reset_totp(actor=_HERE, person=person, reason=arguments.reset)
    print(f"{person.name}（{person.username}）的动态口令已重置，下次登录时重新启用")


def _post(arguments: Namespace) -> None:
    person, unit, role = _person(arguments.username), named(arguments.unit), _role(arguments.role)
    open_posts = person.posts.filter(unit=unit, role=role, valid_to__isnull=True)
    title = f"{arguments.unit}{role_title(role)}"
    if arguments.end:
        if not open_posts:
            raise NotFound(f"{person.name} 现在不任{title}")
        for post in open_posts:
            relieve(actor=_HERE, post=post, on=clock.today())
        print(f"{person.name} 今天起不再任{title}")
        return
    from_day = arguments.from_day or clock.today()
    post = appoint(actor=_HERE, person=person, unit=unit, role=role, from_day=from_day)
    print(f"{person.name} 自 {post.valid_from} 起任{title}")


def _lock(arguments: Namespace) -> None:
    person = _person(arguments.username)
    allow_sign_in(actor=_HERE, person=person, allowed=False)
    print(f"{person.name}（{person.username}）已停用，不能再登录")


def _unlock(arguments: Namespace) -> None:
    person = _person(arguments.username)
    allow_sign_in(actor=_HERE, person=person, allowed=True)
    clear_failures(person.username)
    print(f"{person.name}（{person.username}）可以登录")


def _person(username: str) -> Person:
    person = Person.objects.filter(username=username).first()
    if person is None:
        known = list(Person.objects.values_list("username", flat=True))
        raise NotFound(f"没有登录名“{username}”", hint=did_you_mean(username, known))
    return person


def _role(text: str) -> str:
    """A role by code or title."""
    codes = {role.title: role.code for role in ROLES} | {role.code: role.code for role in ROLES}
    if text not in codes:
        known = "、".join(f"{role.title}（{role.code}）" for role in BY_CODE.values())
        raise Invalid(f"没有角色“{text}”，可用：{known}")
    return codes[text]


def _read_password(*, from_stdin: bool) -> str:
    """A password from the first line of standard input, or typed twice, unseen, on the terminal."""
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise Invalid("标准输入里没有密码")
        return password
    if not sys.stdin.isatty():
        raise Invalid("没有终端可以输入密码，请用 --password-stdin 从标准输入给出")
    password = getpass("密码（不显示）：")
    if password != getpass("再输一次："):
        raise Invalid("两次输入的密码不一样，没有改动")
    return password


_ACTIONS: dict[str, Callable[[Namespace], None]] = {
    "add": _add,
    "list": _list,
    "password": _password,
    "post": _post,
    "lock": _lock,
    "unlock": _unlock,
    "totp": _totp,
}
