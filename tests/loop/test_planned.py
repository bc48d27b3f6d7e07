"""A definition for a day to come: the days before use the old one, that day and all after it the new one."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed, NotFound
from bihuan.installed import KINDS, install_pack
from bihuan.ledger.append import Draft, append
from bihuan.ledger.definitions import find_ledger, spec_of
from bihuan.ledger.models import Event, Ledger, LedgerVersion, PlannedVersion, Record
from bihuan.ledger.queries import records_on
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.actions import create_record, edit_record
from bihuan.loop.notice.models import Addressee
from bihuan.loop.planned import plan_definition, put_due_in_force, waiting_version, withdraw_definition
from bihuan.loop.redefinition import Refused, redefine
from bihuan.pack.reading import read_pack
from tests.cast import MONDAY, Cast
from tests.ledger.making import findings, make_ledger
from tests.loop.test_redefinition import Change, changed, pack_of, put, remove

FRIDAY = date(2026, 3, 6)


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.fixed(MONDAY):
        yield


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    ledger = make_ledger(cast.office, loop=None)
    create_record(actor=cast["office"], ledger=ledger, fields={"no": "A1", "name": "修路", "people": "3"})
    return ledger


def on(day: date, hour: int = 0, second: int = 1) -> datetime:
    return clock.start_of_day(day) + timedelta(hours=hour, seconds=second)


def plan(cast: Cast, ledger: Ledger, *changes: Change, day: date = FRIDAY, login: str = "office") -> None:
    spec = changed(ledger, *changes, lambda data: data.update(valid_from=day))
    plan_definition(actor=cast[login], ledger=ledger, spec=spec, origin="screen", base=ledger.version)


def add(cast: Cast, no: str, **fields: str) -> Record:
    return create_record(actor=cast["office"], ledger=find_ledger("demo.task"), fields={"no": no, **fields})


RENAME = put("people", code="heads", kind="number", was="people")


def test_the_days_before_use_the_old_definition_and_that_day_the_new_one(cast: Cast, ledger: Ledger) -> None:
    plan(cast, ledger, RENAME)
    with clock.fixed(on(FRIDAY - timedelta(days=1), 23)):
        assert put_due_in_force() == 0
        assert add(cast, "A2", people="4").data["people"] == 4
    with clock.fixed(on(FRIDAY, 8)):
        assert (put_due_in_force(), put_due_in_force()) == (1, 0)
        assert add(cast, "A3", heads="5").data["heads"] == 5.0
        ledger.refresh_from_db()
        assert (ledger.version, ledger.renew_on, waiting_version(ledger)) == (2, None, None)
        assert LedgerVersion.objects.get(ledger=ledger, version=2).valid_from == FRIDAY
        now = {record.key: record.data.get("heads") for record in ledger.records.all()}
        then = {record.key: record.data.get("people") for record in records_on(ledger, on(FRIDAY) - timedelta(hours=1))}
        assert now == {"A1": 3.0, "A2": 4.0, "A3": 5.0}
        assert then == {"A1": 3, "A2": 4}
        moved = Event.objects.filter(ledger=ledger, kind="redefined")
        assert {event.effective_at for event in moved} == {clock.start_of_day(FRIDAY)}
        assert {event.actor_name for event in moved} == {"按期启用（沈审）"}
    assert findings(ledger) == []


def test_on_that_day_nothing_is_written_under_the_old_definition(cast: Cast, ledger: Ledger) -> None:
    plan(cast, ledger, RENAME)
    stale = find_ledger("demo.task")
    with clock.fixed(on(FRIDAY)):
        with pytest.raises(Conflict, match="从今天起用新的定义"):
            add(cast, "A2", people="4")
        put_due_in_force()
        with pytest.raises(Conflict, match="刚刚改过"):
            append(actor=cast["office"], ledger=stale, drafts=[Draft("created", set={"people": 4})])
    assert Record.objects.filter(ledger=ledger).count() == 1


def test_it_may_be_withdrawn_before(cast: Cast, ledger: Ledger) -> None:
    plan(cast, ledger, RENAME)
    with pytest.raises(Conflict, match="先撤回"):
        plan(cast, ledger, put("name", title="事由"))
    with pytest.raises(NotAllowed):
        withdraw_definition(actor=cast["neighbour"], ledger=ledger)
    withdraw_definition(actor=cast["colleague"], ledger=ledger)
    with pytest.raises(NotFound):
        withdraw_definition(actor=cast["office"], ledger=ledger)
    with clock.fixed(on(FRIDAY)):
        assert put_due_in_force() == 0
        assert add(cast, "A2", people="4").data["people"] == 4


def test_records_in_the_way_are_told_when_it_is_planned(cast: Cast, ledger: Ledger) -> None:
    with pytest.raises(Refused, match="共 1 条"):
        plan(cast, ledger, put("people", maximum=2))
    with pytest.raises(Invalid, match="晚于今天"):
        plan(cast, ledger, RENAME, day=clock.today())
    with pytest.raises(NotAllowed):
        plan(cast, ledger, RENAME, login="neighbour")
    assert not PlannedVersion.objects.exists()


def test_records_in_the_way_on_its_day_let_it_wait_and_are_told(cast: Cast, ledger: Ledger) -> None:
    """The old definition goes on; who can mend it is told once, and it is tried again each day."""
    plan(cast, ledger, put("people", maximum=10))
    more = add(cast, "A2", people="40")
    with clock.fixed(on(FRIDAY)):
        assert put_due_in_force() == 0
        ledger.refresh_from_db()
        waiting = waiting_version(ledger)
        assert waiting
        assert (ledger.version, ledger.renew_on) == (1, FRIDAY + timedelta(days=1))
        assert (waiting.refused_on, "共 1 条" in waiting.told, more.number in waiting.told) == (FRIDAY, True, True)
        told = Addressee.objects.select_related("notice", "person")
        assert {row.person.name for row in told} == {"沈审", "系统员"}
        assert more.number not in str([row.notice.paragraphs for row in told])
        add(cast, "A3", people="5")
    with clock.fixed(on(FRIDAY + timedelta(days=1))):
        assert put_due_in_force() == 0
        assert Addressee.objects.count() == 2
        edit_record(actor=cast["office"], record=more, fields={"people": "9"})
    with clock.fixed(on(FRIDAY + timedelta(days=2), 9)):
        assert put_due_in_force() == 1
        ledger.refresh_from_db()
        assert LedgerVersion.objects.get(ledger=ledger, version=2).valid_from == FRIDAY + timedelta(days=2)
    assert findings(ledger) == []


def test_a_change_in_between_is_never_undone_by_the_planned_one(cast: Cast, ledger: Ledger) -> None:
    plan(cast, ledger, RENAME)
    redefine(actor=cast["office"], ledger=ledger, spec=changed(ledger, put("name", title="事由")), origin="screen")
    with clock.fixed(on(FRIDAY)):
        assert put_due_in_force() == 0
        found = find_ledger("demo.task")
        assert (found.version, spec_of(found).by_code["name"].title) == (2, "事由")
        waiting = waiting_version(found)
        assert waiting
        assert "现行已是第 2 版" in waiting.told


def test_a_pack_s_definition_may_have_its_day(cast: Cast, tmp_path: object) -> None:
    said: list[str] = []
    folder = pack_of(tmp_path)  # type: ignore[arg-type]
    install_pack(read_pack(folder, KINDS), said.append)
    spec: LedgerSpec = changed(find_ledger("home.task"), remove("people"))
    (folder / "ledgers" / "task.yaml").unlink()
    pack_of(
        folder,
        fields=[field.model_dump(mode="json", exclude_defaults=True) for field in spec.fields],
        valid_from=FRIDAY,
    )
    for _ in range(2):
        install_pack(read_pack(folder, KINDS), said.append)
    assert (said, PlannedVersion.objects.count(), find_ledger("home.task").version) == ([], 1, 1)
    with clock.fixed(on(FRIDAY)):
        assert put_due_in_force() == 1
        install_pack(read_pack(folder, KINDS), said.append)
        found = find_ledger("home.task")
        assert (said, found.version, "people" in spec_of(found).by_code) == ([], 2, False)
