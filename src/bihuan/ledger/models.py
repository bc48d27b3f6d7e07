"""The ledger's tables. Only `append.py` writes records and events; the database itself refuses to change an event."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from bihuan.base.chain import GENESIS
from bihuan.base.stamp import fresh_stamp
from bihuan.ledger.derived_models import DueTally, Involved, StepTally, Tie
from bihuan.ledger.index_expressions import DrawnForRecheck, Undated
from bihuan.org.models import Unit


class Ledger(models.Model):
    """A ledger: its code, who owns it, and which version of its definition is in force.

    `stamp` is new with every version, so that what a process remembers of a definition is never another's, even after
    a transaction that was undone. `renew_on` is the day from which on nothing is written before the planned version was
    put in force, or refused; null without one.
    """

    code = models.CharField("代码", max_length=81, unique=True)
    title = models.CharField("名称", max_length=120)
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField("现行版本", default=0)
    stamp = models.CharField(max_length=32, default=fresh_stamp)
    renew_on = models.DateField("下一版启用日", null=True)

    def __str__(self) -> str:
        return self.code


class LedgerVersion(models.Model):
    """A version of a ledger's definition, in force from a day on. `origin` says pack, file or screen."""

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    definition = models.JSONField()
    valid_from = models.DateField()
    origin = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ledger", "version"], name="ledger_version")]

    def __str__(self) -> str:
        return f"{self.ledger_id}/{self.version}"


class PlannedVersion(models.Model):
    """A definition that takes effect on a day to come. `base` is the version it was made from.

    `refused_on` is the day on which it last could not be put in force, and `told` why; it goes on waiting.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", "待生效"
        IN_FORCE = "in_force", "已生效"
        WITHDRAWN = "withdrawn", "已撤回"

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="planned")
    definition = models.JSONField()
    valid_from = models.DateField("生效日期")
    base = models.PositiveIntegerField()
    origin = models.CharField(max_length=20)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    planned_by = models.CharField(max_length=60)
    planned_at = models.DateTimeField()
    refused_on = models.DateField(null=True)
    told = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ledger"], condition=models.Q(outcome="waiting"), name="planned_version_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.ledger_id}@{self.valid_from}"


class Chain(models.Model):
    """The head of a ledger's hash chain. Locking this row is what orders the writers of a ledger."""

    ledger = models.OneToOneField(Ledger, models.PROTECT, primary_key=True)
    position = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, default=GENESIS)
    signature = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"{self.ledger_id}@{self.position}"


class Serial(models.Model):
    """The last serial number given in a series. It only grows, so a number is never given twice."""

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="+")
    series = models.CharField(max_length=40)
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ledger", "series"], name="serial_series")]

    def __str__(self) -> str:
        return f"{self.series}{self.last}"


class Batch(models.Model):
    """Events made together: one import, one bulk edit."""

    class State(models.TextChoices):
        UPLOADED = "uploaded", "已上传"
        CHECKED = "checked", "已预览"
        RUNNING = "running", "正在写入"
        DONE = "done", "已完成"
        FAILED = "failed", "未写入"
        UNDONE = "undone", "已撤销"

    pk: uuid.UUID
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ledger = models.ForeignKey(Ledger, models.PROTECT, null=True, related_name="batches")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=20, choices=State, default=State.UPLOADED)
    file_name = models.CharField(max_length=255, blank=True)
    file_hash = models.CharField(max_length=64, blank=True)
    plan = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


_STANDING = models.Q(deleted=False)
"""Queries say "not deleted", which an index on the column cannot serve, but a partial index can."""
_CREATED, _ASSIGNED = models.Q(creator__isnull=False), models.Q(assignee__isnull=False)


