"""The scorecards' tables: definitions by version, scores given by hand, publications, appeals."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from bihuan.org.models import Unit
from bihuan.pack.versions import DefinitionVersion


class ScorecardVersion(DefinitionVersion):
    """A version of a scorecard's definition. The greatest version is in force."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "version"], name="scorecard_version")]


class GivenScore(models.Model):
    """Points that a person gave to a unit for an item, with the evidence. A later one takes the place of an earlier."""

    code = models.CharField(max_length=81)
    period = models.CharField("时期", max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    item = models.CharField(max_length=40)
    points = models.DecimalField(max_digits=9, decimal_places=2)
    evidence = models.TextField("评分依据")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["code", "period"], name="given_score")]

    def __str__(self) -> str:
        return f"{self.code}/{self.item}:{self.points}"


class Publication(models.Model):
    """A ranking as it was published, with every item's arithmetic. Never changed; an appeal that is granted makes a
    new one that takes its place and says why.
    """

    scorecard = models.ForeignKey(ScorecardVersion, models.PROTECT, related_name="publications")
    period = models.CharField("时期", max_length=40)
    as_of = models.DateTimeField("截至")
    known_at = models.DateTimeField("截至时所知")
    content = models.TextField()
    hash = models.CharField(max_length=64)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    reason = models.TextField(blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField("公布时间")

    def __str__(self) -> str:
        return f"{self.scorecard_id}:{self.period}"


class Appeal(models.Model):
    """A unit's objection to an item of a publication. The publication pins the records, the rule and both clocks.

    One that is granted leads to a new publication.
    """

    class State(models.TextChoices):
        OPEN = "open", "待答复"
        GRANTED = "granted", "采纳"
        DENIED = "denied", "不采纳"

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="appeals")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    item = models.CharField(max_length=40)
    reason = models.TextField("申诉理由")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)
    answer = models.TextField("答复", blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    led_to = models.OneToOneField(Publication, models.PROTECT, null=True, related_name="appeal")

    def __str__(self) -> str:
        return f"{self.publication_id}/{self.item}"
