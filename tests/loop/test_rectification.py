"""The audit pack's loop, played by the whole cast: who may do what, what they must bring, and the way to 销号."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Conflict, Invalid, NotAllowed, NotFound
from bihuan.ledger.attachments import keep_file
from bihuan.ledger.models import Event, Record
from bihuan.ledger.queries import history
from bihuan.loop.actions import Said, create_record, edit_record, perform
from bihuan.loop.definitions import loop_of
from bihuan.loop.rules import open_verbs
from bihuan.org.actions import give_post
from bihuan.org.actor import system_actor
from tests.cast import EVERYBODY, FOUNDED, MONDAY, Cast
from tests.ledger.making import SHORT_LOOP, events_of, findings, make_finding, make_ledger

CRITERIA = ("corrected", "evidence", "procedure", "lasting")
DUE = date(2026, 5, 1)
LATE = clock.start_of_day(date(2026, 5, 4))


def evidence(cast: Cast, login: str = "town") -> list[int]:
    upload = ContentFile("整改说明".encode(), name="说明.txt")
    return [keep_file(actor=cast[login], ledger=cast.finding, upload=upload).pk]


def said_for(cast: Cast, verb: str, login: str = "town") -> Said:
    """What each verb must be brought."""
    if verb == "assign":
        return Said({"responsible_unit": "青溪镇"}, "请按期整改")
    if verb == "submit":
        return Said({"measures": "已收回资金", "amount_fixed": "10", "evidence": evidence(cast, login)})
    return Said(reason="有理由", criteria=CRITERIA if verb == "accept" else ())


WAY = {
    "found": (),
    "received": (("office", "assign"),),
    "rectifying": (("office", "assign"), ("town", "receive")),
    "submitted": (("office", "assign"), ("town", "receive"), ("town", "submit")),
    "cleared": (("office", "assign"), ("town", "receive"), ("town", "submit"), ("office", "accept")),
}


def matter_at(cast: Cast, step: str, number: int = 1) -> Record:
    """A matter of the town, brought to a step by the right people."""
    record = make_finding(cast, number)
    for login, verb in WAY[step]:
        record = perform(actor=cast[login], pk=record.pk, verb=verb, said=said_for(cast, verb))
    assert record.state == step
    return record


# The verb, the step from which it is tried, the step it leads to, and who of the cast may.
VERBS: tuple[tuple[str, str, str, set[str]], ...] = (
    ("assign", "found", "received", {"office"}),
    ("receive", "received", "rectifying", {"town"}),
    ("refuse", "received", "found", {"town"}),
    ("submit", "rectifying", "submitted", {"town"}),
    ("withdraw", "submitted", "rectifying", {"town"}),
    ("send_back", "submitted", "rectifying", {"office"}),
    ("accept", "submitted", "cleared", {"office"}),
    ("supervise", "rectifying", "rectifying", {"office"}),
    ("order", "rectifying", "rectifying", {"leader"}),
    ("acknowledge", "rectifying", "rectifying", {"town"}),
)


def prepared(cast: Cast, verb: str, step: str) -> Record:
    """A matter for which nothing but the person decides whether the verb can be done, overdue already."""
    record = matter_at(cast, step)
    if verb == "acknowledge":
        record = perform(actor=cast["office"], pk=record.pk, verb="supervise", said=Said(reason="请抓紧"))
    return record


def test_every_verb_that_moves_or_orders_is_tried_here(cast: Cast) -> None:
    """Those that move the deadline, merge, or come after the close-out are played in tests/packs."""
    loop = loop_of(cast.finding)
    assert loop is not None
    here = {verb.code for verb in loop.verbs if verb.to or verb.effect in ("order", "receive")}
    assert {verb for verb, *_ in VERBS} == here


@pytest.mark.parametrize(("verb", "step", "to", "right"), VERBS, ids=lambda part: part if isinstance(part, str) else "")
def test_the_right_person_may_and_every_other_may_not(
    cast: Cast, verb: str, step: str, to: str, right: set[str]
) -> None:
    record = prepared(cast, verb, step)
    with clock.fixed(LATE + timedelta(days=30)):
        for login in EVERYBODY:
            if login in right:
                continue
            said, before = said_for(cast, verb, login), events_of(cast.finding)
            with pytest.raises((NotAllowed, NotFound)):
                perform(actor=cast[login], pk=record.pk, verb=verb, said=said)
            assert events_of(cast.finding) == before
        (login,) = right
        done = perform(actor=cast[login], pk=record.pk, verb=verb, said=said_for(cast, verb, login))
    assert done.state == to
    assert Event.objects.filter(record=record).latest("version").kind == f"verb:{verb}"
    assert findings(cast.finding) == []


@pytest.mark.parametrize(("verb", "step", "to", "right"), VERBS, ids=lambda part: part if isinstance(part, str) else "")
def test_the_page_offers_what_may_be_done_and_nothing_else(
    cast: Cast, verb: str, step: str, to: str, right: set[str]
) -> None:
    record = prepared(cast, verb, step)
    loop = loop_of(cast.finding)
    assert loop is not None
    offered = {login for login in EVERYBODY if verb in {v.code for v in open_verbs(cast[login], record, loop)}}
    assert offered == right


@pytest.mark.parametrize("login", ["other_town", "neighbour", "village", "outsider", "system_admin", "security_admin"])
def test_whoever_may_not_see_a_matter_is_told_that_there_is_none(cast: Cast, login: str) -> None:
    record = matter_at(cast, "received")
    with pytest.raises(NotFound, match="没有这条记录"):
        perform(actor=cast[login], pk=record.pk, verb="receive", said=Said())
    with pytest.raises(NotFound, match="没有这条记录"):
        edit_record(actor=cast[login], record=record, fields={"title": "改"})


@pytest.mark.parametrize("login", ["town", "leader", "auditor"])
def test_whoever_only_sees_a_matter_may_not_edit_it(cast: Cast, login: str) -> None:
    record = matter_at(cast, "received")
    with pytest.raises(NotAllowed, match="审计局"):
        edit_record(actor=cast[login], record=record, fields={"title": "改"})
    with pytest.raises(NotAllowed, match="审计局"):
        create_record(actor=cast[login], ledger=cast.finding, fields={})


def test_nobody_accepts_the_work_of_their_own_unit(cast: Cast) -> None:
    """The audit bureau is audited too: then its own reviewer may not clear it, nor may a section's."""
    record = make_finding(cast, responsible_unit="审计局")
    give_post(person=cast.people["office"], unit=cast.office, role="undertaker", valid_from=FOUNDED)
    give_post(person=cast.people["colleague"], unit=cast.units["330999-SJ-1"], role="reviewer", valid_from=FOUNDED)
    perform(actor=cast["office"], pk=record.pk, verb="assign", said=Said({"responsible_unit": "审计局"}))
    perform(actor=cast["office"], pk=record.pk, verb="receive", said=Said())
    perform(actor=cast["office"], pk=record.pk, verb="submit", said=said_for(cast, "submit", "office"))
    for login in ("office", "colleague"):
        with pytest.raises(NotAllowed, match="认定销号"):
            perform(actor=cast[login], pk=record.pk, verb="accept", said=Said(criteria=CRITERIA))


