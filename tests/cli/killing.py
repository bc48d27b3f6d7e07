"""Killing a piece of work as kill -9 does: nothing after it runs, no `finally`, no buffer."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# The system calls by which a folder changes.
STEPS = ("mkdir", "rename", "unlink", "rmdir", "open", "fsync", "sync")


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Run the work in a process that dies right before its so-manieth change of the disk; False if it came to its end."""

    def dying() -> None:
        with _counting(step):
            work()

    return _outcome(_forked(dying))


def killed(work: Callable[[], object]) -> bool:
    """Run the work, which kills itself; False if it came to its end."""
    return _outcome(_forked(work))


def killed_after(seconds: float, work: Callable[[], object]) -> bool:
    """Run the work in a process that is killed after so long; False if it came to its end before."""
    child = _forked(work)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return _outcome(child)


@contextmanager
def _counting(step: int) -> Iterator[None]:
    left = step

    def counted(call: Callable[..., object]) -> Callable[..., object]:
        def before(*arguments: object, **named: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **named)

        return before

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    yield


def _forked(work: Callable[[], object]) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def _outcome(child: int) -> bool:
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(status) == 0, "the work failed of itself"
    return False
