"""`bihuan loop`: which versions of a ledger's loop run, what moving to the newest would change, and the move itself."""

from argparse import Namespace

from bihuan.base.errors import Invalid
from bihuan.cli.database import require_writable
from bihuan.cli.listing import print_json
from bihuan.ledger.definitions import find_ledger
from bihuan.loop.versioning import MovePlan, move_matters, plan_move
from bihuan.org.actor import system_actor


def run(arguments: Namespace) -> int:
    """Tell the check, or with --move do it."""
    require_writable()
    ledger = find_ledger(arguments.ledger)
    plan = plan_move(ledger)
    if not arguments.move:
        _tell(plan, as_json=arguments.json)
        return 0
    steps = dict(_pair(text) for text in arguments.step)
    moved = move_matters(actor=system_actor(), ledger=ledger, steps=steps, reason=arguments.reason)
    print_json({"version": plan.version, "moved": moved}) if arguments.json else print(
        f"{moved:,} 件在办事项换用了第 {plan.version} 版。"
    )
    return 0


def _pair(text: str) -> tuple[str, str]:
    old, mark, new = text.partition("=")
    if not (mark and old and new):
        raise Invalid(f"--step 要写成 旧环节=新环节，写的是“{text}”")
    return old, new


def _tell(plan: MovePlan, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {"version": plan.version, "matters": plan.matters, "changes": plan.changes, "homeless": plan.homeless}
        )
        return
    print(f"现行第 {plan.version} 版。")
    if not plan.matters:
        print("在办事项都在现行版本上。")
    for version, steps in sorted(plan.matters.items()):
        told = "、".join(f"{step} {count:,} 件" for step, count in sorted(steps.items()))
        print(f"第 {version} 版在办 {sum(steps.values()):,} 件：{told}")
        for change in plan.changes.get(version, ()):
            print(f"  {change}")
    for step, count in sorted(plan.homeless.items()):
        print(f"新版没有环节“{step}”，其中 {count:,} 件要用 --step {step}=新环节 说明去处")
