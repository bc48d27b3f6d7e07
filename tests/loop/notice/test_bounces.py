"""A letter that was taken and sent back later is told apart by its report, and listed with what was not delivered."""

from collections.abc import Iterator
from email.message import EmailMessage
from email.message import Message as Letter
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.cli.main import main
from bihuan.ledger.models import Ledger
from bihuan.loop.notice import queries
from bihuan.loop.notice.actions import set_mail_address
from bihuan.loop.notice.bounces import note_bounce, read_bounce
from bihuan.loop.notice.models import Message
from bihuan.loop.notice.sending import send_waiting
from tests.cast import Cast
from tests.loop.notice.issuing import tasks
from tests.loop.notice.sinks import Mailbox
from tests.loop.notice.test_sending import TOWN, channels, issue, mailbox, with_mail

__all__ = ["channels", "mailbox"]


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    set_mail_address(actor=cast["town"], email=TOWN)
    return tasks(cast)


def report_on(letter: Letter, action: str = "failed", *, whole: bool = True) -> bytes:
    """A report of non-delivery in the form of RFC 3464 (the example of its appendix E.1, in our words)."""
    report = MIMEMultipart("report", **{"report-type": "delivery-status"})
    report["From"], report["To"], report["Subject"] = "postmaster@example.gov.cn", "bihuan@example.gov.cn", "退信"
    report.attach(MIMEText("您的邮件没有送到。", "plain", "utf-8"))
    status = MIMEMessage(Letter(), "delivery-status")
    told = Letter()
    told["Final-Recipient"], told["Action"], told["Status"] = f"rfc822; {TOWN}", action, "5.2.2"
    told["Diagnostic-Code"] = "smtp; 552 5.2.2 mailbox full"
    server = Letter()
    server["Reporting-MTA"] = "dns; mail.example.gov.cn"
    status.set_payload([server, told])
    report.attach(status)
    if whole:
        report.attach(MIMEMessage(letter))
    else:
        report.attach(MIMEText("".join(f"{name}: {letter[name]}\n" for name in ("Message-ID", "To")), "rfc822-headers"))
    return report.as_bytes()


@pytest.fixture
def sent(cast: Cast, ledger: Ledger, channels: dict[str, Any], mailbox: Mailbox) -> Iterator[EmailMessage]:
    with_mail(channels, mailbox)
    issue(cast, ledger)
    assert send_waiting().sent == 1
    yield mailbox.letters[0]


@pytest.mark.parametrize("whole", [True, False])
def test_what_came_back_is_listed_with_why(cast: Cast, sent: EmailMessage, whole: bool) -> None:
    bounce = read_bounce(report_on(sent, whole=whole))
    assert bounce is not None and bounce.recipient == TOWN
    lost = note_bounce(bounce)
    assert lost is not None
    assert (lost.state, lost.error) == (Message.State.REFUSED, "退信 5.2.2 552 5.2.2 mailbox full")
    assert queries.undelivered(cast["office"]).get() == lost
    assert note_bounce(bounce) is None, "it is told once"


def test_a_delay_is_no_loss_and_another_s_letter_is_not_ours(sent: EmailMessage) -> None:
    assert read_bounce(report_on(sent, "delayed")) is None
    assert read_bounce(bytes(sent)) is None
    other = EmailMessage()
    other["Message-ID"], other["To"] = "<0123@elsewhere.example>", TOWN
    bounce = read_bounce(report_on(other))
    assert bounce is not None and note_bounce(bounce) is None
    assert Message.objects.get().state == Message.State.SENT


@given(st.binary(max_size=400), st.integers(0, 2_000))
def test_whatever_lies_in_the_mailbox_is_no_traceback(noise: bytes, cut: int) -> None:
    letter = EmailMessage()
    letter["Message-ID"] = "<a@b>"
    whole = report_on(letter)
    read_bounce(noise)
    read_bounce(whole[:cut] + noise + whole[cut:])


def test_the_command_reads_files_and_tells_what_it_found(
    sent: EmailMessage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "退信.eml").write_bytes(report_on(sent))
    (tmp_path / "别的.eml").write_bytes(bytes(sent))
    assert main(["notices", "--bounces", str(tmp_path / "退信.eml"), str(tmp_path / "别的.eml")]) == 1
    told = capsys.readouterr().out
    assert "没有送到：退信 5.2.2 552 5.2.2 mailbox full" in told and "不是退信通知" in told
