"""What a change settles into: computed fields follow it, and the ledger's rules must hold of the whole."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bihuan.base.errors import Invalid
from bihuan.ledger.record_checks import checker
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types.formula import computer
from bihuan.ledger.unreported import stored

Settler = Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]


def settler(spec: LedgerSpec, about: Iterable[Mapping[str, Any]] = ()) -> Settler:
    """`settle` for many records: formulas and rules are made ready once.

    What the records of these data point at, and the rules look at, is read at once and not again.
    """
    compute, breaches = computer(spec), checker(spec, about)
    codes = [field.code for field in spec.fields if field.kind == "computed"]

    def settled(data: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
        changes = stored(spec, data, changes)
        whole = {code: value for code, value in {**data, **changes}.items() if value is not None}
        computed = compute(whole)
        errors = [breach.message for breach in breaches({**whole, **computed}) if breach.is_error]
        if errors:
            raise Invalid("；".join(errors))
        follow = {code: computed.get(code) for code in codes if computed.get(code) != data.get(code)}
        return {**changes, **follow}

    return settled


def settle(spec: LedgerSpec, data: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes to a record's data together with those of its computed fields. A cleared field is None.

    Raises Invalid if the record as a whole would break a rule of its ledger.
    """
    return settler(spec)(data, changes)
