"""What is written is on the disk, and one restore at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bihuan.base.errors import Conflict


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last: a rename is only safe from a power cut when its folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def sole_restore(home: Path) -> Iterator[None]:
    """Hold the home folder for one restore. Raises Conflict if another holds it; the lock ends with its process."""
    handle = os.open(home, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(f"“{home}”正在恢复备份，请等它结束再运行") from error
        yield
    finally:
        os.close(handle)
