"""A process of its own that kills absorbing and compacting lakes at every change of the disk, and asks them afterwards.

Run by test_crash.py. It forks, and so must not have loaded Polars, whose threads do not survive a fork; its children do.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

CHANGES = ("fsync", "replace", "unlink")


def forked(work: Callable[[], object]) -> int:
    """Run the work in a process of its own, and wait for it: its exit status, or -9 where it was killed."""
    return wait(begun(work))


def begun(work: Callable[[], object]) -> int:
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def dying_at(step: int, work: Callable[[], object]) -> Callable[[], object]:
    """The work, killed right before its so-manieth change of the disk."""

    def dies() -> object:
        left = step

        def counted(call: Callable[..., object]) -> Callable[..., object]:
            def before(*given: object, **named: object) -> object:
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return call(*given, **named)

            return before

        for name in CHANGES:
            setattr(os, name, counted(getattr(os, name)))
        return work()

    return dies


def main(home: str, stride: int) -> None:
    """Exit with an assertion where any answer is wrong. `stride` 1 dies at every change, 2 at every other."""
    os.environ |= {"BIHUAN_HOME": home, "DJANGO_SETTINGS_MODULE": "bihuan.settings"}
    os.environ.pop("BIHUAN_DATABASE_URL", None)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from bihuan.org.actions import add_unit
    from tests.figure import naive, sample  # noqa: F401 - loaded once for all children
    from tests.figure.worlds import Writer, history, make_ledger

    owner = add_unit(code="1", name="示范县", kind="county", parent=None, valid_from=date(2020, 1, 1))
    ledger = make_ledger(owner)
    writer, changes = Writer(ledger), history(7, [owner.pk], records=40)
    writer.write(changes[:40])
    assert "polars" not in sys.modules
    lake = Path(home) / "lake"
    rest = iter(changes[40:])
    for kind in ("build", "delta", "compact"):
        for step in range(0, 40, stride * (2 if kind == "build" else 1)):
            if kind == "build":
                shutil.rmtree(lake, ignore_errors=True)
            else:
                writer.write([next(rest)])
            status = forked(dying_at(step, ask if kind != "compact" else compact))
            assert forked(expect_right) == 0, f"{kind} killed at {step}"
            if status == 0:
                break
            assert status == -signal.SIGKILL, f"{kind} at {step}: {status}"
        assert step > 2
    for _ in range(3):
        writer.write([next(rest)])
        children = [begun(expect_right) for _ in range(2)]
        assert [wait(child) for child in children] == [0, 0], "two at once"


def ask() -> dict[str, object]:
    """What the lake says."""
    from bihuan.figure.answer import Question, answer
    from bihuan.figure.clocks import Clocks
    from bihuan.figure.definitions import Catalogue
    from bihuan.figure.period import Period
    from tests.figure.sample import FIGURES, hours

    codes = tuple(sorted(FIGURES))[::12]
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    found = answer(
        Question(codes, (year,), Clocks(hours(9_000), hours(9_000))), reach=None, given=Catalogue(given=FIGURES)
    )
    return {code: found.value(code, None, year).number for code in codes}


def compact() -> None:
    """Put every delta into the base, however small it is."""
    from bihuan.figure.lake import absorbing
    from bihuan.figure.lake.columns import lake_columns
    from bihuan.figure.names import figure_names
    from bihuan.ledger.models import Ledger
    from tests.figure.worlds import VIEW

    absorbing._is_worn = lambda _: True
    absorbing.absorb(Ledger.objects.get(code="demo.thing"), lake_columns(figure_names(VIEW)))


def expect_right() -> None:
    """The lake says what the events say."""
    from bihuan.figure.definitions import Catalogue
    from bihuan.figure.measure import Function
    from bihuan.figure.period import Period
    from bihuan.ledger.models import Ledger
    from tests.figure import naive
    from tests.figure.sample import FIGURES, hours

    said = ask()
    past = naive.Past(Ledger.objects.get(code="demo.thing"))
    catalogue = Catalogue(given=FIGURES)
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    for code, number in said.items():
        at = (None, year, hours(9_000), hours(9_000))
        if catalogue[code].function is Function.SHARE:
            assert number == naive.share_of_time(catalogue[code], past, *at)[0], code
            continue
        rows = naive.counted(catalogue[code], past, *at)
        assert number == naive.value_of(catalogue[code], rows, rows), code


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
