"""Definitions that are kept by version: the shape of their table, which one is in force, putting a new one in force."""

from datetime import date
from typing import Any, TypeVar

from django.db import models, transaction
from pydantic import BaseModel

from bihuan.base.errors import NotFound, did_you_mean
from bihuan.base.stamp import fresh_stamp
from bihuan.org.models import Unit


class DefinitionVersion(models.Model):
    """A version of a definition. The greatest version of a code is in force."""

    code = models.CharField("代码", max_length=81)
    version = models.PositiveIntegerField()
    title = models.CharField("名称", max_length=120)
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    definition = models.JSONField()
    origin = models.CharField(max_length=10, default="pack")
    valid_from = models.DateField()
    stamp = models.CharField(max_length=32, default=fresh_stamp)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.code}/{self.version}"


Row = TypeVar("Row", bound=DefinitionVersion)


def in_force(table: type[Row], code: str, noun: str) -> Row:
    """The version of a code that is in force. Raises NotFound, with the nearest code, where there is none."""
    rows = table._default_manager  # noqa: SLF001 - Django's documented model API
    found = rows.select_related("owner").filter(code=code).order_by("-version").first()
    if found is None:
        known = list(rows.values_list("code", flat=True).distinct())
        raise NotFound(f"没有{noun}“{code}”", hint=did_you_mean(code, known))
    return found


def all_in_force(table: type[Row]) -> list[Row]:
    """The version in force of every code, by code."""
    latest: dict[str, Row] = {}
    for row in table._default_manager.select_related("owner").order_by("code", "version"):  # noqa: SLF001 - as above
        latest[row.code] = row
    return list(latest.values())


@transaction.atomic
def put_in_force(
    table: type[Row], *, code: str, title: str, spec: BaseModel, owner: Unit, on: date, origin: str = "pack"
) -> Row:
    """Put a definition in force. The same definition again changes nothing; another becomes the next version.

    What the county declared itself stays when a pack brings its own.
    """
    definition: dict[str, Any] = spec.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    rows = table._default_manager  # noqa: SLF001 - as above
    current = rows.filter(code=code).order_by("-version").first()
    if current and current.definition == definition and current.owner_id == owner.pk:
        return current
    if current and origin == "pack" and current.origin != "pack":
        return current
    return rows.create(
        code=code,
        version=current.version + 1 if current else 1,
        title=title,
        owner=owner,
        definition=definition,
        valid_from=on,
        origin=origin,
    )
