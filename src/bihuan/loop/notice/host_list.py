"""The hosts that robots may live on: those in the server's file, and those that the security administrator allowed."""

import re
from ipaddress import ip_address

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed, NotFound
from bihuan.loop.notice.channels import ChannelsSpec, HostSpec
from bihuan.loop.notice.models import AllowedHost
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor
from bihuan.org.roles import SECURITY_ADMIN

_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def allowed_hosts(channels: ChannelsSpec) -> tuple[HostSpec, ...]:
    """All hosts that may be asked. What the administrator allowed counts over what the file says of the same host."""
    rows = AllowedHost.objects.filter(ended_at__isnull=True).order_by("name")
    found = {host.name.lower(): host for host in channels.hosts}
    found |= {row.name: HostSpec(name=row.name, private=row.private, plain=row.plain) for row in rows}
    return tuple(found.values())


@transaction.atomic
def allow_host(*, actor: Actor, name: str, private: bool = False, plain: bool = False, address: str = "") -> str:
    """Let robots be asked at a host from now on; returns what that means, in words. Raises Invalid or Conflict."""
    _require(actor)
    name = name.strip().lower().rstrip(".")
    if not (_NAME.fullmatch(name) or _is_address(name)):
        raise Invalid(
            "主机名不对", {"name": f"“{name[:60]}”不是主机名，要写成 oapi.dingtalk.com 这样，不带 https:// 和路径"}
        )
    if AllowedHost.objects.filter(name=name, ended_at__isnull=True).exists():
        raise Conflict(f"“{name}”已经允许，要改先取消")
    AllowedHost.objects.create(name=name, private=private, plain=plain, since=clock.now(), person_id=actor.person)
    words = f"允许向“{name}”发送群消息" + _allowances(private=private, plain=plain)
    log_access(Kind.ADMIN, words, by=actor, address=address)
    return words


def _allowances(*, private: bool, plain: bool) -> str:
    said = [word for word, yes in (("允许它是内网地址", private), ("允许不加密的 http", plain)) if yes]
    return f"，{'，'.join(said)}" if said else "，只用 https，且不得是内网地址"


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@transaction.atomic
def forbid_host(*, actor: Actor, pk: int, address: str = "") -> str:
    """Let robots be asked at a host no more; what was sent stays sent. Raises NotFound."""
    _require(actor)
    host = AllowedHost.objects.filter(pk=pk, ended_at__isnull=True).first()
    if host is None:
        raise NotFound("没有这个主机，或者已经取消")
    AllowedHost.objects.filter(pk=pk).update(ended_at=clock.now())
    words = f"不再允许向“{host.name}”发送群消息"
    log_access(Kind.ADMIN, words, by=actor, address=address)
    return words


def _require(actor: Actor) -> None:
    if not (actor.is_system or actor.has_role(SECURITY_ADMIN.code)):
        raise NotAllowed("群消息发往哪里由安全管理员设定")
