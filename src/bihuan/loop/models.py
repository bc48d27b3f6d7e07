"""A loop's definition, versioned; which ledger it drives; and forms that a person has not sent yet.

A matter's own progress lives in its record.
"""

from typing import ClassVar

from django.conf import settings
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


class FormDraft(models.Model):
    """What a person typed into a form and kept (暂存), sealed. `form` names a verb of a matter, or a new record."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    form = models.CharField(max_length=200)
    sealed = models.TextField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "form"], name="form_draft_once")]

    def __str__(self) -> str:
        return self.form
