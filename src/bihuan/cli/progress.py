"""How far long work has come, on stderr: one line that changes on a terminal, now and then a line elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self

_ON_TERMINAL = 0.1
_ELSEWHERE = 10.0


class Progress:
    """Told of each step of the work; speaks seldom enough to cost nothing. Seconds between two words: see above."""

    def __init__(self, what: str, total: int = 0) -> None:
        self.what, self.total = what, total
        self._is_terminal = sys.stderr.isatty()
        self._pause = _ON_TERMINAL if self._is_terminal else _ELSEWHERE
        self._last = time.monotonic()
        self._shown = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._is_terminal and self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def __call__(self, done: int) -> None:
        """So much is done by now."""
        now = time.monotonic()
        if now - self._last < self._pause:
            return
        self._last = now
        self._shown += 1
        share = f" / {self.total:,}（{done * 100 // self.total}%）" if self.total else ""
        line = f"{self.what} {done:,}{share}"
        if self._is_terminal:
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)
