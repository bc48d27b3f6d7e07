"""An archive that is not whole, or not what this program wrote, is refused in words, before anything is touched."""

import json
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base.errors import BihuanError, NotFound
from bihuan.cli.archive import restoring
from bihuan.cli.archive.loading import schema_of
from bihuan.cli.archive.manifest import Damaged, is_file_name
from bihuan.cli.archive.reading import open_archive
from tests.cli.archived import SQLITE, Maker

EVENTS = "tables/ledger_event.jsonl"


def contents(path: Path) -> dict[str, bytes]:
    """All that a restore would take from an archive."""
    found = {}
    with open_archive(path) as archive:
        archive.verify(lambda _: None)
        schema_of(archive.manifest)
        for part in archive.manifest.parts:
            with archive.open(part) as stream:
                found[part.entry] = stream.read()
    return found


def rewritten(maker: Maker, change: Callable[[dict[str, bytes]], Any]) -> Path:
    """The archive with its entries changed; everything that zip itself would notice is in order."""
    path = maker.path(".zip")
    with ZipFile(maker.archive()) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    change(entries)
    with ZipFile(path, "w", ZIP_DEFLATED) as new:
        for name, content in entries.items():
            new.writestr(name, content)
    return path


def with_manifest(maker: Maker, change: Callable[[Any], Any]) -> Path:
    def edit(entries: dict[str, bytes]) -> None:
        manifest = json.loads(entries["manifest.json"])
        change(manifest)
        entries["manifest.json"] = json.dumps(manifest).encode()

    return rewritten(maker, edit)


def refused(path: Path, words: str) -> None:
    with pytest.raises(Damaged, match=words):
        contents(path)


def test_the_archive_itself_is_read(maker: Maker) -> None:
    with ZipFile(maker.archive()) as plain:
        expected = {name: plain.read(name) for name in plain.namelist() if name != "manifest.json"}
    assert contents(maker.archive()) == expected
    assert contents(rewritten(maker, lambda _: None)) == expected


def test_any_byte_changed_is_found_or_changes_nothing(maker: Maker) -> None:
    """A date in a header may be changed unseen; what is restored may not."""
    whole = maker.archive().read_bytes()
    expected, path = contents(maker.archive()), maker.path(".zip")
    places = random.Random(1)
    refusals = 0
    for _ in range(200):
        place = places.randrange(len(whole))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ places.randrange(1, 256)]) + whole[place + 1 :])
        try:
            assert contents(path) == expected, place
        except Damaged:
            refusals += 1
    assert refusals > 140


def test_entries_that_would_lie_before_the_file_are_refused(maker: Maker) -> None:
    """The directory's place (16 bytes into its end, APPNOTE.TXT 4.3.16) says by how much all else is moved."""
    whole, path = bytearray(maker.archive().read_bytes()), maker.path(".zip")
    at = whole.rindex(b"PK\x05\x06") + 16
    struct.pack_into("<L", whole, at, struct.unpack_from("<L", whole, at)[0] + len(whole))
    path.write_bytes(whole)
    refused(path, "“manifest.json”读不出来，这个备份已损坏或被截断")


def test_an_archive_cut_off_anywhere_is_refused(maker: Maker) -> None:
    whole, path = maker.archive().read_bytes(), maker.path(".zip")
    places = random.Random(2)
    for length in [0, 1, 21, 22, len(whole) - 1, *(places.randrange(len(whole)) for _ in range(30))]:
        path.write_bytes(whole[:length])
        refused(path, "不是完整的备份")


def test_the_entry_that_was_tampered_with_is_named(maker: Maker) -> None:
    def forge(entries: dict[str, bytes]) -> None:
        entries[EVENTS] = entries[EVENTS].replace("第 7 个".encode(), "第 8 个".encode())

    refused(rewritten(maker, forge), rf"“{EVENTS}”的内容与清单里的哈希不符")
    picture = next(name for name in contents(maker.archive()) if name.startswith("attachments/"))
    refused(rewritten(maker, lambda entries: entries.update({picture: entries[picture] + b"."})), f"“{picture}”是")


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/etc/cron.d/outside",
        "attachments/../../outside",
        "attachments/ab/../../../outside",
        "keys/../outside",
        "keys/.profile",
        "keys/a\\..\\b",
        "uploads/",
        "C:\\outside",
        "tables/../outside.jsonl",
        "bihuan.sqlite3",
        f"attachments/ab/cd{'0' * 62}",
    ],
)
def test_a_name_that_leads_out_is_refused(maker: Maker, name: str) -> None:
    """Both where only the archive has it, and where its manifest has it too."""
    refused(rewritten(maker, lambda entries: entries.update({name: b"x"})), "不在清单里")

    def both(entries: dict[str, bytes]) -> None:
        manifest = json.loads(entries["manifest.json"])
        manifest["files"].append({"name": name, "size": 1, "sha256": "0" * 64})
        entries["manifest.json"], entries[name] = json.dumps(manifest).encode(), b"x"

    refused(rewritten(maker, both), r"manifest.json 的 files\.\d+ 不对")


