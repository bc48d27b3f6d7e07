"""`bihuan define`: a ledger's definition out as YAML, or in from YAML, with its records following."""

from argparse import Namespace
from pathlib import Path

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Invalid, NotFound
from bihuan.cli.database import require_writable
from bihuan.cli.import_file import ledger_named
from bihuan.cli.units import named
from bihuan.ledger.definition_yaml import from_yaml, to_yaml
from bihuan.ledger.definitions import install_definition, spec_of
from bihuan.ledger.models import Ledger
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.definition_check import check_definition
from bihuan.loop.planned import plan_definition, withdraw_definition
from bihuan.loop.redefinition import Plan, plan_redefinition, redefine
from bihuan.org.actor import system_actor

_FAULTY = 1


def run(arguments: Namespace) -> int:
    """Export or load; status 1 if the definition cannot be put in force."""
    require_writable()
    if arguments.export:
        return _export(ledger_named(arguments.ledger), Path(arguments.export))
    if arguments.withdraw:
        return _withdraw(ledger_named(arguments.ledger))
    path = Path(arguments.load)
    if not path.is_file():
        raise NotFound(f"没有文件“{path}”")
    spec, issues = from_yaml(path, path.name)
    for issue in issues:
        print(issue)
    if spec is None:
        return _FAULTY
    if arguments.valid_from:
        spec = spec.model_copy(update={"valid_from": arguments.valid_from})
    name = arguments.ledger.partition(".")[2]
    if spec.code != name:
        raise Invalid(f"文件里的 code 是“{spec.code}”，台账是“{arguments.ledger}”，两处要一致")
    ledger = Ledger.objects.filter(code=arguments.ledger).first()
    return _make(arguments, spec) if ledger is None else _change(arguments, ledger, spec)


def _export(ledger: Ledger, path: Path) -> int:
    if not path.parent.is_dir():
        raise Invalid(f"没有目录“{path.parent}”，请先建立")
    path.write_text(to_yaml(spec_of(ledger)), encoding="utf-8")
    print(f"已把“{ledger.title}”第 {ledger.version} 版的定义写到 {path}")
    return 0


def _make(arguments: Namespace, spec: LedgerSpec) -> int:
    if not arguments.owner:
        raise BihuanError(f"还没有台账“{arguments.ledger}”；要新建，请用 --owner 写明所属单位")
    pack = arguments.ledger.partition(".")[0]
    issues = check_definition(pack, spec.in_pack(pack), None, None)
    for issue in issues:
        print(issue)
    if any(issue.level == "error" for issue in issues):
        return _FAULTY
    if arguments.dry_run:
        print(f"可以新建台账“{spec.title}”，{len(spec.fields)} 个字段。这是核对，没有写入。")
        return 0
    install_definition(code=arguments.ledger, spec=spec, owner=named(arguments.owner), origin="file")
    print(f"已新建台账“{spec.title}”（{arguments.ledger}）")
    return 0


def _change(arguments: Namespace, ledger: Ledger, spec: LedgerSpec) -> int:
    actor = system_actor("命令行")
    plan = plan_redefinition(actor=actor, ledger=ledger, spec=spec)
    _tell(plan)
    if not plan.may_go:
        print("定义没有改。")
        return _FAULTY
    if arguments.dry_run:
        print(f"可以改：{plan.total:,} 条记录中 {plan.changed:,} 条跟着变。这是核对，没有写入。")
        return 0
    if spec.valid_from and spec.valid_from > clock.today():
        plan_definition(actor=actor, ledger=ledger, spec=spec, origin="file")
        print(
            f"“{ledger.title}”的新定义定于 {spec.valid_from} 生效，按今天的记录看，{plan.changed:,} 条到时跟着变；"
            "撤回用 --withdraw。"
        )
        return 0
    redefine(actor=actor, ledger=ledger, spec=spec, origin="file")
    ledger.refresh_from_db()
    print(f"“{ledger.title}”现为第 {ledger.version} 版，{plan.changed:,} 条记录跟着变了。")
    return 0


def _withdraw(ledger: Ledger) -> int:
    planned = withdraw_definition(actor=system_actor("命令行"), ledger=ledger)
    print(f"已撤回“{ledger.title}”定于 {planned.valid_from} 生效的定义")
    return 0


def _tell(plan: Plan) -> None:
    for line in plan.differences or ["与现行定义没有差别"]:
        print(f"变动：{line}")
    for issue in plan.issues:
        print(issue)
    for item in plan.obstacles:
        numbers = "、".join(number for _, number in item.records)
        more = f"等 {item.count:,} 条" if item.count > len(item.records) else f"共 {item.count:,} 条"
        print(f"挡住：{item.fault.message}：{numbers} {more}")
