"""How messages leave the house: `channels.yaml` in the home folder, written by the system administrator.

It holds passwords and the robots' secrets, and so lies beside the database and not in it; it is no part of an archive.
"""

from datetime import time
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from bihuan.base.errors import Invalid
from bihuan.base.home import home
from bihuan.pack.reading import Code, Spec
from bihuan.pack.source import read_yaml

RobotKind = Literal["dingtalk", "wecom"]


class MailSpec(Spec):
    """The mail server that takes our messages, and from whom they are."""

    host: str
    port: int = Field(default=25, ge=1, le=65_535)
    user: str = ""
    password: str = ""
    security: Literal["none", "starttls", "tls"] = "none"
    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")


class RobotSpec(Spec):
    """A robot of a chat group: notices for the unit, and for those under it, are posted there."""

    code: Code
    kind: RobotKind
    unit: str = Field(description="单位代码")
    url: str
    secret: str = Field(default="", description="钉钉“加签”的密钥；企业微信没有")


class HostSpec(Spec):
    """A host that a robot may live on. `private` allows an address of the own network, `plain` allows http."""

    name: str
    private: bool = False
    plain: bool = False


class ChannelsSpec(Spec):
    """All of it. Without the file nothing leaves the house, and people are told in the application alone."""

    address: str = Field(default="", pattern=r"^(https?://[^\s/]+)?$", description="本系统的网址，写进消息里的链接")
    digest_at: str = Field(default="08:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    mail: MailSpec | None = None
    robots: tuple[RobotSpec, ...] = ()
    hosts: tuple[HostSpec, ...] = ()

    @property
    def digest_time(self) -> time:
        return time.fromisoformat(self.digest_at)


def channels_file() -> Path:
    """Where the file lies."""
    return home() / "channels.yaml"


def read_channels() -> ChannelsSpec:
    """What the administrator has set. Raises Invalid, with the line, where the file cannot be understood."""
    path = channels_file()
    if not path.is_file():
        return ChannelsSpec()
    source, issues = read_yaml(path, path.name)
    if source is None or issues:
        raise Invalid("；".join(map(str, issues)))
    try:
        return ChannelsSpec.model_validate(source.data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "文件"
        line = source.issue("", *first["loc"]).line
        raise Invalid(f"{path.name}:{line}: “{place}”写得不对：{first['msg']}") from None
