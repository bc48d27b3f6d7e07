"""The rules a loop's definition must keep; faults carry file, line and a hint."""

from collections.abc import Iterator, Sequence

from bihuan.base.errors import Issue, did_you_mean
from bihuan.loop.effect_checks import EFFECT_RULES
from bihuan.loop.fitting import check_fit
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
            issues += check_fit(loop, ledger.spec)
        issues += _across(loop, everything)
    return issues


def _across(loop: Definition, everything: Definitions) -> Iterator[Issue]:
    """The pack's other ledgers in which the same matter may stand, and their fields. Other packs' are not looked at."""
    ledgers = everything.get("ledgers", {})
    for place, across in enumerate(loop.spec.doubles.across if loop.spec.doubles else ()):
        code = across.ledger if "." in across.ledger else f"{loop.pack}.{across.ledger}"
        if not code.startswith(f"{loop.pack}."):
            continue
        at: tuple[str | int, ...] = ("doubles", "across", place)
        if code not in ledgers or not ledgers[code].spec.loop:
            hint = did_you_mean(across.ledger, [known.partition(".")[2] for known in ledgers])
            yield loop.source.issue(f"没有带闭环的台账“{across.ledger}”", *at, "ledger", hint=hint)
            continue
        known = ledgers[code].spec.by_code
        for field in (field for field in across.match.values() if field not in known):
            hint = did_you_mean(field, list(known))
            yield loop.source.issue(f"台账“{ledgers[code].spec.title}”没有字段“{field}”", *at, "match", hint=hint)


def _codes_once(loop: Definition) -> Iterator[Issue]:
    for place in ("steps", "verbs", "levels"):
        codes = [item.code for item in getattr(loop.spec, place)]
        for index, code in enumerate(codes):
            if code in codes[:index]:
                yield loop.source.issue(f"“{code}”写了两次", place, index, "code")


def _steps_exist(loop: Definition) -> Iterator[Issue]:
    known = list(loop.spec.step)
    for index, verb in enumerate(loop.spec.verbs):
        for step in (*verb.from_, *verb.targets):
            if step not in known:
                place = "to" if step == verb.to else "from" if step in verb.from_ else "to_choices"
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
        more = {
            s for verb in spec.verbs if good.intersection(verb.targets) for s in (verb.from_ or tuple(spec.step))
        } - good
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
        closing = set(verb.targets) & set(loop.spec.closed_steps)
        if closing and any(who.unit == "responsible" for who in verb.who):
            yield loop.source.issue(f"“{verb.title}”会销号，不能由责任单位自己做", "verbs", index, "who")


def _levels_named(loop: Definition) -> Iterator[Issue]:
    known = [level.code for level in loop.spec.levels]
    named: list[tuple[str, tuple[str | int, ...]]] = [
        (verb.level, ("verbs", index))
        for index, verb in enumerate(loop.spec.verbs)
        if verb.level or verb.effect in ("order", "receive")
    ]
    named += [(step.level, ("steps", index, "level")) for index, step in enumerate(loop.spec.steps) if step.level]
    for level, place in named:
        if level not in known:
            yield loop.source.issue(f"没有调度级别“{level}”", *place, hint=did_you_mean(level, known))


def _colours_in_order(loop: Definition) -> Iterator[Issue]:
    days = [colour.valid_from for colour in loop.spec.colours]
    if days != sorted(set(days)):
        yield loop.source.issue("四色规则要按生效日从早到晚写，且不重复", "colours")


def _who_is_told(loop: Definition) -> Iterator[Issue]:
    """Each line of `who` tells one unit with roles in it, or one person."""
    for index, verb in enumerate(loop.spec.verbs):
        for place, who in enumerate(verb.who):
            told = [key for key in ("unit", "post_in", "field", "unit_code", "person") if getattr(who, key)]
            if len(told) != 1:
                message = (
                    f"谁可以做，要写且只写 unit、post_in、field、unit_code、person 中的一个，这里写了 {len(told)} 个"
                )
                yield loop.source.issue(message, "verbs", index, "who", place)
            elif not who.role and told[0] not in ("field", "person"):
                yield loop.source.issue("要写角色 role", "verbs", index, "who", place)


def _deadline_says_from_when(loop: Definition) -> Iterator[Issue]:
    deadline = loop.spec.deadline
    if deadline and (deadline.start == "field") != bool(deadline.field):
        yield loop.source.issue("start: field 要同时写 field，别的起算方式不写", "deadline")


_RULES = (
    _codes_once,
    _steps_exist,
    _can_finish,
    _roles_exist,
    _who_is_told,
    _closing_is_not_by_the_responsible,
    _levels_named,
    _colours_in_order,
    _deadline_says_from_when,
    *EFFECT_RULES,
)

LOOPS = PackKind("loops", "闭环", LoopSpec, check_loops)
