"""Which loop drives a ledger, and putting a new version of it in force."""

from collections.abc import Iterable
from functools import lru_cache

from django.db import connection, transaction
from django.db.models import Max

from bihuan.base import clock
from bihuan.ledger.models import Ledger, Record, StepTally
from bihuan.loop.models import LoopVersion
from bihuan.loop.spec import LoopSpec

_CURRENT = "SELECT stamp, version FROM loop_loopversion WHERE ledger_id = %s ORDER BY version DESC LIMIT 1"
"""By hand, because every page of a ledger asks it."""


def loop_of(ledger: Ledger) -> LoopSpec | None:
    """The loop in force for a ledger; None for a plain register."""
    with connection.cursor() as cursor:
        cursor.execute(_CURRENT, [ledger.pk])
        current = cursor.fetchone()
    return _loop_at(current[0], ledger.pk, current[1]) if current else None


def version_of(ledger: Ledger) -> int:
    """The version of the loop in force for a ledger; 0 for a plain register."""
    return LoopVersion.objects.filter(ledger=ledger).aggregate(last=Max("version"))["last"] or 0


def loop_for(record: Record) -> LoopSpec | None:
    """The loop under which a matter runs: the steps and verbs of its own version, the rest as it is in force.

    Colours, words, levels, look-back and re-check are dated rules of the whole ledger; they are the same for all.
    """
    versions = LoopVersion.objects.filter(ledger=record.ledger_id).order_by("-version")
    stamps = dict(versions.values_list("version", "stamp"))
    if not stamps:
        return None
    newest = next(iter(stamps))
    own = record.loop.get("v", newest)
    latest = _loop_at(stamps[newest], record.ledger_id, newest)
    return latest if own == newest or own not in stamps else _under(stamps[own], record.ledger_id, own, latest)


_SHARED = ("title", "colours", "words", "levels", "look_back", "doubles", "recheck")


def _under(stamp: str, ledger: int, version: int, latest: LoopSpec) -> LoopSpec:
    own = _loop_at(stamp, ledger, version)
    return LoopSpec.model_construct(**{**dict(own), **{name: getattr(latest, name) for name in _SHARED}})


def running_loops(ledgers: Iterable[Ledger]) -> dict[int, dict[int, LoopSpec]]:
    """The versions under which open matters run, by ledger and version, two queries for all ledgers."""
    ids = [ledger.pk for ledger in ledgers]
    open_ones = StepTally.objects.filter(ledger__in=ids, closed=False, total__gt=0)
    used = set(open_ones.values_list("ledger", "loop_version").distinct())
    stamps: dict[int, dict[int, str]] = {}
    versions = LoopVersion.objects.filter(ledger__in=ids).order_by("version")
    for ledger, version, stamp in versions.values_list("ledger", "version", "stamp"):
        stamps.setdefault(ledger, {})[version] = stamp
    found: dict[int, dict[int, LoopSpec]] = {}
    for ledger, known in stamps.items():
        newest = max(known)
        in_use = {version if version in known else newest for owner, version in used if owner == ledger}
        found[ledger] = {version: _loop_at(known[version], ledger, version) for version in sorted(in_use)}
    return found


def loops_of(ledgers: Iterable[Ledger]) -> dict[int, LoopSpec]:
    """The loops in force for several ledgers, by ledger id, with one query. A plain register is absent."""
    versions = LoopVersion.objects.filter(ledger__in=[ledger.pk for ledger in ledgers]).order_by("version")
    current = {
        ledger: (stamp, version) for ledger, stamp, version in versions.values_list("ledger", "stamp", "version")
    }
    return {ledger: _loop_at(stamp, ledger, version) for ledger, (stamp, version) in current.items()}


def every_version(ledger: Ledger) -> list[LoopSpec]:
    """All versions of a ledger's loop that there ever were, the oldest first."""
    versions = LoopVersion.objects.filter(ledger=ledger).order_by("version").values_list("stamp", "version")
    return [_loop_at(stamp, ledger.pk, version) for stamp, version in versions]


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
