"""Short requests are answered one after another, because threads that compute at once only hold each other up."""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

PATIENCE = 0.05
"""Seconds that a request waits for the one before it: longer than short ones take, and too short to be noticed."""
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class InTurn:
    """A WSGI application whose short requests take turns; the body of an answer is sent outside of the turn.

    Every statement to SQLite lets another thread have the interpreter, so that requests at once cut each other into
    pieces and take half as long again. One that takes longer than others wait for loses its turn and goes on beside
    them: nothing waits for a large file or for a lock of the database.
    """

    def __init__(self, application: Application, patience: float = PATIENCE) -> None:
        self.application = application
        self.patience = patience
        self._turn, self._passing = Lock(), Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        turn = self._taken()
        try:
            return self.application(environ, start_response)
        finally:
            turn.release()

    def _taken(self) -> Lock:
        """The turn, once it is ours: that of the one before us, or a new one where they take too long."""
        while True:
            turn = self._turn
            if turn.acquire(timeout=self.patience):
                return turn
            with self._passing:
                if self._turn is turn:
                    self._turn = Lock()
