"""What the security administrator sets for roles: data scopes and field rights, each dated, each in the access log."""

from collections.abc import Sequence
from typing import Any

from django.db import models, transaction

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotAllowed
from bihuan.base.stamp import fresh_stamp
from bihuan.ledger.data_scopes import SCOPE_WORDS, Scope
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.field_rights import RIGHT_WORDS, Right
from bihuan.ledger.models import DataScope, FieldRight, Ledger
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor
from bihuan.org.roles import BY_CODE, SECURITY_ADMIN, role_title


def settable_roles() -> tuple[str, ...]:
    """The roles for which scopes can be set: those that read by unit."""
    return tuple(role.code for role in BY_CODE.values() if role.reach == "below")


@transaction.atomic
def set_scope(
    *, actor: Actor, role: str, scope: str, ledger: Ledger | None = None, units: Sequence[int] = (), address: str = ""
) -> DataScope:
    """Give a role a data scope from today on, in one ledger or in all. Raises Invalid or NotAllowed."""
    _require(actor)
    if role not in settable_roles():
        raise Invalid(f"角色“{role}”不能设数据范围")
    if scope not in set(Scope):
        raise Invalid(f"没有数据范围“{scope}”，可用：{'、'.join(SCOPE_WORDS.values())}")
    if scope == Scope.CUSTOM and not set(units) <= set(actor.tree.by_pk):
        raise Invalid("自定义的单位里有不存在的")
    _end(DataScope.objects.filter(role=role, ledger=ledger))
    made = DataScope.objects.create(
        role=role,
        ledger=ledger,
        scope=scope,
        units=sorted(set(units)) if scope == Scope.CUSTOM else [],
        valid_from=clock.today(),
        person_id=actor.person,
    )
    where = ledger.code if ledger else "所有台账"
    _renew(ledger)
    log_access(
        Kind.ADMIN, f"数据范围：{role_title(role)} 在 {where} 为 {SCOPE_WORDS[Scope(scope)]}", by=actor, address=address
    )
    return made


@transaction.atomic
def clear_scope(*, actor: Actor, role: str, ledger: Ledger | None = None, address: str = "") -> None:
    """Let what was set for a role in one ledger or in all hold no more. Raises Invalid where nothing was."""
    _require(actor)
    rows = DataScope.objects.filter(role=role, ledger=ledger, valid_to__isnull=True)
    if not rows.exists():
        raise Invalid("没有另设过，已是默认")
    _end(rows)
    _renew(ledger)
    where = ledger.code if ledger else "所有台账"
    log_access(Kind.ADMIN, f"数据范围：{role_title(role)} 在 {where} 恢复默认", by=actor, address=address)


@transaction.atomic
def clear_field_right(
    *, actor: Actor, ledger: Ledger, role: str, field: str, step: str = "", address: str = ""
) -> None:
    """Let what was set for a role on a field hold no more, so that the pack's word counts again. Raises Invalid."""
    _require(actor)
    known = spec_of(ledger).by_code.get(field)
    rows = FieldRight.objects.filter(ledger=ledger, role=role, field=field, step=step, valid_to__isnull=True)
    if known is None or not rows.exists():
        raise Invalid("没有另设过，已是业务包的规定")
    _end(rows)
    _renew(ledger)
    what = f"字段权限：{ledger.code} {known.title} 对{role_title(role)}恢复业务包的规定"
    log_access(Kind.ADMIN, what, by=actor, address=address)


@transaction.atomic
def set_field_right(
    *, actor: Actor, ledger: Ledger, role: str, field: str, right: str, step: str = "", address: str = ""
) -> FieldRight:
    """Give a role a right on a field from today on, at one step or at every one. Raises Invalid or NotAllowed."""
    _require(actor)
    known = spec_of(ledger).by_code.get(field)
    if known is None or role not in BY_CODE or BY_CODE[role].reach == "none" or right not in set(Right):
        raise Invalid("没有这样的字段、角色或权限")
    _end(FieldRight.objects.filter(ledger=ledger, role=role, field=field, step=step))
    made = FieldRight.objects.create(
        ledger=ledger,
        role=role,
        field=field,
        step=step,
        right=right,
        valid_from=clock.today(),
        person_id=actor.person,
    )
    _renew(ledger)
    what = f"字段权限：{ledger.code} {known.title} 对{role_title(role)}{RIGHT_WORDS[Right(right)]}" + (
        f"，环节 {step}" if step else ""
    )
    log_access(Kind.ADMIN, what, by=actor, address=address)
    return made


def _require(actor: Actor) -> None:
    if not (actor.is_system or actor.has_role(SECURITY_ADMIN.code)):
        raise NotAllowed("数据范围和字段权限由安全管理员设定")


def _end(rows: "models.QuerySet[Any]") -> None:
    """End what was set before today; what was set today is replaced."""
    today = clock.today()
    rows.filter(valid_from=today).delete()
    rows.filter(valid_to__isnull=True).update(valid_to=today)


def _renew(ledger: Ledger | None) -> None:
    """Let no process go on with what it remembers of the ledger, or of all."""
    rows = Ledger.objects.all() if ledger is None else Ledger.objects.filter(pk=ledger.pk)
    for pk in rows.values_list("pk", flat=True):
        Ledger.objects.filter(pk=pk).update(stamp=fresh_stamp())
    if ledger is not None:
        ledger.refresh_from_db(fields=["stamp"])
