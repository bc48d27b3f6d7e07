"""Field rights: what a role may do with a field at a step, as the pack says it and as it was set on screen since."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from django.db.models import Q

from bihuan.base import clock
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import FieldRight, Ledger
from bihuan.ledger.spec import LedgerSpec

EVERY_STEP = ""


class Right(StrEnum):
    """What may be done with a field, the least first."""

    HIDDEN = "hidden"
    MASKED = "masked"
    READ = "read"
    WRITE = "write"


RANK = {right: rank for rank, right in enumerate(Right)}
RIGHT_WORDS = {
    Right.HIDDEN: "看不见",
    Right.MASKED: "只看见遮盖后的",
    Right.READ: "只能看",
    Right.WRITE: "可以填",
}


@dataclass(frozen=True)
class FieldRights:
    """The rights of a ledger on a day, by role, field and step; what is not named may be written."""

    rules: dict[tuple[str, str, str], Right]

    def of(self, roles: Iterable[str], field: str, step: str) -> Right:
        """The most that one of the roles may do with a field at a step."""
        found = [self._of_role(role, field, step) for role in roles]
        return max(found, key=RANK.__getitem__, default=Right.WRITE)

    def _of_role(self, role: str, field: str, step: str) -> Right:
        exact = self.rules.get((role, field, step))
        return exact or self.rules.get((role, field, EVERY_STEP), Right.WRITE)

    def steps_of(self, field: str) -> set[str]:
        """The steps at which a rule names the field, and the general case."""
        return {step for _, code, step in self.rules if code == field} | {EVERY_STEP}

    @property
    def fields(self) -> set[str]:
        return {code for _, code, _ in self.rules}


def rights_of(ledger: Ledger) -> FieldRights:
    """The field rights in force today; read once until somebody changes them."""
    return _rights_at(ledger.stamp, ledger.pk, clock.today())


@lru_cache(maxsize=256)
def _rights_at(stamp: str, ledger: int, day: date) -> FieldRights:  # noqa: ARG001 - the stamp makes the key unique
    spec = spec_of(Ledger.objects.get(pk=ledger))
    return FieldRights(dict(_declared(spec)) | dict(_set_on_screen(ledger, day)))


def _declared(spec: LedgerSpec) -> Iterator[tuple[tuple[str, str, str], Right]]:
    for rule in spec.rights:
        for field in rule.fields:
            for role in rule.roles:
                for step in rule.states or (EVERY_STEP,):
                    yield (role, field, step), Right(rule.right)


def _set_on_screen(ledger: int, day: date) -> Iterator[tuple[tuple[str, str, str], Right]]:
    current = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
    rows = FieldRight.objects.filter(current, ledger=ledger, valid_from__lte=day).order_by("pk")
    for role, field, step, right in rows.values_list("role", "field", "step", "right"):
        yield (role, field, step), Right(right)
