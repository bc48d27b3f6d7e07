"""What a record was under an earlier definition, told in the terms of the present one: so that both can be compared."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from bihuan.ledger.conversion import Converted, converter
from bihuan.ledger.definition_diff import source_of
from bihuan.ledger.models import Ledger, LedgerVersion
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import Lookup, Masked

UNKNOWN = Masked("定义改过，换算不了")
"""In the place of a value that cannot be told in the present terms: it is like no other, and so is asked about."""


class PastTerms:
    """Carries data and field codes from the terms of one version of a ledger's definition to those of a later one."""

    def __init__(self, ledger: Ledger, lookup: Lookup) -> None:
        self.ledger, self.lookup = ledger, lookup
        self._steps: dict[int, Any] = {}

    def carried(self, data: Mapping[str, Any], since: int, until: int) -> dict[str, Any]:
        """A record's data of one version in the terms of a later one."""
        found, unknown = dict(data), set[str]()
        for version in range(max(since, 1), until):
            step: Converted = self._step(version)(found)
            unknown = self._renamed(unknown, version) | self._lost(step, found, version)
            found = {code: value for code, value in {**found, **step.changes}.items() if value is not None}
        return found | dict.fromkeys(unknown, UNKNOWN)

    def _lost(self, step: Converted, data: Mapping[str, Any], version: int) -> set[str]:
        """The fields that had a value which the next definition does not take."""
        old, new = self._specs[version], self._specs[version + 1]
        at_fault = [new.by_code[fault.code] for fault in step.faults if fault.code in new.by_code]
        held = ((field.code, source_of(field, old)) for field in at_fault)
        return {code for code, source in held if source and data.get(source.code) is not None}

    def codes(self, codes: Iterable[str], since: int) -> set[str]:
        """The codes that fields of an earlier version have now; a field that is gone has none."""
        found = set(codes)
        for version in range(max(since, 1), self.ledger.version):
            found = self._renamed(found, version)
        return found

    def _renamed(self, codes: set[str], version: int) -> set[str]:
        """The codes that fields have in the next version; one that has its new code already keeps it."""
        old, new = self._specs[version], self._specs[version + 1]
        sources = ((field.code, source_of(field, old)) for field in new.fields)
        return {code for code, source in sources if code in codes or (source is not None and source.code in codes)}

    def _step(self, version: int) -> Any:
        if version not in self._steps:
            self._steps[version] = converter(self._specs[version], self._specs[version + 1], self.lookup)
        return self._steps[version]

    @cached_property
    def _specs(self) -> dict[int, LedgerSpec]:
        rows = LedgerVersion.objects.filter(ledger=self.ledger)
        return {version: LedgerSpec.model_validate(spec) for version, spec in rows.values_list("version", "definition")}
