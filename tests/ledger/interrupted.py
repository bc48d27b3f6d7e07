"""An import in a process of its own, which its test kills. Run as a program, never imported.

    python -m tests.ledger.interrupted FILE STATEMENT

It waits for a line on its standard input, imports the file into `demo.task`, says `writing` before it writes, and kills
itself with SIGKILL at the given statement of the writing (0: never).
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

PORTION = 100
"""So many rows are written at once, so that a small file is written in several portions."""


def killer(fatal: int) -> Callable[..., Any]:
    """Counts the statements; half of the fatal ones are still executed before the end."""
    seen = 0

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == fatal and fatal % 2:
            os.kill(os.getpid(), signal.SIGKILL)
        result = execute(sql, params, many, context)
        if seen == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return wrapper


def tell(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    path, fatal = Path(sys.argv[1]), int(sys.argv[2])
    django.setup()
    from django.db import connection

    from bihuan.ledger import append
    from bihuan.ledger.definitions import find_ledger, spec_of
    from bihuan.loop import intake
    from bihuan.org.actor import system_actor

    append._ROWS_AT_ONCE = PORTION
    tell("ready")
    sys.stdin.readline()
    ledger, source = find_ledger("demo.task"), intake.Source(path, path.name)
    target, table = intake.existing(ledger), intake.open_table(source)
    columns = intake.match(table, spec_of(ledger))
    found = intake.check(actor=system_actor(), target=target, table=table, columns=columns)
    tell("writing")
    with connection.execute_wrapper(killer(fatal)):
        intake.import_checked(actor=system_actor(), source=source, target=target, found=found)


if __name__ == "__main__":
    main()
