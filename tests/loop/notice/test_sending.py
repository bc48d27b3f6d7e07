"""Mail against a real SMTP server, robots against a real HTTP server; nothing is sent twice, and what is lost is seen."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import yaml

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotAllowed
from bihuan.ledger.models import Ledger
from bihuan.loop.notice import outbox, queries
from bihuan.loop.notice.actions import issue_by_hand, read_notice, send_again, set_mail_address
from bihuan.loop.notice.allowed_hosts import target_of
from bihuan.loop.notice.channels import HostSpec, channels_file, read_channels
from bihuan.loop.notice.models import Message, Notice
from bihuan.loop.notice.robots import signed_query
from bihuan.loop.notice.sending import send_waiting
from tests.cast import MONDAY, Cast
from tests.loop.notice.issuing import declare, task, tasks
from tests.loop.notice.sinks import SECRET, Group, Mailbox, group_server, is_signed, mail_server

TOWN = "chen@example.gov.cn"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


@pytest.fixture
def group() -> Iterator[Group]:
    with group_server() as found:
        yield found


@pytest.fixture
def channels() -> Iterator[dict[str, Any]]:
    """What channels.yaml holds; `write` it after changing."""
    yield {"digest_at": "08:30", "address": "https://bihuan.example.gov.cn"}
    channels_file().unlink(missing_ok=True)


def write(channels: dict[str, Any]) -> None:
    channels_file().write_text(yaml.safe_dump(channels, allow_unicode=True))


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    set_mail_address(actor=cast["town"], email=TOWN)
    return tasks(cast)


def issue(cast: Cast, ledger: Ledger, number: int = 1, **keys: Any) -> Notice:
    declare(cast, {"urgent": True} | keys)
    record = task(cast, ledger, number)
    return issue_by_hand(actor=cast["office"], record=record, code="demo.slip", reason="", form=f"f{number}")


def at(day: int, hour: int, minute: int = 0) -> Any:
    """An hour of a day of March in the county."""
    return clock.fixed(datetime(2026, 3, day, hour, minute, tzinfo=clock.COUNTY_TIME))


def with_mail(channels: dict[str, Any], mailbox: Mailbox) -> None:
    write(channels | {"mail": {"host": "127.0.0.1", "port": mailbox.port, "sender": "bihuan@example.gov.cn"}})


def test_an_urgent_notice_goes_at_once_and_once(
    cast: Cast, ledger: Ledger, channels: dict[str, Any], mailbox: Mailbox
) -> None:
    with_mail(channels, mailbox)
    issue(cast, ledger)
    assert send_waiting().sent == 1
    assert send_waiting().sent == 0
    (letter,) = mailbox.letters
    assert letter["To"] == TOWN
    assert letter["Subject"].strip() == "【督办单】关于督办“任务1”的通知"
    assert "https://bihuan.example.gov.cn/notices/" in letter.get_content()
    assert letter["Message-ID"].endswith("@example.gov.cn>")


def test_all_else_goes_in_one_digest_a_day_and_only_what_is_unread(
    cast: Cast, ledger: Ledger, channels: dict[str, Any], mailbox: Mailbox
) -> None:
    with_mail(channels, mailbox)
    first = issue(cast, ledger, 1, urgent=False)
    for number in (2, 3):
        issue(cast, ledger, number, urgent=False)
    read_notice(actor=cast["town"], pk=first.pk)
    assert send_waiting().sent == 0
    with at(3, 8, 29):
        assert send_waiting().sent == 0
    with at(3, 8, 30):
        assert send_waiting().sent == 1
        issue(cast, ledger, 4, urgent=False)
    with at(3, 17):
        assert send_waiting().sent == 0
    with at(4, 9):
        assert send_waiting().sent == 1
        assert send_waiting().sent == 0
    assert [letter["Subject"].strip() for letter in mailbox.letters] == [
        "2026年3月3日未读提醒 2 件",
        "2026年3月4日未读提醒 1 件",
    ]
    text = mailbox.letters[0].get_content()
    assert "任务2" in text
    assert "任务3" in text
    assert "任务1" not in text


def test_a_red_matter_is_urgent_by_itself(
    cast: Cast, ledger: Ledger, channels: dict[str, Any], mailbox: Mailbox
) -> None:
    with_mail(channels, mailbox)
    with at(12, 10):
        issue(cast, ledger, 1, urgent=False)
        assert send_waiting().sent == 1


def test_a_recipient_that_is_refused_is_seen_and_can_be_sent_again(
    cast: Cast, ledger: Ledger, channels: dict[str, Any], mailbox: Mailbox
) -> None:
    with_mail(channels, mailbox)
    mailbox.answers[TOWN] = "550 5.1.1 no such mailbox"
    issue(cast, ledger)
    assert send_waiting().not_taken == 1
    with clock.fixed(MONDAY + timedelta(days=3)):
        assert send_waiting().not_taken == 0
    (lost,) = queries.undelivered(cast["office"])
    assert (lost.state, lost.error) == (Message.State.REFUSED, "550 5.1.1 no such mailbox")
    assert not queries.undelivered(cast["other_town"]).exists()
    with pytest.raises(NotAllowed):
        send_again(actor=cast["other_town"], pk=lost.pk)
    mailbox.answers.clear()
    send_again(actor=cast["office"], pk=lost.pk)
    assert send_waiting().sent == 1
    assert len(mailbox.letters) == 1
    assert not queries.undelivered(cast["office"]).exists()


def test_a_busy_server_is_asked_again_later_and_gets_one_letter(
    cast: Cast, ledger: Ledger, channels: dict[str, Any], mailbox: Mailbox
) -> None:
    with_mail(channels, mailbox)
    mailbox.answers[TOWN] = "451 4.7.1 greylisted"
    issue(cast, ledger)
    tried, now = [], MONDAY
    while now < MONDAY + timedelta(hours=2):
        if now >= MONDAY + timedelta(minutes=90):
            mailbox.answers.clear()
        with clock.fixed(now):
            posted = send_waiting()
        if posted.sent or posted.not_taken:
            tried.append(int((now - MONDAY).total_seconds() // 60))
        now += timedelta(minutes=1)
    # After 1, 5, 15 and 60 minutes more: 0, 1, 6, 21, 81; the next would be four hours on.
    assert tried == [0, 1, 6, 21, 81]
    with clock.fixed(MONDAY + timedelta(minutes=81 + 240)):
        assert send_waiting().sent == 1
    assert len(mailbox.letters) == 1


def test_a_server_that_is_down_is_given_up_after_the_last_wait(
    cast: Cast, ledger: Ledger, channels: dict[str, Any]
) -> None:
    write(channels | {"mail": {"host": "127.0.0.1", "port": 1, "sender": "bihuan@example.gov.cn"}})
    issue(cast, ledger)
    now = MONDAY
    for minutes in (0, *outbox.BACKOFF_MINUTES):
        now += timedelta(minutes=minutes)
        with clock.fixed(now):
            assert send_waiting().not_taken == 1
    (lost,) = queries.undelivered(cast["office"])
    assert (lost.state, lost.attempts) == (Message.State.REFUSED, len(outbox.BACKOFF_MINUTES) + 1)


def test_what_may_have_arrived_is_not_sent_again_by_itself(
    cast: Cast, ledger: Ledger, channels: dict[str, Any], mailbox: Mailbox
) -> None:
    with_mail(channels, mailbox)
    mailbox.cut = True
    issue(cast, ledger)
    assert send_waiting().unsure == 1
    with clock.fixed(MONDAY + timedelta(days=3)):
        posted = send_waiting()
    assert (posted.sent, posted.not_taken, posted.unsure) == (0, 0, 0)
    assert len(mailbox.letters) == 1
    assert [row.state for row in queries.undelivered(cast["office"])] == [Message.State.UNSURE]


def test_a_sender_that_was_stopped_leaves_it_open_whether_it_arrived(
    cast: Cast, ledger: Ledger, channels: dict[str, Any], mailbox: Mailbox
) -> None:
    with_mail(channels, mailbox)
    issue(cast, ledger)
    from bihuan.loop.notice.digest import put_what_is_due

    put_what_is_due(read_channels(), MONDAY)
    (pk,) = outbox.due(MONDAY, 10)
    assert outbox.claim(pk, MONDAY) is not None
    assert outbox.claim(pk, MONDAY) is None
    assert send_waiting().sent == 0
    with clock.fixed(MONDAY + timedelta(minutes=11)):
        assert send_waiting().unsure == 1
    assert mailbox.letters == []


def robot(group: Group, **keys: Any) -> dict[str, Any]:
    return {"code": "g", "kind": "dingtalk", "unit": "330999101", "url": group.url, "secret": SECRET} | keys


LOOPBACK = [{"name": "127.0.0.1", "private": True, "plain": True}]


def test_dingtalk_is_posted_signed_and_once(cast: Cast, ledger: Ledger, channels: dict[str, Any], group: Group) -> None:
    write(channels | {"robots": [robot(group)], "hosts": LOOPBACK})
    issue(cast, ledger)
    assert (send_waiting().sent, send_waiting().sent) == (1, 0)
    ((path, body),) = group.posts
    assert is_signed(path)
    assert not is_signed(path, "SEC-other")
    assert path.startswith("/robot/send?access_token=t0ken&timestamp=1772413200000&sign=")
    assert body["msgtype"] == "markdown"
    assert body["markdown"]["title"] == "【督办单】关于督办“任务1”的通知"


def test_the_signature_is_the_published_one() -> None:
    """Computed with OpenSSL: printf '1577262236757\\nSECtest' | openssl dgst -sha256 -hmac SECtest -binary | base64."""
    assert signed_query("SECtest", 1577262236757).startswith("timestamp=1577262236757&sign=")
    assert is_signed("/?" + signed_query("SECtest", 1577262236757), "SECtest")


def test_wecom_is_posted_as_markdown_of_at_most_4096_bytes(
    cast: Cast, ledger: Ledger, channels: dict[str, Any], group: Group
) -> None:
    write(channels | {"robots": [robot(group, kind="wecom", secret="")], "hosts": LOOPBACK})
    issue(cast, ledger, paragraphs=["长" * 3_000])
    assert send_waiting().sent == 1
    ((path, body),) = group.posts
    assert path == "/robot/send?access_token=t0ken"
    content = body["markdown"]["content"]
    assert len(content.encode()) <= 4_096
    assert content.endswith("（太长，未全部显示，请登录系统查看）")


@pytest.mark.parametrize(
    "answers, states",
    [
        ([(500, b"")], ["waiting", "sent"]),
        ([(429, b"")], ["waiting", "sent"]),
        ([(200, b'{"errcode":130101,"errmsg":"send too fast"}')], ["waiting", "sent"]),
        ([(200, b'{"errcode":310000,"errmsg":"sign not match"}')], ["refused", "refused"]),
        ([(404, b"")], ["refused", "refused"]),
        ([(302, b"")], ["refused", "refused"]),
        ([(200, b"<html>")], ["unsure", "unsure"]),
        ([(200, b"[]")], ["unsure", "unsure"]),
        ([(200, b"x" * 100_000)], ["unsure", "unsure"]),
        ([(0, b"")], ["unsure", "unsure"]),
    ],
)
def test_what_a_robot_answers(
    answers: list[tuple[int, bytes]],
    states: list[str],
    cast: Cast,
    ledger: Ledger,
    channels: dict[str, Any],
    group: Group,
) -> None:
    write(channels | {"robots": [robot(group)], "hosts": LOOPBACK})
    group.answers = answers
    issue(cast, ledger)
    found = []
    for minutes in (0, 2):
        with clock.fixed(MONDAY + timedelta(minutes=minutes)):
            send_waiting()
        found.append(Message.objects.get().state)
    assert found == states
    assert len(group.posts) == 1 + (states[0] == "waiting")


def test_two_groups_of_a_unit_are_both_told_and_another_units_is_not(
    cast: Cast, ledger: Ledger, channels: dict[str, Any], group: Group
) -> None:
    robots = [robot(group), robot(group, code="county", unit="330999"), robot(group, code="other", unit="330999102")]
    write(channels | {"robots": robots, "hosts": LOOPBACK})
    issue(cast, ledger)
    assert send_waiting().sent == 2


PUBLIC = HostSpec(name="oapi.dingtalk.com")


@pytest.mark.parametrize(
    "url, hosts",
    [
        ("https://evil.example/x", (PUBLIC,)),
        ("http://oapi.dingtalk.com/x", (PUBLIC,)),
        ("https://oapi.dingtalk.com@169.254.169.254/x", (PUBLIC,)),
        ("https://u:p@oapi.dingtalk.com/x", (PUBLIC,)),
        ("https://oapi.dingtalk.com:99999/x", (PUBLIC,)),
        ("https://127.0.0.1/x", (HostSpec(name="127.0.0.1"),)),
        ("https://[::1]/x", (HostSpec(name="::1"),)),
        ("https://10.0.0.8/x", (HostSpec(name="10.0.0.8"),)),
        ("https://169.254.169.254/latest/meta-data", (HostSpec(name="169.254.169.254"),)),
        ("https://[::ffff:127.0.0.1]/x", (HostSpec(name="::ffff:127.0.0.1"),)),
        ("https://0.0.0.0/x", (HostSpec(name="0.0.0.0"),)),
        ("https://localhost/x", (HostSpec(name="localhost"),)),
        ("gopher://oapi.dingtalk.com/x", (PUBLIC,)),
        ("https:///x", (PUBLIC,)),
    ],
)
def test_no_request_goes_where_it_was_not_allowed(url: str, hosts: tuple[HostSpec, ...]) -> None:
    with pytest.raises(NotAllowed):
        target_of(url, hosts)


def test_a_host_that_is_allowed_is_asked_at_the_address_that_was_looked_at() -> None:
    target = target_of("http://127.0.0.1:8080/a?b=c", (HostSpec(name="127.0.0.1", private=True, plain=True),))
    assert (target.host, target.netloc, target.path, target.query) == ("127.0.0.1", "127.0.0.1:8080", "/a", "b=c")


def test_a_robot_whose_host_is_not_named_is_refused_and_not_asked(
    cast: Cast, ledger: Ledger, channels: dict[str, Any], group: Group
) -> None:
    write(channels | {"robots": [robot(group)]})
    issue(cast, ledger)
    assert send_waiting().not_taken == 1
    assert Message.objects.get().state == Message.State.REFUSED
    assert group.posts == []


@pytest.mark.parametrize(
    "text",
    ["mail: [", "mail: {host: a, sender: nobody}", "digest_at: '25:00'", "robots: [{code: A}]", "word: 1", "- 1"],
)
def test_a_file_that_cannot_be_understood_is_told_with_its_line(text: str, channels: dict[str, Any]) -> None:
    channels_file().write_text(text)
    with pytest.raises(Invalid, match=r"channels\.yaml:1"):
        read_channels()


def test_without_the_file_nothing_leaves_the_house(cast: Cast, ledger: Ledger) -> None:
    issue(cast, ledger)
    assert send_waiting().put_in == 0
    assert not Message.objects.exists()
