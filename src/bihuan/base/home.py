"""The home folder: all that one instance owns — database, attachments, keys, progress, logs."""

import os
import secrets
from pathlib import Path

_SECRET_BYTES = 32


def home() -> Path:
    """The folder named by BIHUAN_HOME, `./var` by default. It is made when first asked for."""
    folder = Path(os.environ.get("BIHUAN_HOME") or "var").resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    return folder


def room(name: str) -> Path:
    """A folder inside the home."""
    folder = home() / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)
    return folder


def secret(name: str) -> bytes:
    """A random key of this instance, made on first use and readable by its owner only."""
    path = room("keys") / name
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(_SECRET_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes()
