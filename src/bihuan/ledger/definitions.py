"""Which definition of a ledger is in force, and putting a new version in its place."""

from datetime import date
from functools import lru_cache

from django.db import transaction

from bihuan.base import chain, clock
from bihuan.base.errors import NotFound, did_you_mean
from bihuan.base.stamp import fresh_stamp
from bihuan.ledger.models import Chain, Ledger, LedgerVersion, SearchMark
from bihuan.ledger.spec import LedgerSpec
from bihuan.org.models import Unit


def spec_of(ledger: Ledger) -> LedgerSpec:
    """The definition in force."""
    return _spec_at(ledger.stamp, ledger.pk, ledger.version)


@lru_cache(maxsize=512)
def _spec_at(stamp: str, ledger: int, version: int) -> LedgerSpec:  # noqa: ARG001 - the stamp makes the key unique
    row = LedgerVersion.objects.get(ledger_id=ledger, version=version)
    return LedgerSpec.model_validate(row.definition)


def find_ledger(code: str) -> Ledger:
    """The ledger of a code, or NotFound. It names no other ledger: not everyone may know of them."""
    ledger = Ledger.objects.select_related("owner").filter(code=code).first()
    if ledger is None:
        raise NotFound(f"没有台账“{code}”")
    return ledger


def nearest_code(code: str) -> str:
    """A hint naming the ledger most like a code, for those who may know of all ledgers."""
    return did_you_mean(code, list(Ledger.objects.values_list("code", flat=True)))


@transaction.atomic
def install_definition(
    *, code: str, spec: LedgerSpec, owner: Unit, origin: str, valid_from: date | None = None
) -> Ledger:
    """Put a definition in force. The same definition again changes nothing; another becomes the next version."""
    ledger, made = Ledger.objects.get_or_create(code=code, defaults={"title": spec.title, "owner": owner})
    if made:
        Chain.objects.create(ledger=ledger, signature=chain.sign(code, 0, chain.GENESIS))
        SearchMark.objects.create(ledger=ledger)
    definition = spec.in_pack(code.partition(".")[0]).model_dump(mode="json", exclude_defaults=True)
    if not made and ledger.version:
        current = LedgerVersion.objects.get(ledger=ledger, version=ledger.version)
        if current.definition == definition and ledger.owner_id == owner.pk:
            return ledger
    ledger.version += 1
    ledger.title, ledger.owner = spec.title, owner
    LedgerVersion.objects.create(
        ledger=ledger,
        version=ledger.version,
        definition=definition,
        valid_from=valid_from or clock.today(),
        origin=origin,
    )
    ledger.stamp = fresh_stamp()
    ledger.save(update_fields=["version", "title", "owner", "stamp"])
    return ledger
