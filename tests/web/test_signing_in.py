"""Signing in as the pages do it: one step or two, what is due first, sign-ins that end, and what attackers try."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from bihuan.base import clock
from bihuan.org.access_log import Kind
from bihuan.org.accounts import end_sign_ins_of, unlock_person
from bihuan.org.actions import end_post, give_post, set_active
from bihuan.org.models import AccessEntry, AddressFailure, Person, SignIn
from bihuan.org.passwords import set_password
from bihuan.org.policy import Policy, set_policy
from bihuan.org.sessions import sign_ins_of
from tests.cast import MONDAY, Cast
from tests.org.test_second_factor import enrol

PASSWORD = "qing-xi-liu-shui"
Clients = Callable[[str], Client]


@pytest.fixture
def town(cast: Cast) -> Person:
    """The town's undertaker, with a password."""
    person = cast.people["town"]
    set_password(person=person, password=PASSWORD)
    return person


def sign_in(
    login: str = "town", password: str = PASSWORD, client: Client | None = None, **more: Any
) -> tuple[Client, Any]:
    client = client or Client(**more)
    return client, client.post("/sign-in/", {"username": login, "password": password, "next": "/board/"})


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def is_in(client: Client) -> bool:
    return bool(client.get("/account/").status_code == 200)


def tried() -> list[str]:
    return list(AccessEntry.objects.order_by("pk").values_list("kind", flat=True))


# What is told to whom.


def without_tokens(answer: Any, name: str) -> str:
    lines = text_of(answer).replace(f'value="{name}"', 'value=""').splitlines()
    return "\n".join(line for line in lines if "csrf" not in line.lower())


