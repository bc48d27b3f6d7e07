"""What a password must be, how long it lasts, which ones were had before; what is set for all of it, and by whom."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import identify_hasher, make_password
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotAllowed, NotFound
from bihuan.org.access_log import Kind, verify_log
from bihuan.org.accounts import give_password
from bihuan.org.actor import system_actor
from bihuan.org.models import AccessEntry, PasswordUsed, Person, SecuritySetting
from bihuan.org.passwords import change_password, days_left, faults_of, set_password, why_to_change
from bihuan.org.policy import SETTINGS, Policy, current_policy, set_policy
from tests.cast import MONDAY, Cast

CHEN = Person(username="chenqing", name="陈青山", phone="13912345678")


def test_passwords_are_kept_by_argon2id(settings: Any) -> None:
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]
    encoded = make_password("Lu-shui-2026")
    assert identify_hasher(encoded).algorithm == "argon2"
    assert "$argon2id$" in encoded


def test_the_tests_put_their_fast_hasher_before_argon2() -> None:
    assert settings.PASSWORD_HASHERS[1] == "django.contrib.auth.hashers.Argon2PasswordHasher"


@pytest.mark.parametrize(
    "password, said",
    [
        ("Sh0rt-1", "太短，至少 8 个字符"),
        ("9081726354", "不能全是数字"),
        ("lushuiqingxi", "只有 1 类字符"),
        ("lushui2026", "只有 2 类字符"),
        ("Chenqing-26", "不能含登录名"),
        ("x-GNIQNEHC-9", "不能含登录名"),
        ("陈青山-2026a", "不能含登录名、姓名"),
        ("Ab-13912345678", "不能含登录名、姓名或手机号"),
        ("P@ssw0rd", "太常见"),
        ("Password@2026", "太常见"),
        ("Admin@123", "太常见"),
        ("Woaini-1314", "太常见"),
        ("Qwerty-123", "太常见"),
        ("Aa1-Aa1-Aa1-", "太常见"),
        ("aA1aA1aA1", "太常见"),
        ("x" * 70 + "Y1-" + "z" * 70, "太长，最多 128 个字符"),
    ],
)
def test_a_weak_password_says_what_it_lacks(password: str, said: str) -> None:
    assert any(said in fault for fault in faults_of(password, CHEN, Policy())), faults_of(password, CHEN, Policy())


@pytest.mark.parametrize("password", ["Lu-shui-2026", "qing-xi-liu-shui", "好山好水-2026-liu", "xK7#mq2Lw"])
def test_a_good_password_is_taken(password: str) -> None:
    assert faults_of(password, CHEN, Policy()) == []


@given(st.text(max_size=40))
def test_any_text_has_faults_or_is_good(password: str) -> None:
    faults = faults_of(password, CHEN, Policy())
    kinds = [
        any(c in group for c in password)
        for group in ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789")
    ]
    marks = any(not (c.isascii() and c.isalnum()) for c in password)
    if len(password) < 8 or sum(kinds) + marks < (2 if len(password) >= 16 else 3):
        assert faults


def person(cast: Cast, password: str = "Lu-shui-0") -> Person:
    found = cast.people["town"]
    set_password(person=found, password=password)
    return found


def test_the_last_passwords_are_not_taken_again(cast: Cast) -> None:
    chen = person(cast)
    for number in range(1, 6):
        set_password(person=chen, password=f"Lu-shui-{number}")
    for number in range(6):
        with pytest.raises(Invalid, match="前 5 次用过的相同"):
            set_password(person=chen, password=f"Lu-shui-{number}")
    set_password(person=chen, password="Lu-shui-6")
    set_password(person=chen, password="Lu-shui-0")
    assert PasswordUsed.objects.filter(person=chen).count() == 5
    set_policy(actor=system_actor(), name="password_history", value=0)
    set_password(person=chen, password="Lu-shui-0")


def test_a_password_grows_old(cast: Cast) -> None:
    chen, policy = person(cast), Policy()
    assert (why_to_change(chen, policy), days_left(chen, policy)) == ("", 90)
    with clock.fixed(MONDAY + timedelta(days=90) - timedelta(seconds=1)):
        assert (why_to_change(chen, policy), days_left(chen, policy)) == ("", 0)
    with clock.fixed(MONDAY + timedelta(days=90)):
        assert "90 天" in why_to_change(chen, policy)
        assert why_to_change(chen, Policy(password_days=0)) == ""


def test_the_age_that_nobody_knows_is_not_young(cast: Cast) -> None:
    assert why_to_change(cast.people["town"], Policy()) != ""


def test_a_given_password_is_random_good_and_to_be_changed(cast: Cast) -> None:
    chen, admin = cast.people["town"], cast["system_admin"]
    first, second = give_password(actor=admin, person=chen), give_password(actor=admin, person=chen)
    assert first != second
    assert faults_of(second, chen, Policy()) == []
    assert chen.check_password(second)
    assert "别人给您的" in why_to_change(chen, Policy())
    change_password(person=chen, old=second, new="Lu-shui-2026", again="Lu-shui-2026")
    assert why_to_change(Person.objects.get(pk=chen.pk), Policy()) == ""
    with pytest.raises(Invalid, match="现在的或前"):
        set_password(person=chen, password=second)
    told = AccessEntry.objects.filter(kind=Kind.ADMIN).values_list("what", "actor_name")
    assert set(told) == {("重置密码：陈青（town）", "系统员")}
    assert not AccessEntry.objects.filter(what__contains=second).exists()


@pytest.mark.parametrize("login", ["security_admin", "audit_admin", "leader", "office", "outsider"])
def test_only_the_system_administrator_gives_passwords(login: str, cast: Cast) -> None:
    before = Person.objects.get(username="town").password
    with pytest.raises(NotAllowed):
        give_password(actor=cast[login], person=cast.people["town"])
    assert Person.objects.get(username="town").password == before


@pytest.mark.parametrize(
    "said, field", [({"old": "falsch"}, "old"), ({"again": "anders-1A"}, "again"), ({"new": "kurz", "again": "kurz"}, "password")]
)  # fmt: skip
def test_what_is_wrong_with_a_change_is_told_by_field(said: dict[str, str], field: str, cast: Cast) -> None:
    chen = person(cast)
    with pytest.raises(Invalid) as refused:
        change_password(person=chen, **{"old": "Lu-shui-0", "new": "Qing-xi-26", "again": "Qing-xi-26", **said})
    assert list(refused.value.problems) == [field]
    assert Person.objects.get(pk=chen.pk).check_password("Lu-shui-0")


# What is set.


def test_a_value_is_set_by_the_security_administrator_dated_and_logged(cast: Cast) -> None:
    policy = set_policy(actor=cast["security_admin"], name="password_length", value="12", address="10.0.0.9")
    assert (policy.password_length, current_policy()) == (12, policy)
    assert SecuritySetting.objects.get().since == MONDAY
    entry = AccessEntry.objects.get()
    assert (entry.kind, entry.what, entry.address) == (Kind.ADMIN, "登录规则：密码最短 12 个字符", "10.0.0.9")
    assert list(verify_log()) == []
    set_policy(actor=cast["security_admin"], name="password_length", value=12)
    assert AccessEntry.objects.count() == 1
    set_policy(actor=cast["security_admin"], name="totp_roles", value=["leader", "audit_admin"])
    assert current_policy().totp_roles == ("leader", "audit_admin")


@pytest.mark.parametrize("login", ["system_admin", "audit_admin", "leader", "office", "outsider"])
def test_nobody_else_sets_a_value(login: str, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        set_policy(actor=cast[login], name="idle_minutes", value=240)
    assert not SecuritySetting.objects.exists()


@pytest.mark.parametrize("value", ["", "7", "65", "-1", "²", "9" * 400, "8.5", None, [], {"a": 1}])
def test_a_value_out_of_its_bounds_is_refused_in_words(value: Any, cast: Cast) -> None:
    with pytest.raises(Invalid, match="要在 8 到 64 之间"):
        set_policy(actor=cast["security_admin"], name="password_length", value=value)
    assert not SecuritySetting.objects.exists()


def test_what_cannot_be_set_is_refused(cast: Cast) -> None:
    with pytest.raises(NotFound):
        set_policy(actor=cast["security_admin"], name="secret_key", value=1)
    for roles in ("leader", ["king"], None):
        with pytest.raises(Invalid):
            set_policy(actor=cast["security_admin"], name="totp_roles", value=roles)


def test_the_defaults_lie_within_the_bounds() -> None:
    assert all(one.least <= getattr(Policy(), one.name) <= one.most for one in SETTINGS)
