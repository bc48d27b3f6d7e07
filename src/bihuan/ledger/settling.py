"""What a change settles into: computed fields follow it, and the ledger's rules must hold of the whole."""

from collections.abc import Mapping
from typing import Any

from bihuan.ledger.record_checks import require_sound
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types.formula import computed_values
from bihuan.ledger.unreported import stored


def settle(spec: LedgerSpec, data: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes to a record's data together with those of its computed fields. A cleared field is None.

    Raises Invalid if the record as a whole would break a rule of its ledger.
    """
    changes = stored(spec, data, changes)
    whole = {code: value for code, value in {**data, **changes}.items() if value is not None}
    computed = computed_values(spec, whole)
    follow = {
        field.code: computed.get(field.code)
        for field in spec.fields
        if field.kind == "computed" and computed.get(field.code) != data.get(field.code)
    }
    require_sound(spec, {**whole, **computed})
    return {**changes, **follow}
