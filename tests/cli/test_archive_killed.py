"""kill -9 in the middle: of a backup it leaves no file, of a restore the old instance or the new one, whole."""

import os
import signal
from pathlib import Path

import pytest

from bihuan.cli.archive import takeover
from bihuan.cli.archive.reading import open_archive
from bihuan.cli.archive.takeover import settle_interrupted
from bihuan.ledger.models import Attachment
from tests.cli.archived import ENGINES, SQLITE, Instance, Maker
from tests.cli.killing import killed, killed_after, killed_at

MOMENTS = (0.005, 0.05, 0.12, 0.25, 0.4, 0.6)


def settled(instance: Instance) -> None:
    """What the next command does first."""
    with instance.entered():
        settle_interrupted(instance.home)


def test_a_killed_backup_leaves_no_file_or_a_whole_one(maker: Maker) -> None:
    source, path = maker.source(), maker.path(".zip")
    outcomes = []
    deaths = [lambda work, at=at: killed_after(at, work) for at in MOMENTS[:3]]
    deaths += [lambda work, step=step: killed_at(step, work) for step in range(8)]
    for death in deaths:
        assert death(lambda: source.backup(path)) or path.exists()
        outcomes.append(path.exists())
        if path.exists():
            with open_archive(path) as archive:
                archive.verify(lambda _: None)
            path.unlink()
    assert outcomes.count(False) > 4
    # What the killed ones left is in nobody's way.
    source.backup(path)
    assert list(path.parent.glob(f"{path.name}*")) == [path]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_killed_restore_leaves_the_old_or_the_new(maker: Maker, engine: str) -> None:
    archive, new = maker.archive(SQLITE), maker.source(SQLITE).state()
    instance, old = _emptied(maker, engine)
    for moment in MOMENTS:
        killed_after(moment, lambda: instance.restore(archive, replace=True))
        settled(instance)
        found = instance.state()
        assert found in (old, new)
        assert not (instance.home / takeover.STAGE).exists()
        if found == new:
            break


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("place", ["before", "after"])
def test_killed_beside_the_decision(maker: Maker, engine: str, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The narrowest moments: right before and right after the one thing that decides."""

    def die(*_arguments: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    archive, new = maker.archive(SQLITE), maker.source(SQLITE).state()
    instance, old = _emptied(maker, engine)
    decide = takeover.decide

    def decide_and_die(home: Path, decision: takeover.Decision) -> None:
        """With PostgreSQL writing it down decides nothing yet: the commit is still to come."""
        decide(home, decision)
        die()

    if place == "after":
        monkeypatch.setattr(takeover, "settle", die)
    else:
        monkeypatch.setattr(takeover, "decide", decide_and_die if engine == "postgresql" else die)
    assert killed(lambda: instance.restore(archive, replace=True))
    monkeypatch.undo()
    settled(instance)
    assert instance.state() == (new if place == "after" else old)


def _emptied(maker: Maker, engine: str) -> tuple[Instance, object]:
    """An instance that differs from the archive, and its state."""
    instance = maker.copy(engine)
    with instance.entered():
        Attachment.objects.all().delete()
    (instance.home / "attachments").rename(instance.home / "logs")
    return instance, instance.state()
