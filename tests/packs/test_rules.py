"""The rules of the two packs, one by one: what each refuses, and in which words."""

from datetime import date, timedelta
from typing import Any

import pytest

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Conflict, Invalid, NotAllowed
from bihuan.ledger.definitions import find_ledger
from bihuan.ledger.models import Record
from bihuan.loop.actions import edit_record
from bihuan.loop.deadline import due_after
from bihuan.loop.definitions import loop_of
from bihuan.loop.duty.actions import open_due
from bihuan.loop.duty.queries import Standing, standings_on
from bihuan.loop.duty.turns import duties_in_force, turns_opening
from bihuan.loop.spec import DayCount
from tests.packs.conftest import Bureaus
from tests.packs.plays import BASE, PLAYS, Act, Play

BY_LEDGER = {play.ledger: play for play in PLAYS}


def opening(ledger: str, **other: Any) -> dict[str, Any]:
    return {**BY_LEDGER[ledger].opening, **other}


# Ledger, what is filled in otherwise than in the play, the words of the refusal.
REFUSED: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("urban.case", {"power": ""}, "权力事项"),
    ("urban.case", {"power": "CG99"}, "CG99"),
    ("audit.finding", {"responsible_unit": ""}, "责任单位"),
    ("audit.finding", {"project": ""}, "审计项目"),
)
"""Beside the checks of the ledgers, which `test_every_check.py` plays one by one."""


@pytest.mark.parametrize(("ledger", "other", "words"), REFUSED, ids=lambda part: part if isinstance(part, str) else "")
def test_it_is_refused(bureaus: Bureaus, ledger: str, other: dict[str, Any], words: str) -> None:
    bureaus.create(ledger, opening(ledger))
    before = Record.objects.count()
    with pytest.raises(Invalid) as caught:
        bureaus.create(ledger, opening(ledger, **other))
    assert words in str(caught.value)
    assert Record.objects.count() - before in (0, 1), "only a base record may have been made"
    assert Record.objects.filter(ledger__code=ledger).count() == (7 if ledger == "audit.finding" else 1)


def test_an_officer_whose_certificate_ran_out_does_not_go_on(bureaus: Bureaus) -> None:
    case = bureaus.open(BY_LEDGER["urban.case"])
    bureaus.create("urban.officer", {**officer(), "certificate_no": "CGZF0002", "valid_until": "2026-03-31"})
    fresh = Record.objects.get(ledger__code="urban.officer", data__certificate_no="CGZF0002")
    edit_record(actor=bureaus["chengguanke"], record=case, fields={"handler": f"#{fresh.pk}"})
    submit = BY_LEDGER["urban.case"].acts[0]
    with clock.fixed(clock.start_of_day(date(2026, 4, 1))), pytest.raises(Invalid, match="已过有效期，请换有证的人"):
        bureaus.do(case, submit)
    with clock.fixed(clock.start_of_day(date(2026, 3, 31))):
        assert bureaus.do(Record.objects.get(pk=case.pk), submit).state == "legal_review"


def test_a_withheld_certificate_is_none(bureaus: Bureaus) -> None:
    case = bureaus.open(BY_LEDGER["urban.case"])
    held = Record.objects.get(ledger__code="urban.officer")
    edit_record(actor=bureaus["chengguanke"], record=held, fields={"suspended": "是"})
    with pytest.raises(Invalid, match="已暂扣"):
        bureaus.do(case, BY_LEDGER["urban.case"].acts[0])


def officer() -> dict[str, Any]:
    return BASE["officer"][1]


def brought_to(bureaus: Bureaus, play: Play, verb: str, nth: int = 1) -> Record:
    """The matter just before its nth act of this verb."""
    record, met = bureaus.open(play), 0
    for act in play.acts:
        met += act.verb == verb
        if met == nth:
            return record
        record = bureaus.do(record, act)
    raise AssertionError(verb)


# Ledger, before which verb of its play, the act tried instead, the words of the refusal.
NOT_YET: tuple[tuple[str, str, Act, str], ...] = (
    (
        "urban.request",
        "accept_request",
        Act("cgck", "notify", {"missing": "又缺", "notified_on": "$today"}),
        "已经一次性告知过",
    ),
    (
        "urban.permit",
        "accept_application",
        Act("cgck", "notify", {"missing": "又缺", "notified_on": "$today"}),
        "已经一次性告知过",
    ),
    ("urban.case", "decide", Act("chengguanshen", "decide", {"outcome": "penalty", "decided_on": "$today"}), "不能对"),
    ("urban.case", "legal_pass", Act("chengguanshen", "legal_pass_simple", {"legal_opinion": "行"}), "要经案件评审会"),
    ("urban.violation", "accept", Act("chengguanshen", "accept_cleared"), "只有橱窗广告"),
    ("urban.notice", "follow", Act("chengguanke", "archive"), "要跟踪到改正"),
    ("audit.internal_programme", "accept", Act("shenji", "establish"), "只有评价体系"),
    ("audit.finding", "receive", Act("xianzhang", "order"), "还没有超过整改期限"),
)


