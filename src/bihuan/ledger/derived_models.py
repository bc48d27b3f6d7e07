"""Tables that follow from records and hold nothing of their own: counts, who is involved, what is tied to what.

`derived.py` keeps them, in the same transaction as the records themselves; `bihuan rebuild` makes them anew.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models


class DueTally(models.Model):
    """How many records of a unit fall due on a day; of the closed ones, how many were closed on it.

    `unit` and `due_day` (the day's ordinal) are 0 where there is none, so that every row has a whole key. `early` are
    those due before the last second of their day.
    """

    ledger = models.ForeignKey("ledger.Ledger", models.CASCADE, related_name="+", db_index=False)
    unit = models.PositiveBigIntegerField(default=0)
    closed = models.BooleanField()
    due_day = models.PositiveIntegerField(default=0)
    early = models.BooleanField(default=False)
    total = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ledger", "unit", "closed", "due_day", "early"], name="due_tally")
        ]

    def __str__(self) -> str:
        return f"{self.ledger_id}/{self.unit}/{self.due_day}: {self.total}"


class StepTally(models.Model):
    """How many records of a unit stand at a step, by the version of the loop under which they run."""

    ledger = models.ForeignKey("ledger.Ledger", models.CASCADE, related_name="+", db_index=False)
    loop_version = models.PositiveIntegerField(default=0)
    unit = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=40, blank=True)
    closed = models.BooleanField()
    held = models.BooleanField(default=False)
    paused = models.BooleanField(default=False)
    total = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ledger", "loop_version", "unit", "state", "closed", "held", "paused"], name="step_tally"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ledger_id}/{self.unit}/{self.state}: {self.total}"


class Involved(models.Model):
    """A person has a part in a record: holds it, is asked to sign it, was copied in."""

    record = models.ForeignKey("ledger.Record", models.CASCADE, related_name="involved", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    part = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record", "person", "part"], name="involved_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "part", "record"], name="involved_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.part} {self.record_id}"


class Tie(models.Model):
    """A record points at another: it came after it, or was merged into it."""

    record = models.ForeignKey("ledger.Record", models.CASCADE, related_name="ties", db_index=False)
    other = models.ForeignKey("ledger.Record", models.CASCADE, related_name="tied", db_index=False)
    kind = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["record", "other", "kind"], name="tie_once")]
        indexes: ClassVar = [models.Index(fields=["other", "kind"], name="tie_other")]

    def __str__(self) -> str:
        return f"{self.record_id} {self.kind} {self.other_id}"
