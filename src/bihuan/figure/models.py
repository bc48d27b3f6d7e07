"""Figures as they stand in the database: their versioned definitions, values from outside, and what was approved."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from bihuan.base.stamp import fresh_stamp
from bihuan.org.models import Unit


class Figure(models.Model):
    """A figure: its full id, who answers for it, which version is in force. One that its pack dropped is retired."""

    code = models.CharField("代码", max_length=121, unique=True)
    title = models.CharField("名称", max_length=120)
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField("现行版本", default=0)
    retired = models.BooleanField("已停用", default=False)
    stamp = models.CharField(max_length=32, default=fresh_stamp)

    def __str__(self) -> str:
        return self.code


class FigureVersion(models.Model):
    """A version of a figure's definition, in force from the instant it was recorded on."""

    figure = models.ForeignKey(Figure, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    definition = models.JSONField()
    recorded_at = models.DateTimeField()
    origin = models.CharField(max_length=20)
    approved_by = models.CharField("批准人", max_length=60, blank=True)
    why = models.CharField("修改原因", max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["figure", "version"], name="figure_version")]

    def __str__(self) -> str:
        return f"{self.figure_id}/{self.version}"


class Proposal(models.Model):
    """A change of a figure's definition that waits for another person's word, and what was decided of it.

    `base` is the version that it was made from: one that was overtaken is not approved any more. `origin` is `screen`
    for a person's and `pack` for one that a pack brought.
    """

    class State(models.TextChoices):
        OPEN = "open", "待批准"
        APPROVED = "approved", "已批准"
        DENIED = "denied", "不批准"

    figure = models.ForeignKey(Figure, models.PROTECT, related_name="proposals")
    base = models.PositiveIntegerField()
    definition = models.JSONField()
    why = models.CharField("修改原因", max_length=500)
    origin = models.CharField(max_length=20, default="screen")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=60)
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    decided_by = models.CharField("决定人", max_length=60, blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField("批准意见", max_length=500, blank=True)
    version = models.PositiveIntegerField("成为第几版", null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["figure"], condition=models.Q(state="open"), name="one_open_figure_proposal"
            )
        ]

    def __str__(self) -> str:
        return f"{self.figure_id}+{self.pk}"


class FigureView(models.Model):
    """A way of looking at figures, kept under a name: the explorer's address. Shared ones are seen by everybody."""

    title = models.CharField("名称", max_length=40)
    query = models.CharField(max_length=2_000)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_shared = models.BooleanField("大家都能用", default=False)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title


class ExternalValue(models.Model):
    """A value that people entered, with its source. A correction is a further row: what was said before stays."""

    figure = models.ForeignKey(Figure, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    start = models.DateField()
    end = models.DateField()
    value = models.DecimalField(max_digits=24, decimal_places=8)
    source = models.CharField("来源", max_length=300)
    effective_on = models.DateField("数据日期")
    recorded_at = models.DateTimeField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=60)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["figure", "start", "end"], name="external_value")]

    def __str__(self) -> str:
        return f"{self.figure_id} {self.start}..{self.end}"


class Approval(models.Model):
    """A period of a unit, approved: its values as they were then stand until a cell is unlocked."""

    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    start = models.DateField()
    end = models.DateField()
    as_of = models.DateTimeField()
    known_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return f"{self.unit_id} {self.start}..{self.end}"


class ApprovedValue(models.Model):
    """One cell of an approval: the exact value, the version of its definition, and the records behind it.

    `records` holds for each part the ledger, the ids and the versions. An unlocked cell says why, when and by whom.
    """

    approval = models.ForeignKey(Approval, models.PROTECT, related_name="values")
    figure = models.ForeignKey(Figure, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    value = models.CharField(max_length=400, null=True)  # noqa: DJ001 - unknown is not empty
    count = models.PositiveBigIntegerField(null=True)
    records = models.JSONField(default=list)
    unlocked_at = models.DateTimeField(null=True)
    unlocked_by = models.CharField(max_length=60, blank=True)
    unlocked_why = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["approval", "figure"], name="approved_cell")]

    def __str__(self) -> str:
        return f"{self.approval_id} {self.figure_id}"
