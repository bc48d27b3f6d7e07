"""Duties opened once, seen on any day, with 0, blank and silence told apart."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bihuan.base import clock
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.verification import check_projection, verify_chain
from bihuan.loop.actions import Said, create_record, edit_record, perform
from bihuan.loop.declared.definitions import InForce, install_declared
from bihuan.loop.duty.actions import open_due
from bihuan.loop.duty.models import DutyRefusal, DutyTurn
from bihuan.loop.duty.queries import Standing, TurnStanding, is_swept, standings_on
from bihuan.loop.duty.rules import turns_seen
from bihuan.loop.duty.spec import DutySpec
from bihuan.loop.duty.turns import duties_in_force, turns_opening
from bihuan.org.actions import add_unit
from tests.cast import FOUNDED, Cast
from tests.ledger.making import SHORT_LOOP, make_ledger

FIELDS = [
    {"code": "name", "title": "名称", "kind": "text", "required": True},
    {"code": "owed_by", "title": "单位", "kind": "unit"},
    {"code": "opened", "title": "开启日", "kind": "date"},
    {"code": "due_on", "title": "截止", "kind": "date"},
    {"code": "object_no", "title": "对象编号", "kind": "text"},
    {"code": "figure", "title": "件数", "kind": "integer"},
    {"code": "nothing", "title": "本期没有", "kind": "yesno"},
]
LOOP = {
    **SHORT_LOOP,
    "deadline": None,
    "verbs": [
        {
            "code": "report",
            "title": "报送",
            "from": ["open"],
            "to": "doing",
            "who": [{"role": ["undertaker"], "unit": "responsible"}],
            "asks": [{"field": "figure"}, {"field": "nothing"}],
        },
        {"code": "accept", "title": "收下", "from": ["doing"], "to": "closed",
         "who": [{"role": ["reviewer"], "unit": "owner"}]},
    ],
    "levels": [],
}  # fmt: skip
WEEKLY: dict[str, Any] = {
    "code": "weekly",
    "title": "整改周报",
    "every": "week",
    "from": date(2026, 3, 2),
    "opens": {"of": "start"},
    "due": {"of": "start", "days": 4},
    "owers": {"kind": ["town"]},
    "ledger": "report",
    "set": {"name": "{{ unit }}{{ duty }} {{ period_key }}"},
    "report": {"when": "state != 'open'", "zero": "nothing", "figure": "figure"},
}


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    return make_ledger(
        cast.office, code="demo.report", fields=FIELDS, loop=LOOP,
        name_field="name", unit_field="owed_by", opened_field="opened", due_field="due_on",
    )  # fmt: skip


def declare(cast: Cast, **changed: Any) -> InForce[DutySpec]:
    spec = DutySpec.model_validate(WEEKLY | changed)
    install_declared(kind="duties", pack="demo", owner=cast.office, specs={"demo.weekly": spec})
    return duties_in_force()["demo.weekly"]


def on(day: int, hour: int = 1, month: int = 3) -> Any:
    return clock.fixed(datetime(2026, month, day, hour, tzinfo=UTC))


def seen(duty: InForce[DutySpec], day: date) -> dict[str, TurnStanding]:
    """By unit and period: how each turn stood."""
    turns = list(turns_opening(duty, date(2026, 1, 1), day))
    found = standings_on(duty, turns, day)
    from bihuan.org.tree import tree_on

    return {f"{tree_on(day).name(item.turn.unit)} {item.turn.period.key}": item for item in found}


def matter(unit: str, period: str) -> Record:
    return DutyTurn.objects.get(period=period, record__data__name=f"{unit}整改周报 {period}").record


def report(cast: Cast, unit: str, period: str, **fields: Any) -> None:
    login = {"青溪镇": "town", "白石镇": "other_town"}[unit]
    perform(actor=cast[login], pk=matter(unit, period).pk, verb="report", said=Said(fields))


def test_it_opens_itself_once_for_every_unit(cast: Cast, ledger: Ledger) -> None:
    declare(cast)
    assert open_due().opened == 2
    assert open_due().opened == 0
    record = matter("青溪镇", "2026-W10")
    assert (record.unit_id, record.state) == (cast.town.pk, "open")
    assert record.due_at == clock.end_of_day(date(2026, 3, 6))
    assert record.opened_at == clock.start_of_day(date(2026, 3, 2))
    assert is_swept(date(2026, 3, 2))
    with on(9):
        assert not is_swept(date(2026, 3, 9))
        assert open_due().opened == 2
    assert not [*verify_chain(ledger), *check_projection(ledger)]


def test_what_nobody_opened_for_three_weeks_is_opened_with_its_own_dates(cast: Cast, ledger: Ledger) -> None:
    declare(cast)
    with on(20):
        assert open_due().opened == 6
    dues = DutyTurn.objects.order_by("due_on").values_list("due_on", flat=True)
    assert list(dues) == [date(2026, 3, 6)] * 2 + [date(2026, 3, 13)] * 2 + [date(2026, 3, 20)] * 2


def test_who_did_not_report_is_seen_though_no_sweep_has_run(cast: Cast, ledger: Ledger) -> None:
    duty = declare(cast)
    with on(12):
        assert {key: item.standing for key, item in seen(duty, date(2026, 3, 12)).items()} == {
            "青溪镇 2026-W10": Standing.MISSING,
            "白石镇 2026-W10": Standing.MISSING,
            "青溪镇 2026-W11": Standing.WAITING,
            "白石镇 2026-W11": Standing.WAITING,
        }
    assert not Record.objects.filter(ledger=ledger).exists()


def test_nought_nothing_blank_and_silence_are_four_things(cast: Cast, ledger: Ledger) -> None:
    for code, name in (("330999103", "松溪镇"), ("330999104", "梅岭乡")):
        add_unit(code=code, name=name, kind="town", parent=cast.county, valid_from=FOUNDED)
    duty = declare(cast)
    open_due()
    report(cast, "青溪镇", "2026-W10", figure="0")
    report(cast, "白石镇", "2026-W10", nothing="是")
    office = cast["office"]
    blank = matter("松溪镇", "2026-W10")
    from bihuan.org.actor import system_actor

    perform(actor=system_actor(), pk=blank.pk, verb="report", said=Said())
    with on(7):
        found = seen(duty, date(2026, 3, 7))
    assert {key.split()[0]: (item.standing, item.figure) for key, item in found.items()} == {
        "青溪镇": (Standing.REPORTED, 0),
        "白石镇": (Standing.ZERO, None),
        "松溪镇": (Standing.BLANK, None),
        "梅岭乡": (Standing.MISSING, None),
    }
    edit_record(actor=office, record=blank, fields={"figure": "3"})
    assert seen(duty, date(2026, 3, 2))["松溪镇 2026-W10"].standing is Standing.REPORTED


def test_a_past_day_is_told_as_it_was(cast: Cast, ledger: Ledger) -> None:
    duty = declare(cast)
    open_due()
    with on(5):
        report(cast, "青溪镇", "2026-W10", figure="2")
    with on(10):
        report(cast, "白石镇", "2026-W10", figure="1")
    with on(20):
        ways = {
            day: [seen(duty, date(2026, 3, day))[f"{unit} 2026-W10"].standing for unit in ("青溪镇", "白石镇")]
            for day in (4, 5, 6, 7, 10)
        }
        late = seen(duty, date(2026, 3, 20))["白石镇 2026-W10"]
        on_time = seen(duty, date(2026, 3, 20))["青溪镇 2026-W10"]
    assert ways == {
        4: [Standing.WAITING, Standing.WAITING],
        5: [Standing.REPORTED, Standing.WAITING],
        6: [Standing.REPORTED, Standing.WAITING],
        7: [Standing.REPORTED, Standing.MISSING],
        10: [Standing.REPORTED, Standing.REPORTED],
    }
    assert (late.late, on_time.late) == (True, False)


def test_units_are_those_of_the_opening_day(cast: Cast, ledger: Ledger) -> None:
    duty = declare(cast)
    add_unit(code="330999105", name="云台镇", kind="town", parent=cast.county, valid_from=date(2026, 3, 7))
    with on(10):
        units = sorted(seen(duty, date(2026, 3, 10)))
    assert units == sorted(
        ["青溪镇 2026-W10", "白石镇 2026-W10", "青溪镇 2026-W11", "白石镇 2026-W11", "云台镇 2026-W11"]
    )


def test_it_is_not_owed_for_days_before_it_was_declared(cast: Cast, ledger: Ledger) -> None:
    with on(16):
        declare(cast, **{"from": date(2026, 1, 5)})
        assert open_due().opened == 2


def test_a_round_takes_every_object_once_even_one_that_comes_later(cast: Cast, ledger: Ledger) -> None:
    works = make_ledger(
        cast.office, code="demo.works", loop=None, name_field="name", unit_field="town", number={"prefix": "QY"},
        fields=[{"code": "name", "title": "企业", "kind": "text"}, {"code": "town", "title": "属地", "kind": "unit"},
                {"code": "risky", "title": "重点", "kind": "yesno"}],
    )  # fmt: skip

    def work(name: str, risky: str) -> None:
        create_record(actor=cast["office"], ledger=works, fields={"name": name, "town": "青溪镇", "risky": risky})

    work("甲厂", "是")
    work("乙厂", "否")
    duty = declare(
        cast, every="year", due={"of": "end"}, owers=None,
        round={"ledger": "works", "where": "risky", "object_field": "object_no"},
        set={"name": "检查{{ object }}"},
    )  # fmt: skip
    # The year began before the declaration; its round begins with the next one.
    assert open_due().opened == 0
    with on(4, month=1), clock.fixed(datetime(2027, 1, 4, 1, tzinfo=UTC)):
        assert open_due().opened == 1
    with clock.fixed(datetime(2027, 6, 1, 1, tzinfo=UTC)):
        work("丙厂", "是")
        assert open_due().opened == 1
        assert open_due().opened == 0
        turns = list(turns_opening(duty, date(2027, 1, 1), date(2027, 6, 1)))
    assert [(turn.about, turn.unit) for turn in turns] == [("甲厂", cast.town.pk), ("丙厂", cast.town.pk)]
    names = Record.objects.filter(ledger=ledger).order_by("pk").values_list("data__name", "data__object_no")
    assert list(names) == [("检查甲厂", "QY-2026-0001"), ("检查丙厂", "QY-2027-0001")]


def test_every_event_of_a_kind_is_a_turn(cast: Cast, ledger: Ledger) -> None:
    source = make_ledger(cast.office)
    declare(
        cast, every="event", owers=None, event={"ledger": "task", "verb": "start"}, due={"of": "start", "days": 10},
        set={"name": "报告{{ object_number }}"},
    )  # fmt: skip
    record = create_record(actor=cast["office"], ledger=source, fields={"no": "1", "responsible": "青溪镇"})
    assert open_due().opened == 0
    perform(actor=cast["office"], pk=record.pk, verb="start", said=Said())
    assert (open_due().opened, open_due().opened) == (1, 0)
    turn = DutyTurn.objects.get()
    assert (turn.due_on, turn.record.data["name"], turn.unit) == (date(2026, 3, 12), f"报告{record.number}", cast.town)


def test_what_cannot_be_opened_is_seen_and_opened_once_it_can(cast: Cast, ledger: Ledger) -> None:
    declare(cast, set={})
    assert open_due().refused == 2
    assert "必须填写" in DutyRefusal.objects.order_by("pk")[0].why
    declare(cast)
    assert open_due().opened == 2
    assert not DutyRefusal.objects.exists()


def test_who_sees_whose_turns(cast: Cast, ledger: Ledger) -> None:
    duty = declare(cast)
    turns = list(turns_opening(duty, date(2026, 3, 2), date(2026, 3, 2)))
    counts = {login: len(list(turns_seen(cast[login], duty, turns))) for login in cast.people}
    assert {login for login, count in counts.items() if count == 2} == {"office", "colleague", "leader", "auditor"}
    assert {login for login, count in counts.items() if count == 1} == {"town", "other_town"}
