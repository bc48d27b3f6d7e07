"""The second factor: RFC 6238, taken once, sealed at rest, and given up by nobody who must have one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed, NotFound
from bihuan.base.sealing import is_sealed, seal
from bihuan.org.accounts import reset_totp
from bihuan.org.models import AccessEntry, Person, RecoveryCode, Totp
from bihuan.org.policy import set_policy
from bihuan.org.totp import (
    CONTEXT,
    begin_totp,
    confirm_totp,
    drop_totp,
    enrolment_of,
    has_totp,
    recovery_codes_left,
    renew_recovery_codes,
    take_code,
)
from tests.cast import MONDAY, Cast


def enrol(person: Person) -> tuple[pyotp.TOTP, list[str]]:
    """A phone that has the person's secret, and the recovery codes; the first code is used up."""
    begin_totp(person=person)
    shown = enrolment_of(person)
    assert shown is not None
    phone = pyotp.TOTP(shown.secret.replace(" ", ""))
    return phone, confirm_totp(person=person, code=phone.at(clock.now()))


@pytest.fixture
def chen(cast: Cast) -> Person:
    return cast.people["town"]


@pytest.fixture
def later(chen: Person) -> Iterator[None]:
    """Two steps after the enrolment, so that a fresh code is there."""
    with clock.fixed(MONDAY + timedelta(minutes=1)):
        yield


# RFC 6238, appendix B: the secret of SHA-1, and codes of eight digits of which the last six are ours.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC = ((59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"),
       (2000000000, "69279037"), (20000000000, "65353130"))  # fmt: skip


@pytest.mark.parametrize("second, code", RFC)
def test_the_codes_are_those_of_the_rfc(second: int, code: str, chen: Person) -> None:
    Totp.objects.create(person=chen, secret=seal(CONTEXT, RFC_SECRET), confirmed_at=MONDAY)
    with clock.fixed(datetime.fromtimestamp(second, UTC)):
        assert take_code(chen, code[-6:])


def test_a_code_is_taken_once(chen: Person) -> None:
    phone, _ = enrol(chen)
    assert not take_code(chen, phone.at(clock.now()))
    with clock.fixed(MONDAY + timedelta(minutes=1)):
        code = phone.at(clock.now())
        assert take_code(chen, f" {code[:3]} {code[3:]} ")
        assert not take_code(chen, code)
        assert not take_code(chen, phone.at(clock.now() - timedelta(seconds=30)))
        assert take_code(chen, phone.at(clock.now() + timedelta(seconds=30)))


def test_a_clock_may_be_one_step_off_and_no_more(chen: Person) -> None:
    phone, _ = enrol(chen)
    with clock.fixed(MONDAY + timedelta(hours=1)):
        for off in (-60, 60, 90):
            assert not take_code(chen, phone.at(clock.now() + timedelta(seconds=off)))
        assert take_code(chen, phone.at(clock.now() - timedelta(seconds=30)))
        assert take_code(chen, phone.at(clock.now()))


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "²²²²²²", "九九九九九九", "' OR 1=1", "A" * 5_000])
def test_what_is_no_code_is_not_taken(code: str, chen: Person, later: None) -> None:
    enrol(chen)
    assert not take_code(chen, code)


def test_a_recovery_code_stands_in_once(chen: Person) -> None:
    _, codes = enrol(chen)
    assert (len(set(codes)), recovery_codes_left(chen)) == (10, 10)
    assert take_code(chen, codes[3].lower())
    assert not take_code(chen, codes[3])
    assert recovery_codes_left(chen) == 9
    fresh = renew_recovery_codes(person=chen)
    assert not take_code(chen, codes[4])
    assert take_code(chen, fresh[4])


def test_a_recovery_code_of_another_is_nothing(cast: Cast, chen: Person) -> None:
    enrol(chen)
    _, codes = enrol(cast.people["office"])
    assert not take_code(chen, codes[0])


def test_neither_secret_nor_recovery_code_is_kept_as_it_is(chen: Person) -> None:
    phone, codes = enrol(chen)
    kept = Totp.objects.get().secret
    assert is_sealed(kept)
    assert phone.secret not in kept
    marks = "".join(RecoveryCode.objects.values_list("mark", flat=True))
    assert all(code not in marks and code.replace("-", "") not in marks for code in codes)


def test_the_secret_is_shown_until_the_first_code_and_never_again(chen: Person) -> None:
    begin_totp(person=chen)
    assert not has_totp(chen)
    first = enrolment_of(chen)
    assert first is not None and first == enrolment_of(chen)
    assert first.picture.startswith("data:image/svg+xml")
    with pytest.raises(Invalid):
        confirm_totp(person=chen, code="000000")
    assert not take_code(chen, "000000")
    confirm_totp(person=chen, code=pyotp.TOTP(first.secret.replace(" ", "")).at(clock.now()))
    assert enrolment_of(chen) is None
    with pytest.raises(Conflict):
        begin_totp(person=chen)
    with pytest.raises(NotFound):
        confirm_totp(person=chen, code="000000")


def test_who_must_have_one_cannot_give_it_up(cast: Cast, chen: Person) -> None:
    enrol(chen)
    set_policy(actor=cast["security_admin"], name="totp_roles", value=["undertaker"])
    with pytest.raises(NotAllowed, match="安全管理员重置"):
        drop_totp(actor=cast["town"], person=chen)
    set_policy(actor=cast["security_admin"], name="totp_roles", value=[])
    drop_totp(actor=cast["town"], person=chen)
    assert not has_totp(chen)
    assert recovery_codes_left(chen) == 0
    with pytest.raises(NotFound):
        renew_recovery_codes(person=chen)


def test_the_security_administrator_resets_one_and_it_is_logged(cast: Cast, chen: Person) -> None:
    enrol(chen)
    for login in ("system_admin", "audit_admin", "leader", "town"):
        with pytest.raises(NotAllowed):
            reset_totp(actor=cast[login], person=chen, reason="手机丢失")
    assert has_totp(chen)
    reset_totp(actor=cast["security_admin"], person=chen, reason="手机丢失")
    assert not has_totp(chen)
    last = AccessEntry.objects.order_by("pk").last()
    assert last is not None
    assert (last.actor_name, last.what, last.reason) == ("安全员", "重置动态口令：陈青（town）", "手机丢失")


def test_nobody_resets_their_own(cast: Cast) -> None:
    enrol(cast.people["security_admin"])
    with pytest.raises(NotAllowed, match="不能重置自己的"):
        reset_totp(actor=cast["security_admin"], person=cast.people["security_admin"], reason="x")
