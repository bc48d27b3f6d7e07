"""The kinds of definition that packs may hold, listed by hand, and the packs that come with the program."""

import os
from pathlib import Path

from django.db import transaction

from bihuan.base.errors import BihuanError, Issue, NotFound
from bihuan.figure.checks import FIGURES
from bihuan.figure.definitions import install_figures
from bihuan.ledger.checks import LEDGERS
from bihuan.ledger.definitions import install_definition
from bihuan.loop.checks import LOOPS
from bihuan.loop.definitions import install_loop
from bihuan.org.models import Unit
from bihuan.pack.kind import PackKind
from bihuan.pack.reading import Pack, read_pack

KINDS: tuple[PackKind, ...] = (LEDGERS, LOOPS, FIGURES)


def packs_folder() -> Path:
    """Where the packs lie: BIHUAN_PACKS, or the folder `packs` of the project."""
    return Path(os.environ.get("BIHUAN_PACKS") or Path(__file__).resolve().parents[2] / "packs")


class PackNotSound(BihuanError):
    """A pack with faults is not installed; `issues` lists them."""

    def __init__(self, folder: Path, issues: tuple[Issue, ...]) -> None:
        super().__init__(f"业务包“{folder.name}”有问题，没有安装：" + "；".join(map(str, issues)))
        self.issues = issues


def install_packs() -> list[str]:
    """Put every pack of the folder in force; returns the codes of their ledgers."""
    codes: list[str] = []
    for folder in sorted(path for path in packs_folder().iterdir() if (path / "pack.yaml").is_file()):
        codes += install_pack(read_pack(folder, KINDS))
    return codes


@transaction.atomic
def install_pack(pack: Pack) -> list[str]:
    """Put one pack in force: its ledgers, owned by the unit it names, and their loops."""
    if pack.spec is None or not pack.is_sound:
        raise PackNotSound(pack.folder, pack.issues)
    owner = Unit.objects.filter(code=pack.spec.owner).first()
    if owner is None:
        raise NotFound(f"业务包“{pack.spec.title}”的所属单位“{pack.spec.owner}”不存在，请先建立单位")
    for definition in pack.definitions["ledgers"].values():
        ledger = install_definition(code=definition.code, spec=definition.spec, owner=owner, origin="pack")
        if definition.spec.loop:
            loop = pack.definitions["loops"][f"{definition.pack}.{definition.spec.loop}"]
            install_loop(ledger=ledger, spec=loop.spec)
    figures = {code: figure.spec for code, figure in pack.definitions["figures"].items()}
    install_figures(pack=pack.spec.code, specs=figures, owner=owner, origin="pack")
    return list(pack.definitions["ledgers"])