def test_a_reviewer_of_another_section_may_accept_the_work_of_a_section(cast: Cast) -> None:
    record = matter_at(cast, "submitted")
    give_post(person=cast.people["colleague"], unit=cast.units["330999-SJ-1"], role="reviewer", valid_from=FOUNDED)
    done = perform(actor=cast["colleague"], pk=record.pk, verb="accept", said=Said(criteria=CRITERIA))
    assert done.state == "cleared"


def test_a_role_held_elsewhere_is_worth_nothing_here(cast: Cast) -> None:
    give_post(person=cast.people["town"], unit=cast.town, role="reviewer", valid_from=FOUNDED)
    give_post(person=cast.people["leader"], unit=cast.county, role="reviewer", valid_from=FOUNDED)
    record = matter_at(cast, "submitted")
    for login in ("town", "leader"):
        with pytest.raises(NotAllowed):
            perform(actor=cast[login], pk=record.pk, verb="accept", said=Said(criteria=CRITERIA))


def problems(work: Callable[[], Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        work()
    return caught.value.problems


@pytest.mark.parametrize(
    ("verb", "step", "said", "wrong"),
    [
        ("assign", "found", Said(), {"responsible_unit": "必须填写"}),
        ("assign", "found", Said({"responsible_unit": "青溪真"}), {"responsible_unit": "“青溪镇”"}),
        ("assign", "found", Said({"responsible_unit": "青溪镇", "due_on": "明天"}), {"due_on": "明天"}),
        ("refuse", "received", Said(), {"reason": "请填写退回理由"}),
        ("refuse", "received", Said(reason="  \n"), {"reason": "请填写退回理由"}),
        ("refuse", "received", Said(reason="长" * 2_001), {"reason": "有 2001 个字，最多 2000 个字"}),
        ("submit", "rectifying", Said(), {"measures": "必须填写", "evidence": "必须填写"}),
        ("submit", "rectifying", Said({"measures": "改了", "evidence": [99_999]}), {"evidence": "不存在"}),
        ("submit", "rectifying", Said({"measures": " ", "evidence": []}), {"measures": "必须填写", "evidence": "必须填写"}),
        ("submit", "rectifying", Said({"measures": "\u200b", "evidence": []}), {"measures": "必须填写", "evidence": "必须填写"}),
        ("accept", "submitted", Said(), {"criteria": "问题本身已纠正、佐证材料真实"}),
        ("accept", "submitted", Said(criteria=CRITERIA[:3]), {"criteria": "还没有逐条确认：已建立防止再犯"}),
        ("send_back", "submitted", Said(), {"reason": "请填写驳回理由"}),
        ("supervise", "rectifying", Said(), {"reason": "请填写督办要求"}),
    ],
)  # fmt: skip
def test_what_is_missing_is_told_by_field_and_nothing_is_written(
    cast: Cast, verb: str, step: str, said: Said, wrong: dict[str, str]
) -> None:
    record = matter_at(cast, step)
    before = events_of(cast.finding)
    right = next(right for code, _, _, right in VERBS if code == verb)
    found = problems(lambda: perform(actor=cast[next(iter(right))], pk=record.pk, verb=verb, said=said))
    assert found.keys() == wrong.keys()
    for field, words in wrong.items():
        assert words in found[field]
    assert events_of(cast.finding) == before
    assert Record.objects.get(pk=record.pk).state == step


def test_a_form_may_bring_only_what_its_verb_asks_for(cast: Cast) -> None:
    record = matter_at(cast, "received")
    with pytest.raises(Invalid, match="amount、title"):
        perform(actor=cast["town"], pk=record.pk, verb="receive", said=Said({"title": "改", "amount": "0"}))
    assert Record.objects.get(pk=record.pk).data["title"] == "资金平均分配"


def test_a_verb_that_there_is_none_and_one_out_of_its_turn(cast: Cast) -> None:
    record = matter_at(cast, "received")
    with pytest.raises(NotFound, match="没有“vanish”这个操作"):
        perform(actor=cast["town"], pk=record.pk, verb="vanish", said=Said())
    with pytest.raises(Conflict, match="现在是“待签收”"):
        perform(actor=cast["town"], pk=record.pk, verb="submit", said=said_for(cast, "submit"))
    with pytest.raises(NotFound):
        perform(actor=cast["town"], pk=10**9, verb="receive", said=Said())


def test_the_ledger_s_rules_hold_for_verbs_too(cast: Cast) -> None:
    record = matter_at(cast, "found")
    with pytest.raises(Invalid, match="整改期限早于发现日期"):
        said = Said({"responsible_unit": "青溪镇", "due_on": "2026-01-01"})
        perform(actor=cast["office"], pk=record.pk, verb="assign", said=said)
    assert Record.objects.get(pk=record.pk).state == "found"


def test_the_government_orders_only_what_is_overdue(cast: Cast) -> None:
    record = matter_at(cast, "rectifying")
    due = clock.end_of_day(DUE)
    assert record.due_at == due
    for now in (due - timedelta(seconds=1), due):
        with clock.fixed(now), pytest.raises(NotAllowed, match="还没有超过整改期限"):
            perform(actor=cast["leader"], pk=record.pk, verb="order", said=Said(reason="限期整改"))
    with clock.fixed(due + timedelta(seconds=1)):
        ordered = perform(actor=cast["leader"], pk=record.pk, verb="order", said=Said(reason="限期整改"))
    told = {"level": "government", "at": "2026-05-01T16:00:00Z", "by": "凌县", "person": cast["leader"].person}
    assert ordered.loop["orders"] == [told]


def test_an_order_is_received_once(cast: Cast) -> None:
    record = matter_at(cast, "rectifying")
    with pytest.raises(Conflict):
        perform(actor=cast["town"], pk=record.pk, verb="acknowledge", said=Said())
    for days in (1, 5):
        with clock.fixed(MONDAY + timedelta(days=days)):
            perform(actor=cast["office"], pk=record.pk, verb="supervise", said=Said(reason="请抓紧"))
        with clock.fixed(MONDAY + timedelta(days=days, hours=1)):
            record = perform(actor=cast["town"], pk=record.pk, verb="acknowledge", said=Said())
            with pytest.raises(Conflict):
                perform(actor=cast["town"], pk=record.pk, verb="acknowledge", said=Said())
    assert [order["level"] for order in record.loop["orders"]] == ["office", "office"]
    assert [receipt["by"] for receipt in record.loop["receipts"]] == ["陈青"] * 3
    assert record.state == "rectifying"


def test_the_whole_way_is_told_by_the_events(cast: Cast) -> None:
    record = matter_at(cast, "submitted")
    with clock.fixed(MONDAY + timedelta(days=1)):
        perform(actor=cast["office"], pk=record.pk, verb="send_back", said=Said(reason="佐证材料不足，请补充"))
    with clock.fixed(MONDAY + timedelta(days=2)):
        perform(actor=cast["town"], pk=record.pk, verb="submit", said=said_for(cast, "submit"))
    with clock.fixed(MONDAY + timedelta(days=3)):
        cleared = perform(actor=cast["office"], pk=record.pk, verb="accept", said=said_for(cast, "accept"))
    assert (cleared.state, cleared.closed_at) == ("cleared", MONDAY + timedelta(days=3))
    steps = history(cleared)
    assert [(step.event.kind, step.event.actor_name) for step in steps] == [
        ("created", "沈审"),
        ("verb:assign", "沈审"),
        ("verb:receive", "陈青"),
        ("verb:submit", "陈青"),
        ("verb:send_back", "沈审"),
        ("verb:submit", "陈青"),
        ("verb:accept", "沈审"),
    ]
    assert steps[4].event.reason == "佐证材料不足，请补充"
    assert steps[6].detail == {"criteria": list(CRITERIA), "loop": 1}
    assert findings(cast.finding) == []


def test_a_cleared_matter_is_not_touched_any_more(cast: Cast) -> None:
    record = matter_at(cast, "cleared")
    before = events_of(cast.finding)
    loop = loop_of(cast.finding)
    assert loop is not None
    for login in EVERYBODY:
        assert {verb.effect for verb in open_verbs(cast[login], record, loop)} <= {"recur"}
    for verb in set(loop.verb) - {"recur"}:
        for actor in (cast["office"], cast["town"], system_actor()):
            with pytest.raises(BihuanError):
                perform(actor=actor, pk=record.pk, verb=verb, said=said_for(cast, verb))
    with pytest.raises(NotAllowed, match="已销号"):
        edit_record(actor=cast["office"], record=record, fields={"title": "改"})
    assert events_of(cast.finding) == before


def test_a_matter_given_to_another_unit_leaves_the_first_one_s_sight(cast: Cast) -> None:
    record = matter_at(cast, "received")
    perform(actor=cast["town"], pk=record.pk, verb="refuse", said=Said(reason="不属于本单位职责"))
    perform(actor=cast["office"], pk=record.pk, verb="assign", said=Said({"responsible_unit": "白石镇"}))
    with pytest.raises(NotFound):
        perform(actor=cast["town"], pk=record.pk, verb="receive", said=Said())
    done = perform(actor=cast["other_town"], pk=record.pk, verb="receive", said=Said())
    assert done.unit_id == cast.other_town.pk


def test_no_files_but_one_s_own_are_evidence(cast: Cast) -> None:
    other = matter_at(cast, "cleared", 2)
    theirs = other.data["evidence"]
    strangers = evidence(cast, "other_town")
    record = matter_at(cast, "rectifying")
    for ids in (theirs, strangers, [*evidence(cast), *strangers]):
        found = problems(
            lambda ids=ids: perform(
                actor=cast["town"], pk=record.pk, verb="submit", said=Said({"measures": "改了", "evidence": ids})
            )
        )
        assert found.keys() == {"evidence"}


def test_what_was_brought_before_may_be_brought_again(cast: Cast) -> None:
    record = matter_at(cast, "submitted")
    perform(actor=cast["town"], pk=record.pk, verb="withdraw", said=Said(reason="补充材料"))
    said = Said({"measures": "再改", "evidence": [*record.data["evidence"], *evidence(cast)]})
    again = perform(actor=cast["town"], pk=record.pk, verb="submit", said=said)
    assert len(again.data["evidence"]) == 2


def test_an_opinion_with_unseen_characters_is_kept_readable(cast: Cast) -> None:
    record = matter_at(cast, "received")
    perform(actor=cast["town"], pk=record.pk, verb="receive", said=Said(reason="收到\x00了\n马上办\u202e"))
    assert Event.objects.filter(record=record).latest("version").reason == "收到了\n马上办"


def test_a_guard_that_cannot_be_answered_is_not_met(cast: Cast) -> None:
    start, *rest = SHORT_LOOP["verbs"]
    guarded = {**SHORT_LOOP, "verbs": [{**start, "guard": "amount > 1", "guard_message": "金额还没有填"}, *rest]}
    ledger = make_ledger(cast.office, loop=guarded)
    record = create_record(actor=cast["office"], ledger=ledger, fields={"no": "A1"})
    with pytest.raises(NotAllowed, match="金额还没有填"):
        perform(actor=cast["office"], pk=record.pk, verb="start", said=Said())
    edit_record(actor=cast["office"], record=record, fields={"amount": "2"})
    assert perform(actor=cast["office"], pk=record.pk, verb="start", said=Said()).state == "doing"
