"""Which roles may see personal data whole, for a reason: as set by the security administrator, else as by default."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotAllowed
from bihuan.ledger.models import UnmaskRole
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor
from bihuan.org.roles import AUDITOR, BY_CODE, HANDLER, REVIEWER, SECURITY_ADMIN, SUPERVISOR, UNDERTAKER, role_title

BY_DEFAULT = (HANDLER.code, UNDERTAKER.code, SUPERVISOR.code, REVIEWER.code, AUDITOR.code)
MAY_BE_SET = tuple(role.code for role in BY_CODE.values() if role.reach != "none")
"""The roles that read records; an administrator never does."""


def roles_that_unmask() -> frozenset[str]:
    """The roles that may unmask today."""
    today = clock.today()
    current = Q(valid_to__isnull=True) | Q(valid_to__gt=today)
    rows = UnmaskRole.objects.filter(current, valid_from__lte=today).order_by("pk").values_list("role", "allowed")
    said = dict(rows)
    return frozenset(role for role in MAY_BE_SET if said.get(role, role in BY_DEFAULT))


@transaction.atomic
def set_unmasking(*, actor: Actor, roles: Collection[str], address: str = "") -> list[str]:
    """Let these roles unmask from today on, and no others; returns what changed, in words. Raises Invalid."""
    if not (actor.is_system or actor.has_role(SECURITY_ADMIN.code)):
        raise NotAllowed("谁能查看原文由安全管理员设定")
    if unknown := set(roles) - set(MAY_BE_SET):
        raise Invalid(f"这些角色不能查看原文：{'、'.join(sorted(map(role_title, unknown)))}")
    before, said = roles_that_unmask(), []
    for role in MAY_BE_SET:
        if (role in roles) == (role in before):
            continue
        _set(actor, role, allowed=role in roles)
        words = f"查看原文：{role_title(role)} 从今天起{'可以' if role in roles else '不再可以'}查看个人信息原文"
        log_access(Kind.ADMIN, words, by=actor, address=address)
        said.append(words.removeprefix("查看原文："))
    if not said:
        raise Invalid("没有改动")
    return said


def _set(actor: Actor, role: str, *, allowed: bool) -> None:
    today = clock.today()
    UnmaskRole.objects.filter(role=role, valid_from=today).delete()
    UnmaskRole.objects.filter(role=role, valid_to__isnull=True).update(valid_to=today)
    UnmaskRole.objects.create(role=role, allowed=allowed, valid_from=today, person_id=actor.person)
