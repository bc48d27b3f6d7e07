"""`bihuan serve`: bring the home folder up to date and serve its pages."""

import errno
import os
import signal
import socket
import sys
from argparse import Namespace
from types import FrameType
from typing import Any

import waitress

from bihuan.base.errors import BihuanError
from bihuan.base.home import home
from bihuan.cli.database import migrate
from bihuan.cli.rounds import Rounds
from bihuan.installed import KINDS, PackNotSound, install_pack, packs_folder
from bihuan.ledger.actions import fail_interrupted
from bihuan.org.models import Unit
from bihuan.pack.reading import read_pack
from bihuan.wsgi import application

THREADS = 8
_WAITING = 1_024
_LOCAL = ("127.0.0.1", "localhost", "::1")


def run(arguments: Namespace) -> int:
    """Prepare the home folder and serve until stopped."""
    server = listen(arguments.host, arguments.port)
    try:
        prepare()
        serve(server, arguments.host, arguments.port)
    finally:
        server.close()
    return 0


def listen(host: str, port: int) -> Any:
    """A server that holds its port and does not answer yet: a second one on it fails before it touches the data."""
    try:
        held = _hold(host, port)
    except socket.gaierror as error:
        raise BihuanError(f"没有“{host}”这个地址，本机可用 127.0.0.1，对外可用 0.0.0.0") from error
    except OSError as error:
        raise BihuanError(_why_not(error, host, port)) from error
    return waitress.create_server(application, sockets=[held], threads=THREADS, **_behind_a_proxy())


def _hold(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    held = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            # A port left a moment ago can be taken again; elsewhere the option would let two programs share it.
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(address)
        held.listen(_WAITING)
    except OSError:
        held.close()
        raise
    return held


def _behind_a_proxy() -> dict[str, Any]:
    """With HTTPS a proxy on this machine stands before us, and says by which scheme it was asked."""
    if os.environ.get("BIHUAN_HTTPS") != "1":
        return {}
    return {
        "trusted_proxy": "127.0.0.1",
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        "clear_untrusted_proxy_headers": True,
    }


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"端口 {port} 已被占用，可能已有一个 bihuan 在运行。换一个端口：--port {port + 1 if port < 65535 else 8000}"
        )
    if error.errno == errno.EACCES:
        return f"没有权限使用端口 {port}，请用 1024 以上的端口"
    return f"不能在 {host}:{port} 上监听：{error.strerror or error}"


def prepare() -> None:
    """Migrate, install the packs whose unit is there, and tell of imports that a crash cut off."""
    migrate()
    install_known_packs()
    interrupted = fail_interrupted()
    if interrupted:
        print(f"有 {interrupted} 次导入在上次停止时没有完成，一行也没有写入，已标为“未写入”。", file=sys.stderr)


def install_known_packs() -> list[str]:
    """Install each sound pack whose owner is a unit here; say which were left out, and why."""
    installed: list[str] = []
    for folder in sorted(path for path in packs_folder().glob("*/") if (path / "pack.yaml").is_file()):
        pack = read_pack(folder, KINDS)
        if pack.spec is None or not pack.is_sound:
            print(f"{PackNotSound(folder, pack.issues)}", file=sys.stderr)
        elif not Unit.objects.filter(code=pack.spec.owner).exists():
            print(f"业务包“{pack.spec.title}”没有安装：还没有单位 {pack.spec.owner}", file=sys.stderr)
        else:
            installed += install_pack(pack, lambda text: print(text, file=sys.stderr))
    return installed


def serve(server: Any, host: str, port: int) -> None:
    """Answer requests, and go the rounds beside, until Ctrl-C or a polite kill."""
    signal.signal(signal.SIGTERM, _stop)
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104 - compared
    print(f"服务已启动：http://{shown}:{port}    数据目录：{home()}    按 Ctrl-C 停止", flush=True)
    if host not in _LOCAL and "BIHUAN_HOSTS" not in os.environ:
        print("要让别的电脑访问，请在环境变量 BIHUAN_HOSTS 里写明本机的域名或 IP。", file=sys.stderr)
    rounds = Rounds()
    rounds.start()
    try:
        server.run()
    finally:
        rounds.stop()
    print("服务已停止。")


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
