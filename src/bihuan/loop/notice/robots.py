"""A message to the robot of a chat group, in the published shapes of DingTalk (钉钉) and WeCom (企业微信).

DingTalk: `timestamp` in milliseconds and `sign` = base64(HMAC-SHA256(secret, timestamp + "\\n" + secret)) in the query.
Both answer `{"errcode": 0, "errmsg": "ok"}`, take markdown, and 20 messages a minute. WeCom's text holds at most
4,096 bytes.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from bihuan.base import clock
from bihuan.base.errors import NotAllowed
from bihuan.loop.notice.allowed_hosts import Target, Unreachable, target_of
from bihuan.loop.notice.channels import HostSpec, RobotSpec
from bihuan.loop.notice.outcome import Later, Outcome, Refused, Sent, Unsure

_PATIENCE = httpx.Timeout(10.0, connect=5.0)
_LONGEST_ANSWER = 16_384
_WECOM_BYTES = 4_096
_DINGTALK_BYTES = 20_000
_TOO_MANY = {130101, 410100, 45009, -1}
"""Codes that say: later. Too many messages a minute (DingTalk 130101 and 410100, WeCom 45009), or busy (-1)."""


def send_robot(robot: RobotSpec, hosts: tuple[HostSpec, ...], *, subject: str, text: str) -> Outcome:
    """Post one message to a group."""
    try:
        target = target_of(robot.url, hosts)
    except NotAllowed as error:
        return Refused(error.message)
    except Unreachable as error:
        return Later(f"找不到“{error}”的地址")
    query = target.query
    if robot.kind == "dingtalk" and robot.secret:
        query = "&".join(filter(None, (query, signed_query(robot.secret, int(clock.now().timestamp() * 1000)))))
    return _post(target, query, _body(robot, subject, text))


def signed_query(secret: str, timestamp: int) -> str:
    """DingTalk's `timestamp=…&sign=…` for an instant in milliseconds."""
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return urlencode({"timestamp": timestamp, "sign": base64.b64encode(digest).decode()})


def _body(robot: RobotSpec, subject: str, text: str) -> Mapping[str, Any]:
    marked = f"### {subject}\n\n{text}"
    if robot.kind == "dingtalk":
        return {"msgtype": "markdown", "markdown": {"title": subject, "text": _cut(marked, _DINGTALK_BYTES)}}
    return {"msgtype": "markdown", "markdown": {"content": _cut(marked, _WECOM_BYTES)}}


def _cut(text: str, most: int) -> str:
    """At most so many bytes; what is left out is said."""
    content = text.encode()
    if len(content) <= most:
        return text
    told = "\n\n（太长，未全部显示，请登录系统查看）"
    return content[: most - len(told.encode())].decode(errors="ignore") + told


def _post(target: Target, query: str, body: Mapping[str, Any]) -> Outcome:
    url = f"{target.scheme}://{target.netloc}{target.path}" + (f"?{query}" if query else "")
    try:
        with httpx.Client(timeout=_PATIENCE, follow_redirects=False, trust_env=False) as client:
            request = client.build_request(
                "POST", url, json=body, headers={"Host": target.host}, extensions={"sni_hostname": target.host}
            )
            answer = client.send(request, stream=True)
            content = _read(answer)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        return Later(f"连不上“{target.host}”：{type(error).__name__}")
    except httpx.HTTPError as error:
        return Unsure(f"发送途中断开：{type(error).__name__}")
    return _judged(answer, content)


def _read(answer: httpx.Response) -> bytes:
    """The beginning of an answer: a robot says little, and more is not waited for."""
    content = b""
    try:
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > _LONGEST_ANSWER:
                break
    finally:
        answer.close()
    return content[:_LONGEST_ANSWER]


def _judged(answer: httpx.Response, content: bytes) -> Outcome:
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return Later(f"对方回答 {answer.status_code}")
    if answer.status_code != httpx.codes.OK:
        return Refused(f"对方回答 {answer.status_code}")
    try:
        said = httpx.Response(200, content=content).json()
        code, words = int(said["errcode"]), str(said.get("errmsg", ""))
    except (ValueError, TypeError, KeyError, AttributeError):
        return Unsure("对方的回答看不懂")
    if code == 0:
        return Sent()
    why = f"{code} {' '.join(words.split())}"[:200]
    return Later(why) if code in _TOO_MANY else Refused(why)
