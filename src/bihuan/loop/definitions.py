"""Which loop drives a ledger, and putting a new version of it in force."""

from collections.abc import Iterable
from functools import lru_cache

from django.db import transaction

from bihuan.base import clock
from bihuan.ledger.models import Ledger
from bihuan.loop.models import LoopVersion
from bihuan.loop.spec import LoopSpec


def loop_of(ledger: Ledger) -> LoopSpec | None:
    """The loop in force for a ledger; None for a plain register."""
    versions = LoopVersion.objects.filter(ledger=ledger).order_by("-version")
    current = versions.values_list("stamp", "version").first()
    return _loop_at(current[0], ledger.pk, current[1]) if current else None


def loops_of(ledgers: Iterable[Ledger]) -> dict[int, LoopSpec]:
    """The loops in force for several ledgers, by ledger id, with one query. A plain register is absent."""
    versions = LoopVersion.objects.filter(ledger__in=[ledger.pk for ledger in ledgers]).order_by("version")
    current = {
        ledger: (stamp, version) for ledger, stamp, version in versions.values_list("ledger", "stamp", "version")
    }
    return {ledger: _loop_at(stamp, ledger, version) for ledger, (stamp, version) in current.items()}


@lru_cache(maxsize=512)
def _loop_at(stamp: str, ledger: int, version: int) -> LoopSpec:  # noqa: ARG001 - the stamp makes the key unique
    return LoopSpec.model_validate(LoopVersion.objects.get(ledger_id=ledger, version=version).definition)


@transaction.atomic
def install_loop(*, ledger: Ledger, spec: LoopSpec) -> None:
    """Put a loop in force for a ledger. The same definition again changes nothing."""
    definition = spec.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    current = LoopVersion.objects.filter(ledger=ledger).order_by("-version").first()
    if current and current.definition == definition:
        return
    LoopVersion.objects.create(
        ledger=ledger,
        version=current.version + 1 if current else 1,
        definition=definition,
        valid_from=clock.today(),
    )
