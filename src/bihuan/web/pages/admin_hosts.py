"""Where robots of chat groups may live, for the security administrator: the list of hosts, a host more or less."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bihuan.base.errors import BihuanError, Invalid
from bihuan.loop.notice.channels import ChannelsSpec, read_channels
from bihuan.loop.notice.host_list import allow_host, forbid_host
from bihuan.loop.notice.models import AllowedHost
from bihuan.org.actor import Actor
from bihuan.org.roles import SECURITY_ADMIN
from bihuan.org.separation import require_administrator
from bihuan.web import admin_inputs as inputs
from bihuan.web import showing
from bihuan.web.access import address_of, signed_in
from bihuan.web.administering import Change, ask_or_make, status, told

_HEADS = ("主机", "内网地址", "不加密的 http", "写在哪里")


@signed_in
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The hosts, each with what is allowed of it, and a form for one more."""
    require_administrator(actor, SECURITY_ADMIN.code)
    problem: BihuanError | None = None
    if request.method == "POST":
        try:
            return _ask(request, actor)
        except BihuanError as error:
            problem = error
    shown = told(problem)
    context = {
        "title": "群消息白名单",
        "crumbs": [{"title": "群消息白名单"}],
        "lead": "钉钉、企业微信群机器人的消息只发往这里列出的主机。",
        "problem": shown["problem"],
        "forms": [_form(request, shown["problems"])],
        "tables": [_table()],
    }
    return render(request, "admin_subject.html", context, status=status(problem))


def _table() -> dict[str, Any]:
    rows = [
        _row((host.name, _yes(host.private), _yes(host.plain), "服务器上的 channels.yaml")) for host in _file().hosts
    ]
    for row in AllowedHost.objects.filter(ended_at__isnull=True).order_by("name"):
        acts = [{"do": "forbid", "of": row.pk, "title": "取消"}]
        cells = (row.name, _yes(row.private), _yes(row.plain), f"{showing.moment(row.since)} 在这里加的")
        rows.append({**_row(cells), "acts": acts})
    return {"title": "允许的主机", "heads": _HEADS, "rows": rows, "acts": "操作", "empty": "还没有，群消息不会发出去"}


def _file() -> ChannelsSpec:
    try:
        return read_channels()
    except Invalid:  # What is wrong with the file is told where messages are sent from.
        return ChannelsSpec()


def _row(cells: tuple[str, ...]) -> dict[str, Any]:
    return {"cells": list(zip(_HEADS, cells, strict=True))}


def _yes(allowed: bool) -> str:
    return "允许" if allowed else "不允许"


def _form(request: HttpRequest, problems: dict[str, str]) -> dict[str, Any]:
    typed = request.POST
    fields = [
        inputs.line(
            "name", "主机名", typed.get("name", ""), required=True, hint="如 oapi.dingtalk.com、qyapi.weixin.qq.com"
        ),
        inputs.choice(
            "private",
            "是不是内网地址",
            [("", "不是，只准公网地址"), ("1", "是，允许内网地址")],
            typed.get("private", ""),
        ),
        inputs.choice("plain", "怎样连接", [("", "只用 https"), ("1", "也允许不加密的 http")], typed.get("plain", "")),
    ]
    return {
        "do": "allow",
        "title": "加一个主机",
        "inputs": inputs.with_problems(fields, problems),
        "button": "下一步：核对",
    }


def _ask(request: HttpRequest, actor: Actor) -> HttpResponse:
    address = address_of(request)

    def allow() -> str:
        private, plain = bool(request.POST.get("private")), bool(request.POST.get("plain"))
        return allow_host(actor=actor, name=request.POST.get("name", ""), private=private, plain=plain, address=address)

    def forbid() -> str:
        text = request.POST.get("of", "")
        return forbid_host(actor=actor, pk=int(text) if text.isdecimal() and len(text) < 19 else 0, address=address)

    makes = {"allow": allow, "forbid": forbid}
    if request.POST.get("do") not in makes:
        raise Invalid("没有这样的操作")
    change = Change("群消息白名单", makes[request.POST["do"]])
    return ask_or_make(request, change, reverse("admin_hosts"))
