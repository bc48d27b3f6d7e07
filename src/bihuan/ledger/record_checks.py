"""The rules a ledger declares over a whole record: what must not be false of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bihuan.base import clock
from bihuan.expression import Checked, Name, compile_check, evaluate
from bihuan.ledger.linked_names import Linked, linked_in_force, linked_names, linked_reader, links_of
from bihuan.ledger.names import names_of
from bihuan.ledger.spec import CheckSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE


@dataclass(frozen=True)
class Breach:
    """A rule that a record breaks; one that is no error only points the record out."""

    message: str
    is_error: bool


Checker = Callable[[Mapping[str, Any]], list[Breach]]


def checker(spec: LedgerSpec, about: Iterable[Mapping[str, Any]] = ()) -> Checker:
    """A function, made once for many records, that gives the rules which a record's stored data breaks.

    A rule is broken when it is false; unknown, for want of a value, is not broken. A rule over a linked record is
    looked at where there is one; each of those is read once in the life of the function, and those that the data
    `about` point at all at once.
    """
    links = links_of(spec)
    return _checker(spec, linked_in_force(spec, links), about) if links else _own_checker(spec)


@lru_cache(maxsize=256)
def _own_checker(spec: LedgerSpec) -> Checker:
    return _checker(spec, {})


def _checker(spec: LedgerSpec, linked: Linked, about: Iterable[Mapping[str, Any]] = ()) -> Checker:
    rules = _compiled(spec, tuple(linked.items()))
    kinds = {field.code: BY_CODE[field.kind] for field in spec.fields}
    read = linked_reader(linked, about)

    def breaches(data: Mapping[str, Any]) -> list[Breach]:
        values = {code: kind.python(data[code]) if code in data else None for code, kind in kinds.items()}
        values |= read(data)
        today, now = clock.today(), clock.now()
        return [
            Breach(rule.message, rule.level == "error")
            for checked, rule, links in rules
            if all(link in data for link in links) and evaluate(checked, values, today=today, now=now) is False
        ]

    return breaches if rules else lambda _: []


@lru_cache(maxsize=256)
def _compiled(
    spec: LedgerSpec, linked: tuple[tuple[str, LedgerSpec], ...]
) -> list[tuple[Checked, CheckSpec, tuple[str, ...]]]:
    """Each rule with its checked expression and the links that it looks through."""
    names = names_of_rules(spec, dict(linked))
    return [(compile_check(rule.when, names), rule, links_of(spec, [rule])) for rule in spec.checks]


def names_of_rules(spec: LedgerSpec, linked: Linked) -> dict[str, Name]:
    """What a ledger's rules may use: its own fields, and those of linked records.

    A rule holds of what is filled in, before the record has a number or a step.
    """
    own = {code: name for code, name in names_of(spec, {}).items() if code in spec.by_code}
    return own | linked_names(spec, linked)
