"""A record is what its events make of it, and changes by appending events in no other way."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Conflict
from bihuan.ledger.append import Draft, append
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Event, Ledger, Record
from bihuan.ledger.projection import state_of
from bihuan.ledger.verification import rebuild, replay
from bihuan.loop.actions import Said, create_record, edit_record, perform
from bihuan.loop.queries import state_on
from bihuan.org.actor import system_actor
from tests.cast import MONDAY, Cast, examples, undone
from tests.ledger.making import SHORT_LOOP, events_of, findings, import_rows, make_finding, make_ledger

WORDS = st.text(st.sampled_from("甲乙丙“'\\%_ =,\"a1"), min_size=1, max_size=6).filter(str.strip)
DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31)).map(str)
VALUES = {
    "text": WORDS,
    "longtext": st.lists(WORDS, min_size=1, max_size=3).map("\n".join),
    "integer": st.integers(-999_999, 999_999).map(str),
    "number": st.decimals(-9_999, 9_999, places=2).map(str),
    "money": st.decimals(0, 99_999, places=2).map(str),
    "date": DAYS,
    "datetime": DAYS.map(lambda day: f"{day} 10:30"),
    "choice": st.sampled_from(["高", "low"]),
    "unit": st.sampled_from(["青溪镇", "白石镇", "330999-CZ"]),
}
CHOICES = [{"code": "high", "title": "高"}, {"code": "low", "title": "低"}]


@st.composite
def shapes(draw: st.DrawFn) -> dict[str, Any]:
    """A random definition: fields of any kind, and any of them in the parts they can play."""
    kinds = draw(st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=6))
    fields = [
        {
            "code": f"f{place}",
            "title": f"第{place}项",
            "kind": kind,
            **({"choices": CHOICES} if kind == "choice" else {}),
        }
        for place, kind in enumerate(kinds)
    ]

    def maybe(*wanted: str) -> str:
        return draw(st.sampled_from(["", *[field["code"] for field in fields if field["kind"] in wanted]]))

    number = {"prefix": draw(st.sampled_from(["", "A"])), "by_year": draw(st.booleans()), "digits": 2}
    return {
        "fields": fields,
        "loop": draw(st.sampled_from([SHORT_LOOP, None])),
        "key": draw(st.lists(st.sampled_from([field["code"] for field in fields]), unique=True, max_size=2)),
        "unit_field": maybe("unit"),
        "opened_field": maybe("date", "datetime"),
        "due_field": maybe("date", "datetime"),
        "number": number,
    }


def values(data: st.DataObject, shape: dict[str, Any]) -> dict[str, str]:
    """Raw values for some of the fields; a blank one clears its field."""
    chosen = data.draw(st.lists(st.sampled_from(shape["fields"]), min_size=1, unique_by=lambda field: field["code"]))
    return {field["code"]: data.draw(VALUES[field["kind"]] | st.just("")) for field in chosen}


def step(data: st.DataObject, ledger: Ledger, shape: dict[str, Any], path: Path) -> None:
    actor = system_actor()
    some = list(Record.objects.filter(ledger=ledger, deleted=False).order_by("pk"))
    what = data.draw(st.sampled_from(["create", "create", "import", *(["edit", "verb"] if some else [])]))
    if what == "create":
        create_record(actor=actor, ledger=ledger, fields=values(data, shape))
    elif what == "edit":
        edit_record(actor=actor, record=data.draw(st.sampled_from(some)), fields=values(data, shape))
    elif what == "verb":
        verb = data.draw(st.sampled_from(["start", "press", "back", "finish", "nonsense"]))
        perform(actor=actor, pk=data.draw(st.sampled_from(some)).pk, verb=verb, said=Said(reason="因此"))
    else:
        rows = [values(data, shape) for _ in range(data.draw(st.integers(1, 3)))]
        heads = [field["title"] for field in shape["fields"]]
        cells = [[row.get(field["code"], "") for field in shape["fields"]] for row in rows]
        import_rows(actor, ledger, path, [heads, *cells])


def folded(record: Record) -> dict[str, Any]:
    """A record's data and state by the plainest reading of its events."""
    data: dict[str, Any] = {}
    columns: dict[str, Any] = {}
    for payload in Event.objects.filter(record=record).order_by("version").values_list("payload", flat=True):
        content = json.loads(payload)
        data.update(content.get("set", {}))
        columns.update(content.get("system", {}))
    return {**columns, "data": {code: value for code, value in data.items() if value is not None}}