@pytest.mark.parametrize(
    ("ledger", "before", "act", "words"), NOT_YET, ids=lambda part: part if isinstance(part, str) else ""
)
def test_it_cannot_be_done(bureaus: Bureaus, ledger: str, before: str, act: Act, words: str) -> None:
    record = brought_to(bureaus, BY_LEDGER[ledger], before)
    with pytest.raises((NotAllowed, Conflict), match=words):
        bureaus.do(record, act)
    assert Record.objects.get(pk=record.pk).version == record.version


def test_a_focus_of_the_plan_is_accepted_once_it_was_reported(bureaus: Bureaus) -> None:
    record = brought_to(bureaus, BY_LEDGER["urban.popularise_item"], "submit")
    for fields, words in (({"result": "完成"}, "重点任务要先报依法治县办"), ({"reported_on": "$today"}, "")):
        record = bureaus.do(record, Act("cgfz", "submit", {"result": "完成", **fields}))
        if words:
            with pytest.raises(NotAllowed, match=words):
                bureaus.do(record, Act("chengguanshen", "accept"))
            record = bureaus.do(record, Act("chengguanshen", "send_back"))
    assert bureaus.do(record, Act("chengguanshen", "accept")).closed_at


def test_a_brief_with_instructions_is_closed_once_they_were_followed(bureaus: Bureaus) -> None:
    record = brought_to(bureaus, BY_LEDGER["audit.report"], "follow")
    edit_record(actor=bureaus["jingban"], record=record, fields={"instruction_count": "2"})
    record = Record.objects.get(pk=record.pk)
    with pytest.raises(NotAllowed, match="先写明批示落实情况"):
        bureaus.do(record, Act("shenji", "close"))
    record = bureaus.do(record, Act("jingban", "follow", {"instruction_count": "2", "follow_up": "已落实"}))
    assert bureaus.do(record, Act("shenji", "close")).closed_at


def test_who_was_asked_first_keeps_the_request(bureaus: Bureaus) -> None:
    record = brought_to(bureaus, BY_LEDGER["urban.request"], "accept_request")
    for login in ("chengguanke", "cgfz", "cgza"):
        with pytest.raises(BihuanError):
            bureaus.do(record, Act(login, "accept_request"))
    assert bureaus.do(record, Act("cgck", "accept_request")).state != record.state


def test_an_order_that_was_not_followed_becomes_a_case(bureaus: Bureaus) -> None:
    case = bureaus.open(BY_LEDGER["urban.case"])
    record = brought_to(bureaus, BY_LEDGER["urban.notice"], "submit")
    filed = bureaus.do(record, Act("chengguanshen", "file_case", {"filed_case": f"#{case.pk}"}))
    assert filed.closed_at and filed.data["filed_case"] == case.pk


@pytest.mark.parametrize(
    ("ledger", "before", "days", "count"),
    [("urban.permit", "submit", 20, "working"), ("urban.case", "submit", 90, "calendar")],
)
def test_what_the_law_gives_days_for_is_due_then(
    bureaus: Bureaus, ledger: str, before: str, days: int, count: DayCount
) -> None:
    record = brought_to(bureaus, BY_LEDGER[ledger], before)
    assert record.due_at == due_after(date(2026, 3, 2), days, count).at


ORDERED = ("audit.project", "audit.meeting_item", "audit.internal_finding", "audit.internal_programme", "audit.finding", "urban.complaint", "urban.illegal_building", "urban.case", "urban.popularise_item", "urban.violation")  # fmt: skip


@pytest.mark.parametrize("ledger", ORDERED)
def test_the_government_orders_once_the_deadline_has_passed(bureaus: Bureaus, ledger: str) -> None:
    loop = loop_of(find_ledger(ledger))
    assert loop is not None
    record, steps = bureaus.open(BY_LEDGER[ledger]), loop.verb["order"].from_
    for act in BY_LEDGER[ledger].acts:
        if record.state in steps and record.due_at:
            break
        record = bureaus.do(record, act)
    with pytest.raises(NotAllowed, match="不需要政府督办"):
        bureaus.do(record, Act("xianzhang", "order"))
    assert record.due_at is not None
    with clock.fixed(record.due_at + timedelta(minutes=1)):
        ordered = bureaus.do(record, Act("xianzhang", "order"))
    assert ordered.loop["orders"]


def test_a_responsibility_audit_needs_the_opinion_on_internal_audit(bureaus: Bureaus) -> None:
    play = BY_LEDGER["audit.project"]
    record = bureaus.open(play)
    for act in (*play.acts[:2], Act("sjjz", "submit", {"stage_report": "报告"})):
        record = bureaus.do(record, act)
    with pytest.raises(NotAllowed, match="必须包含内部审计评价意见"):
        bureaus.do(record, Act("shenji", "complete", {"completed_date": "$today"}))


