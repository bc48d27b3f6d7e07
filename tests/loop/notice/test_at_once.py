"""Several sweeps and several senders at the same time: one notice, one number, one letter."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from django.db import connections

from bihuan.base import clock
from bihuan.loop.duty.actions import open_due
from bihuan.loop.duty.models import DutyTurn
from bihuan.loop.notice.actions import set_mail_address
from bihuan.loop.notice.channels import channels_file
from bihuan.loop.notice.models import DocumentSerial, Notice
from bihuan.loop.notice.sending import send_waiting
from bihuan.loop.notice.watching import issue_due
from tests.cast import MONDAY, Cast, make_cast
from tests.loop.duty import test_duties as duties
from tests.loop.notice.issuing import declare, task, tasks
from tests.loop.notice.sinks import mail_server

RED = datetime(2026, 3, 12, 1, tzinfo=UTC)
WORKERS = 4


@pytest.fixture
def people(transactional_db: None) -> Iterator[Cast]:
    with clock.fixed(MONDAY):
        yield make_cast()


def together(do: Callable[[], Any]) -> list[Any]:
    """Let several threads do it, each with a connection of its own."""

    def alone(_: int) -> Any:
        try:
            return do()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(alone, range(WORKERS)))


def test_sweeps_and_senders_at_once_double_nothing(people: Cast) -> None:
    ledger = tasks(people)
    declare(people)
    set_mail_address(actor=people["town"], email="chen@example.gov.cn")
    for number in range(1, 5):
        task(people, ledger, number)
    with mail_server() as box, clock.fixed(RED):
        mail = {"host": "127.0.0.1", "port": box.port, "sender": "bihuan@example.gov.cn"}
        channels_file().write_text(yaml.safe_dump({"mail": mail}))
        try:
            issued = together(issue_due)
            together(send_waiting)
            together(send_waiting)
        finally:
            channels_file().unlink()
    assert sum(swept.issued for swept in issued) == Notice.objects.count() == 4
    numbers = sorted(Notice.objects.values_list("number", flat=True), key=str)
    assert numbers == [f"示审督〔2026〕{n}号" for n in (1, 2, 3, 4)]
    assert DocumentSerial.objects.get().last == 4
    assert len(box.letters) == 4


def test_duties_opened_at_once_are_opened_once(people: Cast) -> None:
    ledger = duties.make_ledger(
        people.office, code="demo.report", fields=duties.FIELDS, loop=duties.LOOP,
        name_field="name", unit_field="owed_by", opened_field="opened", due_field="due_on",
    )  # fmt: skip
    duties.declare(people)
    together(open_due)
    assert DutyTurn.objects.count() == ledger.records.count() == 2
