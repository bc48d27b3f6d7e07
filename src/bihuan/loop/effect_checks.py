"""The rules that the effects of a loop's verbs must keep among themselves."""

from collections.abc import Iterator

from bihuan.base.errors import Issue
from bihuan.loop.effect_codes import AFTER_CLOSE, ENDED_BY, MOVING, NEEDS_RULE, STANDING
from bihuan.loop.spec import LoopSpec
from bihuan.pack.kind import Definition


def _effects_are_whole(loop: Definition) -> Iterator[Issue]:
    """What one verb begins, another must be able to end; an effect that moves a matter must say where to."""
    effects = {verb.effect for verb in loop.spec.verbs}
    for index, verb in enumerate(loop.spec.verbs):
        missing = ENDED_BY.get(verb.effect, ()) and not effects & set(ENDED_BY[verb.effect])
        if missing:
            wanted = " 或 ".join(ENDED_BY[verb.effect])
            yield loop.source.issue(f"“{verb.title}”之后没有动作能接着办，要有 effect: {wanted} 的动作", "verbs", index)
        if verb.effect in MOVING and not verb.targets:
            yield loop.source.issue(f"“{verb.title}”要写做完到哪个环节（to）", "verbs", index)
        if verb.effect in STANDING and verb.targets:
            yield loop.source.issue(f"effect: {verb.effect} 的动作不能改变环节", "verbs", index, "to")


def _closed_stays_closed(loop: Definition) -> Iterator[Issue]:
    """A closed matter is not reopened in place: only a re-check or a recurrence starts from there."""
    closed = set(loop.spec.closed_steps)
    for index, verb in enumerate(loop.spec.verbs):
        if verb.effect in AFTER_CLOSE:
            if not verb.from_ or not set(verb.from_) <= closed or verb.targets:
                message = f"effect: {verb.effect} 的动作只能从销号的环节（from）开始，也不改变环节"
                yield loop.source.issue(message, "verbs", index)
        elif closed & set(verb.from_):
            yield loop.source.issue("已销号的事项不能再办；再犯要另开一件（effect: recur）", "verbs", index, "from")


def _rules_for_effects(loop: Definition) -> Iterator[Issue]:
    """An effect whose bounds must be declared, and a rule that no verb uses."""
    spec: LoopSpec = loop.spec
    effects = {verb.effect: index for index, verb in enumerate(spec.verbs)}
    for effect, key in NEEDS_RULE.items():
        declared = getattr(spec, key)
        if effect in effects and declared is None:
            yield loop.source.issue(f"有 effect: {effect} 的动作，要写规则 {key}", "verbs", effects[effect])
    if spec.doubles and spec.doubles.closes_in not in ("", *spec.closed_steps):
        yield loop.source.issue(f"“{spec.doubles.closes_in}”不是销号的环节", "doubles", "closes_in")
    if spec.recheck and "recheck_pass" not in effects:
        yield loop.source.issue("写了抽查复核，要有 effect: recheck_pass 的动作", "recheck")


EFFECT_RULES = (_effects_are_whole, _closed_stays_closed, _rules_for_effects)
