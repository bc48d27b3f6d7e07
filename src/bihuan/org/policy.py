"""What the security administrator sets for signing in: a few values within bounds, each change dated and logged.

The defaults meet GB/T 22239-2019, 8.1.4.1 (identity and authentication, level three); docs/security.md says which
clause asks for which.
"""

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotAllowed, NotFound
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor
from bihuan.org.roles import AUDIT_ADMIN, BY_CODE, SECURITY_ADMIN, SYSTEM_ADMIN, role_title
from bihuan.org.sign_in_models import SecuritySetting, SignIn


@dataclass(frozen=True)
class Policy:
    """The values in force."""

    password_length: int = 8
    password_classes: int = 3
    password_history: int = 5
    password_days: int = 90
    failures: int = 5
    address_failures: int = 50
    lock_minutes: int = 15
    idle_minutes: int = 30
    longest_hours: int = 10
    fresh_minutes: int = 15
    totp_roles: tuple[str, ...] = (SYSTEM_ADMIN.code, SECURITY_ADMIN.code, AUDIT_ADMIN.code)

    @property
    def lock_for(self) -> timedelta:
        return timedelta(minutes=self.lock_minutes)

    @property
    def fresh_for(self) -> timedelta:
        return timedelta(minutes=self.fresh_minutes)


@dataclass(frozen=True)
class Setting:
    """A value that can be set: what it is called, between which bounds, in what unit."""

    name: str
    title: str
    least: int
    most: int
    unit: str
    hint: str = ""


SETTINGS = (
    Setting("password_length", "密码最短", 8, 64, "个字符"),
    Setting("password_classes", "密码至少含几类字符", 2, 4, "类", "大写、小写、数字、符号；16 个字符以上的含两类即可"),
    Setting("password_history", "不得与前几次密码相同", 0, 24, "次"),
    Setting("password_days", "密码最长用多久", 0, 365, "天", "0 为不限"),
    Setting("failures", "同一登录名连续失败几次后暂锁", 3, 10, "次"),
    Setting("address_failures", "同一地址失败几次后暂锁", 10, 1_000, "次", "一个局常常共用一个地址，不宜太小"),
    Setting("lock_minutes", "暂锁", 5, 1_440, "分钟"),
    Setting("idle_minutes", "多久不操作即退出", 5, 240, "分钟"),
    Setting("longest_hours", "登录后最长", 1, 24, "小时"),
    Setting("fresh_minutes", "重要操作前多久之内验过身份", 1, 60, "分钟"),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}
TOTP_ROLES = "totp_roles"


def current_policy() -> Policy:
    """The values in force now: what was set, and the defaults for the rest."""
    known = {field.name for field in fields(Policy)}
    found: dict[str, Any] = {}
    for name, value in SecuritySetting.objects.order_by("pk").values_list("name", "value"):
        if name in known:
            found[name] = tuple(value) if name == TOTP_ROLES else value
    return Policy(**found)


@transaction.atomic
def set_policy(*, actor: Actor, name: str, value: Any, address: str = "") -> Policy:
    """Set one value from now on. Raises NotAllowed for others, NotFound or Invalid saying what is allowed."""
    if not (actor.is_system or actor.has_role(SECURITY_ADMIN.code)):
        raise NotAllowed("登录规则由安全管理员设定")
    kept = _roles(value) if name == TOTP_ROLES else _number(name, value)
    before = current_policy()
    if getattr(before, name) == (tuple(kept) if isinstance(kept, list) else kept):
        return before
    SecuritySetting.objects.create(name=name, value=kept, since=clock.now(), person_id=actor.person)
    log_access(Kind.ADMIN, f"登录规则：{_told(name, kept)}", by=actor, address=address)
    policy = current_policy()
    if name in ("idle_minutes", "longest_hours"):
        _apply_to_sign_ins(policy)
    return policy


def _number(name: str, value: Any) -> int:
    setting = BY_NAME.get(name)
    if setting is None:
        raise NotFound(f"没有登录规则“{name}”")
    text = str(value).strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 9 and setting.least <= int(text) <= setting.most):
        problem = f"要在 {setting.least} 到 {setting.most} 之间，写的是“{text[:20]}”"
        raise Invalid(f"{setting.title}：{problem}", {name: problem})
    return int(text)


def _roles(value: Any) -> list[str]:
    wanted = list(value) if isinstance(value, list | tuple) else []
    unknown = [str(code) for code in wanted if code not in BY_CODE]
    if unknown or not isinstance(value, list | tuple):
        raise Invalid("没有这样的角色", {TOTP_ROLES: "、".join(unknown)})
    return [code for code in BY_CODE if code in wanted]


def _told(name: str, value: Any) -> str:
    if name == TOTP_ROLES:
        return f"必须用动态口令的角色为 {'、'.join(role_title(code) for code in value) or '无'}"
    return f"{BY_NAME[name].title} {value} {BY_NAME[name].unit}"


def _apply_to_sign_ins(policy: Policy) -> None:
    """Those who are signed in already are held to new limits too."""
    SignIn.objects.update(
        idle_seconds=policy.idle_minutes * 60, expire_date=F("begun_at") + timedelta(hours=policy.longest_hours)
    )


def totp_required(actor: Actor, policy: Policy) -> bool:
    """Whether one of the actor's own posts asks for a second factor."""
    return any(post.role in policy.totp_roles for post in actor.posts if post.of is None)
