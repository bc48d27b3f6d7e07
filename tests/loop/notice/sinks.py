"""Real servers on this machine that take what is sent: a mail server, and a robot's address."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller

SECRET = "SEC0123456789abcdef"


@dataclass
class Mailbox:
    """What the mail server took; `answers` says what it replies to a recipient, `cut` that it hangs up in the middle."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    cut: bool = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - same
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        if self.cut:
            server.transport.close()
        return "250 taken"


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """An SMTP server on a free port of the loopback."""
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        box.port = free.getsockname()[1]
    running = Controller(box, hostname="127.0.0.1", port=box.port)
    running.start()
    try:
        yield box
    finally:
        running.stop()


@dataclass
class Group:
    """What a robot's address was posted, and what it answers: the first of `answers`, then that all is well."""

    port: int = 0
    posts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: list[tuple[int, bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/robot/send?access_token=t0ken"


def is_signed(path: str, secret: str = SECRET) -> bool:
    """The receiver's own check of DingTalk's signature, from its published rule."""
    query = parse_qs(urlsplit(path).query)
    (timestamp,), (sign,) = query["timestamp"], query["sign"]
    expected = hmac.digest(secret.encode(), (timestamp + "\n" + secret).encode(), hashlib.sha256)
    return hmac.compare_digest(base64.b64encode(expected).decode(), sign)


@contextmanager
def group_server() -> Iterator[Group]:
    """An HTTP server on a free port of the loopback."""
    group = Group()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            group.posts.append((self.path, json.loads(body)))
            status, content = group.answers.pop(0) if group.answers else (200, b'{"errcode":0,"errmsg":"ok"}')
            if status == 0:
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            if status in (301, 302, 307):
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    group.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield group
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
