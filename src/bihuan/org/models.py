"""Units, persons and posts. A unit's name, kind and parent are dated; the unit itself is only its code."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from bihuan.base.stamp import fresh_stamp
from bihuan.org.roles import ROLES, role_title
from bihuan.org.sign_in_models import AddressFailure, PasswordUsed, RecoveryCode, SecuritySetting, SignIn, Totp


class UnitKind(models.TextChoices):
    COUNTY = "county", "县"
    BUREAU = "bureau", "局"
    SECTION = "section", "科室"
    TOWN = "town", "乡镇街道"
    VILLAGE = "village", "村社区"
    GRID = "grid", "网格"
    ENTERPRISE = "enterprise", "企业"
    SITE = "site", "站点"


class Unit(models.Model):
    """A node of the organisation. What it is called and where it hangs is told by its versions.

    `successor` is the unit into which it was merged, on the day its last version ends.
    """

    code = models.CharField("代码", max_length=40, unique=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")

    def __str__(self) -> str:
        return self.code


class UnitVersion(models.Model):
    """A unit's name, kind and parent from `valid_from` up to, and not including, `valid_to`."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="versions")
    name = models.CharField("名称", max_length=120)
    kind = models.CharField("类别", max_length=20, choices=UnitKind)
    parent = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField("生效日")
    valid_to = models.DateField("失效日", null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["valid_from", "valid_to"], name="unit_valid")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "valid_from"], name="unit_one_version_a_day"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=models.F("valid_from")),
                name="unit_valid_span",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TreeStamp(models.Model):
    """One row whose mark changes with every change of the tree, so that a remembered tree is never a stale one."""

    stamp = models.CharField(max_length=32, default=fresh_stamp)

    def __str__(self) -> str:
        return self.stamp


class Person(AbstractBaseUser):
    """A person who signs in. What they may do comes from their posts.

    A password that was given by somebody else is changed at the first sign-in.
    """

    username = models.CharField("登录名", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=60)
    phone = models.CharField("手机", max_length=20, blank=True)
    is_active = models.BooleanField("在用", default=True)
    password_set_at = models.DateTimeField("密码设于", null=True)
    password_given = models.BooleanField("密码由他人给定", default=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = ["name"]

    objects = BaseUserManager["Person"]()

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A person holds a role in a unit from `valid_from` up to, and not including, `valid_to`."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    role = models.CharField("角色", max_length=20, choices=[(role.code, role.title) for role in ROLES])
    valid_from = models.DateField("任职日")
    valid_to = models.DateField("离任日", null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "valid_from"], name="post_person")]

    def __str__(self) -> str:
        return f"{self.person_id}@{self.unit_id}:{role_title(self.role)}"


class Absence(models.Model):
    """A person is away from a day up to, and not including, another; a deputy acts in their posts meanwhile."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="absences")
    deputy = models.ForeignKey(Person, models.PROTECT, related_name="stands_in")
    valid_from = models.DateField("自")
    valid_to = models.DateField("至（不含）")
    reason = models.CharField("事由", max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["deputy", "valid_from"], name="absence_deputy")]

    def __str__(self) -> str:
        return f"{self.deputy_id} for {self.person_id}"


class SignInFailure(models.Model):
    """Failed sign-ins of a login name since the last good one; too many of them lock it for a while."""

    username = models.CharField(max_length=60, unique=True)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.username


class AccessEntry(models.Model):
    """Who saw, took out or was refused what, and every act of administration. Written once, chained by hash.

    It names records by number and never holds what stands in them.
    """

    class Kind(models.TextChoices):
        SIGN_IN = "sign_in", "登录"
        SIGN_OUT = "sign_out", "退出"
        SIGN_IN_FAILED = "sign_in_failed", "登录失败"
        UNMASK = "unmask", "查看原文"
        VIEW = "view", "看个人信息"
        EXPORT = "export", "导出"
        DENIED = "denied", "越权被拒"
        ADMIN = "admin", "管理操作"

    at = models.DateTimeField("时间")
    kind = models.CharField("类别", max_length=20, choices=Kind)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    actor_name = models.CharField("人员", max_length=60)
    what = models.CharField("对象", max_length=200)
    reason = models.CharField("事由", max_length=500, blank=True)
    address = models.CharField("来自", max_length=45, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["kind", "-id"], name="access_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.what}"


class AccessHead(models.Model):
    """The head of the access log's chain: how many entries there are, the last hash, and its signature."""

    count = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64)
    signature = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.count}"


__all__ = [
    "Absence",
    "AccessEntry",
    "AccessHead",
    "AddressFailure",
    "PasswordUsed",
    "Person",
    "Post",
    "RecoveryCode",
    "SecuritySetting",
    "SignIn",
    "SignInFailure",
    "Totp",
    "TreeStamp",
    "Unit",
    "UnitKind",
    "UnitVersion",
]