def test_a_plan_is_approved_by_a_meeting_that_was_held(bureaus: Bureaus) -> None:
    record = bureaus.open(BY_LEDGER["audit.project"])
    meeting = Record.objects.get(pk=bureaus.base("meeting"))
    edit_record(actor=bureaus["jingban"], record=meeting, fields={"status": "planned", "held_on": ""})
    with pytest.raises(Invalid, match="已召开的审计委员会会议"):
        bureaus.do(record, Act("shenji", "approve", {"approved_at": "@meeting"}))


def test_a_team_is_not_closed_without_its_check(bureaus: Bureaus) -> None:
    record = bureaus.open(BY_LEDGER["audit.audit_team"])
    acts = [act for act in BY_LEDGER["audit.audit_team"].acts if act.verb in ("talk", "leave", "visit")][:3]
    with clock.fixed(clock.start_of_day(date(2026, 4, 20))):
        for act in acts:
            record = bureaus.do(record, act)
        with pytest.raises(NotAllowed, match="谈话、检查、回访三项缺一不可"):
            bureaus.do(record, Act("shenjizhang", "close"))


@pytest.mark.parametrize(("channel", "workdays"), [("petition", 40), ("leader_mailbox", 7), ("urban_hotline", 5)])
def test_a_complaint_is_answered_within_its_channel_s_time(bureaus: Bureaus, channel: str, workdays: int) -> None:
    record = bureaus.create("urban.complaint", opening("urban.complaint", channel=channel))
    assert record.due_at == due_after(date(2026, 3, 2), workdays, "working").at


def test_a_request_is_due_after_its_own_days(bureaus: Bureaus) -> None:
    record = brought_to(bureaus, BY_LEDGER["urban.request"], "submit")
    assert record.due_at == clock.end_of_day(date(2026, 3, 9))


def test_one_agreement_a_shop(bureaus: Bureaus) -> None:
    shop = {
        "type": "door_front_three_guarantees",
        "shop": "人民路1号小店",
        "street": "人民路",
        "agreement_no": "1",
        "signed_on": "2026-03-01",
        "plate_hung": "是",
        "section": "330999-CG-ZA",
    }
    bureaus.create("urban.agreement", shop)
    with pytest.raises(Conflict, match="店铺相同"):
        bureaus.create("urban.agreement", {**shop, "agreement_no": "2"})


@pytest.mark.parametrize("back", [1, 0, -1])
def test_what_is_not_over_yet_is_no_session(bureaus: Bureaus, back: int) -> None:
    day = clock.today() - timedelta(days=back)
    row = {"kind": "collective_study", "held_on": day.isoformat(), "topic": "审计法", "attended": "20"}
    if back >= 0:
        assert bureaus.create("audit.study_session", row).data["held_on"] == day.isoformat()
    else:
        with pytest.raises(BihuanError, match="还没有到这一天"):
            bureaus.create("audit.study_session", row)


def test_scores_are_weighed_by_the_parameters(bureaus: Bureaus) -> None:
    score = bureaus.create(
        "audit.internal_evaluation",
        {
            "year": "2026",
            "responsible_unit": "330999-JY",
            "evaluated_on": "2026-03-01",
            "planned": "4",
            "completed": "3",
            "quality_score": "91",
        },
    )
    assert (score.data["completion_score"], score.data["total_score"], score.data["grade"]) == (75, 83, "良好")
    month = bureaus.create(
        "urban.duty_score",
        {
            "officer": "@officer",
            "month": "2026-02",
            "scored_on": "2026-03-01",
            "duty_points": "90",
            "deducted": "5",
            "appraisal_score": "80",
        },
    )
    assert (month.data["duty_score"], month.data["total_score"]) == (85, 83)


def test_every_road_is_owed_a_sweeping_each_day(bureaus: Bureaus) -> None:
    """全覆盖轮次: each road of the list is a turn of its day; what was not reported is seen that same day."""
    road = {"grade": "first", "sweeps_a_day": "2", "section": "330999-CG-ZA", "listed_on": "2026-03-01"}
    for number, more in (("DL1", {}), ("DL2", {}), ("DL3", {"removed_on": "2026-04-01"})):
        bureaus.create("urban.road", {**road, **more, "road_no": number, "title": f"{number}路"})
    duty = duties_in_force()["urban.road_sweeping"]
    with clock.fixed(clock.start_of_day(date(2026, 12, 1)) + timedelta(hours=9)):
        open_due()
        turns = [turn for turn in turns_opening(duty, clock.today(), clock.today()) if turn.about in ("DL1路", "DL2路")]
        first = Record.objects.get(ledger__code="urban.routine", data__object_no=turns[0].object_number)
        assert first.due_at == clock.end_of_day(clock.today())
        bureaus.do(first, Act("cgza", "submit", {"times": "0"}))
        told = [one.standing for one in standings_on(duty, turns, clock.today())]
    assert told == [Standing.ZERO, Standing.WAITING]
    with clock.fixed(clock.start_of_day(date(2026, 12, 2))):
        assert [one.standing for one in standings_on(duty, turns, clock.today())] == [Standing.ZERO, Standing.MISSING]
    assert not [turn for turn in turns_opening(duty, date(2026, 12, 1), date(2026, 12, 1)) if turn.about == "DL3路"]
