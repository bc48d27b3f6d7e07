"""What is restored is what was backed up: on the same engine, on the other, and back; and work goes on from there."""

import hashlib
import json
import sqlite3
import stat
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from bihuan.base import clock
from bihuan.base.errors import Conflict
from bihuan.cli.archive.loading import NotLoadable
from bihuan.cli.archive.restoring import NotProven
from bihuan.cli.archive.tables import Table, tables_of
from bihuan.cli.archive.writing import FilesMissing, make_backup
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Attachment, Event, Ledger, Mapping, Record
from bihuan.ledger.queries import Asked, list_records
from bihuan.ledger.verification import check_derived, check_projection, verify_chain
from bihuan.loop.notice.own_template import in_force
from bihuan.org.actor import system_actor
from tests.cast import MONDAY
from tests.cli.archived import ENGINES, PICTURE, SQLITE, Instance, Maker, add_record, upload

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("maker")]


def findings() -> list[str]:
    ledgers = Event._meta.get_field("ledger").related_model.objects.all()
    return [str(found) for ledger in ledgers for found in (*verify_chain(ledger), *check_projection(ledger))]


@pytest.mark.parametrize("engine", ENGINES)
def test_everything_comes_back(maker: Maker, engine: str) -> None:
    source, made = maker.source(engine), maker.empty(engine)
    restored = made.restore(maker.archive(engine))
    assert made.rows() == source.rows()
    assert made.files() == source.files()
    assert (restored.findings, restored.unsigned) == ((), ())
    with made.entered():
        assert findings() == []
        assert bytes(in_force()["audit.supervision"].content) == PICTURE, "an office's own form of a notice"
        record = Record.objects.filter(deleted=False).order_by("pk").first()
        asked = Asked(words=record.number)
        found = list_records(system_actor(), record.ledger, spec_of(record.ledger), {}, asked)
        assert record in found


@pytest.mark.parametrize("engine", ENGINES)
def test_work_goes_on(maker: Maker, engine: str) -> None:
    made = maker.empty(engine)
    made.restore(maker.archive(SQLITE))
    with made.entered(), clock.fixed(MONDAY):
        last = Event.objects.order_by("pk").last()
        record = add_record("乙-001")
        assert Event.objects.get(record=record).pk > last.pk
        assert findings() == []
        # The source's only mapping was deleted before the backup: its id is not given again.
        mapping = Mapping.objects.create(ledger=record.ledger, person_id=1, heads="b", columns={})
        assert mapping.pk == 2
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            Event.objects.filter(pk=last.pk).update(reason="改")


@pytest.mark.outside
def test_an_archive_is_the_same_from_both_engines(maker: Maker) -> None:
    """From SQLite to PostgreSQL and back: everything came along both times, and holds."""
    archive = maker.archive(SQLITE)
    there, back = maker.empty("postgresql"), maker.empty(SQLITE)
    there.restore(archive)
    second = maker.path(".zip")
    there.backup(second)
    back.restore(second)
    with ZipFile(archive) as one, ZipFile(second) as other:
        name = "tables/ledger_event.jsonl"
        assert one.read(name) == other.read(name)
        assert sorted(one.namelist()) == sorted(other.namelist())
    for made in (there, back):
        assert (made.rows(), made.files()) == maker.source().state()
        with made.entered():
            assert findings() == []


