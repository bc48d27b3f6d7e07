"""A choice from one definition to the next: renamed, joined, split by a rule; and the expressions of a change."""

from collections.abc import Callable, Mapping
from typing import Any

from bihuan.base import clock
from bihuan.expression import Checked, Name, compile_check, evaluate
from bihuan.ledger.names import names_of
from bihuan.ledger.spec import ChoiceSpec, FieldSpec, LedgerSpec
from bihuan.ledger.types import BadValue

Convert = Callable[[Any, Mapping[str, Any]], Any]
"""Takes a stored value and its record's old data; returns the new stored value or raises BadValue."""


def compiled_fill(text: str, spec: LedgerSpec) -> Checked:
    """The expression that gives a blank field its value. Raises ExpressionError."""
    return compile_check(text, _names(spec), expect=None)


def compiled_rule(text: str, spec: LedgerSpec) -> Checked:
    """The condition by which records go to one of several choices. Raises ExpressionError."""
    return compile_check(text, _names(spec))


def _names(spec: LedgerSpec) -> dict[str, Name]:
    return {code: name for code, name in names_of(spec, {}).items() if code in spec.by_code}


def choosing(source: FieldSpec, field: FieldSpec, old: LedgerSpec) -> Convert:
    """A code stays if it is still there; else it becomes the first choice that comes from it and whose rule holds."""
    titles, codes = source.choice_titles, field.choice_titles
    heirs = [(choice, compiled_rule(choice.when, old) if choice.when else None) for choice in field.choices]

    def one(code: str, data: Mapping[str, Any]) -> str:
        if code in codes:
            return code
        return _heir(code, heirs, data) or _no_heir(titles.get(code, code))

    def convert(value: Any, data: Mapping[str, Any]) -> Any:
        order = list(codes)
        found = [one(code, data) for code in (value if isinstance(value, list) else [value])]
        if field.kind == "choices":
            return sorted(set(found), key=order.index)
        if len(found) > 1:
            raise BadValue(f"选了 {len(found)} 项，不能改成单选")
        return found[0]

    return convert


def _heir(code: str, heirs: list[tuple[ChoiceSpec, Checked | None]], data: Mapping[str, Any]) -> str:
    today, now = clock.today(), clock.now()
    for choice, rule in heirs:
        holds = rule is None or evaluate(rule, data, today=today, now=now) is True
        if code in choice.was and holds:
            return choice.code
    return ""


def _no_heir(title: str) -> str:
    raise BadValue(f"选项“{title}”要删去，没有说明改成哪一个")
