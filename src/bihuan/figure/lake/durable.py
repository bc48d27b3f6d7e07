"""Files that are there whole after a crash, or not there: written beside, flushed, then put in place in one step."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

_CHUNK = 1 << 20


def flush_file(path: Path) -> None:
    """Wait until a file's content is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_durably(path: Path, content: bytes) -> None:
    """Write a file so that at any moment either the old content is there or the new one."""
    fresh = path.with_name(f".{path.name}.{uuid4().hex}")
    fresh.write_bytes(content)
    flush_file(fresh)
    os.replace(fresh, path)  # noqa: PTH105 - os.replace is atomic by contract
    flush_file(path.parent)


def sha256_of(path: Path) -> str:
    """The hash of a file's content (SHA-256, FIPS 180-4)."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder against other processes' writing. A crashed holder lets go by itself."""
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
