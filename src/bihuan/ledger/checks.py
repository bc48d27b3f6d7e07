"""The rules a ledger's definition must keep, each a small function; faults carry file, line and a hint."""

import re
from collections.abc import Iterator, Sequence

from bihuan.base.errors import Issue, Level, did_you_mean
from bihuan.expression import ExpressionError, compile_check
from bihuan.ledger.record_checks import names_of_rules
from bihuan.ledger.spec import SYSTEM_NAMES, LedgerSpec, full_code
from bihuan.ledger.types import BY_CODE
from bihuan.ledger.types.choice import SEPARATORS
from bihuan.ledger.types.formula import clock_words, compile_formula
from bihuan.ledger.unreported import flag_of
from bihuan.org.roles import BY_CODE as ROLES
from bihuan.pack.kind import Definition, Definitions, PackKind
from bihuan.standards.measures import find_unit, is_unit

_FIELD_REFERENCES = (
    "name_field",
    "unit_field",
    "opened_field",
    "due_field",
    "closed_field",
    "status_field",
    "assignee_field",
)
_DAYS = ("date", "datetime")
ONLY_FOR: dict[str, tuple[str, ...]] = {
    "choices": ("choice", "choices"),
    "measure": ("integer", "number", "money", "computed"),
    "pattern": ("text", "longtext"),
    "date_order": (*_DAYS, "month"),
    "whole_month": _DAYS,
    "fraction": ("percent",),
    "several": ("file",),
    "unreported": ("integer", "number", "money", "percent"),
    "of": ("record",),
    "datum": ("point", "line", "polygon"),
    "formula": ("computed",),
    "result": ("computed",),
}
"""Keys of a field that only some kinds read."""
NEVER_SEALED = ("file", "computed", "unit", "person", "record", "point", "line", "polygon")
_NO_KEY = ("longtext", "choices", "file", "computed", "point", "line", "polygon")


def check_ledgers(ledgers: Sequence[Definition], everything: Definitions) -> list[Issue]:
    """All faults of a pack's ledgers."""
    issues: list[Issue] = []
    for ledger in ledgers:
        shape = [issue for rule in _SHAPE_RULES for issue in rule(ledger)]
        issues += shape
        if not any(issue.level is Level.ERROR for issue in shape):
            issues += _expressions(ledger, everything)
            issues += _formulas(ledger)
        issues += _loop_exists(ledger, everything)
        issues += _linked_ledgers_exist(ledger, everything)
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
        if field.unreported and flag_of(field.code) in ledger.spec.by_code:
            taken = flag_of(field.code)
            yield ledger.source.issue(f"“{taken}”用来记“{field.title}”未报，请换一个代码", "fields", index)
        if field.code in SYSTEM_NAMES and field.code != ledger.spec.unit_field:
            yield ledger.source.issue(f"“{field.code}”是系统名称，请换一个代码", "fields", index, "code")


def _needs_given(ledger: Definition) -> Iterator[Issue]:
    """What a kind cannot do without stands there: choices, of, formula."""
    for index, field in enumerate(ledger.spec.fields):
        kind = BY_CODE.get(field.kind)
        for key in kind.needs if kind else ():
            if kind and not getattr(field, key):
                yield ledger.source.issue(f"{kind.title}字段“{field.title}”没有 {key}", "fields", index)


def _keys_fit(ledger: Definition) -> Iterator[Issue]:
    """A key that a kind would pass over was meant for another."""
    for index, field in enumerate(ledger.spec.fields):
        for key, kinds in ONLY_FOR.items():
            if getattr(field, key) != type(field).model_fields[key].default and field.kind not in kinds:
                message = f"“{key}”只用于 {'、'.join(kinds)} 字段，“{field.title}”是 {field.kind}"
                yield ledger.source.issue(message, "fields", index, key)


