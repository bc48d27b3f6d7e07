"""A loop against the ledgers that it drives: the fields it names must be there, and its expressions must compile."""

from collections.abc import Iterator

from bihuan.base.errors import Issue, did_you_mean
from bihuan.expression import ExpressionError, Kind, compile_check
from bihuan.ledger.names import names_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import BY_CODE as FIELD_TYPES
from bihuan.loop.spec import LoopSpec
from bihuan.pack.kind import Definition

Place = tuple[str | int, ...]
_DATES = ("date", "datetime")


def check_fit(loop: Definition, ledger: LedgerSpec) -> list[Issue]:
    """Faults of a loop when it drives this ledger."""
    issues = list(_fields_fit(loop, ledger))
    if all(field.kind in FIELD_TYPES for field in ledger.fields):
        issues += _expressions_compile(loop, ledger)
    return issues


def _fields_fit(loop: Definition, ledger: LedgerSpec) -> Iterator[Issue]:
    known = list(ledger.by_code)
    for code, kinds, place in _named_fields(loop.spec):
        field = ledger.by_code.get(code)
        if field is None:
            yield loop.source.issue(f"台账“{ledger.title}”没有字段“{code}”", *place, hint=did_you_mean(code, known))
        elif kinds and field.kind not in kinds:
            wanted = "、".join(FIELD_TYPES[kind].title for kind in kinds)
            yield loop.source.issue(f"字段“{field.title}”是{FIELD_TYPES[field.kind].title}，这里要用{wanted}", *place)


def _named_fields(spec: LoopSpec) -> Iterator[tuple[str, tuple[str, ...], Place]]:
    """Every field that a loop names, with the kinds that may stand there and its place in the file."""
    for index, verb in enumerate(spec.verbs):
        for place, ask in enumerate(verb.asks):
            yield ask.field, (), ("verbs", index, "asks", place, "field")
        for place, who in enumerate(verb.who):
            if who.field:
                yield who.field, ("unit", "person"), ("verbs", index, "who", place, "field")
    for index, level in enumerate(spec.levels):
        if level.field:
            yield level.field, ("unit",), ("levels", index, "field")
    if spec.deadline and spec.deadline.field:
        yield spec.deadline.field, _DATES, ("deadline", "field")
    if spec.look_back:
        for key, codes in (("match", spec.look_back.match), ("copy", spec.look_back.copy_)):
            for place, code in enumerate(codes):
                yield code, (), ("look_back", key, place)
    yield from _doubles_fields(spec)


def _expressions_compile(loop: Definition, ledger: LedgerSpec) -> Iterator[Issue]:
    names = names_of(ledger, loop.spec.states)
    for text, kind, place in _expressions(loop.spec):
        try:
            compile_check(text, names, expect=kind)
        except ExpressionError as error:
            for problem in error.problems:
                yield loop.source.issue(problem.message, *place, hint=problem.hint)


def _expressions(spec: LoopSpec) -> Iterator[tuple[str, Kind, Place]]:
    """Every expression of a loop, with the kind of value it must give."""
    for index, verb in enumerate(spec.verbs):
        if verb.guard:
            yield verb.guard, Kind.BOOLEAN, ("verbs", index, "guard")
        for place, who in enumerate(verb.who):
            if who.when:
                yield who.when, Kind.BOOLEAN, ("verbs", index, "who", place, "when")
            if who.unit_code:
                yield who.unit_code, Kind.TEXT, ("verbs", index, "who", place, "unit_code")
    if spec.still:
        yield spec.still, Kind.BOOLEAN, ("still",)
    if spec.deadline and spec.deadline.days_by:
        yield spec.deadline.days_by, Kind.INTEGER, ("deadline", "days_by")


def _doubles_fields(spec: LoopSpec) -> Iterator[tuple[str, tuple[str, ...], Place]]:
    """The fields by which matters are known to be one."""
    if spec.doubles is None:
        return
    for place, code in enumerate(spec.doubles.match):
        yield code, (), ("doubles", "match", place)
    for place, across in enumerate(spec.doubles.across):
        yield from ((code, (), ("doubles", "across", place, "match")) for code in across.match)
    if spec.doubles.sources:
        yield spec.doubles.sources, ("choices",), ("doubles", "sources")
