"""The rules a ledger's definition must keep, each a small function; faults carry file, line and a hint."""

import re
from collections.abc import Iterator, Sequence

from bihuan.base.errors import Issue, did_you_mean
from bihuan.expression import ExpressionError, compile_check
from bihuan.ledger.names import names_of
from bihuan.ledger.spec import SYSTEM_NAMES, LedgerSpec
from bihuan.ledger.types import BY_CODE
from bihuan.pack.kind import Definition, Definitions, PackKind

_FIELD_REFERENCES = (
    "name_field",
    "unit_field",
    "opened_field",
    "due_field",
    "closed_field",
    "status_field",
)


def check_ledgers(ledgers: Sequence[Definition], everything: Definitions) -> list[Issue]:
    """All faults of a pack's ledgers."""
    issues: list[Issue] = []
    for ledger in ledgers:
        shape = [issue for rule in _SHAPE_RULES for issue in rule(ledger)]
        issues += shape
        if not shape:
            issues += _expressions(ledger)
        issues += _loop_exists(ledger, everything)
    return issues


def _kinds_known(ledger: Definition) -> Iterator[Issue]:
    for index, field in enumerate(ledger.spec.fields):
        if field.kind not in BY_CODE:
            hint = did_you_mean(field.kind, list(BY_CODE)) or f"可用：{'、'.join(BY_CODE)}"
            yield ledger.source.issue(f"没有字段类型“{field.kind}”", "fields", index, "kind", hint=hint)


def _codes_once(ledger: Definition) -> Iterator[Issue]:
    seen: dict[str, str] = {}
    for index, field in enumerate(ledger.spec.fields):
        for word in (field.code, field.title):
            if word in seen:
                yield ledger.source.issue(f"“{word}”已用于字段“{seen[word]}”", "fields", index)
        seen |= {field.code: field.code, field.title: field.code}
        if field.code in SYSTEM_NAMES and field.code != ledger.spec.unit_field:
            yield ledger.source.issue(f"“{field.code}”是系统名称，请换一个代码", "fields", index, "code")


def _choices_declared(ledger: Definition) -> Iterator[Issue]:
    for index, field in enumerate(ledger.spec.fields):
        if field.kind == "choice" and not field.choices:
            yield ledger.source.issue(f"选项字段“{field.title}”没有 choices", "fields", index)
        codes = [choice.code for choice in field.choices]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            yield ledger.source.issue(f"选项“{code}”写了两次", "fields", index, "choices")


def _patterns_compile(ledger: Definition) -> Iterator[Issue]:
    for index, field in enumerate(ledger.spec.fields):
        try:
            re.compile(field.pattern)
        except re.error as error:
            yield ledger.source.issue(f"格式“{field.pattern}”写法不对：{error}", "fields", index, "pattern")


def _references_exist(ledger: Definition) -> Iterator[Issue]:
    spec: LedgerSpec = ledger.spec
    known = list(spec.by_code)
    single = [(name, getattr(spec, name)) for name in _FIELD_REFERENCES]
    several = [("key", code) for code in spec.key] + [("columns", code) for code in spec.columns]
    for place, code in single + several:
        if code and code not in spec.by_code:
            yield ledger.source.issue(f"{place} 指向的字段“{code}”不存在", place, hint=did_you_mean(code, known))


def _parts_fit(ledger: Definition) -> Iterator[Issue]:
    spec: LedgerSpec = ledger.spec
    wanted = {
        "unit_field": ("unit",),
        "opened_field": ("date", "datetime"),
        "due_field": ("date", "datetime"),
        "closed_field": ("date", "datetime"),
    }
    for place, kinds in wanted.items():
        field = spec.by_code.get(getattr(spec, place))
        if field and field.kind not in kinds:
            yield ledger.source.issue(f"{place} 要用 {'或'.join(kinds)} 字段，“{field.title}”是 {field.kind}", place)


_SHAPE_RULES = (
    _kinds_known,
    _codes_once,
    _choices_declared,
    _patterns_compile,
    _references_exist,
    _parts_fit,
)


def _expressions(ledger: Definition) -> Iterator[Issue]:
    names = names_of(ledger.spec, {})
    for index, check in enumerate(ledger.spec.checks):
        try:
            compile_check(check.when, names)
        except ExpressionError as error:
            for problem in error.problems:
                yield ledger.source.issue(problem.message, "checks", index, "when", hint=problem.hint)


def _loop_exists(ledger: Definition, everything: Definitions) -> Iterator[Issue]:
    loops = everything.get("loops", {})
    code = ledger.spec.loop
    if code and f"{ledger.pack}.{code}" not in loops:
        known = [name.split(".", 1)[1] for name in loops]
        yield ledger.source.issue(f"没有闭环“{code}”", "loop", hint=did_you_mean(code, known))


LEDGERS = PackKind("ledgers", "台账", LedgerSpec, check_ledgers)
