"""How the interpreter is set while many rows go by, as in an import of a file.

It searches seldom for cyclic garbage: rows make none, and every search looks at all of them. And a thread that comes
back from work beside the interpreter (a reader's, a database's) soon gets its turn: by default it waits for five
milliseconds each time, which is as long as such work takes.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_OBJECTS_BETWEEN_SEARCHES = 100_000
_SECONDS_A_TURN = 0.0005
_lock = Lock()
_inside: list[tuple[tuple[int, int, int], float]] = []


@contextmanager
def many_rows() -> Iterator[None]:
    """Set the interpreter so; as before when the last of several such works is done."""
    with _lock:
        _inside.append((gc.get_threshold(), sys.getswitchinterval()) if not _inside else _inside[0])
        gc.set_threshold(_OBJECTS_BETWEEN_SEARCHES, *_inside[0][0][1:])
        sys.setswitchinterval(_SECONDS_A_TURN)
    try:
        yield
    finally:
        with _lock:
            usual, turn = _inside.pop()
            if not _inside:
                gc.set_threshold(*usual)
                sys.setswitchinterval(turn)
