"""The rules a ledger declares over a whole record: what must not be false of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.expression import compile_check, evaluate
from bihuan.ledger.names import names_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import BY_CODE


@dataclass(frozen=True)
class Breach:
    """A rule that a record breaks; one that is no error only points the record out."""

    message: str
    is_error: bool


Checker = Callable[[Mapping[str, Any]], list[Breach]]


@lru_cache(maxsize=256)
def checker(spec: LedgerSpec) -> Checker:
    """A function, made once for many records, that gives the rules which a record's stored data breaks.

    A rule is broken when it is false; unknown, for want of a value, is not broken.
    """
    names = {code: name for code, name in names_of(spec, {}).items() if code in spec.by_code}
    rules = [(compile_check(rule.when, names), rule) for rule in spec.checks]
    kinds = {field.code: BY_CODE[field.kind] for field in spec.fields}

    def breaches(data: Mapping[str, Any]) -> list[Breach]:
        values = {code: kind.python(data[code]) if code in data else None for code, kind in kinds.items()}
        today, now = clock.today(), clock.now()
        return [
            Breach(rule.message, rule.level == "error")
            for checked, rule in rules
            if evaluate(checked, values, today=today, now=now) is False
        ]

    return breaches if rules else lambda _: []


def require_sound(spec: LedgerSpec, data: Mapping[str, Any]) -> None:
    """Raise Invalid if a record's data breaks a rule of its ledger."""
    errors = [breach.message for breach in checker(spec)(data) if breach.is_error]
    if errors:
        raise Invalid("；".join(errors))
