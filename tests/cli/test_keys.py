"""`bihuan keys`, on instances of their own: killed in the middle, backed up with keys and without, on both engines."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from bihuan.base import clock
from bihuan.base.sealing import KeyMissing
from bihuan.ledger import resealing
from bihuan.ledger.append import Draft, append
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.resealing import KeyUse, key_uses, reseal, rotate_key
from bihuan.ledger.sealed import open_data
from bihuan.ledger.verification import check_projection, verify_chain
from bihuan.org.actor import system_actor
from bihuan.org.models import Person, Unit
from bihuan.org.totp import begin_totp, enrolment_of
from tests.cast import MONDAY, Cast
from tests.cli.archived import ENGINES, Instance, Maker
from tests.cli.killing import killed
from tests.cli.typing_in import Typing
from tests.ledger.making import make_ledger

FIELDS: tuple[dict[str, Any], ...] = (
    {"code": "no", "title": "序号代码", "kind": "text"},
    {"code": "account", "title": "账号", "kind": "text", "encrypted": True},
)


def with_sealed(maker: Maker, engine: str) -> Instance:
    """An instance with twelve sealed values and a sealed second factor."""
    made = maker.copy(engine)
    with made.entered(), clock.fixed(MONDAY):
        ledger = make_ledger(Unit.objects.get(code="330999-SJ"), code="own.sealed", fields=FIELDS)
        drafts = [Draft("created", None, {"no": str(n), "account": f"账-{n}"}, {"number": f"N{n}"}) for n in range(12)]
        append(actor=system_actor(), ledger=ledger, drafts=drafts)
        begin_totp(person=Person.objects.get(username="town"))
    return made


def opened() -> list[str]:
    records = Record.objects.filter(ledger__code="own.sealed").order_by("pk")
    return [open_data("own.sealed", record.data)["account"] for record in records]


ALL = [f"账-{n}" for n in range(12)]


@pytest.mark.parametrize("engine", ENGINES)
def test_killed_in_the_middle_it_goes_on_where_it_was(
    maker: Maker, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "_AT_ONCE", 3)
    instance = with_sealed(maker, engine)
    with instance.entered(), clock.fixed(MONDAY):
        rotate_key(actor=system_actor())

    def dying(after: int) -> None:
        with instance.entered(), clock.fixed(MONDAY):
            reseal(
                actor=system_actor(), told=lambda done: os.kill(os.getpid(), signal.SIGKILL) if done >= after else None
            )

    for death in (3, 6):
        assert killed(lambda death=death: dying(death))
    with instance.entered(), clock.fixed(MONDAY):
        assert key_uses() == {"k1": KeyUse(3, 12, 1), "k2": KeyUse(9, 9, 0)}
        assert opened() == ALL
        done = reseal(actor=system_actor())
        assert (done.records, done.factors) == (3, 1)
        assert key_uses()["k2"] == KeyUse(12, 12, 1)
        assert opened() == ALL
        ledger = Ledger.objects.get(code="own.sealed")
        assert [*verify_chain(ledger), *check_projection(ledger)] == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_backup_with_its_keys_opens_what_is_sealed(maker: Maker, engine: str) -> None:
    source, path, made = with_sealed(maker, engine), maker.path(".zip"), maker.empty(engine)
    with source.entered(), clock.fixed(MONDAY):
        rotate_key(actor=system_actor())
        reseal(actor=system_actor())
    source.backup(path)
    restored = made.restore(path)
    assert (restored.findings, restored.closed) == ((), ())
    with made.entered():
        assert opened() == ALL
        assert enrolment_of(Person.objects.get(username="town")) is not None
        assert {oct(file.stat().st_mode & 0o777) for file in (made.home / "keys").iterdir()} == {"0o600"}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_backup_without_keys_says_which_are_missing(maker: Maker, engine: str) -> None:
    source, path, made = with_sealed(maker, engine), maker.path(".zip"), maker.empty(engine)
    source.backup(path, with_keys=False)
    restored = made.restore(path)
    assert restored.closed == ("k1",)
    with made.entered():
        with pytest.raises(KeyMissing, match=r"缺少密钥文件 field-k1\.json.*放回数据目录的 keys"):
            opened()
        with pytest.raises(KeyMissing):
            enrolment_of(Person.objects.get(username="town"))
        (made.home / "keys" / "field-k1.json").write_bytes((source.home / "keys" / "field-k1.json").read_bytes())
        assert opened() == ALL


def test_the_command_tells_what_it_did(
    cast: Cast, type_in: Typing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path))
    ledger = make_ledger(cast.office, code="own.sealed", fields=FIELDS)
    append(actor=system_actor(), ledger=ledger, drafts=[Draft("created", None, {"account": "账"}, {"number": "N1"})])
    assert "已启用新密钥 k2" in type_in("keys", "--rotate").out
    refused = type_in("keys", "--retire", "k1")
    assert (refused.status, "请先用 --reseal" in refused.err) == (1, True)
    assert "1 条记录、0 个动态口令" in type_in("keys", "--reseal").out
    listed = type_in("keys", "--json").json["keys"]
    assert [(one["key"], one["in_use"], one["records"], one["events"]) for one in listed] == [
        ("k1", False, 0, 1),
        ("k2", True, 1, 1),
    ]
    (tmp_path / "keys" / "field-k2.json").chmod(0o644)
    answer = type_in("keys", "--retire", "k1", "--with-history").out
    assert "field-k2.json 原来别人也能读" in answer and "k1 已退役" in answer
    rows = [line.split()[:3] for line in type_in("keys").out.splitlines()]
    assert ["k1", "—", "不在"] in rows
