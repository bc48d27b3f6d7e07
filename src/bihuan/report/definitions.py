"""Which definition of a report is in force, and putting a new version in its place."""

from functools import lru_cache

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import NotFound, did_you_mean
from bihuan.org.models import Unit
from bihuan.report.models import ReportVersion
from bihuan.report.spec import ReportSpec


def report_in_force(code: str) -> ReportVersion:
    """The version of a report that is in force, or NotFound with a hint."""
    found = ReportVersion.objects.select_related("owner").filter(code=code).order_by("-version").first()
    if found is None:
        known = list(ReportVersion.objects.values_list("code", flat=True).distinct())
        raise NotFound(f"没有材料“{code}”", hint=did_you_mean(code, known))
    return found


def reports_in_force() -> list[ReportVersion]:
    """Every report's version in force, by code."""
    latest: dict[str, ReportVersion] = {}
    for version in ReportVersion.objects.select_related("owner").order_by("code", "version"):
        latest[version.code] = version
    return list(latest.values())


def spec_of(version: ReportVersion) -> ReportSpec:
    """The definition of a version."""
    return _spec_at(version.stamp, version.pk)


@lru_cache(maxsize=256)
def _spec_at(stamp: str, pk: int) -> ReportSpec:  # noqa: ARG001 - the stamp makes the key unique
    return ReportSpec.model_validate(ReportVersion.objects.get(pk=pk).definition)


@transaction.atomic
def install_report(*, code: str, spec: ReportSpec, owner: Unit) -> ReportVersion:
    """Put a definition in force. The same definition again changes nothing; another becomes the next version."""
    definition = spec.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    current = ReportVersion.objects.filter(code=code).order_by("-version").first()
    if current and current.definition == definition and current.owner_id == owner.pk:
        return current
    return ReportVersion.objects.create(
        code=code,
        version=current.version + 1 if current else 1,
        title=spec.title,
        owner=owner,
        definition=definition,
        valid_from=clock.today(),
    )