@examples(25)
@given(shapes(), st.data())
def test_whatever_is_done_the_rows_are_what_the_events_say(
    cast: Cast, tmp_path_factory: pytest.TempPathFactory, shape: dict[str, Any], data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    with undone():
        ledger = make_ledger(cast.office, **shape)
        for later in range(data.draw(st.integers(1, 7))):
            before = events_of(ledger)
            with clock.fixed(MONDAY + timedelta(hours=later)):
                try:
                    step(data, ledger, shape, path)
                except BihuanError:
                    assert events_of(ledger) == before
        assert findings(ledger) == []
        rows = Record.objects.filter(ledger=ledger)
        assert len({row.number for row in rows}) == len(rows)
        assert dict(replay(ledger)) == {row.pk: state_of(row) for row in rows}
        for row in rows:
            said = folded(row)
            assert row.data == said["data"]
            assert (row.number, row.state, row.unit_id) == (said["number"], said.get("state", ""), said.get("unit"))
            assert row.version == Event.objects.filter(record=row).count()
            assert state_on(row, MONDAY + timedelta(days=999)).data == row.data
        assert rebuild(ledger) == 0


@pytest.mark.parametrize(
    "damage",
    [
        {"number": "SJ-2026-9999"},
        {"key": "other"},
        {"state": "cleared"},
        {"due_at": MONDAY},
        {"closed_at": MONDAY},
        {"opened_at": None},
        {"data": {"title": "改过的"}},
        {"loop": {"orders": []}},
        {"version": 7},
        {"deleted": True},
        {"unit": None},
    ],
    ids=lambda damage: next(iter(damage)),
)
def test_a_damaged_row_is_named_and_restored(cast: Cast, damage: dict[str, Any]) -> None:
    whole, other = make_finding(cast, 1), make_finding(cast, 2)
    Record.objects.filter(pk=whole.pk).update(**damage)
    (found,) = findings(cast.finding)
    assert next(iter(damage)) in found.message
    assert rebuild(cast.finding) == 1
    assert findings(cast.finding) == []
    assert state_of(Record.objects.get(pk=whole.pk)) == state_of(whole)
    assert state_of(Record.objects.get(pk=other.pk)) == state_of(other)
    assert rebuild(cast.finding) == 0


def test_two_records_whose_numbers_were_swapped_are_put_right(cast: Cast) -> None:
    one, two = make_finding(cast, 1), make_finding(cast, 2)
    Record.objects.filter(pk=one.pk).update(number="?")
    Record.objects.filter(pk=two.pk).update(number=one.number)
    Record.objects.filter(pk=one.pk).update(number=two.number)
    assert len(findings(cast.finding)) == 2
    assert rebuild(cast.finding) == 2
    assert findings(cast.finding) == []


def test_a_version_that_is_not_there_any_more_is_a_conflict_and_writes_nothing(cast: Cast) -> None:
    record = make_finding(cast)
    edit_record(actor=cast["office"], record=record, fields={"title": "第一次修改"}, version=1)
    before = events_of(cast.finding)
    with pytest.raises(Conflict, match="别人改过"):
        edit_record(actor=cast["office"], record=record, fields={"title": "第二次修改"}, version=1)
    with pytest.raises(Conflict):
        perform(actor=cast["office"], pk=record.pk, verb="assign", said=Said({"responsible_unit": "青溪镇"}, version=1))
    assert events_of(cast.finding) == before
    assert Record.objects.get(pk=record.pk).data["title"] == "第一次修改"


def test_a_conflict_in_the_middle_undoes_the_drafts_before_it(cast: Cast) -> None:
    one, two = make_finding(cast, 1), make_finding(cast, 2)
    drafts = [
        Draft("edited", one.pk, {"title": "改一"}, expects=1),
        Draft("edited", two.pk, {"title": "改二"}, expects=9),
    ]
    before = events_of(cast.finding)
    with pytest.raises(Conflict):
        append(actor=cast["office"], ledger=cast.finding, drafts=drafts)
    assert events_of(cast.finding) == before
    assert findings(cast.finding) == []
    assert Record.objects.get(pk=one.pk).data["title"] == "资金平均分配"


def test_drafts_of_one_record_follow_on_each_other(cast: Cast) -> None:
    record = make_finding(cast)
    drafts = [Draft("edited", record.pk, {"title": word}, expects=at) for at, word in ((1, "一"), (2, "二"))]
    append(actor=cast["office"], ledger=cast.finding, drafts=drafts)
    record.refresh_from_db()
    assert (record.version, record.data["title"]) == (3, "二")
    assert findings(cast.finding) == []


def test_an_edit_that_changes_nothing_makes_no_event(cast: Cast) -> None:
    record = make_finding(cast)
    edit_record(actor=cast["office"], record=record, fields={"title": " 资金平均分配 ", "amount": "12.50"})
    assert events_of(cast.finding) == 1


def test_an_event_says_who_why_and_when(cast: Cast) -> None:
    record = make_finding(cast)
    event = Event.objects.get(record=record)
    assert (event.person_id, event.actor_name, event.unit_id) == (cast.people["office"].pk, "沈审", cast.office.pk)
    assert (event.kind, event.reason, event.version) == ("created", "录入", 1)
    assert event.effective_at == event.recorded_at == MONDAY
    assert spec_of(cast.finding).by_code.keys() >= json.loads(event.payload)["set"].keys()
