"""A definition held to every rule: by itself, beside the ledgers of its pack, against its loop, and as a change."""

from collections.abc import Iterator

from bihuan.base.errors import Issue, Level
from bihuan.expression import ExpressionError
from bihuan.ledger.checks import check_ledgers
from bihuan.ledger.choice_conversion import compiled_fill, compiled_rule
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger
from bihuan.ledger.spec import LedgerSpec
from bihuan.loop.fitting import check_fit
from bihuan.loop.spec import LoopSpec
from bihuan.pack.kind import Definition
from bihuan.pack.source import Source


def check_definition(pack: str, spec: LedgerSpec, loop: LoopSpec | None, old: LedgerSpec | None) -> list[Issue]:
    """The faults of a definition by itself, beside the ledgers of its pack, and against the loop that drives it."""
    source = Source("", {}, {})
    found = Definition(f"{pack}.{spec.code}", pack, spec, source)
    known = {
        ledger.code: Definition(ledger.code, pack, spec_of(ledger), source)
        for ledger in Ledger.objects.filter(code__startswith=f"{pack}.", version__gt=0)
    }
    loops = {f"{pack}.{spec.loop}": found} if loop and spec.loop else {}
    issues = check_ledgers([found], {"ledgers": {**known, found.code: found}, "loops": loops})
    if any(issue.level is Level.ERROR for issue in issues):
        return issues
    issues += check_fit(Definition(found.code, pack, loop, source), spec) if loop else []
    return issues + list(_migration_issues(spec, old or spec))


def _migration_issues(spec: LedgerSpec, old: LedgerSpec) -> Iterator[Issue]:
    """What is said for the change itself must be sound too."""
    for item in spec.fields:
        rules = [(choice.when, old, compiled_rule) for choice in item.choices if choice.when]
        for text, names, check in [*rules, *([(item.fill, spec, compiled_fill)] if item.fill else [])]:
            try:
                check(text, names)
            except ExpressionError as error:
                yield from (
                    Issue(f"“{item.title}”：{problem.message}", hint=problem.hint) for problem in error.problems
                )
        if item.was and item.was in spec.by_code and item.was != item.code:
            yield Issue(f"“{item.title}”说是由“{item.was}”而来，而“{item.was}”还在，不能两处都用")
