"""Changing keys: a new one, all that stands sealed anew in portions that survive kill -9, an old one put away."""

import stat
from pathlib import Path
from typing import Any

import pytest

from bihuan.base.errors import Conflict, NotFound
from bihuan.base.home import room
from bihuan.base.sealing import begin_key, current_key, key_of, known_keys, seal, tighten, unseal
from bihuan.ledger import resealing
from bihuan.ledger.models import Batch, Event, Ledger, Record
from bihuan.ledger.queries import seen_history
from bihuan.ledger.resealing import RESEALED, KeyUse, Resealed, key_uses, reseal, retire_key, rotate_key
from bihuan.ledger.sight import sight_of
from bihuan.ledger.undo import undo_batch
from bihuan.loop.actions import create_record, edit_record
from bihuan.org.actor import system_actor
from bihuan.org.models import AccessEntry
from tests.cast import Cast
from tests.ledger.making import findings, import_rows, make_ledger
from tests.org.test_second_factor import enrol

FIELDS: tuple[dict[str, Any], ...] = (
    {"code": "no", "title": "序号代码", "kind": "text", "required": True},
    {"code": "account", "title": "账号", "kind": "text", "encrypted": True},
    {"code": "card", "title": "卡号", "kind": "text", "encrypted": True},
)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of this test alone."""
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path))


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    return make_ledger(cast.office, code="own.sealed", fields=FIELDS, key=["no"])


def make(cast: Cast, ledger: Ledger, count: int) -> list[Record]:
    return [
        create_record(actor=cast["colleague"], ledger=ledger, fields={"no": str(n), "account": f"账-{n}", "card": f"卡-{n}"})
        for n in range(count)
    ]  # fmt: skip


def accounts(cast: Cast, ledger: Ledger) -> list[str]:
    sight = sight_of(cast["colleague"], ledger)
    return [sight.see(record).data["account"] for record in Record.objects.filter(ledger=ledger).order_by("pk")]


def test_a_change_of_keys(cast: Cast, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resealing, "_AT_ONCE", 2)
    made = make(cast, ledger, 5)
    enrol(cast.people["town"])
    assert key_uses() == {"k1": KeyUse(10, 10, 1)}
    assert rotate_key(actor=system_actor()) == "k2"
    edit_record(actor=cast["colleague"], record=made[0], fields={"account": "新账"})
    assert key_uses() == {"k1": KeyUse(9, 10, 1), "k2": KeyUse(1, 1, 0)}
    assert reseal(actor=system_actor()) == Resealed(5, 1)
    assert key_uses() == {"k1": KeyUse(0, 10, 0), "k2": KeyUse(10, 10, 1)}
    assert accounts(cast, ledger) == ["新账", "账-1", "账-2", "账-3", "账-4"]
    assert findings(ledger) == []
    assert reseal(actor=system_actor()) == Resealed(0, 0)
    told = list(AccessEntry.objects.order_by("pk").values_list("what", flat=True))
    assert told[1].startswith("加密密钥：启用 k2")
    assert "5 条记录、1 个动态口令改由 k2 加密" in told[2]


def test_sealing_anew_changes_no_value_and_stands_in_nobodys_way(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    import_rows(cast["colleague"], ledger, tmp_path / "a.csv", [["序号代码", "账号", "卡号"], ["1", "账-1", "卡-1"]])
    record = Record.objects.get()
    rotate_key(actor=system_actor())
    reseal(actor=system_actor())
    sight = sight_of(cast["colleague"], ledger)
    steps = seen_history(Record.objects.get(), sight)
    assert [(step.event.kind, len(step.changes)) for step in steps] == [("imported", 3), (RESEALED, 0)]
    plan = undo_batch(actor=cast["colleague"], batch=Batch.objects.get())
    assert plan.spared == ()
    assert Record.objects.get(pk=record.pk).deleted


def test_a_key_is_put_away_only_when_nothing_needs_it(cast: Cast, ledger: Ledger) -> None:
    (record,) = make(cast, ledger, 1)
    actor = system_actor()
    with pytest.raises(Conflict, match="正在用"):
        retire_key(actor=actor, name="k1")
    with pytest.raises(NotFound):
        retire_key(actor=actor, name="../chain")
    rotate_key(actor=actor)
    with pytest.raises(Conflict, match="还有 2 个字段值、0 个动态口令由 k1 加密"):
        retire_key(actor=actor, name="k1", with_history=True)
    reseal(actor=actor)
    with pytest.raises(Conflict, match="历史事件里有 2 个值由 k1 加密"):
        retire_key(actor=actor, name="k1")
    assert [name for name, _, _ in known_keys()] == ["k1", "k2"]
    place = Path(retire_key(actor=actor, name="k1", with_history=True))
    assert place.parent.name == "retired"
    assert [name for name, _, _ in known_keys()] == ["k2"]
    assert accounts(cast, ledger) == ["账-0"]
    sight = sight_of(cast["colleague"], ledger)
    first = {code: new for code, _, new in seen_history(Record.objects.get(pk=record.pk), sight)[0].changes}
    assert first["account"] == "（密钥 k1 已退役，看不到）"
    assert findings(ledger) == []
    place.rename(room("keys") / place.name)
    first = {code: new for code, _, new in seen_history(Record.objects.get(pk=record.pk), sight)[0].changes}
    assert first["account"] == "账-0"


def test_a_key_that_sealed_nothing_goes_without_more(cast: Cast, ledger: Ledger) -> None:
    make(cast, ledger, 1)
    rotate_key(actor=system_actor())
    rotate_key(actor=system_actor())
    retire_key(actor=system_actor(), name="k2")
    assert rotate_key(actor=system_actor()) == "k4"


def test_keys_are_their_owners_only() -> None:
    seal("a", "b")
    begin_key()
    modes = {stat.S_IMODE(path.stat().st_mode) for path in room("keys").iterdir() if path.is_file()}
    assert modes == {0o600}
    loose = room("keys") / "field-k1.json"
    loose.chmod(0o644)
    assert tighten() == ["field-k1.json"]
    assert stat.S_IMODE(loose.stat().st_mode) == 0o600
    assert tighten() == []


def test_another_process_that_rotates_is_followed() -> None:
    before = seal("a", "b")
    begin_key()
    assert key_of(seal("a", "b")) == current_key() != key_of(before)
    assert unseal("a", before) == "b"


def test_events_of_sealing_anew_are_in_the_chain(cast: Cast, ledger: Ledger) -> None:
    make(cast, ledger, 3)
    rotate_key(actor=system_actor())
    reseal(actor=system_actor("命令行"))
    told = Event.objects.filter(kind=RESEALED).values_list("actor_name", "reason").distinct()
    assert list(told) == [("命令行", "换用新密钥")]
