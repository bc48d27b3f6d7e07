"""Definitions of packs that are neither ledgers nor loops: notices, duties, and what comes after them."""

from typing import ClassVar

from django.db import models

from bihuan.base.stamp import fresh_stamp
from bihuan.org.models import Unit


class Declared(models.Model):
    """A version of a definition. The greatest version of a kind and code is in force unless it is retired."""

    kind = models.CharField(max_length=20)
    code = models.CharField(max_length=81)
    pack = models.CharField(max_length=40)
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    definition = models.JSONField()
    valid_from = models.DateField()
    retired = models.BooleanField(default=False)
    stamp = models.CharField(max_length=32, default=fresh_stamp)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "code", "version"], name="declared_version")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}/{self.version}"