def _choices_told_apart(ledger: Definition) -> Iterator[Issue]:
    """A word of one choice is no word of another, and one that is written among several has no separator in it."""
    for index, field in enumerate(ledger.spec.fields):
        meant: dict[str, str] = {}
        for choice in field.choices:
            for word in dict.fromkeys((choice.code, choice.title, *choice.aliases)):
                if word in meant:
                    yield ledger.source.issue(f"选项“{word}”写了两次", "fields", index, "choices")
                meant[word] = choice.code
                if field.kind == "choices" and SEPARATORS.search(word):
                    message = f"多选的选项“{word}”里不能有分隔符（、，,;；/|）"
                    yield ledger.source.issue(message, "fields", index, "choices")


def _measures_known(ledger: Definition) -> Iterator[Issue]:
    """Money is counted in money. Of other numbers any unit may be named; an unknown one converts from no other."""
    for index, field in enumerate(ledger.spec.fields):
        is_money = field.kind == "money" or (field.kind == "computed" and field.result == "money")
        if is_money and field.measure and _dimension(field.measure) != _dimension("元"):
            message = f"金额字段“{field.title}”的计量单位“{field.measure}”不是金额单位"
            yield ledger.source.issue(message, "fields", index, "measure", hint="可用：元、千元、万元、亿元")


def _dimension(measure: str) -> str:
    return find_unit(measure).dimension if is_unit(measure) else ""


def _bounds_in_order(ledger: Definition) -> Iterator[Issue]:
    for index, field in enumerate(ledger.spec.fields):
        if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
            message = f"最小值 {field.minimum:g} 大于最大值 {field.maximum:g}"
            yield ledger.source.issue(message, "fields", index, "minimum")


def _computed_not_asked(ledger: Definition) -> Iterator[Issue]:
    """What is computed cannot be demanded of a person, and is not known when a file is compared by key."""
    for index, field in enumerate(ledger.spec.fields):
        if field.kind == "computed" and field.required:
            yield ledger.source.issue(f"计算字段“{field.title}”不用填写，不能是必填", "fields", index, "required")


def _key_is_plain(ledger: Definition) -> Iterator[Issue]:
    """A key is one plain value a field."""
    for index, code in enumerate(ledger.spec.key):
        field = ledger.spec.by_code.get(code)
        if field and field.kind in _NO_KEY:
            yield ledger.source.issue(f"{field.kind} 字段“{field.title}”不能用来识别记录", "key", index)


def _personal_is_masked(ledger: Definition) -> Iterator[Issue]:
    """Names and addresses are text; and what names a record is shown everywhere, so it should be no secret."""
    spec: LedgerSpec = ledger.spec
    for index, field in enumerate(spec.fields):
        if field.personal in ("name", "address") and field.kind not in ("text", "longtext", "person"):
            message = f"“{field.title}”是 {field.kind}，personal: {field.personal} 只用于文字和人员字段"
            yield ledger.source.issue(message, "fields", index, "personal", hint="请写 all 或 none")
    named = spec.by_code.get(spec.name_field)
    kind = BY_CODE.get(named.kind) if named else None
    if named and kind and kind.is_personal(named):
        message = f"“{named.title}”是个人信息，却用作记录的名称，处处显示"
        yield ledger.source.issue(message, "name_field", level=Level.WARNING)


def _patterns_compile(ledger: Definition) -> Iterator[Issue]:
    for index, field in enumerate(ledger.spec.fields):
        try:
            re.compile(field.pattern)
        except (re.error, OverflowError, RecursionError) as error:
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
        "assignee_field": ("person",),
    }
    for place, kinds in wanted.items():
        field = spec.by_code.get(getattr(spec, place))
        if field and field.kind in BY_CODE and field.kind not in kinds:
            yield ledger.source.issue(f"{place} 要用 {'或'.join(kinds)} 字段，“{field.title}”是 {field.kind}", place)


def _sealed_is_apart(ledger: Definition) -> Iterator[Issue]:
    """What is encrypted can be neither asked for by the database nor show a record's name."""
    spec: LedgerSpec = ledger.spec
    parts = {getattr(spec, name) for name in _FIELD_REFERENCES}
    for index, field in enumerate(spec.fields):
        if field.encrypted and field.kind in NEVER_SEALED:
            yield ledger.source.issue(f"{field.kind} 字段“{field.title}”不能加密保存", "fields", index, "encrypted")
        if field.encrypted and field.code in parts:
            message = f"“{field.title}”在台账里另有用处（名称、责任单位、日期或状态），不能加密保存"
            yield ledger.source.issue(message, "fields", index, "encrypted")


