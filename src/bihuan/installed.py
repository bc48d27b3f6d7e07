"""The kinds of definition that packs may hold, listed by hand, and the packs that come with the program."""

import logging
import os
from collections.abc import Callable
from pathlib import Path

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Conflict, Issue, NotFound
from bihuan.figure.checks import FIGURES
from bihuan.figure.installing import install_figures
from bihuan.ledger.checks import LEDGERS
from bihuan.ledger.definitions import install_definition, spec_of
from bihuan.ledger.models import Ledger, LedgerVersion
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.checks import LOOPS
from bihuan.loop.declared.definitions import install_declared
from bihuan.loop.definitions import install_loop
from bihuan.loop.draw.checks import DRAWS
from bihuan.loop.duty.checks import DUTIES
from bihuan.loop.fitting import check_fit
from bihuan.loop.notice.checks import NOTICES
from bihuan.loop.petition.checks import PETITIONS
from bihuan.loop.plan.checks import PLANS
from bihuan.loop.planned import plan_definition, waiting_version
from bihuan.loop.redefinition import Refused, last_from_pack, redefine
from bihuan.org.actor import system_actor
from bihuan.org.models import Unit
from bihuan.pack.kind import Definition, PackKind
from bihuan.pack.reading import Pack, read_pack
from bihuan.report.checks import REPORTS
from bihuan.report.definitions import install_report
from bihuan.scorecard.checks import SCORECARDS
from bihuan.scorecard.definitions import install_scorecard

DECLARED: tuple[PackKind, ...] = (NOTICES, DUTIES, PETITIONS, DRAWS, PLANS)
"""The kinds that are kept as they were declared; what they mean is known to their own noun."""

KINDS: tuple[PackKind, ...] = (LEDGERS, LOOPS, *DECLARED, FIGURES, SCORECARDS, REPORTS)
_log = logging.getLogger("bihuan.pack")


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
def install_pack(pack: Pack, tell: Callable[[str], None] = _log.warning) -> list[str]:
    """Put one pack in force: its ledgers, owned by the unit it names, and their loops.

    Records follow a changed definition. Where they cannot, and where a ledger was redefined here since, the ledger
    stays as it is, and `tell` is given why.
    """
    if pack.spec is None or not pack.is_sound:
        raise PackNotSound(pack.folder, pack.issues)
    owner = Unit.objects.filter(code=pack.spec.owner).first()
    if owner is None:
        raise NotFound(f"业务包“{pack.spec.title}”的所属单位“{pack.spec.owner}”不存在，请先建立单位")
    for definition in pack.definitions["ledgers"].values():
        ledger = _put_in_force(definition, owner, tell)
        if definition.spec.loop:
            loop = pack.definitions["loops"][f"{definition.pack}.{definition.spec.loop}"]
            faults = check_fit(loop, spec_of(ledger))
            if faults:
                tell(f"台账“{ledger.title}”的闭环没有更新：" + "；".join(map(str, faults)))
            else:
                install_loop(ledger=ledger, spec=loop.spec)
    for kind in DECLARED:
        specs = {code: found.spec for code, found in pack.definitions[kind.folder].items()}
        install_declared(kind=kind.folder, pack=pack.spec.code, owner=owner, specs=specs)
    figures = {code: figure.spec for code, figure in pack.definitions["figures"].items()}
    install_figures(pack=pack.spec.code, specs=figures, owner=owner, origin="pack", tell=tell)
    for code, found in pack.definitions["scorecards"].items():
        install_scorecard(code=code, spec=found.spec, owner=owner)
    for code, found in pack.definitions["reports"].items():
        install_report(code=code, spec=found.spec, owner=owner)
    return list(pack.definitions["ledgers"])


def _put_in_force(definition: Definition, owner: Unit, tell: Callable[[str], None]) -> Ledger:
    """A ledger's definition from its pack, unless the county has made it its own."""
    code, spec = definition.code, definition.spec.in_pack(definition.pack)
    ledger = Ledger.objects.filter(code=code, version__gt=0).first()
    if ledger is None or spec == spec_of(ledger):
        return install_definition(code=code, spec=spec, owner=owner, origin="pack")
    current = LedgerVersion.objects.get(ledger=ledger, version=ledger.version)
    if current.origin != "pack":
        if last_from_pack(ledger) != spec.model_dump(mode="json", exclude_defaults=True):
            tell(
                f"台账“{ledger.title}”（{code}）在本县改过（第 {ledger.version} 版），业务包里的新定义没有覆盖它；"
                f"用 bihuan define {code} --load 载入包里的文件可以改用新定义，加 --dry-run 先看差别"
            )
        return ledger
    if spec.valid_from and spec.valid_from > clock.today():
        return _plan(ledger, spec, tell)
    try:
        redefine(actor=system_actor("业务包"), ledger=ledger, spec=spec, origin="pack")
    except Refused as refused:
        tell(f"业务包里的新定义没有启用：{refused.message}")
        return ledger
    return install_definition(code=code, spec=spec, owner=owner, origin="pack")


def _plan(ledger: Ledger, spec: LedgerSpec, tell: Callable[[str], None]) -> Ledger:
    """A pack's definition for a day to come; the same one waits already where the pack was installed before."""
    waiting = waiting_version(ledger)
    if waiting is None or waiting.definition != spec.model_dump(mode="json", exclude_defaults=True):
        try:
            plan_definition(actor=system_actor("业务包"), ledger=ledger, spec=spec, origin="pack")
        except (Refused, Conflict) as refused:
            tell(f"业务包里定于 {spec.valid_from} 生效的定义没有列入计划：{refused.message}")
    return ledger
