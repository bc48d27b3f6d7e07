"""What a record was under an earlier definition, told in the terms of the present one: so that both can be compared."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from bihuan.ledger.conversion import Converted, converter
from bihuan.ledger.definition_diff import source_of
from bihuan.ledger.models import Ledger, LedgerVersion
from bihuan.ledger.spec import LedgerSpec
from bihuan.ledger.types import Lookup

UNKNOWN = object()
"""In the place of a value that cannot be told in the present terms: it is like no other, and so is asked about."""


class PastTerms:
    """Carries data and field codes from the terms of one version of a ledger's definition to those of a later one."""

    def __init__(self, ledger: Ledger, lookup: Lookup) -> None:
        self.ledger, self.lookup = ledger, lookup
        self._steps: dict[int, Any] = {}

    def carried(self, data: Mapping[str, Any], since: int, until: int) -> dict[str, Any]:
        """A record's data of one version in the terms of a later one."""
        found = dict(data)
        for version in range(max(since, 1), until):
            step: Converted = self._step(version)(found)
            if step.faults:
                return dict.fromkeys(self._specs[until].by_code, UNKNOWN)
            found = {code: value for code, value in {**found, **step.changes}.items() if value is not None}
        return found

    def codes(self, codes: Iterable[str], since: int) -> set[str]:
        """The codes that fields of an earlier version have now; a field that is gone has none."""
        found = set(codes)
        for version in range(max(since, 1), self.ledger.version):
            old, new = self._specs[version], self._specs[version + 1]
            found = {
                field.code
                for field in new.fields
                if field.code in found or ((source := source_of(field, old)) is not None and source.code in found)
            }
        return found

    def _step(self, version: int) -> Any:
        if version not in self._steps:
            self._steps[version] = converter(self._specs[version], self._specs[version + 1], self.lookup)
        return self._steps[version]

    @cached_property
    def _specs(self) -> dict[int, LedgerSpec]:
        rows = LedgerVersion.objects.filter(ledger=self.ledger)
        return {version: LedgerSpec.model_validate(spec) for version, spec in rows.values_list("version", "definition")}