@given(
    st.text(st.sampled_from("./\\akeysuploads0\n\0:"), max_size=20), st.sampled_from(["", "keys/", "attachments/00/"])
)
def test_no_accepted_name_leaves_its_room(text: str, room: str) -> None:
    name = room + text
    if is_file_name(name):
        steps = name.split("/")
        assert not {"", ".", ".."} & set(steps)
        assert not set("\\\n\0:") & set(name)
        assert steps[0] in {"attachments", "uploads", "keys"}


def test_what_does_not_agree_with_the_manifest_is_refused(maker: Maker) -> None:
    refused(rewritten(maker, lambda entries: entries.pop(EVENTS)), f"清单里的“{EVENTS}”不在备份中")
    refused(rewritten(maker, lambda entries: entries.pop("manifest.json")), r"没有 manifest\.json")
    refused(with_manifest(maker, lambda manifest: manifest["tables"].append(manifest["tables"][0])), "清单里两次写了")
    refused(with_manifest(maker, lambda manifest: manifest.update(extra=1)), "的 extra 不对")
    refused(with_manifest(maker, lambda manifest: manifest["tables"][0].update(size=-1)), r"的 tables\.0\.size 不对")
    refused(with_manifest(maker, lambda manifest: manifest["tables"].pop(0) and None), "不在清单里")
    refused(rewritten(maker, lambda entries: entries.update({"manifest.json": b"{"})), "读不出来")
    refused(rewritten(maker, lambda entries: entries.update({"manifest.json": b"[" * (1 << 21)})), "大得不合情理")


def test_another_format_or_a_newer_version_is_refused_with_its_name(maker: Maker) -> None:
    refused(with_manifest(maker, lambda manifest: manifest.update(format=2, bihuan="9.1")), r"第 2 版（由 bihuan 9\.1")
    refused(with_manifest(maker, lambda manifest: manifest.update(kind="else")), "不是 bihuan 备份的清单")
    newer = with_manifest(maker, lambda manifest: manifest["migrations"].update(ledger="0999_later"))
    refused(newer, r"ledger\.0999_later 本程序不认识，请用那个版本或更新的版本")
    lacking = with_manifest(maker, lambda manifest: manifest["tables"][0]["columns"].popitem())
    refused(lacking, "的列与清单所写的版本不符")


def test_a_zip_of_another_making_is_refused(maker: Maker, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with ZipFile(path, "w", ZIP_BZIP2) as archive:
        archive.writestr("manifest.json", b"{}")
    refused(path, "别的压缩方式")
    with ZipFile(path, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a", b"1")
        archive.writestr("a", b"2")
    refused(path, "出现了两次")
    encrypted = ZipInfo("manifest.json")
    with ZipFile(path, "w") as archive:
        archive.writestr(encrypted, b"{}")
    content = bytearray(path.read_bytes())
    directory = content.rindex(b"PK\x01\x02")
    struct.pack_into("<H", content, directory + 8, 1)
    path.write_bytes(content)
    refused(path, "加了密")
    path.write_text("问题清单")
    refused(path, "不是完整的备份")
    with pytest.raises(NotFound, match="没有备份文件"):
        contents(tmp_path)


def test_a_row_that_is_not_of_its_columns_is_refused_by_line(maker: Maker) -> None:
    """Even where hashes and sizes were made to agree."""
    from hashlib import sha256

    def forge(entries: dict[str, bytes]) -> None:
        lines = entries[EVENTS].splitlines(keepends=True)
        lines[4] = lines[4].replace(b"2026-", b"20x6-")
        entries[EVENTS] = b"".join(lines)
        manifest = json.loads(entries["manifest.json"])
        (table,) = [table for table in manifest["tables"] if table["model"] == "ledger.event"]
        table.update(size=len(entries[EVENTS]), sha256=sha256(entries[EVENTS]).hexdigest())
        entries["manifest.json"] = json.dumps(manifest).encode()

    made = maker.empty(SQLITE)
    with pytest.raises(Damaged, match=f"“{EVENTS}”第 5 行不对"):
        made.restore(rewritten(maker, forge))
    assert list(made.home.iterdir()) == []


def test_nothing_is_touched_by_a_refusal(maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = maker.copy()
    whole = maker.archive().read_bytes()
    path = maker.path(".zip")
    path.write_bytes(whole[: len(whole) // 2])
    before = instance.state()
    names = sorted(path.name for path in instance.home.iterdir())
    with pytest.raises(Damaged):
        instance.restore(path, replace=True)
    monkeypatch.setattr(restoring, "_BLOCK", 1)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 1000})())
    with pytest.raises(BihuanError, match="磁盘只剩"):
        instance.restore(maker.archive(), replace=True)
    assert sorted(path.name for path in instance.home.iterdir()) == names
    assert instance.state() == before
