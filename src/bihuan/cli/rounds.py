"""The serving process's rounds, while the pages are served: what is due is done, and what lags behind is caught up.

One thread, started by `bihuan serve`. Every round may be left out, doubled, or cut off: what it does is written so that
the next one, or `bihuan duties --open` and `bihuan notices --send`, does the rest and nothing twice.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic

from django.db import OperationalError, close_old_connections

from bihuan.base.waiting import is_busy
from bihuan.cli.large_lakes import keep_large_lakes
from bihuan.ledger.search import absorb_all
from bihuan.loop.duty.actions import open_due
from bihuan.loop.notice.sending import send_waiting
from bihuan.loop.notice.watching import issue_due
from bihuan.loop.planned import put_due_in_force

_log = logging.getLogger("bihuan.rounds")


@dataclass(frozen=True)
class Round:
    """Something done again and again, so many seconds after its last beginning."""

    name: str
    every: float
    do: Callable[[], object]


ROUNDS = (
    Round("definitions", 20, put_due_in_force),
    Round("search", 60, absorb_all),
    Round("duties", 300, open_due),
    Round("notices", 60, issue_due),
    Round("messages", 20, send_waiting),
    Round("lakes", 300, keep_large_lakes),
)


class Rounds:
    """The thread that goes the rounds until it is told to stop."""

    def __init__(self, rounds: tuple[Round, ...] = ROUNDS) -> None:
        self._rounds = rounds
        self._stop = Event()
        self._thread = Thread(target=self._go, name="rounds", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Let the present round end, and go no other."""
        self._stop.set()
        self._thread.join(timeout=30)

    def _go(self) -> None:
        due = {item.name: 0.0 for item in self._rounds}
        while not self._stop.is_set():
            for item in self._rounds:
                if monotonic() >= due[item.name] and not self._stop.is_set():
                    due[item.name] = monotonic() + item.every
                    _once(item)
            self._stop.wait(1.0)


def _once(item: Round) -> None:
    """Go one round. A round that fails is told in the log, and the next one is gone all the same."""
    close_old_connections()
    try:
        item.do()
    except OperationalError as error:
        if not is_busy(error):
            _log.exception("round %s failed", item.name)
        else:
            _log.info("round %s put off: a long write holds the database", item.name)
    except Exception:  # noqa: BLE001 - whatever it was, the service goes on and the round comes again
        _log.exception("round %s failed", item.name)
    finally:
        close_old_connections()
