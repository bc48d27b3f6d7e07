"""Which definition of a scorecard is in force, and putting a new version in its place."""

from functools import lru_cache

from bihuan.base import clock
from bihuan.org.models import Unit
from bihuan.pack.versions import all_in_force, in_force, put_in_force
from bihuan.scorecard.models import ScorecardVersion
from bihuan.scorecard.spec import ScorecardSpec


def scorecard_in_force(code: str) -> ScorecardVersion:
    """The version of a scorecard that is in force, or NotFound with a hint."""
    return in_force(ScorecardVersion, code, "考核")


def scorecards_in_force() -> list[ScorecardVersion]:
    """Every scorecard's version in force, by code."""
    return all_in_force(ScorecardVersion)


def spec_of(version: ScorecardVersion) -> ScorecardSpec:
    """The definition of a version."""
    return _spec_at(version.stamp, version.pk)


@lru_cache(maxsize=256)
def _spec_at(stamp: str, pk: int) -> ScorecardSpec:  # noqa: ARG001 - the stamp makes the key unique
    return ScorecardSpec.model_validate(ScorecardVersion.objects.get(pk=pk).definition)


def install_scorecard(*, code: str, spec: ScorecardSpec, owner: Unit, origin: str = "pack") -> ScorecardVersion:
    """Put a definition in force for today on; one from a pack leaves what was declared on screen."""
    return put_in_force(
        ScorecardVersion, code=code, title=spec.title, spec=spec, owner=owner, on=clock.today(), origin=origin
    )
