"""The rules a duty's definition must keep; faults carry file, line and a hint."""

from collections.abc import Iterator, Mapping, Sequence

from bihuan.base.errors import Invalid, Issue, did_you_mean
from bihuan.expression import ExpressionError, compile_check
from bihuan.ledger.names import names_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import BY_CODE as FIELD_TYPES
from bihuan.loop.duty.spec import DutySpec
from bihuan.loop.notice.checks import full_code
from bihuan.loop.notice.phrasing import compiled, names_asked
from bihuan.pack.kind import Definition, Definitions, PackKind

VALUES = {
    "duty": "任务名称",
    "period": "周期名称，如 2026年第10周（3月2日至8日）",
    "period_key": "周期代码，如 2026-W10、2026-03、2026-Q1",
    "period_from": "周期第一天，如 2026-03-02",
    "period_to": "周期最后一天",
    "unit": "承担单位",
    "object": "全覆盖、按事件：对象或事项的名称",
    "object_number": "全覆盖、按事件：对象或事项的编号",
}
"""What the texts of `set` may ask for."""


def check_duties(duties: Sequence[Definition], everything: Definitions) -> list[Issue]:
    """All faults of a pack's duties, alone and against the ledgers that they name."""
    issues: list[Issue] = []
    ledgers = everything.get("ledgers", {})
    for duty in duties:
        issues += [*_owed_in_one_way(duty), *_texts_compile(duty), *_ledgers_exist(duty, ledgers)]
        own = ledgers.get(full_code(duty.pack, duty.spec.ledger))
        if own is not None:
            loop = everything.get("loops", {}).get(f"{duty.pack}.{own.spec.loop}")
            issues += [*_fields_exist(duty, own.spec), *_compiles(duty, own.spec, loop.spec.states if loop else {})]
    return issues


def _owed_in_one_way(duty: Definition) -> Iterator[Issue]:
    spec: DutySpec = duty.spec
    ways = [name for name in ("owers", "round", "event") if getattr(spec, name) is not None]
    if len(ways) != 1:
        yield duty.source.issue("owers、round、event 要写一个，也只能写一个", "code")
    if (spec.every == "event") != (spec.event is not None):
        yield duty.source.issue("every: event 与 event 要一起写", "every")
    if spec.owers and not (spec.owers.units or spec.owers.kind):
        yield duty.source.issue("没有写哪些单位：写 units 或 kind", "owers")
    if spec.until and spec.until < spec.from_:
        yield duty.source.issue("until 早于 from，永远不会开启", "until")
    if spec.workdays and spec.every != "day":
        yield duty.source.issue("workdays 只用于 every: day", "workdays")


def _texts_compile(duty: Definition) -> Iterator[Issue]:
    for field, text in duty.spec.set.items():
        try:
            compiled(text)
        except Invalid as error:
            yield duty.source.issue(error.message, "set", field)
            continue
        for name in sorted(names_asked(text) - set(VALUES)):
            yield duty.source.issue(f"没有“{name}”这个值", "set", field, hint=did_you_mean(name, list(VALUES)))


def _ledgers_exist(duty: Definition, ledgers: Mapping[str, Definition]) -> Iterator[Issue]:
    spec: DutySpec = duty.spec
    named: list[tuple[str, tuple[str, ...]]] = [(spec.ledger, ("ledger",))]
    named += [(spec.round.ledger, ("round", "ledger"))] if spec.round else []
    named += [(spec.event.ledger, ("event", "ledger"))] if spec.event else []
    for code, place in named:
        full = full_code(duty.pack, code)
        if full.startswith(f"{duty.pack}.") and full not in ledgers:
            hint = did_you_mean(code, [known.partition(".")[2] for known in ledgers])
            yield duty.source.issue(f"没有台账“{code}”", *place, hint=hint)


def _fields_exist(duty: Definition, ledger: LedgerSpec) -> Iterator[Issue]:
    spec: DutySpec = duty.spec
    named: list[tuple[str, tuple[str, ...]]] = [(field, ("set", field)) for field in spec.set]
    named += [(spec.report.figure, ("report", "figure"))] if spec.report.figure else []
    named += [(spec.round.object_field, ("round", "object_field"))] if spec.round else []
    for field, place in named:
        if field not in ledger.by_code:
            hint = did_you_mean(field, list(ledger.by_code))
            yield duty.source.issue(f"台账“{ledger.title}”没有字段“{field}”", *place, hint=hint)
    given = {*spec.set, ledger.unit_field, ledger.opened_field, ledger.due_field}
    given |= {spec.round.object_field} if spec.round else set()
    missing = [field.title for field in ledger.fields if field.required and field.code not in given]
    if missing:
        yield duty.source.issue(f"开启时没有给出必填字段：{'、'.join(missing)}", "set")


def _compiles(duty: Definition, ledger: LedgerSpec, states: dict[str, str]) -> Iterator[Issue]:
    if any(field.kind not in FIELD_TYPES for field in ledger.fields):
        return
    names = names_of(ledger, states)
    for key in ("when", "zero"):
        text = getattr(duty.spec.report, key)
        try:
            if text:
                compile_check(text, names)
        except ExpressionError as error:
            for problem in error.problems:
                yield duty.source.issue(problem.message, "report", key, hint=problem.hint)


DUTIES = PackKind("duties", "例行任务", DutySpec, check_duties)