def _rights_fit(ledger: Definition) -> Iterator[Issue]:
    """Rights name fields and roles that are there."""
    for index, rule in enumerate(ledger.spec.rights):
        for code in rule.fields:
            if code not in ledger.spec.by_code:
                hint = did_you_mean(code, list(ledger.spec.by_code))
                yield ledger.source.issue(f"字段权限里的字段“{code}”不存在", "rights", index, "fields", hint=hint)
        for role in rule.roles:
            if role not in ROLES or ROLES[role].reach == "none":
                usable = [known.code for known in ROLES.values() if known.reach != "none"]
                hint = did_you_mean(role, usable) or f"可用：{'、'.join(usable)}"
                yield ledger.source.issue(f"字段权限里没有角色“{role}”", "rights", index, "roles", hint=hint)


_SHAPE_RULES = (
    _kinds_known,
    _codes_once,
    _needs_given,
    _keys_fit,
    _choices_told_apart,
    _patterns_compile,
    _measures_known,
    _bounds_in_order,
    _computed_not_asked,
    _references_exist,
    _key_is_plain,
    _parts_fit,
    _personal_is_masked,
    _sealed_is_apart,
    _rights_fit,
)


def _expressions(ledger: Definition, everything: Definitions) -> Iterator[Issue]:
    names = names_of_rules(ledger.spec, _linked(ledger, everything))
    for index, check in enumerate(ledger.spec.checks):
        try:
            compile_check(check.when, names)
        except ExpressionError as error:
            for problem in error.problems:
                yield ledger.source.issue(problem.message, "checks", index, "when", hint=problem.hint)


def _linked(ledger: Definition, everything: Definitions) -> dict[str, LedgerSpec]:
    """The ledgers of this pack that record fields point at. Rules see no further than their own pack."""
    known = everything.get("ledgers", {})
    pointed = {field.code: full_code(ledger.pack, field.of) for field in ledger.spec.fields if field.kind == "record"}
    sound = {link: known[code].spec for link, code in pointed.items() if code in known}
    return {link: spec for link, spec in sound.items() if all(field.kind in BY_CODE for field in spec.fields)}


def _formulas(ledger: Definition) -> Iterator[Issue]:
    """Formulas compile, give what `result` says, and say the same on every day."""
    for index, field in enumerate(ledger.spec.fields):
        if field.kind != "computed":
            continue
        try:
            checked = compile_formula(ledger.spec, field)
        except ExpressionError as error:
            for problem in error.problems:
                yield ledger.source.issue(problem.message, "fields", index, "formula", hint=problem.hint)
            continue
        for word in clock_words(checked):
            message = f"公式里不能用 {word}()：算出的值存下来，不会随日子变"
            yield ledger.source.issue(message, "fields", index, "formula")


def _linked_ledgers_exist(ledger: Definition, everything: Definitions) -> Iterator[Issue]:
    """A ledger of the same pack must be there; one of another pack is looked for when its records are."""
    ledgers = everything.get("ledgers", {})
    for index, field in enumerate(ledger.spec.fields):
        code = full_code(ledger.pack, field.of)
        if field.of and code.startswith(f"{ledger.pack}.") and code not in ledgers:
            known = [name.split(".", 1)[1] for name in ledgers]
            hint = did_you_mean(field.of.rpartition(".")[2], known)
            yield ledger.source.issue(f"没有台账“{field.of}”", "fields", index, "of", hint=hint)


def _loop_exists(ledger: Definition, everything: Definitions) -> Iterator[Issue]:
    loops = everything.get("loops", {})
    code = ledger.spec.loop
    if code and f"{ledger.pack}.{code}" not in loops:
        known = [name.split(".", 1)[1] for name in loops]
        yield ledger.source.issue(f"没有闭环“{code}”", "loop", hint=did_you_mean(code, known))


LEDGERS = PackKind("ledgers", "台账", LedgerSpec, check_ledgers)
