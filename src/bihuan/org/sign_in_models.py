"""The tables of signing in: who is signed in where, what is set for it, passwords used before, second factors."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class SignIn(AbstractBaseSession):
    """A browser that is signed in, or a visitor's that is not (no person). `sessions.py` keeps it.

    It is over once nothing was asked of it for `idle_seconds`, and at `expire_date` whatever is asked.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sign_ins")
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    idle_seconds = models.PositiveIntegerField()
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=200, blank=True)

    def is_over(self, now: datetime) -> bool:
        """Whether it may not be used any more."""
        return now >= self.expire_date or now >= self.seen_at + timedelta(seconds=self.idle_seconds)


class SecuritySetting(models.Model):
    """A value that the security administrator set, from an instant on; the newest of a name is in force."""

    name = models.CharField(max_length=40)
    value = models.JSONField()
    since = models.DateTimeField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["name", "-id"], name="setting_newest")]

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


class PasswordUsed(models.Model):
    """The hash of a password that a person had, so that it is not taken again too soon."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="passwords_used")
    password = models.CharField(max_length=128)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id}"


class AddressFailure(models.Model):
    """Failed sign-ins from an address of late, whatever the names."""

    address = models.CharField(max_length=45, unique=True)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.address


class Totp(models.Model):
    """A person's second factor: the secret, sealed; since when it holds; the last time step that was used."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="totp")
    secret = models.CharField(max_length=300)
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.person_id}"


class RecoveryCode(models.Model):
    """A code that stands in for the second factor once. Only what it is recognised by is kept."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_codes")
    mark = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "mark"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.person_id}"
