"""Handing over: everything that is held by name, on both signatures, through the one door, or nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed, NotFound
from bihuan.handover.actions import begin_handover, sign_handover, withdraw_handover
from bihuan.handover.holdings import digest_of, holdings_of
from bihuan.handover.models import Handover
from bihuan.ledger.models import Batch, Event, Ledger, Record
from bihuan.loop.definitions import loop_for
from bihuan.loop.rules import fits
from bihuan.org.actions import end_post, set_active
from bihuan.org.actor import Actor, actor_of
from bihuan.org.models import Absence, AccessEntry, Person
from tests.cast import MONDAY, Cast
from tests.handover.giving import do, fill_hands, kept_views, make_giver, make_tasks, task
from tests.ledger.making import findings


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    return make_tasks(cast)


@pytest.fixture
def giver(cast: Cast) -> Person:
    return make_giver(cast)


@pytest.fixture
def hands(cast: Cast, ledger: Ledger, giver: Person) -> dict[str, Record]:
    return fill_hands(cast, ledger, giver)


def digest(handover: Handover) -> str:
    return digest_of(holdings_of(handover.giver, actor_of(handover.receiver)))


def begin(cast: Cast, giver: Person, receiver: str = "colleague", by: Actor | None = None) -> Handover:
    return begin_handover(actor=by or actor_of(giver), giver=giver, receiver=cast.people[receiver], reason="调任")


def sign(handover: Handover, by: Actor) -> Handover:
    return sign_handover(actor=by, pk=handover.pk, digest=digest(handover))


def lines(cast: Cast, giver: Person, receiver: str = "colleague") -> list[tuple[str, str, str]]:
    return [(line.kind, line.what, line.part) for line in holdings_of(giver, cast[receiver])]


def state() -> list[Any]:
    return [
        list(Record.objects.order_by("pk").values_list("pk", "version", "data", "loop", "assignee")),
        Event.objects.count(),
        list(Absence.objects.order_by("pk").values_list()),
        list(Batch.objects.order_by("pk").values_list("pk", "person")),
        list(Handover.objects.order_by("pk").values_list()),
    ]


def test_the_list_names_all_that_is_held_and_nothing_else(cast: Cast, giver: Person, hands: dict[str, Record]) -> None:
    number = {hands[no].number: no for no in hands}
    found = [(kind, number.get(what, what), part) for kind, what, part in lines(cast, giver)]
    assert found == [
        ("matter", "held", "承办"),
        ("matter", "lent", "委派人"),
        ("matter", "signing", "会签"),
        ("matter", "both", "会签"),
        ("matter", "worker", "经手人"),
        ("deputy", "沈审 2026-03-02 起", ""),
        ("absence", "童经 2026-03-05 起", "交接后结束"),
        ("view", "我的", "仅自己"),
        ("batch", "没导完.xlsx", "已预览"),
    ]


def test_what_the_receiver_may_not_know_of_is_not_named(cast: Cast, giver: Person, hands: dict[str, Record]) -> None:
    told = str(lines(cast, giver, "neighbour"))
    assert "没导完" not in told and "我的" not in told
    assert hands["held"].number in told


def test_with_both_signatures_everything_passes(
    cast: Cast, ledger: Ledger, giver: Person, hands: dict[str, Record]
) -> None:
    handover = begin(cast, giver)
    before = Event.objects.count()
    assert sign(handover, actor_of(giver)).state == Handover.State.OPEN
    assert Event.objects.count() == before
    done = sign(handover, cast["colleague"])
    assert (done.state, len(done.lines), done.posts[0]["role"]) == (Handover.State.DONE, 9, "经办")
    assert lines(cast, giver) == []
    assert findings(ledger) == []
    now = {no: Record.objects.get(pk=record.pk) for no, record in hands.items()}
    colleague = cast.people["colleague"]
    assert now["held"].loop["holders"]["doing"]["person"] == colleague.pk
    assert (now["worker"].data["worker"], now["worker"].assignee_id) == (colleague.pk, colleague.pk)
    assert now["lent"].loop["holders"]["doing"]["for"]["person"] == colleague.pk
    assert [one["name"] for one in now["signing"].loop["round"]["signers"]] == ["童经", "凌县"]
    assert [one["name"] for one in now["both"].loop["round"]["signers"]] == ["童经"]
    assert now["registered"].data["registrar"] == giver.pk
    assert now["shut"].version == hands["shut"].version + 2
    event = Event.objects.get(record=hands["held"], kind="handed_over")
    assert (event.actor_name, event.reason) == ("童经", "交接：殷离 → 童经，调任")
    assert list(Absence.objects.order_by("pk").values_list("person__name", "deputy__name")) == [("沈审", "童经")]
    assert (kept_views(giver), kept_views(colleague)) == ([], [("我的", False)])
    assert Batch.objects.get(file_name="没导完.xlsx").person_id == colleague.pk


def test_work_goes_on_in_other_hands(cast: Cast, giver: Person, hands: dict[str, Record]) -> None:
    handover = begin(cast, giver)
    sign(handover, cast["colleague"])
    sign(handover, actor_of(giver))
    with pytest.raises(NotAllowed):
        do(cast, hands["held"], "giver", "do")
    do(cast, hands["held"], "colleague", "do")
    do(cast, hands["lent"], "office", "return")
    do(cast, hands["lent"], "colleague", "do")
    do(cast, hands["signing"], "colleague", "sign")
    do(cast, hands["both"], "colleague", "sign")
    assert "round" not in Record.objects.get(pk=hands["both"].pk).loop


def test_a_list_that_changed_is_signed_anew_by_both(cast: Cast, ledger: Ledger, giver: Person) -> None:
    first = task(cast, ledger, "1", worker="殷离")
    handover = begin(cast, giver)
    shown = digest(handover)
    sign(handover, actor_of(giver))
    task(cast, ledger, "2", worker="殷离")
    with pytest.raises(Conflict, match="清单刚刚有了变化"):
        sign_handover(actor=cast["colleague"], pk=handover.pk, digest=shown)
    signed = sign(handover, cast["colleague"])
    assert (signed.state, signed.giver_signed_at, signed.giver_signed_by_id) == (Handover.State.OPEN, None, None)
    assert Record.objects.get(pk=first.pk).assignee_id == giver.pk
    assert sign(handover, actor_of(giver)).state == Handover.State.DONE


def test_a_part_is_not_handed_over(cast: Cast, ledger: Ledger, giver: Person) -> None:
    task(cast, ledger, "1", worker="殷离", responsible="白石镇")
    task(cast, ledger, "2", worker="殷离")
    handover = begin(cast, giver, "other_town")
    before = state()
    for by in (actor_of(giver), cast["other_town"]):
        with pytest.raises(Conflict, match=r"有 1 项还不能交接，不能只交一部分：.*接收人的查看范围"):
            sign(handover, by)
    assert state() == before


def test_nobody_sees_more_by_a_hand_over(cast: Cast, ledger: Ledger, giver: Person) -> None:
    record = task(cast, ledger, "1", worker="殷离")
    handover = begin(cast, giver, "other_town")
    client = Client()
    client.force_login(cast.people["other_town"])
    page = client.get(f"/handovers/{handover.pk}/").content.decode()
    assert record.number in page
    assert "欧阳" not in page and f"/records/{record.pk}/" not in page
    assert client.get(f"/records/{record.pk}/").status_code == 404
    mine = Client()
    mine.force_login(giver)
    page = mine.get(f"/handovers/{handover.pk}/").content.decode()
    assert f"/records/{record.pk}/" in page
    assert "欧阳1" not in page


@pytest.mark.parametrize("login", ["office", "colleague", "town", "leader", "neighbour", "system_admin", "outsider"])
def test_who_is_neither_side_neither_sees_nor_signs(login: str, cast: Cast, ledger: Ledger, giver: Person) -> None:
    handover = begin(cast, giver, "village")
    before = state()
    for act in (lambda: sign(handover, cast[login]), lambda: withdraw_handover(actor=cast[login], pk=handover.pk)):
        with pytest.raises(NotFound):
            act()
    client = Client()
    client.force_login(cast.people[login])
    assert [client.get(f"/handovers/{handover.pk}/{end}").status_code for end in ("", "sheet/")] == [404, 404]
    assert state() == before


def test_nobody_signs_for_the_other_side(cast: Cast, ledger: Ledger, giver: Person) -> None:
    handover = begin(cast, giver)
    sign(handover, actor_of(giver))
    with pytest.raises(NotAllowed):
        sign(handover, actor_of(giver))
    ordered = begin_handover(
        actor=cast["leader"], giver=cast.people["office"], receiver=cast.people["colleague"], reason="调任"
    )
    with pytest.raises(NotAllowed):
        sign(ordered, cast["leader"])


GONE: dict[str, Callable[[Person], None]] = {
    "shut out": lambda giver: set_active(person=giver, active=False),
    "without a post": lambda giver: end_post(post=giver.posts.get()),
}


@pytest.mark.parametrize("way", GONE)
def test_a_leader_signs_for_who_is_gone(way: str, cast: Cast, ledger: Ledger, giver: Person) -> None:
    record = task(cast, ledger, "1", worker="殷离")
    GONE[way](giver)
    for login in ("office", "town", "neighbour", "security_admin"):
        with pytest.raises(NotAllowed):
            begin(cast, giver, by=cast[login])
    handover = begin(cast, giver, by=cast["leader"])
    sign(handover, cast["colleague"])
    done = sign(handover, cast["leader"])
    assert (done.state, done.giver_signed_by) == (Handover.State.DONE, cast.people["leader"])
    assert Record.objects.get(pk=record.pk).assignee == cast.people["colleague"]
    assert AccessEntry.objects.filter(what__startswith="交接").count() == 3


def test_the_wrong_receiver_is_refused(cast: Cast, ledger: Ledger, giver: Person) -> None:
    for login in ("outsider", "auditor", "system_admin"):
        with pytest.raises(Invalid, match="接收人不对"):
            begin(cast, giver, login)
    with pytest.raises(Invalid, match="接收人不对"):
        begin_handover(actor=actor_of(giver), giver=giver, receiver=giver, reason="调任")
    handover = begin(cast, giver)
    with pytest.raises(Conflict, match="已有一份交接"):
        begin(cast, giver, "office")
    set_active(person=cast.people["colleague"], active=False)
    with pytest.raises(Conflict, match="不能接收"):
        sign(handover, actor_of(giver))
    withdraw_handover(actor=actor_of(giver), pk=handover.pk)
    with pytest.raises(NotAllowed):
        sign(handover, actor_of(giver))
    with pytest.raises(NotFound):
        withdraw_handover(actor=actor_of(giver), pk=handover.pk)
    begin(cast, giver, "office")


def test_a_deputyship_under_way_is_split_at_today(cast: Cast, ledger: Ledger, giver: Person) -> None:
    from bihuan.org.absences import name_deputy

    name_deputy(actor=cast["office"], deputy=giver, start=MONDAY.date(), end=MONDAY.date() + timedelta(days=9))
    handover = begin(cast, giver)
    with clock.fixed(MONDAY + timedelta(days=3)):
        sign(handover, actor_of(giver))
        sign(handover, cast["colleague"])
    rows = list(Absence.objects.order_by("pk").values_list("deputy__name", "valid_from", "valid_to"))
    day = MONDAY.date()
    assert rows == [("殷离", day, day + timedelta(days=3)), ("童经", day + timedelta(days=3), day + timedelta(days=10))]


def test_the_pages_go_all_the_way(cast: Cast, ledger: Ledger, giver: Person, hands: dict[str, Record]) -> None:
    mine, theirs = Client(), Client()
    mine.force_login(giver)
    theirs.force_login(cast.people["colleague"])
    refused = mine.post("/handovers/", {"receiver": "没有这人", "reason": "调任"})
    assert (refused.status_code, "没有叫“没有这人”的人员" in refused.content.decode()) == (422, True)
    url = mine.post("/handovers/", {"receiver": "童经", "reason": "调任"})["Location"]
    page = mine.get(url).content.decode()
    assert "移交这 9 项" in page and "已任同一岗位" in page
    shown = page.split('name="digest" value="')[1].split('"')[0]
    mine.post(url, {"do": "sign", "digest": shown})
    assert "我已清点，接收这 9 项" in theirs.get(url).content.decode()
    assert theirs.post(url, {"do": "sign", "digest": "0" * 64}).status_code == 409
    theirs.post(url, {"do": "sign", "digest": shown})
    sheet = mine.get(f"{url}sheet/").content.decode()
    assert "工作交接单" in sheet and hands["held"].number in sheet and shown in sheet
    history = theirs.get(f"/records/{hands['held'].pk}/").content.decode()
    assert "殷离 → 童经" in history
    loop = loop_for(hands["held"])
    assert loop is not None
    who = next(verb for verb in loop.verbs if verb.code == "do").who[0]
    assert fits(cast["colleague"], Record.objects.get(pk=hands["held"].pk), who, loop)
