"""The second factor: a code of six digits that changes every 30 seconds (TOTP, RFC 6238), and codes for when the phone
is gone. A code is taken once; the secret is kept sealed; of a recovery code only an HMAC is kept.
"""

import hmac
import secrets
from dataclasses import dataclass

import pyotp
import segno
from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed, NotFound
from bihuan.base.sealing import blind, seal, unseal
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor
from bihuan.org.models import Person
from bihuan.org.policy import current_policy, totp_required
from bihuan.org.sign_in_models import RecoveryCode, Totp

CONTEXT = "org.totp"
"""What secrets are sealed for."""
STEP_SECONDS = 30
_DRIFT = 1
"""How many steps a phone's clock may be off, either way."""
RECOVERY_CODES = 10
_ISSUER = "闭环"
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Enrolment:
    """What a phone needs: the secret in groups of four, and the picture to scan, as a data URI."""

    secret: str
    picture: str


def has_totp(person: Person) -> bool:
    """Whether a person has a second factor that holds."""
    return Totp.objects.filter(person=person, confirmed_at__isnull=False).exists()


@transaction.atomic
def begin_totp(*, person: Person) -> None:
    """Make a secret that holds once it is confirmed. Raises Conflict where one holds already."""
    if has_totp(person):
        raise Conflict("已经启用了动态口令，要换手机请先停用")
    sealed = seal(CONTEXT, pyotp.random_base32())
    Totp.objects.update_or_create(person=person, defaults={"secret": sealed, "confirmed_at": None, "last_step": 0})


def enrolment_of(person: Person) -> Enrolment | None:
    """The secret that waits for its first code; None where there is none. One that holds is never shown again."""
    waiting = Totp.objects.filter(person=person, confirmed_at=None).first()
    if waiting is None:
        return None
    secret = unseal(CONTEXT, waiting.secret)
    address = pyotp.TOTP(secret).provisioning_uri(name=person.username, issuer_name=_ISSUER)
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
    return Enrolment(" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), picture)


@transaction.atomic
def confirm_totp(*, person: Person, code: str, address: str = "") -> list[str]:
    """Put the waiting secret in force by its first code; returns the recovery codes, which are never shown again."""
    waiting = Totp.objects.select_for_update().filter(person=person, confirmed_at=None).first()
    if waiting is None:
        raise NotFound("没有等待确认的动态口令，请重新开始")
    if not _take_step(waiting, code):
        raise Invalid("动态口令不对", {"code": "不对，请核对手机的时间是否准确，再输入新的一组数字"})
    Totp.objects.filter(pk=waiting.pk).update(confirmed_at=clock.now())
    log_access(Kind.ADMIN, "启用动态口令", by=person, address=address)
    return _fresh_codes(person)


@transaction.atomic
def renew_recovery_codes(*, person: Person, address: str = "") -> list[str]:
    """New recovery codes in place of the old."""
    if not has_totp(person):
        raise NotFound("还没有启用动态口令")
    log_access(Kind.ADMIN, "重新生成恢复码", by=person, address=address)
    return _fresh_codes(person)


def _fresh_codes(person: Person) -> list[str]:
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(person=person).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(person=person, mark=_mark(person, code)) for code in codes)
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


def recovery_codes_left(person: Person) -> int:
    """How many recovery codes a person can still use."""
    return RecoveryCode.objects.filter(person=person, used_at=None).count()


def take_code(person: Person, text: str) -> bool:
    """Whether a code is the phone's present one or an unused recovery code. It is used up by that."""
    code = "".join(text.split()).replace("-", "").upper()
    holding = Totp.objects.filter(person=person, confirmed_at__isnull=False).first()
    if holding is None or not code:
        return False
    if len(code) == 6:
        return _take_step(holding, code)
    unused = RecoveryCode.objects.filter(person=person, mark=_mark(person, code), used_at=None)
    return unused.update(used_at=clock.now()) == 1


def _take_step(totp: Totp, code: str) -> bool:
    """Whether the code is that of a step near now; the step and those before it are used up, at once or not at all."""
    wanted, maker = "".join(code.split()), pyotp.TOTP(unseal(CONTEXT, totp.secret))
    now = int(clock.now().timestamp()) // STEP_SECONDS
    for step in range(now - _DRIFT, now + _DRIFT + 1):
        if hmac.compare_digest(maker.at(step * STEP_SECONDS).encode(), wanted.encode()):
            return Totp.objects.filter(pk=totp.pk, last_step__lt=step).update(last_step=step) == 1
    return False


def _mark(person: Person, code: str) -> str:
    return blind("org.recovery", f"{person.pk}|{code}")


@transaction.atomic
def drop_totp(*, actor: Actor, person: Person, address: str = "") -> None:
    """A person gives up their second factor. Raises NotAllowed where their role must have one."""
    if totp_required(actor, current_policy()):
        raise NotAllowed("您的角色必须使用动态口令，要换手机请找安全管理员重置")
    forget_totp(person)
    log_access(Kind.ADMIN, "停用动态口令", by=person, address=address)


def forget_totp(person: Person) -> None:
    """Remove the second factor and its recovery codes."""
    Totp.objects.filter(person=person).delete()
    RecoveryCode.objects.filter(person=person).delete()
