"""暂存: a form kept for later is its author's alone, unchecked, no part of the record, and gone once it is sent."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.base import clock
from bihuan.ledger.models import Attachment, Event, Record
from bihuan.loop.actions import perform
from bihuan.loop.brought import Said
from bihuan.loop.drafts import KEPT_FOR, draft_of, keep_draft
from bihuan.loop.models import FormDraft
from tests.cast import MONDAY, Cast
from tests.ledger.making import make_finding

Clients = Callable[[str], Client]
SECRET = "正在追缴，尚未到账"


@pytest.fixture
def matter(cast: Cast) -> Record:
    """A finding that the town is putting right."""
    record = make_finding(cast)
    perform(actor=cast["office"], pk=record.pk, verb="assign", said=Said({"responsible_unit": "青溪镇"}))
    return perform(actor=cast["town"], pk=record.pk, verb="receive", said=Said())


def test_a_verb_s_form_is_kept_and_gone_on_with(cast: Cast, clients: Clients, matter: Record) -> None:
    url, before = f"/records/{matter.pk}/do/submit/", Event.objects.count()
    proof = SimpleUploadedFile("凭证.txt", "凭证".encode())
    kept = clients("town").post(url, {"then": "keep", "measures": SECRET, "reason": "待补", "evidence": proof})
    assert (kept.status_code, Event.objects.count()) == (302, before), (
        "required fields are not asked for, nothing is written"
    )
    page = clients("town").get(url).content.decode()
    assert SECRET in page and "待补" in page and "保留 凭证.txt" in page and "暂存的内容" in page
    for login in ("office", "leader", "auditor"):
        seen = clients(login)
        assert all(SECRET not in seen.get(place).content.decode() for place in (url, f"/records/{matter.pk}/"))
    assert SECRET not in FormDraft.objects.get().sealed
    assert draft_of(cast["office"], FormDraft.objects.get().form) is None
    sent = clients("town").post(url, {"measures": "已追缴", "evidence_keep": str(Attachment.objects.get().pk)})
    assert sent.status_code == 302 and not FormDraft.objects.exists()


def test_nobody_keeps_the_form_of_what_they_may_not_do(clients: Clients, matter: Record) -> None:
    for login, verb, status in (("office", "submit", 403), ("town", "accept", 403), ("other_town", "submit", 404)):
        answer = clients(login).post(f"/records/{matter.pk}/do/{verb}/", {"then": "keep", "measures": SECRET})
        assert answer.status_code == status
    assert not FormDraft.objects.exists()


def test_at_another_step_it_is_another_form(cast: Cast, clients: Clients, matter: Record) -> None:
    clients("town").post(f"/records/{matter.pk}/do/ask_extension/", {"then": "keep", "reason": SECRET})
    perform(actor=cast["office"], pk=matter.pk, verb="pause", said=Said(reason="等判决"))
    perform(actor=cast["office"], pk=matter.pk, verb="resume", said=Said())
    assert SECRET in clients("town").get(f"/records/{matter.pk}/do/ask_extension/").content.decode()
    assert SECRET not in clients("town").get(f"/records/{matter.pk}/do/submit/").content.decode()


def test_a_new_record_is_kept_and_gone_on_with(cast: Cast, clients: Clients) -> None:
    url, before = f"/ledgers/{cast.finding.code}/new/", Record.objects.count()
    assert clients("colleague").post(url, {"then": "keep", "title": SECRET, "amount": "不是数"}).status_code == 302
    assert Record.objects.count() == before
    page = clients("colleague").get(url).content.decode()
    assert SECRET in page and "不是数" in page
    assert SECRET not in clients("office").get(url).content.decode()


def test_what_nobody_came_back_to_is_thrown_away(cast: Cast) -> None:
    keep_draft(actor=cast["town"], form="verb:1:a:b", typed={"a": "1"})
    with clock.fixed(MONDAY + KEPT_FOR + timedelta(days=1)):
        keep_draft(actor=cast["town"], form="verb:2:a:b", typed={"a": "2"})
    assert [draft.form for draft in FormDraft.objects.all()] == ["verb:2:a:b"]
