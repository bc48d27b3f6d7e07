"""The rules a draw's definition must keep; faults carry file, line and a hint."""

from collections.abc import Iterator, Mapping, Sequence

from bihuan.base.errors import Invalid, Issue, did_you_mean
from bihuan.expression import ExpressionError, compile_check
from bihuan.ledger.names import names_of
from bihuan.ledger.types import BY_CODE as FIELD_TYPES
from bihuan.loop.draw.spec import DrawSpec
from bihuan.loop.notice.checks import full_code
from bihuan.loop.notice.phrasing import compiled, names_asked
from bihuan.org.roles import BY_CODE as ROLES
from bihuan.pack.kind import Definition, Definitions, PackKind

VALUES = ("draw", "object", "object_number", "team")


def check_draws(draws: Sequence[Definition], everything: Definitions) -> list[Issue]:
    """All faults of a pack's draws, alone and against the ledgers that they name."""
    ledgers = everything.get("ledgers", {})
    issues: list[Issue] = []
    for draw in draws:
        issues += [*_alone(draw), *_texts(draw), *_ledgers_exist(draw, ledgers), *_fields_exist(draw, ledgers)]
    return issues


def _alone(draw: Definition) -> Iterator[Issue]:
    spec: DrawSpec = draw.spec
    if bool(spec.percent) == bool(spec.count):
        yield draw.source.issue("percent 与 count 要写一个，也只能写一个", "code")
    for index, role in enumerate(spec.manage):
        if role not in ROLES:
            yield draw.source.issue(f"没有角色“{role}”", "manage", index, hint=did_you_mean(role, list(ROLES)))


def _texts(draw: Definition) -> Iterator[Issue]:
    for field, text in draw.spec.set.items():
        try:
            compiled(text)
        except Invalid as error:
            yield draw.source.issue(error.message, "set", field)
            continue
        for name in sorted(names_asked(text) - set(VALUES)):
            yield draw.source.issue(f"没有“{name}”这个值", "set", field, hint=did_you_mean(name, list(VALUES)))


def _ledgers_exist(draw: Definition, ledgers: Mapping[str, Definition]) -> Iterator[Issue]:
    spec: DrawSpec = draw.spec
    for code, place in (
        (spec.ledger, ("ledger",)),
        (spec.objects.ledger, ("objects", "ledger")),
        (spec.inspectors.ledger, ("inspectors", "ledger")),
    ):
        full = full_code(draw.pack, code)
        if full.startswith(f"{draw.pack}.") and full not in ledgers:
            hint = did_you_mean(code, [known.partition(".")[2] for known in ledgers])
            yield draw.source.issue(f"没有台账“{code}”", *place, hint=hint)


def _fields_exist(draw: Definition, ledgers: Mapping[str, Definition]) -> Iterator[Issue]:
    spec: DrawSpec = draw.spec
    own = ledgers.get(full_code(draw.pack, spec.ledger))
    for field, place in ((spec.object_field, "object_field"), (spec.team_field, "team_field")):
        if own and field not in own.spec.by_code:
            hint = did_you_mean(field, list(own.spec.by_code))
            yield draw.source.issue(f"台账“{own.spec.title}”没有字段“{field}”", place, hint=hint)
    for key in ("objects", "inspectors"):
        part = getattr(spec, key)
        ledger = ledgers.get(full_code(draw.pack, part.ledger))
        if ledger is None or not part.where or any(f.kind not in FIELD_TYPES for f in ledger.spec.fields):
            continue
        try:
            compile_check(part.where, names_of(ledger.spec, {}))
        except ExpressionError as error:
            for problem in error.problems:
                yield draw.source.issue(problem.message, key, "where", hint=problem.hint)
    people = ledgers.get(full_code(draw.pack, spec.inspectors.ledger))
    avoid = spec.inspectors.avoid_field
    if people and avoid and avoid not in people.spec.by_code:
        yield draw.source.issue(f"台账“{people.spec.title}”没有字段“{avoid}”", "inspectors", "avoid_field")


DRAWS = PackKind("draws", "随机抽查", DrawSpec, check_draws)
