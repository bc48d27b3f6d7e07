"""Passwords: what one must be, which were used before, how long one lasts. Kept as Argon2id hashes (RFC 9106)."""

import re
from datetime import timedelta

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.org.lockout import clear_failures
from bihuan.org.models import Person
from bihuan.org.policy import Policy, current_policy
from bihuan.org.sessions import end_sign_ins
from bihuan.org.sign_in_models import PasswordUsed

LONG_ENOUGH_FOR_TWO = 16
"""From this length on a password of words is strong by its length, and two kinds of characters are enough."""
LONGEST = 128
_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]")
_READ_AS = str.maketrans({"@": "a", "0": "o", "1": "i", "3": "e", "$": "s", "5": "s", "!": "i"})
_COMMON_HERE = frozenset(
    {
        "woaini",
        "woaizhongguo",
        "zhongguo",
        "aini",
        "wodemima",
        "mima",
        "xiexie",
        "nihao",
        "zhengfu",
        "bangongshi",
        "guanliyuan",
        "xitong",
        "caiwu",
        "shenji",
        "admin",
        "administrator",
        "root",
        "test",
        "guest",
        "huawei",
        "inspur",
        "qwer",
        "asdf",
        "zxcv",
        "qaz",
        "qazwsx",
        "abc",
        "abcd",
        "password",
        "passwd",
        "bihuan",
        "taizhang",
        "changeme",
        "welcome",
        "letmein",
    }
)
_known_common = CommonPasswordValidator()


def faults_of(password: str, person: Person, policy: Policy) -> list[str]:
    """All that a password lacks, in words; the history is not asked."""
    found = []
    if len(password) < policy.password_length:
        found.append(f"太短，至少 {policy.password_length} 个字符")
    if len(password) > LONGEST:
        found.append(f"太长，最多 {LONGEST} 个字符")
    classes = sum(re.search(kind, password) is not None for kind in _CLASSES)
    needed = min(policy.password_classes, 2) if len(password) >= LONG_ENOUGH_FOR_TWO else policy.password_classes
    if password.isdigit():
        found.append("不能全是数字")
    elif classes < needed:
        found.append(f"只有 {classes} 类字符，要含大写、小写、数字、符号中的 {needed} 类")
    if _names_the_person(password, person):
        found.append("不能含登录名、姓名或手机号")
    if _is_common(password):
        found.append("太常见，容易被猜到")
    return found


def _names_the_person(password: str, person: Person) -> bool:
    low = password.casefold()
    names = [name.casefold() for name in (person.username, person.name, person.phone) if len(name) >= 3]
    return any(name in low or name[::-1] in low for name in names)


def _is_common(password: str) -> bool:
    """Whether a password, or the word it begins with before digits and marks, is one that everybody tries first."""
    low = password.casefold()
    forms = {low, low.translate(_READ_AS)}
    forms |= {re.sub(r"[\W\d_]+$", "", form) for form in (low, low.translate(_READ_AS))}
    forms |= {re.sub(r"^[\W\d_]+|[\W\d_]+$", "", low), re.sub(r"[\W_]", "", low)}
    return len(set(low)) < 4 or any(form in _COMMON_HERE or _is_known(form) for form in forms if form)


def _is_known(form: str) -> bool:
    try:
        _known_common.validate(form)
    except ValidationError:
        return True
    return False


def require_good(password: str, person: Person) -> None:
    """Raises Invalid with everything that a new password of a person lacks."""
    policy = current_policy()
    found = faults_of(password, person, policy)
    if not found and person.pk and _was_used(password, person, policy):
        found.append(f"与现在的或前 {policy.password_history} 次用过的相同")
    if found:
        told = "；".join(found)
        raise Invalid(f"密码不合要求：{told}", {"password": told})


def _was_used(password: str, person: Person, policy: Policy) -> bool:
    """Whether it is the present one or one of the last before."""
    before = PasswordUsed.objects.filter(person=person).order_by("-pk")[: policy.password_history]
    hashes = [person.password, *before.values_list("password", flat=True)] if policy.password_history else []
    return any(check_password(password, encoded) for encoded in hashes)


@transaction.atomic
def set_password(*, person: Person, password: str, given: bool = False, keep: str = "") -> None:
    """Give a person a new password, lift a lock, and end their sign-ins, but for the one with the key `keep`.

    One that was `given` by somebody else must be changed at the first sign-in.
    """
    require_good(password, person)
    policy = current_policy()
    if person.has_usable_password():
        PasswordUsed.objects.create(person=person, password=person.password, until=clock.now())
        kept = PasswordUsed.objects.filter(person=person).order_by("-pk")[: max(policy.password_history, 1)]
        PasswordUsed.objects.filter(person=person).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()
    person.set_password(password)
    person.password_set_at, person.password_given = clock.now(), given
    person.save(update_fields=["password", "password_set_at", "password_given"])
    clear_failures(person.username)
    end_sign_ins(person, but=keep)


def change_password(*, person: Person, old: str, new: str, again: str, keep: str = "") -> None:
    """A person changes their own password, knowing the present one. Raises Invalid by field."""
    if not person.check_password(old):
        raise Invalid("现在的密码不对", {"old": "现在的密码不对"})
    if new != again:
        raise Invalid("两次输入的新密码不一样", {"again": "两次输入的不一样"})
    set_password(person=person, password=new, keep=keep)


def why_to_change(person: Person, policy: Policy) -> str:
    """Why a person must change their password now; blank where they need not."""
    if person.password_given:
        return "这是别人给您的密码，请先改成自己的"
    if policy.password_days == 0:
        return ""
    if person.password_set_at is None or clock.now() >= person.password_set_at + timedelta(days=policy.password_days):
        return f"密码用满 {policy.password_days} 天了，请换一个"
    return ""


def days_left(person: Person, policy: Policy) -> int | None:
    """How many days a password still lasts; None where it lasts for ever or its age is not known."""
    if not policy.password_days or person.password_set_at is None:
        return None
    return max(0, (person.password_set_at + timedelta(days=policy.password_days) - clock.now()).days)
