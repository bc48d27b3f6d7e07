"""Which host may be asked, and at which of its addresses: named by the administrator, and public unless said otherwise.

A robot's address is data. Whoever could write it could otherwise have the server ask its own network (server-side
request forgery, OWASP A10:2021). The name is resolved here, and the connection made to the very address that was
looked at, so that a second answer of the name server cannot lead elsewhere.
"""

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from bihuan.base.errors import NotAllowed
from bihuan.loop.notice.channels import HostSpec


class Unreachable(Exception):
    """The name has no address now; another time it may."""


@dataclass(frozen=True)
class Target:
    """Where to connect: the address in numbers, beside the name that certificate and header speak of."""

    host: str
    address: str
    port: int
    scheme: str
    path: str
    query: str

    @property
    def netloc(self) -> str:
        shown = f"[{self.address}]" if ":" in self.address else self.address
        return f"{shown}:{self.port}"


def target_of(url: str, hosts: tuple[HostSpec, ...]) -> Target:
    """Where a robot's address leads. Raises NotAllowed where it may not, Unreachable where it leads nowhere."""
    parts = urlsplit(url)
    host = next((item for item in hosts if item.name.lower() == (parts.hostname or "").lower()), None)
    if host is None:
        raise NotAllowed(f"没有允许向“{parts.hostname or '（空）'}”发送，请安全管理员加入“群消息白名单”")
    if parts.username or parts.password:
        raise NotAllowed("群机器人的地址里不能带用户名和密码")
    if parts.scheme != "https" and not (parts.scheme == "http" and host.plain):
        raise NotAllowed(f"“{host.name}”要用 https 地址")
    port = _port(parts)
    return Target(parts.hostname or "", _address(host, port), port, parts.scheme, parts.path or "/", parts.query)


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise NotAllowed("群机器人地址里的端口不对") from error


def _address(host: HostSpec, port: int) -> str:
    """The first of the host's addresses, all of which must be allowed."""
    try:
        found = socket.getaddrinfo(host.name, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(host.name) from error
    addresses = [str(item[4][0]).partition("%")[0] for item in found]
    if not addresses:
        raise Unreachable(host.name)
    if not host.private and not all(_is_public(text) for text in addresses):
        raise NotAllowed(f"“{host.name}”指向内部网络的地址，没有发送；确需发往内网时写 private: true")
    return addresses[0]


def _is_public(text: str) -> bool:
    address = ip_address(text)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_global and not address.is_multicast
