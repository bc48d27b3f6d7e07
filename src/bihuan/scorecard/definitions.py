"""Which definition of a scorecard is in force, and putting a new version in its place."""

from functools import lru_cache

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import NotFound, did_you_mean
from bihuan.org.models import Unit
from bihuan.scorecard.models import ScorecardVersion
from bihuan.scorecard.spec import ScorecardSpec


def scorecard_in_force(code: str) -> ScorecardVersion:
    """The version of a scorecard that is in force, or NotFound with a hint."""
    found = ScorecardVersion.objects.select_related("owner").filter(code=code).order_by("-version").first()
    if found is None:
        known = list(ScorecardVersion.objects.values_list("code", flat=True).distinct())
        raise NotFound(f"没有考核“{code}”", hint=did_you_mean(code, known))
    return found


def scorecards_in_force() -> list[ScorecardVersion]:
    """Every scorecard's version in force, by code."""
    latest: dict[str, ScorecardVersion] = {}
    for version in ScorecardVersion.objects.select_related("owner").order_by("code", "version"):
        latest[version.code] = version
    return list(latest.values())


def spec_of(version: ScorecardVersion) -> ScorecardSpec:
    """The definition of a version."""
    return _spec_at(version.stamp, version.pk)


@lru_cache(maxsize=256)
def _spec_at(stamp: str, pk: int) -> ScorecardSpec:  # noqa: ARG001 - the stamp makes the key unique
    return ScorecardSpec.model_validate(ScorecardVersion.objects.get(pk=pk).definition)


@transaction.atomic
def install_scorecard(*, code: str, spec: ScorecardSpec, owner: Unit) -> ScorecardVersion:
    """Put a definition in force. The same definition again changes nothing; another becomes the next version."""
    definition = spec.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    current = ScorecardVersion.objects.filter(code=code).order_by("-version").first()
    if current and current.definition == definition and current.owner_id == owner.pk:
        return current
    return ScorecardVersion.objects.create(
        code=code,
        version=current.version + 1 if current else 1,
        title=spec.title,
        owner=owner,
        definition=definition,
        valid_from=clock.today(),
    )