class Record(models.Model):
    """A row of a ledger: the projection of its events, and nothing else.

    `loop` holds what the loop keeps of a matter beside its state (orders, pauses, the clock's start).
    """

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="records", db_index=False)
    number = models.CharField("编号", max_length=60)
    key = models.CharField(max_length=300, null=True)  # noqa: DJ001 - no key is not an empty one
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="责任单位")
    state = models.CharField("环节", max_length=40, blank=True)
    opened_at = models.DateTimeField("发现时间", null=True)
    due_at = models.DateTimeField("期限", null=True)
    closed_at = models.DateTimeField("销号时间", null=True)
    data = models.JSONField(default=dict)
    loop = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    deleted = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="录入人"
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="承办人"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ledger", "number"], name="record_number"),
            models.UniqueConstraint(
                fields=["ledger", "key"],
                condition=models.Q(key__isnull=False, deleted=False),
                name="record_key",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["ledger", "-id"], name="record_list", condition=_STANDING),
            models.Index(
                fields=["ledger", "closed_at", "unit", "state", "due_at"], name="record_board", condition=_STANDING
            ),
            models.Index(fields=["unit", "closed_at", "due_at"], name="record_unit", condition=_STANDING),
            models.Index(fields=["creator", "ledger", "-id"], name="record_creator", condition=_STANDING & _CREATED),
            models.Index(fields=["assignee", "ledger", "-id"], name="record_assignee", condition=_STANDING & _ASSIGNED),
            models.Index(fields=["due_at"], name="record_due", condition=_STANDING & models.Q(closed_at__isnull=True)),
            models.Index(
                fields=["ledger", "-closed_at"], name="record_recheck", condition=models.Q(DrawnForRecheck("loop"))
            ),
            models.Index(
                "ledger", Undated("due_at"), "due_at", models.F("id").desc(), name="record_by_due", condition=_STANDING
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Event(models.Model):
    """Who did what to a record, why, when it was so and when we knew. Written once, chained by hash."""

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="events", db_index=False)
    position = models.PositiveBigIntegerField()
    record = models.ForeignKey(Record, models.PROTECT, related_name="events", db_index=False)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    actor_name = models.CharField(max_length=60)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="events", db_index=False)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    reason = models.TextField(blank=True)
    payload = models.TextField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ledger", "position"], name="event_position"),
            models.UniqueConstraint(fields=["record", "version"], name="event_version"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["batch"], condition=models.Q(batch__isnull=False), name="event_batch"),
            models.Index(fields=["person", "record"], condition=models.Q(batch__isnull=True), name="event_by_hand"),
            models.Index(fields=["person", "record"], condition=models.Q(version=1), name="event_opening"),
            models.Index(fields=["-id"], condition=models.Q(batch__isnull=True), name="event_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.ledger_id}#{self.position}"


def quarter_of_look(at: int) -> models.Func:
    """A quarter of what a picture looks like, by which alike ones are looked up.

    The numbers stand in the text: SQLite does not use an index over an expression where one of them is a parameter.
    """
    return models.Func("look", function="SUBSTR", template=f"%(function)s(%(expressions)s, {1 + 4 * at}, 4)")


class Attachment(models.Model):
    """A file, kept in the home folder under its content's hash. `look` is what a picture looks like (`pictures.py`)."""

    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    look = models.CharField(max_length=16, blank=True)
    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="attachments")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(quarter_of_look(0), name="attachment_look_0"),
            models.Index(quarter_of_look(1), name="attachment_look_1"),
            models.Index(quarter_of_look(2), name="attachment_look_2"),
            models.Index(quarter_of_look(3), name="attachment_look_3"),
        ]

    def __str__(self) -> str:
        return self.name


class Mapping(models.Model):
    """How a sender's columns were matched to a ledger's fields last time, by the heads of the file."""

    ledger = models.ForeignKey(Ledger, models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    heads = models.CharField(max_length=64)
    columns = models.JSONField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ledger", "person", "heads"], name="mapping_sender")]

    def __str__(self) -> str:
        return self.heads


class FieldRight(models.Model):
    """What a role may do with a field at a step (blank: at every one), set on screen over what the pack says."""

    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="+")
    role = models.CharField("角色", max_length=20)
    field = models.CharField("字段", max_length=40)
    step = models.CharField("环节", max_length=40, blank=True)
    right = models.CharField("权限", max_length=10)
    valid_from = models.DateField("生效日")
    valid_to = models.DateField("失效日", null=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.role}:{self.field}@{self.step or '*'}={self.right}"


class DataScope(models.Model):
    """Which records of a ledger (or, with none, of all) a role gives its person, from a day up to another."""

    role = models.CharField("角色", max_length=20)
    ledger = models.ForeignKey(Ledger, models.PROTECT, null=True, related_name="+")
    scope = models.CharField("数据范围", max_length=20)
    units = models.JSONField("自定义的单位", default=list)
    valid_from = models.DateField("生效日")
    valid_to = models.DateField("失效日", null=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.role}@{self.ledger_id or '*'}={self.scope}"


class UnmaskRole(models.Model):
    """Whether a role may see personal data whole, for a reason, from a day up to another; set over the default."""

    role = models.CharField("角色", max_length=20)
    allowed = models.BooleanField("可以查看原文")
    valid_from = models.DateField("生效日")
    valid_to = models.DateField("失效日", null=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.role}={self.allowed}"


class SearchMark(models.Model):
    """Up to which event of its chain a ledger's records can be found by their texts without looking at each."""

    ledger = models.OneToOneField(Ledger, models.CASCADE, primary_key=True, related_name="+")
    position = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.ledger_id}@{self.position}"


class SavedView(models.Model):
    """How somebody likes to see a ledger's list, under a name: conditions, columns, order, grouping.

    `audience` says whose it is: the person's own, all of a unit's, or everybody's who sees the ledger.
    """

    class Audience(models.TextChoices):
        PERSON = "person", "仅自己"
        UNIT = "unit", "本单位"
        LEDGER = "ledger", "所有能看这本台账的人"

    ledger = models.ForeignKey(Ledger, models.CASCADE, related_name="views")
    title = models.CharField("名称", max_length=40)
    audience = models.CharField("给谁用", max_length=10, choices=Audience, default=Audience.PERSON)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    asked = models.JSONField(default=dict)
    is_default = models.BooleanField("打开台账时先用", default=False)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title


__all__ = [
    "Attachment",
    "Batch",
    "Chain",
    "DataScope",
    "DueTally",
    "Event",
    "FieldRight",
    "Involved",
    "Ledger",
    "LedgerVersion",
    "Mapping",
    "PlannedVersion",
    "Record",
    "SavedView",
    "SearchMark",
    "Serial",
    "StepTally",
    "Tie",
    "UnmaskRole",
]
