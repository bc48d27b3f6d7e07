"""Which definition of a report is in force, and putting a new version in its place."""

from functools import lru_cache

from bihuan.base import clock
from bihuan.org.models import Unit
from bihuan.pack.versions import all_in_force, in_force, put_in_force
from bihuan.report.models import ReportVersion
from bihuan.report.spec import ReportSpec


def report_in_force(code: str) -> ReportVersion:
    """The version of a report that is in force, or NotFound with a hint."""
    return in_force(ReportVersion, code, "材料")


def reports_in_force() -> list[ReportVersion]:
    """Every report's version in force, by code."""
    return all_in_force(ReportVersion)


def spec_of(version: ReportVersion) -> ReportSpec:
    """The definition of a version."""
    return _spec_at(version.stamp, version.pk)


@lru_cache(maxsize=256)
def _spec_at(stamp: str, pk: int) -> ReportSpec:  # noqa: ARG001 - the stamp makes the key unique
    return ReportSpec.model_validate(ReportVersion.objects.get(pk=pk).definition)


def install_report(*, code: str, spec: ReportSpec, owner: Unit, origin: str = "pack") -> ReportVersion:
    """Put a definition in force for today on."""
    on = clock.today()
    return put_in_force(ReportVersion, code=code, title=spec.title, spec=spec, owner=owner, on=on, origin=origin)