def test_the_four_ways_to_fail_look_alike_and_cost_alike(
    cast: Cast, town: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong password, a name that nobody has, one shut out, and one without a password: each hashes once."""
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    set_password(person=cast.people["village"], password=PASSWORD)
    set_active(person=cast.people["village"], active=False)
    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    pages, costs = [], []
    for name, password in (("town", "falsch"), ("niemand", "falsch"), ("village", PASSWORD), ("leader", "falsch")):
        hashed.clear()
        _, answer = sign_in(name, password)
        pages.append((answer.status_code, without_tokens(answer, name)))
        costs.append(len(hashed))
    assert pages == [pages[0]] * 4
    assert costs == [1] * 4


def test_a_name_nobody_has_locks_like_one_that_somebody_has(town: Person) -> None:
    locked = []
    for name in ("town", "niemand"):
        for _ in range(Policy().failures):
            assert "登录名或密码不对" in text_of(sign_in(name, "falsch")[1])
        locked.append(without_tokens(sign_in(name, PASSWORD)[1], name))
    assert locked[0] == locked[1]
    assert "请 15 分钟后再试" in locked[0]


def test_a_password_in_the_wrong_place_is_not_written_down(town: Person) -> None:
    sign_in(PASSWORD, "falsch")
    sign_in("town", "falsch")
    assert list(AccessEntry.objects.order_by("pk").values_list("actor_name", flat=True)) == ["未知登录名", "town"]


def test_an_address_is_locked_whatever_names_it_tries(cast: Cast, town: Person) -> None:
    set_policy(actor=cast["security_admin"], name="address_failures", value=10)
    for number in range(10):
        sign_in(f"n{number}", "falsch", REMOTE_ADDR="10.1.1.1")
    client, answer = sign_in(REMOTE_ADDR="10.1.1.1")
    assert "分钟后再试" in text_of(answer)
    assert not is_in(client)
    assert is_in(sign_in(REMOTE_ADDR="10.1.1.2")[0])
    with clock.fixed(MONDAY + timedelta(minutes=15, seconds=1)):
        assert is_in(sign_in(REMOTE_ADDR="10.1.1.1")[0])


def test_good_sign_ins_do_not_clear_what_an_address_did(cast: Cast, town: Person) -> None:
    for _ in range(3):
        sign_in("niemand", "falsch")
        sign_in()
    assert AddressFailure.objects.get().count == 3


def test_the_security_administrator_lifts_a_lock(cast: Cast, town: Person) -> None:
    for _ in range(Policy().failures):
        sign_in("town", "falsch")
    unlock_person(actor=cast["security_admin"], person=town)
    assert is_in(sign_in()[0])


# The second step.


def test_a_right_password_is_not_enough_where_a_second_factor_holds(town: Person) -> None:
    phone, _ = enrol(town)
    client, answer = sign_in()
    assert answer["Location"] == "/sign-in/code/"
    assert not is_in(client)
    assert client.get("/api/figures").status_code == 401
    with clock.fixed(MONDAY + timedelta(minutes=1)):
        answer = client.post("/sign-in/code/", {"code": phone.at(clock.now())})
        assert answer["Location"] == "/board/"
        assert is_in(client)
        other, _ = sign_in()
        assert "已经用过" in text_of(other.post("/sign-in/code/", {"code": phone.at(clock.now())}))


def test_codes_are_not_guessed_by_giving_the_password_again_and_again(town: Person) -> None:
    enrol(town)
    client = Client()
    for _ in range(Policy().failures):
        sign_in(client=client)
        answer: Any = client.post("/sign-in/code/", {"code": "000000"})
    assert "分钟后再试" in text_of(sign_in()[1])
    answer = client.post("/sign-in/code/", {"code": "000000"})
    assert "分钟后再试" in text_of(answer)
    assert tried().count(Kind.SIGN_IN_FAILED) < Policy().failures


def test_the_half_way_is_short_and_ends_with_the_password(town: Person) -> None:
    phone, codes = enrol(town)
    client, _ = sign_in()
    with clock.fixed(MONDAY + timedelta(minutes=5, seconds=1)):
        assert client.post("/sign-in/code/", {"code": phone.at(clock.now())})["Location"] == "/sign-in/"
    client, _ = sign_in()
    set_password(person=town, password="Bai-shi-2026")
    assert client.post("/sign-in/code/", {"code": codes[0]})["Location"] == "/sign-in/"
    assert not is_in(client)


def test_without_a_password_before_it_the_second_step_is_not_there(cast: Cast) -> None:
    assert Client().post("/sign-in/code/", {"code": "000000"})["Location"] == "/sign-in/"


# What is due first.


def test_a_given_password_is_changed_before_anything_else(town: Person) -> None:
    set_password(person=town, password="Gei-ding-2026", given=True)
    client, _ = sign_in(password="Gei-ding-2026")
    assert client.get("/board/")["Location"] == "/account/password/"
    assert client.post("/ledgers/new/", {})["Location"] == "/account/password/"
    assert client.get("/", headers={"HX-Request": "true"})["HX-Redirect"] == "/account/password/"
    assert client.get("/api/figures").status_code == 403
    said = {"old": "Gei-ding-2026", "new": "Gei-ding-2026", "again": "Gei-ding-2026"}
    assert "相同" in text_of(client.post("/account/password/", said))
    client.post("/account/password/", said | {"new": "Bai-shi-2026", "again": "Bai-shi-2026"})
    assert client.get("/board/").status_code == 200


def test_an_administrator_takes_a_second_factor_before_anything_else(cast: Cast) -> None:
    set_password(person=cast.people["system_admin"], password=PASSWORD)
    client, _ = sign_in("system_admin")
    assert client.get("/board/")["Location"] == "/account/second-factor/"
    page = text_of(client.get("/account/second-factor/"))
    assert "您的角色必须使用" in page and "开始启用" in page
    client.post("/account/second-factor/", {"do": "begin"})
    page = text_of(client.get("/account/second-factor/"))
    secret = page.split('class="secret">')[1].split("<")[0]
    assert "data:image/svg+xml" in page
    answer = client.post("/account/second-factor/", {"do": "confirm", "code": "12"})
    assert (answer.status_code, "不对" in text_of(answer)) == (422, True)
    import pyotp

    code = pyotp.TOTP(secret.replace(" ", "")).at(clock.now())
    shown = text_of(client.post("/account/second-factor/", {"do": "confirm", "code": code}))
    assert shown.count("<li><code>") == 10
    assert client.get("/board/").status_code == 200
    assert secret not in text_of(client.get("/account/second-factor/"))
    assert client.post("/account/second-factor/", {"do": "drop"}).status_code == 403


# Sign-ins that end.


def test_an_idle_sign_in_ends_and_one_in_use_does_not(town: Person) -> None:
    used, idle = sign_in()[0], sign_in()[0]
    for minutes in (20, 40, 60):
        with clock.fixed(MONDAY + timedelta(minutes=minutes)):
            assert is_in(used)
    with clock.fixed(MONDAY + timedelta(minutes=30)):
        assert not is_in(idle)


def test_what_a_page_asks_by_itself_does_not_keep_it_awake(cast: Cast, clients: Clients) -> None:
    client = clients("office")
    for minutes in (20, 29):
        with clock.fixed(MONDAY + timedelta(minutes=minutes)):
            assert client.get("/ledgers/audit.finding/grid/changes/?since=0").status_code == 200
    with clock.fixed(MONDAY + timedelta(minutes=30)):
        assert not is_in(client)


def test_a_sign_in_ends_after_some_hours_whatever_is_asked(cast: Cast, town: Person) -> None:
    set_policy(actor=cast["security_admin"], name="idle_minutes", value=240)
    client, _ = sign_in()
    for hours in (3, 6, 9):
        with clock.fixed(MONDAY + timedelta(hours=hours)):
            assert is_in(client)
    with clock.fixed(MONDAY + timedelta(hours=10)):
        assert not is_in(client)


def test_tighter_limits_hold_for_who_is_in_already(cast: Cast, town: Person) -> None:
    client, _ = sign_in()
    set_policy(actor=cast["security_admin"], name="longest_hours", value=1)
    set_policy(actor=cast["security_admin"], name="idle_minutes", value=240)
    with clock.fixed(MONDAY + timedelta(minutes=59)):
        assert is_in(client)
    with clock.fixed(MONDAY + timedelta(hours=1)):
        assert not is_in(client)


def change_own_password(client: Client, _cast: Cast) -> None:
    client.post("/account/password/", {"old": PASSWORD, "new": "Bai-shi-2026", "again": "Bai-shi-2026"})


ENDINGS: dict[str, tuple[Callable[[Client, Cast], object], bool]] = {
    "own password": (change_own_password, True),
    "given password": (lambda _c, cast: set_password(person=cast.people["town"], password="Bai-shi-2026"), False),
    "shut out": (lambda _c, cast: set_active(person=cast.people["town"], active=False), False),
    "post given": (lambda _c, cast: give_post(person=cast.people["town"], unit=cast.office, role="leader"), False),
    "post ended": (lambda _c, cast: end_post(post=cast.people["town"].posts.get()), False),
    "by the administrator": (
        lambda _c, cast: end_sign_ins_of(actor=cast["security_admin"], person=cast.people["town"]),
        False,
    ),
    "by hand": (lambda client, _cast: client.post("/account/", {}), True),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_other_sign_ins_end(ending: str, cast: Cast, town: Person) -> None:
    here, there = sign_in()[0], sign_in()[0]
    do, stays = ENDINGS[ending]
    do(here, cast)
    assert (is_in(here), is_in(there)) == (stays, False)


def test_a_person_ends_one_of_their_own_and_of_nobody_elses(cast: Cast, town: Person) -> None:
    set_password(person=cast.people["leader"], password=PASSWORD)
    here, there, leader = sign_in()[0], sign_in()[0], sign_in("leader")[0]
    page = text_of(here.get("/account/"))
    mark = page.split('name="end" value="')[1].split('"')[0]
    assert all(row.session_key not in page for row in sign_ins_of(town))
    assert "没有其他会话" in text_of(leader.post("/account/", {"end": mark}, follow=True))
    assert is_in(there)
    here.post("/account/", {"end": mark})
    assert (is_in(here), is_in(there), is_in(leader)) == (True, False, True)


def test_a_planted_key_is_not_the_one_after_signing_in(town: Person) -> None:
    client = Client()
    session = client.session
    session["planted"] = "1"
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    with clock.fixed(MONDAY + timedelta(minutes=20)):
        sign_in(client=client)
        assert client.cookies["sessionid"].value != before
        assert SignIn.objects.get(person=town).begun_at == clock.now()
    assert not SignIn.objects.filter(session_key=before).exists()


# Proving again who one is.


def test_much_is_unlocked_only_shortly_after_proving(cast: Cast, clients: Clients) -> None:
    office = cast.people["office"]
    set_password(person=office, password=PASSWORD)
    client, url = sign_in("office")[0], "/ledgers/audit.finding/export/unmasked/"
    assert client.get(url).status_code == 200
    with clock.fixed(MONDAY + timedelta(minutes=16)):
        there = f"/account/prove/?next={url.replace('/', '%2F')}"
        assert client.get(url)["Location"] == there
        assert client.post(url, {"reason": "上级核查要求"})["Location"] == there
        assert Kind.UNMASK not in tried()
        assert "不对" in text_of(client.post(there, {"word": "falsch"}))
        assert client.get(url)["Location"] == there
        assert client.post(there, {"word": PASSWORD})["Location"] == url
        assert client.get(url).status_code == 200
    with clock.fixed(MONDAY + timedelta(minutes=32)):
        client.post("/account/prove/?next=https://evil.example/", {"word": "falsch"})
        assert client.post("/account/prove/?next=//evil.example/", {"word": PASSWORD})["Location"] == "/"


def test_proving_is_by_the_code_where_there_is_one_and_locks_like_signing_in(town: Person) -> None:
    phone, codes = enrol(town)
    client, _ = sign_in()
    client.post("/sign-in/code/", {"code": codes[0]})
    with clock.fixed(MONDAY + timedelta(minutes=16)):
        assert "不对" in text_of(client.post("/account/prove/", {"word": PASSWORD}))
        assert client.post("/account/prove/", {"word": phone.at(clock.now())})["Location"] == "/"
        for _ in range(Policy().failures):
            client.post("/account/prove/", {"word": "000000"})
        assert "分钟后再试" in text_of(client.post("/account/prove/", {"word": codes[1]}))
