"""The reports' tables: definitions by version, drafts with their parts and comments, and what was issued."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from bihuan.ledger.models import Record
from bihuan.org.models import Unit
from bihuan.pack.versions import DefinitionVersion


class ReportVersion(DefinitionVersion):
    """A version of a report's definition. The greatest version is in force."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "version"], name="report_version")]


class Draft(models.Model):
    """A report being written for a unit and a period."""

    class State(models.TextChoices):
        WRITING = "writing", "编写中"
        REVIEW = "review", "待审定"
        APPROVED = "approved", "已审定"
        ISSUED = "issued", "已印发"

    report = models.ForeignKey(ReportVersion, models.PROTECT, related_name="drafts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    period = models.CharField("时期", max_length=40)
    as_of = models.DateField("截至")
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=20, choices=State, default=State.WRITING)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.report_id}:{self.period}"


class DraftPart(models.Model):
    """A part of a draft: its text as it stands, and who writes it."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="parts")
    code = models.CharField(max_length=40)
    text = models.TextField()
    writer = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    is_done = models.BooleanField("写完", default=False)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["draft", "code"], name="draft_part")]

    def __str__(self) -> str:
        return f"{self.draft_id}/{self.code}"


class Comment(models.Model):
    """What somebody said of a draft, or of one of its parts, and who saw to it."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="comments")
    part = models.CharField(max_length=40, blank=True)
    text = models.TextField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.draft_id}#{self.pk}"


class WordTemplate(models.Model):
    """An office's own Word file for a report: on trial while it has no version, then in force from a day on.

    `content` is the file in base64, `hash` its SHA-256. `definition` is what a report that has no other says of itself.
    """

    report = models.CharField("材料", max_length=81)
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    definition = models.JSONField(default=dict)
    version = models.PositiveIntegerField("版本", null=True)
    valid_from = models.DateField("启用日期", null=True)
    file_name = models.CharField(max_length=255)
    content = models.TextField()
    hash = models.CharField(max_length=64)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    adopted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["report", "version"], name="word_template_version")]

    def __str__(self) -> str:
        return f"{self.report}/{self.version or '试填'}"


class Issued(models.Model):
    """A report as it was issued: the whole document with every number's figure, clocks and value. Never changed.

    `content` is the document as canonical JSON, `hash` its SHA-256. One that was made from a Word template keeps the
    filled file in `word`, in base64.
    """

    report = models.ForeignKey(ReportVersion, models.PROTECT, related_name="issued")
    draft = models.OneToOneField(Draft, models.PROTECT, null=True, related_name="issued")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    period = models.CharField("时期", max_length=40)
    number = models.CharField("文号", max_length=60, blank=True)
    title = models.CharField("标题", max_length=200)
    as_of = models.DateField("截至")
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+")
    known_at = models.DateTimeField("截至时所知")
    content = models.TextField()
    hash = models.CharField(max_length=64)
    template = models.ForeignKey(WordTemplate, models.PROTECT, null=True, related_name="+")
    word = models.TextField(blank=True)
    word_hash = models.CharField(max_length=64, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField("印发时间")

    def __str__(self) -> str:
        return self.number or self.title
