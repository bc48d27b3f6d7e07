"""A file is read more than once: looked through, counted, read again. It has to stay what it was when it was opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bihuan.ledger.excel.model import UnreadableFile


class Steady:
    """What a file was when it was opened: which file, how large, when last changed."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self._was = _print_of(path)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read it: raises UnreadableFile if it is another before or after, or where the reading fails because of that.

        Until the end nothing that was read may be kept: half of it may be of the one, half of the other.
        """
        self.require()
        try:
            yield
        except Exception:  # whatever failed in reading, that the file was changed comes first
            self.require()
            raise
        self.require()

    def require(self) -> None:
        """Raise UnreadableFile if the file is no longer what it was."""
        if _print_of(self._path) != self._was:
            raise UnreadableFile(f"“{self._name}”在读取途中被改动了，这次没有读入。", "请等它保存完，再重新上传。")


def _print_of(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
