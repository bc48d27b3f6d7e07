"""Short requests never overlap; a long one, or one that fails, holds nobody up."""

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bihuan.base.turns import InTurn


class Application:
    """Counts how many of its requests are inside at once; a request waits for the event that its path names."""

    def __init__(self) -> None:
        self.inside, self.most, self.counting = 0, 0, threading.Lock()
        self.may_go = {"/long/1": threading.Event(), "/long/2": threading.Event()}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        with self.counting:
            self.inside += 1
            self.most = max(self.most, self.inside)
        try:
            if path == "/fault":
                raise ValueError(path)
            if path in self.may_go:
                assert self.may_go[path].wait(10)
            time.sleep(0.001)  # gives the others every chance to come in
            return [path.encode()]
        finally:
            with self.counting:
                self.inside -= 1


def ask(application: InTurn, path: str) -> bytes:
    return b"".join(application({"PATH_INFO": path}, None))


def test_short_requests_never_overlap() -> None:
    inner = Application()
    application = InTurn(inner, patience=10)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda number: ask(application, f"/{number}"), range(100)))
    assert answers == [f"/{number}".encode() for number in range(100)]
    assert inner.most == 1


def test_long_ones_hold_nobody_up() -> None:
    inner = Application()
    application = InTurn(inner, patience=0.02)
    with ThreadPoolExecutor(8) as threads:
        long = [threads.submit(ask, application, path) for path in inner.may_go]
        assert list(threads.map(lambda _: ask(application, "/short"), range(20))) == [b"/short"] * 20
        assert not any(one.done() for one in long)
        for event in inner.may_go.values():
            event.set()
        assert [one.result(10) for one in long] == [b"/long/1", b"/long/2"]


def test_one_that_was_passed_does_not_open_the_way_for_two() -> None:
    """What it lets go of at its end is the turn that it had, not the one that others have taken since."""
    inner = Application()
    application = InTurn(inner, patience=0.5)
    with ThreadPoolExecutor(8) as threads:
        long = threads.submit(ask, application, "/long/1")
        assert ask(application, "/short") == b"/short"  # passes the long one
        inner.may_go["/long/1"].set()
        long.result(10)
        inner.most = 0
        list(threads.map(lambda _: ask(application, "/short"), range(50)))
    assert inner.most == 1


def test_a_request_that_fails_lets_the_next_one_in() -> None:
    application = InTurn(Application(), patience=10)
    with pytest.raises(ValueError, match="/fault"):
        ask(application, "/fault")
    assert ask(application, "/short") == b"/short"
