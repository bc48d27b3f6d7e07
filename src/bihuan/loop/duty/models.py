"""The turns of duties that were opened as matters."""

from typing import ClassVar

from django.db import models

from bihuan.ledger.models import Record
from bihuan.org.models import Unit


class DutyTurn(models.Model):
    """One turn of a duty, opened once: which period, what or whom it is about (`subject`), and its matter."""

    code = models.CharField(max_length=81)
    period = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    record = models.OneToOneField(Record, models.PROTECT, related_name="duty_turn")
    opens_on = models.DateField()
    due_on = models.DateField()
    opened_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "period", "subject"], name="duty_turn_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.period} {self.subject}"


class DutyRefusal(models.Model):
    """A turn that could not be opened, and why, until it can: so that it is seen and not only logged."""

    code = models.CharField(max_length=81)
    period = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    why = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "period", "subject"], name="duty_refusal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.period} {self.subject}"


class DutySweep(models.Model):
    """The last day on which all duties were opened: one row."""

    day = models.DateField()

    def __str__(self) -> str:
        return self.day.isoformat()
