"""The rules a plan's definition must keep; faults carry file, line and a hint."""

from collections.abc import Iterator, Sequence

from bihuan.base.errors import Issue, did_you_mean
from bihuan.loop.notice.checks import full_code
from bihuan.loop.plan.spec import PlanSpec
from bihuan.pack.kind import Definition, Definitions, PackKind

_NUMBERS = ("integer", "number", "money", "percent")


def check_plans(plans: Sequence[Definition], everything: Definitions) -> list[Issue]:
    """All faults of a pack's plans, alone and against the ledgers that they name."""
    return [issue for plan in plans for issue in (*_levels(plan), *_fields(plan, everything))]


def _levels(plan: Definition) -> Iterator[Issue]:
    spec: PlanSpec = plan.spec
    for place, level in enumerate(spec.levels):
        if bool(place) != bool(level.parent):
            word = "要写 parent，指向上一级" if place else "没有上一级，不写 parent"
            yield plan.source.issue(f"“{level.title}”{word}", "levels", place)
        if level.progress and place != len(spec.levels) - 1:
            yield plan.source.issue("progress 只用于最后一级", "levels", place, "progress")


def _fields(plan: Definition, everything: Definitions) -> Iterator[Issue]:
    ledgers = everything.get("ledgers", {})
    for place, level in enumerate(plan.spec.levels):
        code = full_code(plan.pack, level.ledger)
        ledger = ledgers.get(code)
        if ledger is None:
            if code.startswith(f"{plan.pack}."):
                hint = did_you_mean(level.ledger, [known.partition(".")[2] for known in ledgers])
                yield plan.source.issue(f"没有台账“{level.ledger}”", "levels", place, "ledger", hint=hint)
            continue
        kinds = {"parent": ("record", "text"), "weight": _NUMBERS, "start": ("date", "datetime"), "progress": _NUMBERS}
        for key, allowed in kinds.items():
            field = getattr(level, key)
            found = ledger.spec.by_code.get(field)
            if field and found is None:
                hint = did_you_mean(field, list(ledger.spec.by_code))
                yield plan.source.issue(f"台账“{ledger.spec.title}”没有字段“{field}”", "levels", place, key, hint=hint)
            elif found is not None and found.kind not in allowed:
                message = f"“{field}”是 {found.kind} 类型，允许：{'、'.join(allowed)}"
                yield plan.source.issue(message, "levels", place, key)


PLANS = PackKind("plans", "规划计划", PlanSpec, check_plans)
