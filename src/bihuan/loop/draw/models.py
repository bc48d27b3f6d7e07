"""Rounds of draws: what was published before, and what came out."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from bihuan.ledger.models import Record


class DrawRound(models.Model):
    """One drawing. `document` is published first and never changes; `seed` stays here until it is revealed."""

    code = models.CharField(max_length=81)
    title = models.CharField(max_length=60)
    document = models.JSONField()
    names = models.JSONField(default=dict)
    seed = models.CharField(max_length=64)
    committed_at = models.DateTimeField()
    committed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    witness = models.CharField(max_length=200, blank=True)
    result = models.JSONField(default=list)
    revealed_at = models.DateTimeField(null=True)
    revealed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["code", "-committed_at"], name="draw_round_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.pk}"


class DrawnObject(models.Model):
    """An object that was drawn in a round, and the matter that it became."""

    round = models.ForeignKey(DrawRound, models.PROTECT, related_name="drawn")
    number = models.CharField(max_length=60)
    year = models.PositiveIntegerField()
    record = models.OneToOneField(Record, models.PROTECT, related_name="drawn")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["round", "number"], name="drawn_object_once")]

    def __str__(self) -> str:
        return self.number
