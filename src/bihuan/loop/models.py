"""A loop's definition, versioned; which ledger it drives. A matter's own progress lives in its record."""

from typing import ClassVar

from django.db import models

from bihuan.base.stamp import fresh_stamp
from bihuan.ledger.models import Ledger


class LoopVersion(models.Model):
    """A version of the loop that drives a ledger. The greatest version is in force."""

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="loops")
    version = models.PositiveIntegerField()
    definition = models.JSONField()
    valid_from = models.DateField()
    stamp = models.CharField(max_length=32, default=fresh_stamp)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ledger", "version"], name="loop_version")]

    def __str__(self) -> str:
        return f"{self.ledger_id}/{self.version}"
