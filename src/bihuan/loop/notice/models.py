"""Notices, whom they reached, what waits to be sent, and where people get their mail."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from bihuan.ledger.models import Attachment, Ledger, Record
from bihuan.org.models import Unit


class DocumentSerial(models.Model):
    """The last number given under an organ's sign in a year (示审督〔2026〕3号). It only grows."""

    sign = models.CharField(max_length=20)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["sign", "year"], name="document_serial")]

    def __str__(self) -> str:
        return f"{self.sign}〔{self.year}〕{self.last}号"


class Watched(models.Model):
    """How far into a ledger's events a definition has looked for verbs that were done."""

    code = models.CharField(max_length=81)
    ledger = models.ForeignKey(Ledger, models.PROTECT, related_name="+")
    position = models.PositiveBigIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "ledger"], name="notice_watched_once")]

    def __str__(self) -> str:
        return f"{self.code}@{self.position}"


class Notice(models.Model):
    """A notice as it was issued: its words are frozen, whatever becomes of the definition or the matter.

    `cause` is what it was issued for, once; `mark` is the colour or
    the level of dispatch that was reached, `due_at` the matter's deadline at that moment.
    """

    code = models.CharField(max_length=81)
    cause = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=20)
    title = models.CharField("文种", max_length=60)
    number = models.CharField("文号", max_length=60, null=True, unique=True)  # noqa: DJ001 - many have none
    organ = models.CharField("发文机关", max_length=60)
    subject = models.CharField("标题", max_length=300)
    paragraphs = models.JSONField(default=list)
    record = models.ForeignKey(Record, models.PROTECT, null=True, related_name="notices")
    ledger = models.ForeignKey(Ledger, models.PROTECT, null=True, related_name="+")
    from_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    to_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="主送单位")
    urgent = models.BooleanField(default=False)
    mark = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField("发出时间")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    receive_by = models.DateTimeField("签收期限", null=True)
    received_at = models.DateTimeField("签收时间", null=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    posted_at = models.DateTimeField("交给群机器人的时间", null=True)
    document = models.ForeignKey(Attachment, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["code", "record", "mark"], name="notice_cause"),
            models.Index(fields=["to_unit", "received_at", "receive_by"], name="notice_receipt"),
        ]

    def __str__(self) -> str:
        return self.number or self.subject


class Addressee(models.Model):
    """A person whom a notice reached in the application, and when they read it. `copy`: for information (抄送)."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="addressees")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    copy = models.BooleanField(default=False)
    read_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField("交给邮件的时间", null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["notice", "person"], name="notice_addressee_once")]
        indexes: ClassVar = [
            models.Index(fields=["person"], condition=models.Q(read_at__isnull=True), name="notice_unread")
        ]

    def __str__(self) -> str:
        return f"{self.notice_id}:{self.person_id}"


class MailAddress(models.Model):
    """Where a person gets mail. Without a row they are told in the application alone."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="+")
    email = models.EmailField()

    def __str__(self) -> str:
        return str(self.person_id)


class AllowedHost(models.Model):
    """A host that a robot may live on, as the security administrator allowed it; ended, and never removed."""

    name = models.CharField("主机", max_length=253)
    private = models.BooleanField("内网地址", default=False)
    plain = models.BooleanField("不加密", default=False)
    since = models.DateTimeField("自")
    ended_at = models.DateTimeField("至", null=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class OwnTemplate(models.Model):
    """An office's own Word file for a notice: in force from `since` on, a trial before; ended, and never removed."""

    code = models.CharField("文书", max_length=81)
    name = models.CharField("文件", max_length=255)
    content = models.BinaryField()
    put_at = models.DateTimeField("放入时间")
    since = models.DateTimeField("启用时间", null=True)
    ended_at = models.DateTimeField("停用时间", null=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code"],
                condition=models.Q(since__isnull=False, ended_at__isnull=True),
                name="notice_one_own_form",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """One message out of the house, in the outbox until it is sent. `key` makes it one, however often it is put in."""

    class State(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENDING = "sending", "正在发送"
        SENT = "sent", "已发送"
        REFUSED = "refused", "被退回"
        UNSURE = "unsure", "是否送达不明"

    key = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=254)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    notices = models.ManyToManyField(Notice, related_name="messages")
    subject = models.CharField(max_length=300)
    text = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=models.Q(state="waiting"), name="message_waiting"),
            models.Index(fields=["state", "created_at"], name="message_state"),
        ]

    def __str__(self) -> str:
        return self.key
