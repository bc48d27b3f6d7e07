"""When a notice is issued, once; what it says; its number; its receipt; who may see it."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from docx import Document

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed, NotFound
from bihuan.ledger.attachments import path_of
from bihuan.ledger.models import Ledger
from bihuan.loop.actions import Said, perform
from bihuan.loop.notice import queries
from bihuan.loop.notice.actions import issue_by_hand, read_notice, receive_notice, set_mail_address
from bihuan.loop.notice.models import Addressee, Notice
from bihuan.loop.notice.numbering import next_number
from bihuan.loop.notice.rules import get_notice, issuable, visible_notices
from bihuan.loop.notice.watching import issue_due
from tests.cast import MONDAY, Cast
from tests.ledger.making import make_ledger
from tests.loop.notice.issuing import declare, task, tasks


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    return tasks(cast)


def on(day: int, hour: int = 1, month: int = 3) -> Any:
    return clock.fixed(datetime(2026, month, day, hour, tzinfo=UTC))


def people(notice: Notice) -> dict[str, bool]:
    """Who was addressed: name to whether it was a copy."""
    return dict(Addressee.objects.filter(notice=notice).values_list("person__name", "copy"))


def test_red_is_told_once_in_words_that_stay(cast: Cast, ledger: Ledger) -> None:
    declare(cast)
    record = task(cast, ledger)
    with on(10):
        assert issue_due().issued == 0
    with on(12):
        assert issue_due().issued == 1
        assert issue_due().issued == 0
    notice = Notice.objects.get()
    assert notice.number == "示审督〔2026〕1号"
    assert notice.subject == "关于督办“任务1”的通知"
    # The receipt is due three working days after Thursday the 12th: Tuesday the 17th. The empty paragraph is left out.
    assert notice.paragraphs == [
        f"青溪镇承担的“任务1”（{record.number}）应于2026年3月10日前办结，已超期 2 天。",
        "请于2026年3月17日前签收。",
    ]
    assert notice.urgent
    assert people(notice) == {"陈青": False, "凌县": True}


def test_an_extension_lets_it_be_reached_again(cast: Cast, ledger: Ledger) -> None:
    from bihuan.loop.actions import edit_record

    declare(cast)
    record = task(cast, ledger)
    with on(12):
        issue_due()
        edit_record(actor=cast["office"], record=record, fields={"due_on": "2026-03-20"})
        assert issue_due().issued == 0
    with on(25):
        assert issue_due().issued == 1
    assert [notice.number for notice in Notice.objects.order_by("pk")] == ["示审督〔2026〕1号", "示审督〔2026〕2号"]


def test_what_was_overdue_before_is_not_told_when_it_is_declared(cast: Cast, ledger: Ledger) -> None:
    task(cast, ledger, 1)
    with on(20):
        declare(cast)
        task(cast, ledger, 2, due="2026-03-18")
        assert issue_due().issued == 0
        task(cast, ledger, 3, due="2026-03-22")
    with on(23):
        assert issue_due().issued == 1
    assert Notice.objects.get().record.key == "T3"  # type: ignore[union-attr]


def test_a_closed_matter_is_not_told(cast: Cast, ledger: Ledger) -> None:
    declare(cast)
    record = task(cast, ledger)
    perform(actor=cast["office"], pk=record.pk, verb="start", said=Said())
    perform(actor=cast["office"], pk=record.pk, verb="finish", said=Said())
    with on(20):
        assert issue_due().issued == 0


def test_a_verb_is_told_with_its_reason(cast: Cast, ledger: Ledger) -> None:
    declare(cast, {"when": [{"ledger": "task", "verb": "press"}]})
    record = task(cast, ledger)
    perform(actor=cast["office"], pk=record.pk, verb="start", said=Said())
    assert issue_due().issued == 0
    perform(actor=cast["office"], pk=record.pk, verb="press", said=Said(reason="三日内报送进展"))
    perform(actor=cast["office"], pk=record.pk, verb="press", said=Said(reason="再催一次"))
    assert issue_due().issued == 2
    assert issue_due().issued == 0
    assert "督办要求：三日内报送进展。" in Notice.objects.order_by("pk")[0].paragraphs


def test_what_was_done_before_the_first_look_is_not_told(cast: Cast, ledger: Ledger) -> None:
    record = task(cast, ledger)
    perform(actor=cast["office"], pk=record.pk, verb="start", said=Said())
    perform(actor=cast["office"], pk=record.pk, verb="press", said=Said(reason="早先的"))
    declare(cast, {"when": [{"ledger": "task", "verb": "press"}]})
    assert issue_due().issued == 0


@pytest.mark.parametrize("level, day", [("unit", 2), ("office", 7), ("government", 11)])
def test_a_level_is_told_from_the_day_it_is_called(level: str, day: int, cast: Cast, ledger: Ledger) -> None:
    """Due on the 10th, yellow within 3 days: green from its opening, yellow from the 7th, red from the 11th."""
    declare(cast, {"when": [{"ledger": "task", "level": level}]})
    task(cast, ledger)
    told = []
    for today in range(2, 14):
        with on(today):
            told += [today] * issue_due().issued
    assert told == [day]


def test_words_that_cannot_be_filled_keep_no_other_from_its_notice(cast: Cast, ledger: Ledger) -> None:
    declare(cast, {"paragraphs": ["{{ fields.name.missing }}"]}, {"code": "other"})
    task(cast, ledger)
    with on(12):
        assert issue_due().issued == 1
    assert Notice.objects.get().code == "demo.other"


def test_a_number_is_given_once_and_without_gaps(cast: Cast) -> None:
    day = clock.today()
    given = [next_number("示审督", day) for _ in range(3)]
    with transaction.atomic():
        next_number("示审督", day)
        transaction.set_rollback(True)
    given.append(next_number("示审督", day))
    assert given == [f"示审督〔2026〕{n}号" for n in (1, 2, 3, 4)]
    assert next_number("示审督", day.replace(year=2027)) == "示审督〔2027〕1号"
    assert next_number("示政督", day) == "示政督〔2026〕1号"


def test_the_document_is_what_was_issued(cast: Cast, ledger: Ledger) -> None:
    declare(cast)
    task(cast, ledger)
    with on(12):
        issue_due()
    notice = Notice.objects.get()
    assert notice.document is not None
    content = path_of(notice.document.sha256).read_bytes()
    lines = [paragraph.text for paragraph in Document(BytesIO(content)).paragraphs if paragraph.text]
    assert lines == [
        "审计局",
        "示审督〔2026〕1号",
        "关于督办“任务1”的通知",
        "青溪镇：",
        *notice.paragraphs,
        "审计局",
        "2026年3月12日",
    ]
    section = Document(BytesIO(content)).sections[0]
    assert (section.page_width.mm, round(section.top_margin.mm)) == (pytest.approx(210, abs=0.1), 37)  # type: ignore[union-attr]


def test_personal_data_leaves_masked(cast: Cast) -> None:
    fields = [
        {"code": "name", "title": "姓名", "kind": "text", "personal": "name"},
        {"code": "phone", "title": "电话", "kind": "phone"},
        {"code": "responsible", "title": "单位", "kind": "unit"},
    ]
    ledger = make_ledger(cast.office, code="demo.task", fields=fields, name_field="name", unit_field="responsible")
    declare(cast, {"paragraphs": ["{{ title }} {{ fields.name }} {{ fields.phone }}"], "when": []})
    from bihuan.loop.actions import create_record

    raw = {"name": "王小明", "phone": "13812345678", "responsible": "青溪镇"}
    record = create_record(actor=cast["office"], ledger=ledger, fields=raw)
    # The ledger is not named by `when`, so that it can be issued by hand where `ledgers` names it.
    declare(cast, {"paragraphs": ["{{ title }} {{ fields.name }} {{ fields.phone }}"], "when": [], "ledgers": ["task"]})
    notice = issue_by_hand(actor=cast["office"], record=record, code="demo.slip", reason="", form="f1")
    text = notice.subject + "".join(notice.paragraphs)
    assert "王小明" not in text
    assert "13812345678" not in text
    assert "王**" in text or "王＊＊" in text or "王*" in text


def test_by_hand_once_for_a_form_and_only_by_whom_it_is_given_to(cast: Cast, ledger: Ledger) -> None:
    declare(cast)
    record = task(cast, ledger)
    assert [item.code for item in issuable(cast["office"], record)] == ["demo.slip"]
    notice = issue_by_hand(actor=cast["office"], record=record, code="demo.slip", reason="请速办", form="one")
    assert "督办要求：请速办。" in notice.paragraphs
    with pytest.raises(Conflict):
        issue_by_hand(actor=cast["office"], record=record, code="demo.slip", reason="请速办", form="one")
    for login in ("colleague", "town", "leader"):
        with pytest.raises(NotAllowed):
            issue_by_hand(actor=cast[login], record=record, code="demo.slip", reason="", form="two")
    with pytest.raises(NotFound):
        issue_by_hand(actor=cast["other_town"], record=record, code="demo.slip", reason="", form="two")
    with pytest.raises(Invalid):
        issue_by_hand(actor=cast["office"], record=record, code="demo.slip", reason="长" * 501, form="two")
    assert Notice.objects.count() == 1


def test_the_unit_receives_once_and_only_the_unit(cast: Cast, ledger: Ledger) -> None:
    declare(cast)
    record = task(cast, ledger)
    notice = issue_by_hand(actor=cast["office"], record=record, code="demo.slip", reason="", form="one")
    assert list(queries.unreceived(cast["office"])) == [notice]
    for login in ("office", "leader", "village"):
        with pytest.raises((NotAllowed, NotFound)):
            receive_notice(actor=cast[login], pk=notice.pk)
    assert notice.receive_by is not None
    with clock.fixed(notice.receive_by + timedelta(hours=1)):
        receive_notice(actor=cast["town"], pk=notice.pk)
    with pytest.raises(Conflict):
        receive_notice(actor=cast["town"], pk=notice.pk)
    assert list(queries.unreceived(cast["office"])) == []
    assert list(queries.received_late(cast["office"])) == [notice]


def test_who_sees_a_notice(cast: Cast, ledger: Ledger) -> None:
    declare(cast)
    notice = issue_by_hand(actor=cast["office"], record=task(cast, ledger), code="demo.slip", reason="", form="one")
    seen = {login for login in cast.people if visible_notices(cast[login]).exists()}
    assert seen == {"office", "colleague", "town", "leader", "auditor"}
    with pytest.raises(NotFound):
        get_notice(cast["other_town"], notice.pk)


def test_unread_until_it_is_read(cast: Cast, ledger: Ledger) -> None:
    declare(cast)
    notice = issue_by_hand(actor=cast["office"], record=task(cast, ledger), code="demo.slip", reason="", form="one")
    assert {login: queries.unread_count(cast[login]) for login in ("town", "leader", "office")} == {
        "town": 1,
        "leader": 1,
        "office": 0,
    }
    read_notice(actor=cast["town"], pk=notice.pk)
    read_notice(actor=cast["town"], pk=notice.pk)
    assert queries.unread_count(cast["town"]) == 0
    assert [row.person.name for row in queries.unread_since(cast["office"], MONDAY + timedelta(days=1))] == ["凌县"]


def test_an_address_of_mail_is_one(cast: Cast) -> None:
    for wrong in ("abc", "a@b", "a@b.cn\nBcc: x@y.cn", "x" * 300 + "@b.cn"):
        with pytest.raises(Invalid):
            set_mail_address(actor=cast["town"], email=wrong)
    set_mail_address(actor=cast["town"], email=" chen@example.gov.cn ")
    set_mail_address(actor=cast["town"], email="")
