"""The lake after kill -9, beside another process, cut short, deleted, or of another database: never a wrong number."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bihuan.figure.clocks import Clocks
from bihuan.figure.lake.absorbing import ROWS_IN_A_FILE, absorb, folder_of, fresh_snapshot
from bihuan.figure.lake.columns import lake_columns
from bihuan.figure.lake.manifest import MANIFEST, read_manifest
from bihuan.figure.names import LedgerView, figure_names
from bihuan.figure.period import parse_period
from bihuan.ledger.models import Ledger
from tests.cast import Cast
from tests.figure.sample import FIGURES, hours
from tests.figure.test_oracle import expect_same
from tests.figure.worlds import SPEC, VIEW, Writer, history, make_ledger
from tests.outside import REPOSITORY

CODES = sorted(FIGURES)[::5]
CLOCKS = Clocks(hours(2_000), hours(2_400))


def test_killed_at_every_change_of_the_disk(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BIHUAN_")}
    stride = "1" if os.environ.get("BIHUAN_THOROUGH") == "1" else "2"
    script = [sys.executable, "-m", "tests.figure.dying", str(tmp_path), stride]
    done = subprocess.run(
        script, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2_000:]


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    made = make_ledger(cast.office)
    writer = Writer(made)
    changes = history(3, [cast.town.pk, cast.village.pk])
    writer.write(changes[:30])
    fresh_snapshot(made, VIEW)
    writer.write(changes[30:])
    fresh_snapshot(made, VIEW)
    return made


def right(cast: Cast, ledger: Ledger) -> None:
    periods = [parse_period("2026-01..2026-02", CLOCKS.day)]
    assert expect_same(cast, ledger, CODES, periods, CLOCKS, [None, cast.town.pk])


def test_a_damaged_lake_is_made_anew(cast: Cast, ledger: Ledger) -> None:
    folder = folder_of(ledger)
    for spoil in (_cut_short, _flip, _remove, _empty_manifest, shutil.rmtree):
        spoil(folder)
        right(cast, ledger)


def _files(folder: Path) -> list[Path]:
    manifest = read_manifest(folder)
    assert manifest is not None
    return [folder / file.name for file in manifest.files]


def _cut_short(folder: Path) -> None:
    for path in _files(folder):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(folder: Path) -> None:
    path = _files(folder)[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    path.write_bytes(content)


def _remove(folder: Path) -> None:
    _files(folder)[-1].unlink()


def _empty_manifest(folder: Path) -> None:
    (folder / MANIFEST).write_bytes(b"{}")


def test_compaction_changes_nothing(cast: Cast, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bihuan.figure.lake.absorbing._is_worn", lambda manifest: bool(manifest.deltas))
    before = read_manifest(folder_of(ledger))
    after = absorb(ledger, lake_columns(figure_names(VIEW)))
    assert before is not None and before.deltas and not after.deltas
    right(cast, ledger)
    assert after.rows < ROWS_IN_A_FILE


def test_a_new_field_and_a_changed_one_are_read_of_old_events(cast: Cast, ledger: Ledger) -> None:
    """A field that no event set is only added; one whose kind changed is read again, unreadable values unknown."""
    folder = folder_of(ledger)
    before = _files(folder)
    more = SPEC.model_copy(
        update={"fields": (*SPEC.fields, SPEC.by_code["steps"].model_copy(update={"code": "more", "title": "更多"}))}
    )
    fresh_snapshot(ledger, LedgerView("demo.thing", more, VIEW.loop))
    assert _files(folder) == before
    as_number = SPEC.by_code["name"].model_copy(update={"kind": "integer"})
    fields = tuple(as_number if field.code == "name" else field for field in SPEC.fields)
    changed = fresh_snapshot(ledger, LedgerView("demo.thing", SPEC.model_copy(update={"fields": fields}), VIEW.loop))
    assert changed.manifest.unreadable["name"] > 0
    right(cast, ledger)
