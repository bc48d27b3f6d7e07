"""The tables of forms: the blank one with its mapping, and what it was filled with."""

from django.conf import settings
from django.db import models

from bihuan.org.models import Unit


class Form(models.Model):
    """A blank form of a superior. `content` is the file in base64; `blanks` say what fills each place."""

    title = models.CharField("名称", max_length=120)
    asked_by = models.CharField("上级单位", max_length=120)
    every = models.CharField("多久一次", max_length=10)
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=255)
    kind = models.CharField(max_length=4)
    content = models.TextField()
    blanks = models.JSONField(default=list)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title


class Filling(models.Model):
    """A form as it was filled for a period: the cells with value, source and count. It is not worked out again."""

    form = models.ForeignKey(Form, models.CASCADE, related_name="fillings")
    first_day = models.DateField()
    last_day = models.DateField()
    label = models.CharField(max_length=40)
    cells = models.JSONField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.form_id} {self.label}"
