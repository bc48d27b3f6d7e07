"""What a rule may say of the record that a record field points at: `"handler.valid_until"`, `"承办人.有效期至"`.

Such names stand in double quotes, and only in the rules of a ledger (`checks`): they are looked at when a record is
written, in Python, and never in a list or a figure. The rule sees the linked record as it stands now, whoever asks.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from bihuan.expression import Name
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.names import names_of
from bihuan.ledger.spec import CheckSpec, LedgerSpec
from bihuan.ledger.types import BY_CODE

Linked = Mapping[str, LedgerSpec]
"""The definition of the ledger that each record field points at, by field code."""

_DOTTED = re.compile(r"[\"“”]([^\"“”.]+)\.[^\"“”]+[\"“”]")


def links_of(spec: LedgerSpec, rules: Iterable[CheckSpec] | None = None) -> tuple[str, ...]:
    """The record fields whose linked record these rules look at, or all rules of the ledger."""
    said = {word for rule in (spec.checks if rules is None else rules) for word in _DOTTED.findall(rule.when)}
    return tuple(field.code for field in spec.fields if field.kind == "record" and said & {field.code, field.title})


def linked_names(spec: LedgerSpec, linked: Linked) -> dict[str, Name]:
    """The names of the fields of linked records, as `field.its_field`."""
    names: dict[str, Name] = {}
    for link, target in linked.items():
        title = spec.by_code[link].title
        for code, name in names_of(target, {}).items():
            if code in target.by_code:
                dotted = f"{link}.{code}"
                names[dotted] = replace(name, code=dotted, title=f"{title}.{name.title}")
    return names


def linked_in_force(spec: LedgerSpec, links: tuple[str, ...]) -> dict[str, LedgerSpec]:
    """The definitions in force of the ledgers that these fields point at; one that is not there has no names."""
    wanted = {link: spec.by_code[link].of for link in links}
    ledgers = {ledger.code: ledger for ledger in Ledger.objects.filter(code__in=set(wanted.values()))}
    return {link: spec_of(ledgers[code]) for link, code in wanted.items() if code in ledgers}


def linked_reader(
    linked: Linked, about: Iterable[Mapping[str, Any]] = ()
) -> Callable[[Mapping[str, Any]], dict[str, object]]:
    """A function that gives the values of a record's linked records by dotted name. It reads each of them once.

    Those that the data `about` point at are read at once.
    """
    wanted = {pk for data in about for link in linked if isinstance(pk := data.get(link), int)}
    known: dict[int, dict[str, Any]] = {pk: {} for pk in wanted}
    if wanted:
        known |= Record.objects.filter(pk__in=wanted, deleted=False).values_list("pk", "data")

    def read(data: Mapping[str, Any]) -> dict[str, object]:
        values: dict[str, object] = {}
        for link, target in linked.items():
            stored = _data_of(data.get(link), known)
            for field in target.fields:
                value = stored.get(field.code)
                values[f"{link}.{field.code}"] = None if value is None else BY_CODE[field.kind].python(value)
        return values

    return read


def _data_of(pk: int | None, known: dict[int, dict[str, Any]]) -> dict[str, Any]:
    if pk is None:
        return {}
    if pk not in known:
        row = Record.objects.filter(pk=pk, deleted=False).values_list("data", flat=True).first()
        known[pk] = row or {}
    return known[pk]
