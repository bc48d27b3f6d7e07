"""What administrators do to the accounts of others. Each is for one of the three administrators, and is in the log.

The system administrator gives passwords; the security administrator lifts locks and resets second factors: neither
can take an account over alone where a second factor holds.
"""

import secrets

from django.db import transaction

from bihuan.base.errors import NotAllowed
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor
from bihuan.org.lockout import clear_failures
from bihuan.org.models import Person
from bihuan.org.passwords import faults_of, set_password
from bihuan.org.policy import current_policy
from bihuan.org.roles import SECURITY_ADMIN, SYSTEM_ADMIN, Role
from bihuan.org.sessions import end_sign_ins
from bihuan.org.totp import forget_totp

_LETTERS, _DIGITS, _MARKS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ", "23456789", "-+*=?"


def _require(actor: Actor, role: Role, what: str) -> None:
    if not (actor.is_system or actor.has_role(role.code)):
        raise NotAllowed(f"{what}由{role.title}办理")


@transaction.atomic
def give_password(*, actor: Actor, person: Person, address: str = "") -> str:
    """Give a person a random password, to be told to them and changed by them at the first sign-in. Returns it."""
    _require(actor, SYSTEM_ADMIN, "重置密码")
    password = _random_password(person)
    set_password(person=person, password=password, given=True)
    log_access(Kind.ADMIN, f"重置密码：{person.name}（{person.username}）", by=actor, address=address)
    return password


def _random_password(person: Person) -> str:
    """Of the policy's length and kinds; drawn again in the rare case that it says a name."""
    policy = current_policy()
    while True:
        length = max(12, policy.password_length)
        drawn = [secrets.choice(kind) for kind in (_LETTERS.lower(), _LETTERS.upper(), _DIGITS, _MARKS)]
        drawn += [secrets.choice(_LETTERS + _DIGITS) for _ in range(length - len(drawn))]
        secrets.SystemRandom().shuffle(drawn)
        if not faults_of("".join(drawn), person, policy):
            return "".join(drawn)


@transaction.atomic
def unlock_person(*, actor: Actor, person: Person, address: str = "") -> None:
    """Lift the lock of too many failed sign-ins."""
    _require(actor, SECURITY_ADMIN, "解除登录锁定")
    clear_failures(person.username)
    log_access(Kind.ADMIN, f"解除登录锁定：{person.name}（{person.username}）", by=actor, address=address)


@transaction.atomic
def reset_totp(*, actor: Actor, person: Person, reason: str, address: str = "") -> None:
    """Remove the second factor of a person who lost their phone, and end their sign-ins."""
    _require(actor, SECURITY_ADMIN, "重置动态口令")
    if person.pk == actor.person:
        raise NotAllowed("不能重置自己的动态口令，请找另一位安全管理员，或在服务器上用 bihuan user totp")
    forget_totp(person)
    end_sign_ins(person)
    what = f"重置动态口令：{person.name}（{person.username}）"
    log_access(Kind.ADMIN, what, by=actor, reason=reason.strip(), address=address)


@transaction.atomic
def end_sign_ins_of(*, actor: Actor, person: Person, address: str = "") -> int:
    """End all sign-ins of a person; returns how many there were."""
    _require(actor, SECURITY_ADMIN, "结束他人的会话")
    ended = end_sign_ins(person)
    log_access(Kind.ADMIN, f"结束会话：{person.name}（{person.username}）", by=actor, address=address)
    return ended
