"""Passwords, and the lock after too many failures."""

from datetime import timedelta

import pytest

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid
from bihuan.org.actions import add_person, set_active
from bihuan.org.lockout import clear_failures, is_locked, note_failure
from bihuan.org.models import Person, SignInFailure
from bihuan.org.passwords import set_password
from bihuan.org.policy import Policy
from tests.cast import MONDAY

pytestmark = pytest.mark.django_db
GOOD = "lu-shui-2026"
FAILURES_BEFORE_LOCK, LOCK_FOR = Policy().failures, Policy().lock_for


def fail(times: int, username: str = "chen") -> None:
    for _ in range(times):
        note_failure(username)


def test_the_last_failure_locks() -> None:
    fail(FAILURES_BEFORE_LOCK - 1)
    assert not is_locked("chen")
    fail(1)
    assert is_locked("chen")
    assert not is_locked("chenn")


def test_the_lock_opens_by_itself() -> None:
    with clock.fixed(MONDAY):
        fail(FAILURES_BEFORE_LOCK)
    with clock.fixed(MONDAY + LOCK_FOR):
        assert is_locked("chen")
    with clock.fixed(MONDAY + LOCK_FOR + timedelta(seconds=1)):
        assert not is_locked("chen")


def test_failures_long_ago_do_not_count() -> None:
    with clock.fixed(MONDAY):
        fail(FAILURES_BEFORE_LOCK - 1)
    with clock.fixed(MONDAY + LOCK_FOR + timedelta(seconds=1)):
        fail(1)
        assert not is_locked("chen")
        fail(FAILURES_BEFORE_LOCK - 1)
        assert is_locked("chen")


def test_further_failures_keep_the_lock_shut() -> None:
    with clock.fixed(MONDAY):
        fail(FAILURES_BEFORE_LOCK)
    with clock.fixed(MONDAY + LOCK_FOR):
        fail(1)
    with clock.fixed(MONDAY + LOCK_FOR + timedelta(minutes=1)):
        assert is_locked("chen")


def test_a_name_nobody_has_is_counted_alike_and_may_be_of_any_length() -> None:
    name = "没有这个人" * 40
    fail(FAILURES_BEFORE_LOCK, name)
    assert is_locked(name)
    assert SignInFailure.objects.count() == 1


def test_a_good_sign_in_forgets_the_failures() -> None:
    fail(FAILURES_BEFORE_LOCK)
    clear_failures("chen")
    assert not is_locked("chen")
    fail(1)
    assert SignInFailure.objects.get().count == 1


def test_a_new_password_lifts_the_lock() -> None:
    person = add_person(username="chen", name="陈青", password=GOOD)
    fail(FAILURES_BEFORE_LOCK)
    set_password(person=person, password="qing-xi-2026")
    assert not is_locked("chen")
    person.refresh_from_db()
    assert person.check_password("qing-xi-2026")
    assert not person.check_password(GOOD)


@pytest.mark.parametrize("password", ["short1", "12345678901", "password1"])
def test_a_weak_password_is_refused_in_words(password: str) -> None:
    with pytest.raises(Invalid, match=r"密码不合要求：.*[一-龥]"):
        add_person(username="chen", name="陈青", password=password)
    assert not Person.objects.exists()
    person = add_person(username="chen", name="陈青", password=GOOD)
    with pytest.raises(Invalid):
        set_password(person=person, password=password)
    person.refresh_from_db()
    assert person.check_password(GOOD)


def test_a_password_is_never_kept_as_it_is() -> None:
    person = add_person(username="chen", name="陈青", password=GOOD)
    assert GOOD not in Person.objects.get(pk=person.pk).password


def test_without_a_password_nobody_signs_in() -> None:
    person = add_person(username="chen", name="陈青", password=None)
    assert not person.has_usable_password()
    assert not person.check_password("")


def test_a_login_name_is_given_once() -> None:
    add_person(username="chen", name="陈青", password=None)
    with pytest.raises(Conflict, match="chen"):
        add_person(username="chen", name="另一人", password=None)


def test_a_person_can_be_shut_out_and_let_in_again() -> None:
    person = add_person(username="chen", name="陈青", password=None)
    set_active(person=person, active=False)
    assert not Person.objects.get(pk=person.pk).is_active
    set_active(person=person, active=True)
    assert Person.objects.get(pk=person.pk).is_active
