"""What comes after a close-out, and what is one and the same: recurrence, re-check, merging; versions; standing in."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Conflict, Invalid, NotAllowed, NotFound
from bihuan.ledger.models import Event, Ledger, Record, Tie
from bihuan.ledger.rules import get_record, merged_into
from bihuan.ledger.undo import undo_batch
from bihuan.loop.actions import create_record, perform
from bihuan.loop.brought import Said
from bihuan.loop.definitions import install_loop, loop_for, loop_of, version_of
from bihuan.loop.sampling import draw_recheck, drawn, sample_size
from bihuan.loop.spec import LoopSpec
from bihuan.loop.versioning import move_matters, plan_move
from bihuan.org.absences import name_deputy, recall_deputy
from bihuan.org.actions import give_post
from tests.cast import FOUNDED, MONDAY, Cast
from tests.ledger.making import SHORT_LOOP, TASK_FIELDS, TASK_PARTS, findings, import_rows, make_ledger

OWNER = [{"role": ["reviewer"], "unit": "owner"}]
SOURCES = {
    "code": "sources",
    "title": "来源",
    "kind": "choices",
    "choices": [{"code": "ministry", "title": "部"}, {"code": "province", "title": "省"}, {"code": "county", "title": "县"}],
}  # fmt: skip
LOOP: dict[str, Any] = {
    **SHORT_LOOP,
    "look_back": {"days": 90, "match": ["name", "responsible"]},
    "doubles": {"match": ["name"], "sources": "sources"},
    "recheck": {"percent": 30},
    "still": "people > 0",
    "still_message": "还有人没有安置",
    "verbs": [
        *SHORT_LOOP["verbs"],
        {"code": "recur", "title": "再犯", "from": ["closed"], "effect": "recur", "who": OWNER},
        {"code": "merge", "title": "并案", "from": ["open", "doing"], "effect": "merge", "who": OWNER},
        {"code": "pass", "title": "复核通过", "from": ["closed"], "effect": "recheck_pass", "who": OWNER},
        {"code": "fail", "title": "复核不通过", "from": ["closed"], "effect": "recheck_fail", "who": OWNER},
    ],
}
HEAD = ["编号代码", "名称", "责任单位", "发现日期", "来源"]


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    return make_ledger(cast.office, fields=(*TASK_FIELDS, SOURCES), loop=LOOP, **TASK_PARTS)


def opened(cast: Cast, ledger: Ledger, no: str = "A1", **fields: str) -> Record:
    values = {"no": no, "name": "占道", "responsible": "青溪镇", "found_on": "2026-02-02", **fields}
    return create_record(actor=cast["office"], ledger=ledger, fields=values)


def do(cast: Cast, record: Record, verb: str, login: str = "office", **fields: str) -> Record:
    return perform(actor=cast[login], pk=record.pk, verb=verb, said=Said(fields, "理由"))


def closed(cast: Cast, ledger: Ledger, no: str = "A1", **fields: str) -> Record:
    return do(cast, do(cast, opened(cast, ledger, no, **fields), "start"), "finish")


def test_the_data_refuse_a_close_out_while_the_problem_is_there(cast: Cast, ledger: Ledger) -> None:
    record = do(cast, opened(cast, ledger, people="3"), "start")
    with pytest.raises(NotAllowed, match="还有人没有安置"):
        do(cast, record, "finish")
    assert do(cast, do(cast, opened(cast, ledger, "A2"), "start"), "finish").closed_at


def test_a_recurrence_is_a_new_matter_tied_to_the_closed_one(cast: Cast, ledger: Ledger) -> None:
    old = closed(cast, ledger)
    with clock.fixed(MONDAY + timedelta(days=30)):
        do(cast, old, "recur")
    old.refresh_from_db()
    new = Record.objects.get(ties__other=old)
    assert (old.state, old.key, new.state, new.key, new.number) == ("closed", None, "open", "A1", "RW-2026-002")
    assert new.data["name"] == "占道"
    assert new.data["found_on"] == "2026-04-01"
    with clock.fixed(MONDAY + timedelta(days=31)), pytest.raises(Conflict):
        do(cast, old, "recur")
    assert findings(ledger) == []


def test_after_the_look_back_it_is_no_recurrence(cast: Cast, ledger: Ledger) -> None:
    old = closed(cast, ledger)
    with clock.fixed(MONDAY + timedelta(days=90)):
        do(cast, old, "recur")
    other = closed(cast, ledger, "A2")
    with clock.fixed(MONDAY + timedelta(days=91)), pytest.raises(NotAllowed, match="回头看"):
        do(cast, other, "recur")


def test_a_new_matter_that_matches_a_closed_one_is_tied_to_it(cast: Cast, ledger: Ledger) -> None:
    old = closed(cast, ledger)
    with clock.fixed(MONDAY + timedelta(days=10)):
        again = opened(cast, ledger, "A9", found_on="2026-03-12")
        same_key = opened(cast, ledger, "A1", found_on="2026-03-12", name="别的")
        other = opened(cast, ledger, "A8", found_on="2026-03-12", responsible="白石镇")
    assert set(Tie.objects.filter(kind="recurs").values_list("record", "other")) == {
        (again.pk, old.pk),
        (same_key.pk, old.pk),
    }
    assert other.loop == {"v": 1}
    assert findings(ledger) == []


def test_an_import_opens_again_what_was_found_after_its_close_out_and_only_that(
    cast: Cast, ledger: Ledger, tmp_path: Path
) -> None:
    old = closed(cast, ledger)
    closed(cast, ledger, "A2", name="噪声", found_on="2026-03-02")
    rows = [["A1", "占道", "青溪镇", "2026-03-10", ""], ["A2", "噪声", "青溪镇", "2026-03-02", ""]]
    with clock.fixed(MONDAY + timedelta(days=10)):
        found, batch = import_rows(cast["office"], ledger, tmp_path / "a.xlsx", [HEAD, *rows])
        assert batch is not None
        assert (len(found.creates), found.unchanged) == (1, 1)
        assert Record.objects.get(ledger=ledger, key="A1").loop["recurs"] == old.number
        assert findings(ledger) == []
        undo_batch(actor=cast["office"], batch=batch)
    old.refresh_from_db()
    assert (old.key, Record.objects.filter(ledger=ledger, key="A1").count()) == ("A1", 1)
    assert findings(ledger) == []


def test_two_that_are_one_are_counted_by_every_list(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    one = opened(cast, ledger, "A1", sources="部")
    two = opened(cast, ledger, "A2", sources="省、县")
    with pytest.raises(Invalid, match="找不到"):
        do(cast, two, "merge", do_other=two.number)
    do(cast, two, "merge", do_other=one.number)
    one.refresh_from_db()
    assert one.data["sources"] == ["ministry", "province", "county"]
    assert one.loop["merged"][0]["number"] == two.number
    with pytest.raises(NotFound):
        get_record(cast["office"], two.pk)
    assert merged_into(cast["office"], two.pk) == one.pk
    assert merged_into(cast["other_town"], two.pk) is None
    assert Event.objects.filter(record=two).count() == 2
    row = ["A2", "占道", "青溪镇", "2026-02-02", "省、县"]
    found, _ = import_rows(cast["office"], ledger, tmp_path / "b.xlsx", [HEAD, row])
    assert (found.unchanged, found.creates) == (1, [])
    assert findings(ledger) == []


@given(st.sets(st.text(min_size=1, max_size=5), max_size=30), st.text(max_size=5), st.integers(0, 40))
def test_anybody_draws_the_same(numbers: set[str], seed: str, how_many: int) -> None:
    found = drawn(numbers, seed, how_many)
    assert found == drawn(sorted(numbers, reverse=True), seed, how_many)
    assert len(found) == min(how_many, len(numbers))
    assert set(found) <= numbers
    assert set(drawn(numbers, seed, max(0, how_many - 1))) <= set(found)


@given(st.integers(0, 500), st.integers(1, 100), st.integers(1, 9))
def test_a_sample_is_never_smaller_than_its_share(closed: int, percent: int, least: int) -> None:
    size = sample_size(closed, percent, least)
    assert size <= closed
    assert size == closed or (size >= least and size * 100 >= closed * percent)


def test_what_is_drawn_is_looked_at_again(cast: Cast, ledger: Ledger) -> None:
    for number in range(7):
        closed(cast, ledger, f"A{number}", name=f"事{number}")
    span = {"start": date(2026, 3, 1), "end": date(2026, 3, 31)}
    with pytest.raises(NotAllowed):
        draw_recheck(actor=cast["town"], ledger=ledger, seed="一", **span)
    picked = draw_recheck(actor=cast["office"], ledger=ledger, seed="公告 1", **span)
    numbers = [f"RW-2026-{n:03d}" for n in range(1, 8)]
    assert [record.number for record in picked] == drawn(numbers, "公告 1", 3)
    good, bad, _ = picked
    undrawn = Record.objects.filter(ledger=ledger).exclude(pk__in=[record.pk for record in picked]).first()
    assert undrawn is not None
    with pytest.raises(Conflict):
        do(cast, undrawn, "pass")
    assert do(cast, good, "pass").loop["recheck"]["result"] == "pass"
    assert do(cast, bad, "fail").loop["recheck"]["result"] == "fail"
    assert Tie.objects.get(other=bad).record.state == "open"
    with pytest.raises(Conflict):
        do(cast, good, "fail")
    assert findings(ledger) == []


NEW_LOOP = {
    **SHORT_LOOP,
    "steps": [{"code": "open", "title": "待办"}, {"code": "acting", "title": "处理中"}, {"code": "closed", "title": "已销号", "closed": True}],
    "verbs": [
        {"code": "start", "title": "开始", "from": ["open"], "to": "acting", "who": OWNER},
        {"code": "finish", "title": "办结", "from": ["acting"], "to": "closed", "who": OWNER},
    ],
}  # fmt: skip


def test_running_matters_stay_or_move_after_a_check(cast: Cast) -> None:
    ledger = make_ledger(cast.office)
    record = do(cast, create_record(actor=cast["office"], ledger=ledger, fields={"no": "A1"}), "start")
    install_loop(ledger=ledger, spec=LoopSpec.model_validate(NEW_LOOP))
    fresh = create_record(actor=cast["office"], ledger=ledger, fields={"no": "A2"})
    assert (version_of(ledger), record.loop["v"], fresh.loop["v"]) == (2, 1, 2)
    own = loop_for(record)
    assert own is not None
    assert own.verb["finish"].title == "销号"
    plan = plan_move(ledger)
    assert (plan.version, plan.matters, plan.homeless) == (2, {1: {"doing": 1}}, {"doing": 1})
    assert "没有了环节“办理中”" in plan.changes[1]
    with pytest.raises(Invalid, match="没有环节“doing”"):
        move_matters(actor=cast["office"], ledger=ledger, steps={"doing": "closed"})
    with pytest.raises(NotAllowed):
        move_matters(actor=cast["town"], ledger=ledger, steps={"doing": "acting"})
    assert move_matters(actor=cast["office"], ledger=ledger, steps={"doing": "acting"}, reason="换版") == 1
    record.refresh_from_db()
    assert (record.state, record.loop["v"]) == ("acting", 2)
    assert do(cast, record, "finish").closed_at
    assert plan_move(ledger).matters == {}
    assert findings(ledger) == []


def test_a_matter_that_stays_is_finished_by_its_own_version(cast: Cast) -> None:
    ledger = make_ledger(cast.office)
    record = do(cast, create_record(actor=cast["office"], ledger=ledger, fields={"no": "A1"}), "start")
    install_loop(ledger=ledger, spec=LoopSpec.model_validate(NEW_LOOP))
    assert loop_of(ledger) != loop_for(record)
    assert do(cast, record, "finish").state == "closed"
    assert Event.objects.filter(record=record).latest("version").payload.count('"loop":1') == 1


def test_a_deputy_acts_for_who_is_away_and_signs_so(cast: Cast) -> None:
    ledger = make_ledger(cast.office)
    record = create_record(actor=cast["office"], ledger=ledger, fields={"no": "A1", "responsible": "青溪镇"})
    today = clock.today()
    with pytest.raises(NotAllowed):
        do(cast, record, "start", "colleague")
    give_post(person=cast.people["outsider"], unit=cast.office, role="audit_admin", valid_from=FOUNDED)
    away = name_deputy(
        actor=cast["office"], deputy=cast.people["colleague"], start=today, end=today + timedelta(days=2), reason="公出"
    )
    with pytest.raises(BihuanError):
        name_deputy(actor=cast["office"], deputy=cast.people["town"], start=today, end=today)
    do(cast, record, "start", "colleague")
    event = Event.objects.filter(record=record).latest("version")
    assert (event.person_id, event.actor_name) == (cast.people["colleague"].pk, "童经（代沈审）")
    with clock.fixed(MONDAY + timedelta(days=3)), pytest.raises(NotAllowed):
        do(cast, record, "finish", "colleague")
    recall_deputy(actor=cast["office"], pk=away.pk)
    with pytest.raises(NotAllowed):
        do(cast, record, "finish", "colleague")


def test_an_administrator_s_post_cannot_be_lent(cast: Cast) -> None:
    today = clock.today()
    name_deputy(actor=cast["security_admin"], deputy=cast.people["outsider"], start=today, end=today)
    assert cast["outsider"].posts == ()
