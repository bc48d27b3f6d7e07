"""Power cuts and crowds: whatever stops an import, and whoever comes at once, the ledger is whole."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from bihuan.base.errors import Conflict
from bihuan.ledger.models import Batch, Event, Ledger, Record
from bihuan.loop import actions, intake
from bihuan.loop.actions import Said, create_record, edit_record, perform
from bihuan.org.actor import system_actor
from tests.cast import Cast, make_cast
from tests.home import HOME
from tests.ledger.interrupted import PORTION
from tests.ledger.making import check_file, findings, import_path, make_finding, make_ledger, write_csv
from tests.outside import REPOSITORY

ROWS = 2 * PORTION + 50


@pytest.fixture
def county(transactional_db: None) -> Cast:
    """The cast, committed: other processes and threads see it."""
    return make_cast()


def numbers(ledger: Ledger) -> list[str]:
    """Every number that was ever given."""
    payloads = Event.objects.filter(ledger=ledger, version=1).values_list("payload", flat=True)
    return [payload.partition('"number":"')[2].partition('"')[0] for payload in payloads]


def file_of(folder: Path, name: str, rows: int = ROWS) -> Path:
    heads = ["编号代码", "名称", "金额", "责任单位", "期限"]
    table = [[f"{name}-{row}", "修路", row, "青溪镇", "2026-04-01"] for row in range(rows)]
    return write_csv(folder / f"{name}.csv", [heads, *table])


@pytest.fixture
def environment(transactional_db: None) -> Iterator[dict[str, str]]:
    """What another process needs to work on the very database of the tests."""
    link = HOME / "home" / "bihuan.sqlite3"
    named = connection.settings_dict
    found = {**os.environ, "DJANGO_SETTINGS_MODULE": "bihuan.settings", "BIHUAN_HOME": str(HOME / "home")}
    if connection.vendor == "postgresql":
        url = os.environ["BIHUAN_DATABASE_URL"]
        found["BIHUAN_DATABASE_URL"] = f"{url.rpartition('/')[0]}/{named['NAME']}"
        yield found
        return
    link.symlink_to(named["NAME"])
    yield found
    link.unlink()


def start(environment: dict[str, str], path: Path, fatal: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.interrupted", str(path), str(fatal)],
        env=environment,
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def say_go(child: "subprocess.Popen[str]") -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    child.stdin.write("go\n")
    child.stdin.flush()
    assert child.stdout.readline() == "writing\n"


def test_an_import_that_is_killed_has_happened_or_has_not(
    county: Cast, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bihuan.ledger.append._ROWS_AT_ONCE", PORTION)
    ledger = make_ledger(county.office)
    # The first record of a year begins a series of numbers, which takes statements of its own.
    create_record(actor=county["office"], ledger=ledger, fields={"no": "first"})
    # The first import finds the index of the search whole and brings it on a little, the later ones find it behind.
    _statements_of_an_import(ledger, file_of(tmp_path, "first"))
    statements = _statements_of_an_import(ledger, file_of(tmp_path, "count"))
    chance = random.Random(2026)
    fatal = [chance.randrange(1, statements), statements, 0]
    paths = [file_of(tmp_path, f"F{place}") for place in range(len(fatal))]
    children = [start(environment, path, at) for path, at in zip(paths, fatal, strict=True)]
    try:
        for child, path, at in zip(children, paths, fatal, strict=True):
            before = Record.objects.count()
            say_go(child)
            if at == 0:
                time.sleep(chance.uniform(0.005, 0.1))
                child.kill()
            assert child.wait(60) in (-signal.SIGKILL, 0 if at == 0 else None)
            assert Record.objects.count() in (before, before + ROWS)
            assert findings(ledger) == []
            _comes_in_on_a_second_try(ledger, path, before)
    finally:
        for child in children:
            child.kill()
            child.communicate()
    given = numbers(ledger)
    assert len(given) == len(set(given)) == 1 + ROWS * (2 + len(fatal))
    assert findings(ledger) == []


def _statements_of_an_import(ledger: Ledger, path: Path) -> int:
    """How many statements the writing takes where nobody kills it."""
    found = check_file(system_actor(), ledger, path)
    target, source = intake.existing(ledger), intake.Source(path, path.name)
    seen: list[str] = []

    def count(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        intake.import_checked(actor=system_actor(), source=source, target=target, found=found)
    return len(seen)


def _comes_in_on_a_second_try(ledger: Ledger, path: Path, before: int) -> None:
    check, batch = import_path(system_actor(), ledger, path)
    assert check.problems == []
    assert len(check.creates) + check.unchanged == ROWS
    assert batch is not None
    assert Record.objects.count() == before + ROWS
    assert Batch.objects.filter(state=Batch.State.DONE).count() == Batch.objects.count()


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do the works in threads that start together; what each returned or raised."""
    barrier = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int) -> None:
        try:
            barrier.wait(10)
            results[place] = works[place]()
        except Exception as error:  # noqa: BLE001 - handed to the test, which looks at it
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read the matter before either writes, where the database lets two read at once."""
    if connection.vendor != "postgresql":
        return
    barrier = threading.Barrier(2)
    guard_holds = actions.guard_holds

    def meet(*arguments: Any) -> bool:
        barrier.wait(10)
        return guard_holds(*arguments)

    monkeypatch.setattr(actions, "guard_holds", meet)


def test_of_two_who_move_a_matter_at_once_one_wins(county: Cast, meeting: None) -> None:
    ledger = make_ledger(county.office)
    record = create_record(actor=county["office"], ledger=ledger, fields={"no": "A1"})
    results = at_once(
        lambda: perform(actor=county["office"], pk=record.pk, verb="start", said=Said(reason="一")),
        lambda: perform(actor=county["office"], pk=record.pk, verb="start", said=Said(reason="二")),
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Record"]
    record.refresh_from_db()
    assert (record.version, record.state) == (2, "doing")
    assert findings(ledger) == []


def test_of_two_who_edit_a_record_at_once_one_is_told(county: Cast) -> None:
    record = make_finding(county)
    results = at_once(
        *(
            lambda word=word: edit_record(actor=county["office"], record=record, fields={"title": word}, version=1)
            for word in ("一", "二")
        )
    )
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Record"]
    assert findings(county.finding) == []


def test_of_two_imports_of_one_file_one_wins(county: Cast, tmp_path: Path) -> None:
    ledger = make_ledger(county.office)
    path = file_of(tmp_path, "A", 50)
    target, source = intake.existing(ledger), intake.Source(path, path.name)
    found = [check_file(county["office"], ledger, path) for _ in range(2)]
    results = at_once(
        *(
            lambda check=check: intake.import_checked(actor=county["office"], source=source, target=target, found=check)
            for check in found
        )
    )
    assert sorted(type(result).__name__ for result in results) == ["Batch", "Conflict"]
    assert Record.objects.filter(ledger=ledger).count() == 50
    assert findings(ledger) == []


def test_all_who_open_records_at_once_get_numbers_of_their_own(county: Cast) -> None:
    results = at_once(*(lambda number=number: make_finding(county, number) for number in range(6)))
    assert sorted(record.number[-4:] for record in results) == [f"{number:04d}" for number in range(1, 7)]
    assert findings(county.finding) == []


def test_of_two_who_open_one_record_at_once_one_is_told(county: Cast) -> None:
    years = ({"found_on": "2025-02-02"}, {"found_on": "2026-02-02"})
    results = at_once(*(lambda more=more: make_finding(county, 1, **more) for more in years))
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "Record"]
    assert isinstance(next(r for r in results if isinstance(r, Exception)), Conflict)


def test_an_import_and_a_new_record_at_once_do_not_wait_for_each_other_for_ever(county: Cast, tmp_path: Path) -> None:
    ledger = make_ledger(county.office)
    create_record(actor=county["office"], ledger=ledger, fields={"no": "first"})
    path = file_of(tmp_path, "A", 300)
    results = at_once(
        lambda: import_path(county["office"], ledger, path),
        *(
            lambda number=number: create_record(actor=county["office"], ledger=ledger, fields={"no": f"N{number}"})
            for number in range(4)
        ),
    )
    assert [result for result in results if isinstance(result, Exception)] == []
    assert Record.objects.filter(ledger=ledger).count() == 305
    assert findings(ledger) == []