def test_a_backup_is_private_and_overwrites_nothing(maker: Maker) -> None:
    path = maker.path(".zip")
    maker.source().backup(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(Conflict, match="不会覆盖"):
        maker.source().backup(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("engine", ENGINES)
def test_others_write_while_a_backup_reads(maker: Maker, engine: str) -> None:
    """The archive is the state of its beginning, and the writer is not kept waiting."""
    busy, path, before = maker.copy(engine), maker.path(".zip"), maker.source(engine).rows()
    written: list[Record] = []

    def told(_done: int) -> None:
        if len(written) < 3:
            with clock.fixed(MONDAY):
                written.append(add_record(f"丙-{len(written)}"))

    with busy.entered():
        make_backup(path, with_keys=True, allow_missing=False, told=told)
        assert Record.objects.filter(number__startswith="丙").count() == 3
    made = maker.empty(SQLITE)
    made.restore(path)
    assert made.rows() == before


def test_a_missing_file_is_named_and_stops_the_backup(maker: Maker) -> None:
    instance, path = maker.copy(), maker.path(".zip")
    with instance.entered():
        picture = Attachment.objects.get(name="现场.png")
    lost = instance.home / "attachments" / picture.sha256[:2] / picture.sha256
    lost.unlink()
    with pytest.raises(FilesMissing, match=rf"附件“现场.png”（attachments/.*{picture.sha256}）不在磁盘上"):
        instance.backup(path)
    assert not list(path.parent.glob(f"{path.name}*"))
    manifest = instance.backup(path, allow_missing=True)
    assert len(manifest.missing) == 1 and picture.sha256 in manifest.missing[0]
    made = maker.empty(SQLITE)
    assert made.restore(path).manifest.missing == manifest.missing
    assert made.files() == instance.files()


def test_a_damaged_file_is_named_and_stops_the_backup(maker: Maker) -> None:
    instance, path = maker.copy(), maker.path(".zip")
    (hurt,) = (instance.home / "uploads").iterdir()
    hurt.write_bytes(b"another")
    with pytest.raises(FilesMissing, match=f"待导入的表格“表.csv”（uploads/{hurt.name}）的内容已损坏"):
        instance.backup(path)
    assert not list(path.parent.glob(f"{path.name}*"))
    assert len(instance.backup(path, allow_missing=True).damaged) == 1
    made = maker.empty(SQLITE)
    made.restore(path)
    assert made.files() == instance.files()


def test_an_imported_original_may_be_gone_but_one_that_waits_may_not(maker: Maker) -> None:
    instance, path = maker.copy(), maker.path(".zip")
    with instance.entered():
        upload(b"done", state="done").unlink()
        assert not instance.backup(path).missing
        upload(b"checked", state="checked").unlink()
    with pytest.raises(FilesMissing, match="有 1 个文件"):
        instance.backup(maker.path(".zip"))


def test_without_keys_the_signatures_cannot_be_proven_elsewhere(maker: Maker) -> None:
    source, path = maker.source(), maker.path(".zip")
    source.backup(path, with_keys=False)
    assert not [name for name in ZipFile(path).namelist() if name.startswith("keys/")]
    made = maker.empty(SQLITE)
    assert made.restore(path).unsigned == ("audit.finding",)
    # The keys were kept elsewhere and are put back.
    (made.home / "keys" / "chain.key").write_bytes((source.home / "keys" / "chain.key").read_bytes())
    with made.entered():
        assert findings() == []


def test_without_keys_an_instance_restores_itself(maker: Maker) -> None:
    instance, path = maker.copy(), maker.path(".zip")
    instance.backup(path, with_keys=False)
    before = instance.state()
    assert instance.restore(path, replace=True).unsigned == ()
    assert instance.state() == before


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_there_is_replaced_only_when_asked_and_kept_aside(maker: Maker, engine: str) -> None:
    instance = maker.copy(engine)
    with instance.entered(), clock.fixed(MONDAY):
        add_record("丁-001")
    before = instance.state()
    with pytest.raises(Conflict, match="--replace"):
        instance.restore(maker.archive(SQLITE))
    assert instance.state() == before
    restored = instance.restore(maker.archive(SQLITE), replace=True)
    assert instance.rows() == maker.source(SQLITE).rows()
    aside = Instance(restored.aside, instance.url)
    if engine == SQLITE:
        assert aside.state() == before
    else:
        assert aside.files() == before[1]
        with instance.entered(), connection.cursor() as cursor:
            cursor.execute(f'SELECT number FROM "{restored.schema}".ledger_record ORDER BY id DESC LIMIT 1')
            assert cursor.fetchone() == ("丁-001",)


def test_a_database_that_is_broken_is_replaced_too(maker: Maker) -> None:
    instance = maker.copy()
    (instance.home / "bihuan.sqlite3").write_bytes(b"not a database" * 999)
    with pytest.raises(Conflict, match="--replace"):
        instance.restore(maker.archive())
    instance.restore(maker.archive(), replace=True)
    assert instance.rows() == maker.source().rows()


def test_a_running_service_stops_the_restore(maker: Maker) -> None:
    instance = maker.copy()
    before = instance.state()
    service = sqlite3.connect(instance.home / "bihuan.sqlite3")
    try:
        service.execute("SELECT COUNT(*) FROM ledger_event").fetchone()
        with pytest.raises(Conflict, match="请先停止"):
            instance.restore(maker.archive(), replace=True)
    finally:
        service.close()
    assert instance.state() == before


@pytest.mark.parametrize("engine", ENGINES)
def test_what_does_not_hold_is_not_restored_unless_allowed(maker: Maker, engine: str) -> None:
    altered, path = maker.copy(SQLITE), maker.path(".zip")
    with altered.entered():
        Record.objects.filter(number="甲-007").update(state="closed")
    altered.backup(path)
    instance = maker.copy(engine)
    before, names = instance.state(), sorted(path.name for path in instance.home.iterdir())
    with pytest.raises(NotProven, match="甲-007：与事件不符：state"):
        instance.restore(path, replace=True)
    assert instance.state() == before
    assert sorted(path.name for path in instance.home.iterdir()) == names
    assert len(instance.restore(path, replace=True, allow_findings=True).findings) == 1
    assert instance.rows() == altered.rows()


def test_an_archive_of_earlier_tables_is_brought_up_to_date(maker: Maker) -> None:
    """Loaded at the migrations it was made at, then migrated: here to before the events were guarded.

    Its records lack what later migrations added, which the replay of their events then finds.
    """
    path = maker.path(".zip")
    with ZipFile(maker.archive()) as old, ZipFile(path, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        manifest["migrations"] = dict.fromkeys(manifest["migrations"], "0001_initial")
        known = {table.model: table.columns for table in _tables_at(manifest["migrations"])}
        manifest["tables"] = [part for part in manifest["tables"] if part["model"] in known]
        for part in manifest["tables"]:
            entry = f"tables/{part['model'].replace('.', '_')}.jsonl"
            new.writestr(entry, _narrowed(old.read(entry), part, known[part["model"]]))
        for name in old.namelist():
            if not name.startswith("tables/") and name != "manifest.json":
                new.writestr(name, old.read(name))
        new.writestr("manifest.json", json.dumps(manifest))
    made = maker.empty(SQLITE)
    made.restore(path, allow_findings=True)
    events = "ledger.Event"
    assert made.rows()[events] == maker.source().rows()[events]
    with made.entered():
        assert [found for ledger in Ledger.objects.all() for found in check_derived(ledger)] == []
    with made.entered(), pytest.raises(DatabaseError, match="never changed"):
        Event.objects.update(reason="改")


def _tables_at(migrations: dict[str, str]) -> tuple[Table, ...]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return tables_of(loader.project_state(list(migrations.items())).apps)


def _narrowed(rows: bytes, part: dict[str, Any], columns: dict[str, str]) -> bytes:
    """The rows of a table without the columns that are not among those, and its part of the manifest to match."""
    kept = [place for place, name in enumerate(part["columns"]) if name in columns]
    lines = [json.loads(line) for line in rows.splitlines()]
    content = "".join(json.dumps([line[place] for place in kept], ensure_ascii=False) + "\n" for line in lines).encode()
    part["columns"] = {name: kind for name, kind in part["columns"].items() if name in columns}
    part |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return content


@pytest.mark.outside
def test_what_postgresql_cannot_hold_is_said_in_words(maker: Maker) -> None:
    odd, path = maker.copy(SQLITE), maker.path(".zip")
    with odd.entered():
        Attachment.objects.filter(name="说明.txt").update(name="a\0b")
    odd.backup(path)
    with pytest.raises(NotLoadable, match=r"PostgreSQL 不接受备份里 tables/ledger_attachment\.jsonl 的内容"):
        maker.empty("postgresql").restore(path)


def test_a_new_home_is_left_as_it_was_by_a_failure(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    made = maker.empty(SQLITE)
    monkeypatch.setattr("bihuan.cli.archive.restoring.load", _full)
    with pytest.raises(OSError, match="full"):
        made.restore(maker.archive())
    assert list(made.home.iterdir()) == []


def _full(*_arguments: object) -> None:
    raise OSError(28, "full")


def test_a_room_that_is_a_disk_of_its_own_cannot_be_moved(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = maker.copy()
    monkeypatch.setattr(Path, "is_mount", lambda self: self.name == "attachments")
    with pytest.raises(Conflict, match="attachments 是单独挂载的"):
        instance.restore(maker.archive(), replace=True)
