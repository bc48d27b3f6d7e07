"""The rules a loop's definition must keep; faults carry file, line and a hint."""

from collections.abc import Iterator, Sequence

from bihuan.base.errors import Issue, did_you_mean
from bihuan.expression import ExpressionError, compile_check
from bihuan.ledger.names import names_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import BY_CODE as FIELD_TYPES
from bihuan.loop.spec import LoopSpec
from bihuan.org.roles import BY_CODE as ROLES
from bihuan.pack.kind import Definition, Definitions, PackKind


def check_loops(loops: Sequence[Definition], everything: Definitions) -> list[Issue]:
    """All faults of a pack's loops, alone and against the ledgers that use them."""
    issues: list[Issue] = []
    for loop in loops:
        issues += [issue for rule in _RULES for issue in rule(loop)]
        users = [
            ledger
            for ledger in everything.get("ledgers", {}).values()
            if f"{ledger.pack}.{ledger.spec.loop}" == loop.code
        ]
        for ledger in users:
            issues += _fields_exist(loop, ledger.spec)
            if all(field.kind in FIELD_TYPES for field in ledger.spec.fields):
                issues += _guards_compile(loop, ledger.spec)
    return issues


def _codes_once(loop: Definition) -> Iterator[Issue]:
    for place in ("steps", "verbs", "levels"):
        codes = [item.code for item in getattr(loop.spec, place)]
        for index, code in enumerate(codes):
            if code in codes[:index]:
                yield loop.source.issue(f"“{code}”写了两次", place, index, "code")


def _steps_exist(loop: Definition) -> Iterator[Issue]:
    known = list(loop.spec.step)
    for index, verb in enumerate(loop.spec.verbs):
        for step in (*verb.from_, verb.to):
            if step and step not in known:
                place = "to" if step == verb.to else "from"
                hint = did_you_mean(step, known)
                yield loop.source.issue(f"没有环节“{step}”", "verbs", index, place, hint=hint)


def _can_finish(loop: Definition) -> Iterator[Issue]:
    """From every step that can be reached, a closed one must be reachable."""
    spec: LoopSpec = loop.spec
    if not spec.closed_steps:
        yield loop.source.issue("没有销号环节（closed: true）", "steps")
        return
    good = set(spec.closed_steps)
    grown = True
    while grown:
        more = {s for verb in spec.verbs if verb.to in good for s in (verb.from_ or tuple(spec.step))} - good
        good |= more
        grown = bool(more)
    for index, step in enumerate(spec.steps):
        if step.code not in good:
            yield loop.source.issue(f"从“{step.title}”走不到销号", "steps", index)


def _roles_exist(loop: Definition) -> Iterator[Issue]:
    for index, verb in enumerate(loop.spec.verbs):
        for place, who in enumerate(verb.who):
            for role in who.role:
                if role not in ROLES:
                    hint = did_you_mean(role, list(ROLES))
                    yield loop.source.issue(f"没有角色“{role}”", "verbs", index, "who", place, hint=hint)


def _closing_is_not_by_the_responsible(loop: Definition) -> Iterator[Issue]:
    for index, verb in enumerate(loop.spec.verbs):
        if verb.to in loop.spec.closed_steps and any(who.unit == "responsible" for who in verb.who):
            yield loop.source.issue(f"“{verb.title}”会销号，不能由责任单位自己做", "verbs", index, "who")


def _levels_named(loop: Definition) -> Iterator[Issue]:
    known = [level.code for level in loop.spec.levels]
    for index, verb in enumerate(loop.spec.verbs):
        if verb.effect and verb.level not in known:
            hint = did_you_mean(verb.level, known)
            yield loop.source.issue(f"没有调度级别“{verb.level}”", "verbs", index, hint=hint)


def _colours_in_order(loop: Definition) -> Iterator[Issue]:
    days = [colour.valid_from for colour in loop.spec.colours]
    if days != sorted(set(days)):
        yield loop.source.issue("四色规则要按生效日从早到晚写，且不重复", "colours")


_RULES = (
    _codes_once,
    _steps_exist,
    _can_finish,
    _roles_exist,
    _closing_is_not_by_the_responsible,
    _levels_named,
    _colours_in_order,
)


def _fields_exist(loop: Definition, ledger: LedgerSpec) -> Iterator[Issue]:
    known = list(ledger.by_code)
    for index, verb in enumerate(loop.spec.verbs):
        for place, ask in enumerate(verb.asks):
            if ask.field not in known:
                hint = did_you_mean(ask.field, known)
                message = f"台账“{ledger.title}”没有字段“{ask.field}”"
                yield loop.source.issue(message, "verbs", index, "asks", place, "field", hint=hint)


def _guards_compile(loop: Definition, ledger: LedgerSpec) -> Iterator[Issue]:
    names = names_of(ledger, loop.spec.states)
    for index, verb in enumerate(loop.spec.verbs):
        if not verb.guard:
            continue
        try:
            compile_check(verb.guard, names)
        except ExpressionError as error:
            for problem in error.problems:
                yield loop.source.issue(problem.message, "verbs", index, "guard", hint=problem.hint)


LOOPS = PackKind("loops", "闭环", LoopSpec, check_loops)
