"""Nothing of the catalogue is missing: every system, every figure, and what docs/catalogue.md says carries them."""

import re
from pathlib import Path

import pytest

from bihuan.installed import KINDS, packs_folder
from bihuan.pack.reading import Pack, read_pack
from tests.outside import REPOSITORY
from tests.packs.systems import kinds_of_systems

HERE = Path(__file__).parent
ROW = re.compile(r"^\| `((?:audit|urban)\.[a-z_]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def listed(name: str) -> list[str]:
    return (HERE / name).read_text(encoding="utf-8").split()


@pytest.fixture(scope="module")
def packs() -> dict[str, Pack]:
    return {name: read_pack(packs_folder() / name, KINDS) for name in ("audit", "urban")}


def test_both_packs_are_sound_to_the_last_warning(packs: dict[str, Pack]) -> None:
    assert [issue for pack in packs.values() for issue in pack.issues] == []


def test_every_system_is_carried(packs: dict[str, Pack]) -> None:
    carried = [f"{name}.{code}" for name, pack in packs.items() if pack.spec for code in pack.spec.systems]
    assert sorted(carried) == sorted(kinds_of_systems())
    assert (len([code for code in carried if code.startswith("audit.")]), len(carried)) == (18, 42)


def test_every_figure_is_defined_under_its_id(packs: dict[str, Pack]) -> None:
    defined = {code for pack in packs.values() for code in pack.definitions["figures"]}
    assert set(listed("figure_ids.txt")) <= defined
    assert len(listed("figure_ids.txt")) == 28 + 40


def test_the_document_says_what_the_packs_say(packs: dict[str, Pack]) -> None:
    rows = ROW.findall((REPOSITORY / "docs" / "catalogue.md").read_text(encoding="utf-8"))
    assert sorted(system for system, *_ in rows) == sorted(kinds_of_systems())
    for system, title, carried_by, met in rows:
        pack, _, code = system.partition(".")
        spec = packs[pack].spec
        assert spec is not None
        names = [name.partition("/")[2] for name in spec.systems[code].carried_by]
        assert (title, sorted(re.findall(r"`([^`]+)`", carried_by))) == (spec.systems[code].title, sorted(names))
        assert len(met) > 15


def test_nothing_of_the_packs_serves_no_system(packs: dict[str, Pack]) -> None:
    for pack in packs.values():
        assert pack.spec is not None
        used = {name for system in pack.spec.systems.values() for name in system.carried_by}
        ledgers = {f"ledgers/{found.spec.code}" for found in pack.definitions["ledgers"].values()}
        duties = {f"duties/{found.spec.code}" for found in pack.definitions["duties"].values()}
        notices = {f"notices/{found.spec.code}" for found in pack.definitions["notices"].values()}
        assert (ledgers | duties | notices) - used == set()
