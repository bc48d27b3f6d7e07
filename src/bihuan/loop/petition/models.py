"""Petitions beside their matters; what keeps machines off."""

from typing import ClassVar

from django.db import models

from bihuan.ledger.models import Record


class Petition(models.Model):
    """What was submitted on a public page: its matter, the mark of its code, its term, how the answer was rated."""

    code = models.CharField(max_length=81)
    mark = models.CharField("查询码的印记", max_length=64, unique=True)
    record = models.OneToOneField(Record, models.PROTECT, related_name="petition")
    text = models.TextField()
    place = models.CharField(max_length=300, blank=True)
    submitted_at = models.DateTimeField()
    reply_by = models.DateTimeField()
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    rating = models.PositiveSmallIntegerField(null=True)
    rating_words = models.CharField(max_length=300, blank=True)
    rated_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["code", "-submitted_at"], name="petition_code")]

    def __str__(self) -> str:
        return f"{self.code} {self.record_id}"


class AnsweredRiddle(models.Model):
    """A captcha that was answered: it is not accepted a second time."""

    nonce = models.CharField(max_length=32, unique=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.nonce


class Visits(models.Model):
    """How often an address did something in an hour. The address is kept only as a mark that changes each day."""

    what = models.CharField(max_length=20)
    mark = models.CharField(max_length=64)
    hour = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["what", "mark", "hour"], name="visits_once")]

    def __str__(self) -> str:
        return f"{self.what} {self.count}"
