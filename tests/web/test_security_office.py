"""The security administrator's pages: each change told in words and people first, then made, logged, and in force."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bihuan.base.errors import NotAllowed
from bihuan.ledger.definitions import find_ledger
from bihuan.ledger.models import DataScope, FieldRight, Ledger, UnmaskRole
from bihuan.ledger.rules import visible_records
from bihuan.ledger.sight import sight_of
from bihuan.ledger.unmasking import may_unmask
from bihuan.loop.notice.allowed_hosts import target_of
from bihuan.loop.notice.channels import ChannelsSpec, HostSpec
from bihuan.loop.notice.host_list import allowed_hosts
from bihuan.loop.notice.models import AllowedHost
from bihuan.org.models import AccessEntry
from tests.cast import EVERYBODY, Cast
from tests.web.leaking import OPEN, World, make_world
from tests.web.test_leaks import content_of

Clients = Callable[[str], Client]
SCOPE = {"role": "undertaker", "ledger": "", "scope": "own"}
RIGHT = {"role": "undertaker", "field": ["name"], "right": "hidden", "step": ""}
UNMASK = {"roles": ["handler", "leader"]}
HOST = {"do": "allow", "name": "oapi.dingtalk.com"}
CHANGES: dict[str, tuple[list[str], dict[str, Any]]] = {
    "admin_scopes": ([], SCOPE),
    "admin_fields": (["own.secret"], RIGHT),
    "admin_unmasking": ([], UNMASK),
    "admin_hosts": ([], HOST),
}


@pytest.fixture
def world(cast: Cast) -> World:
    return make_world(cast)


@pytest.fixture
def security(clients: Clients) -> Client:
    return clients("security_admin")


def text_of(answer: Any) -> str:
    return content_of(answer).decode()


def secret() -> Ledger:
    """The ledger as it stands now."""
    return find_ledger("own.secret")


def settings() -> list[int]:
    return [model._default_manager.count() for model in (DataScope, FieldRight, UnmaskRole, AllowedHost)]


def lines(html: str) -> list[str]:
    """What the confirming page says, line by line."""
    return re.findall(r"<li><div>(?:<strong>)?(.*?)(?:</strong>)?</div></li>", html)


@pytest.mark.parametrize("login", sorted(set(EVERYBODY) - {"security_admin"}))
def test_nobody_else_sets_rights(login: str, world: World, clients: Clients) -> None:
    client = clients(login)
    for name, (arguments, data) in CHANGES.items():
        assert client.post(reverse(name, args=arguments), data | {"sure": "1"}).status_code == 403, name
    assert settings() == [0, 0, 0, 0]


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_each_setting_is_told_first_then_made_and_logged(name: str, world: World, security: Client) -> None:
    arguments, data = CHANGES[name]
    url = reverse(name, args=arguments)
    assert len(lines(text_of(security.post(url, data)))) >= 1
    assert settings() == [0, 0, 0, 0]
    assert security.post(url, data | {"sure": "1"}).status_code == 302
    assert sum(settings()) >= 1
    assert AccessEntry.objects.filter(kind="admin", actor_name="安全员").exists()


def test_a_scope_tells_whom_it_blinds(cast: Cast, world: World, security: Client) -> None:
    told = lines(text_of(security.post(reverse("admin_scopes"), SCOPE | {"ledger": "own.secret"})))
    assert told[0].startswith("承办 在“任务台账”：由“默认")
    assert told[1] == "影响 3 人：3 人看见的变少，0 人变多，0 人不变"
    assert (
        told[2]
        == "承办 将不再看见：青溪镇、上河村、新民村、白石镇、新民村 的记录（陈青（town）、石白（other_town）、何上（village））"
    )
    assert list(visible_records(cast["other_town"], secret())) == [world.record]
    security.post(reverse("admin_scopes"), SCOPE | {"ledger": "own.secret", "sure": "1"})
    assert not visible_records(cast["other_town"], secret()).exists()
    back = security.post(
        reverse("admin_scopes"), {"role": "undertaker", "ledger": "own.secret", "scope": "default", "sure": "1"}
    )
    assert back.status_code == 302
    assert list(visible_records(cast["other_town"], secret())) == [world.record]


def test_a_narrower_scope_takes_the_numbers_along(world: World, clients: Clients, security: Client) -> None:
    url, number = "/figures/own.secret_sum/?unit=330999102", "7,654,321"
    assert number in text_of(clients("other_town").get(url))
    security.post(reverse("admin_scopes"), SCOPE | {"ledger": "own.secret", "sure": "1"})
    for path in (url, "/figures/own.secret_sum/records/", "/api/figures/own.secret_sum?unit=330999102&period=2026"):
        text = text_of(clients("other_town").get(path))
        assert number not in text and "7654321" not in text, path


def test_custom_units_are_named_and_unknown_ones_refused(cast: Cast, world: World, security: Client) -> None:
    data = {"role": "undertaker", "ledger": "own.secret", "scope": "custom", "units": "白石镇、财政局"}
    assert "改为“自定义（财政局、白石镇）”" in lines(text_of(security.post(reverse("admin_scopes"), data)))[0]
    security.post(reverse("admin_scopes"), data | {"sure": "1"})
    assert list(visible_records(cast["town"], secret())) == [world.record]
    for units, words in (("白石", "没有单位“白石”"), ("", "至少一个单位")):
        answer = security.post(reverse("admin_scopes"), data | {"units": units})
        assert answer.status_code == 422 and words in text_of(answer)


@pytest.mark.parametrize(
    ("right", "seen", "words"),
    [
        ("hidden", None, "承办 将不再看见“事由”；现在：可以填"),
        ("masked", "****", "承办 将只看见遮盖后的“事由”；现在：可以填"),
        ("read", OPEN["name"], "承办 将能看、不能填“事由”；现在：可以填"),
    ],
)
def test_a_field_is_hidden_masked_or_only_read(
    right: str, seen: str | None, words: str, cast: Cast, world: World, security: Client
) -> None:
    url, data = reverse("admin_fields", args=["own.secret"]), RIGHT | {"right": right}
    told = lines(text_of(security.post(url, data)))
    assert told == [words, "影响 3 人"]
    security.post(url, data | {"sure": "1"})
    sight = sight_of(cast["other_town"], secret())
    shown = sight.see(world.record).data.get("name")
    assert (shown if shown is None or right == "read" else "****" if "*" in str(shown) else shown) == seen
    assert not sight.writable([sight.whole.by_code["name"]], "")
    assert ("name" in sight.searched) == (right == "read")
    assert sight_of(cast["colleague"], secret()).see(world.record).data["name"] == OPEN["name"]


def test_a_right_of_one_step_holds_there_alone(cast: Cast, world: World, security: Client) -> None:
    url = reverse("admin_fields", args=["own.secret"])
    security.post(url, RIGHT | {"right": "masked", "step": "doing", "sure": "1"})
    sight = sight_of(cast["other_town"], secret())
    assert "name" in sight.masks(None, "doing")
    assert "name" not in sight.masks(None, "open")
    assert "name" in sight.masks(None)
    assert sight.see_data("doing", {"name": OPEN["name"]})["name"] != OPEN["name"]
    assert sight.see_data("open", {"name": OPEN["name"]})["name"] == OPEN["name"]


def test_what_a_file_declares_comes_back(cast: Cast, world: World, security: Client) -> None:
    url, data = reverse("admin_fields", args=["own.secret"]), RIGHT | {"field": ["inner"], "right": "read"}
    security.post(url, data | {"sure": "1"})
    assert "inner" in sight_of(cast["other_town"], secret()).see(world.record).data
    security.post(url, data | {"right": "declared", "sure": "1"})
    assert "inner" not in sight_of(cast["other_town"], secret()).see(world.record).data
    assert security.post(url, data | {"right": "declared"}).status_code == 422


def test_the_roles_that_unmask_are_data(cast: Cast, security: Client) -> None:
    assert {login for login in EVERYBODY if may_unmask(cast[login])} == {
        "office", "colleague", "town", "other_town", "village", "neighbour", "auditor",
    }  # fmt: skip
    told = lines(text_of(security.post(reverse("admin_unmasking"), UNMASK)))
    assert "领导 从今天起可以查看个人信息原文" in told[0]
    assert "影响任领导的 1 人：写明事由后能看电话、身份证号等原文" in told
    security.post(reverse("admin_unmasking"), UNMASK | {"sure": "1"})
    assert {login for login in EVERYBODY if may_unmask(cast[login])} == {"colleague", "neighbour", "leader"}
    wrong = security.post(reverse("admin_unmasking"), {"roles": ["security_admin"], "sure": "1"})
    assert wrong.status_code == 422
    assert not may_unmask(cast["security_admin"])


def test_a_host_that_was_allowed_may_be_asked_and_no_other(cast: Cast, security: Client) -> None:
    none = ChannelsSpec()
    url, robot = reverse("admin_hosts"), "https://127.0.0.1/robot"
    with pytest.raises(NotAllowed, match="白名单"):
        target_of(robot, allowed_hosts(none))
    security.post(url, HOST | {"name": "127.0.0.1", "private": "1", "sure": "1"})
    assert target_of(robot, allowed_hosts(none)).host == "127.0.0.1"
    assert {host.name for host in allowed_hosts(ChannelsSpec(hosts=(HostSpec(name="b.cn"),)))} == {"127.0.0.1", "b.cn"}
    security.post(url, {"do": "forbid", "of": AllowedHost.objects.get().pk, "sure": "1"})
    with pytest.raises(NotAllowed):
        target_of(robot, allowed_hosts(none))
    for name in ("https://a.cn/x", "", "a b", "x" * 300):
        assert security.post(url, HOST | {"name": name}).status_code == 422


def test_the_security_administrator_sees_fields_and_never_a_record(world: World, security: Client) -> None:
    html = text_of(security.get(reverse("admin_fields", args=["own.secret"])))
    assert "内部意见" in html and "看不见" in html
    assert "机密" not in html
