"""The short way of a file's new records through the door writes exactly what the long way writes."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import clock
from bihuan.ledger import actions, append, importing, rows
from bihuan.ledger.derived import derive, kept
from bihuan.ledger.models import Event, Record
from tests.cast import Cast, examples, undone
from tests.ledger.making import TASK_FIELDS, findings, import_rows, make_ledger
from tests.ledger.test_importing import CELLS

HEADS = [field["title"] for field in TASK_FIELDS]
_KEPT = ("number", "key", "unit", "state", "opened_at", "due_at", "closed_at", "data", "loop", "version", "creator")


def _written(cast: Cast, path: Any, table: list[list[Any]]) -> list[Any]:
    """What an import writes, without ids and times of recording."""
    with undone(), clock.fixed(clock.now()):
        ledger = make_ledger(cast.office)
        import_rows(cast["office"], ledger, path, table)
        assert findings(ledger) == []
        made, now = derive(ledger.pk), kept(ledger.pk)
        assert (now.due, now.steps) == (made.due, made.steps)
        events = Event.objects.filter(ledger=ledger).order_by("position")
        return [
            list(Record.objects.filter(ledger=ledger).order_by("pk").values_list(*_KEPT)),
            list(events.values_list("position", "version", "kind", "person", "effective_at", "reason", "payload")),
        ]


def _row_by_row(*_: object) -> bool:
    return False


def _as_a_change(*said: Any) -> append.Draft:
    return append.Fresh(*said).draft()


def _each_way(cast: Cast, path: Any, table: list[list[Any]]) -> list[list[Any]]:
    """By column as far as that goes, row by row, and each row as any other change."""
    with pytest.MonkeyPatch.context() as patched:
        # On PostgreSQL what is more than this is copied; on SQLite a few rows go in a statement.
        patched.setattr(rows, "_A_COPY", 1)
        patched.setattr(rows, "_A_STATEMENT", 30)
        found = [_written(cast, path, table)]
        patched.setattr(importing, "_creates_all", _row_by_row)
        found.append(_written(cast, path, table))
        patched.undo()
        patched.setattr(importing, "_creates_all", _row_by_row)
        patched.setattr(actions, "Fresh", _as_a_change)
        found.append(_written(cast, path, table))
    return found


@examples(9)
@given(st.lists(st.tuples(*CELLS.values()), min_size=1, max_size=5))
def test_every_way_writes_the_same(
    cast: Cast, tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[Any, ...]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "ways.xlsx"
    table = [HEADS, *({str(row[0]).lstrip("0") or "0": [*row] for row in cells}).values()]
    by_column, by_row, as_changes = _each_way(cast, path, table)
    assert by_column == by_row == as_changes
    assert by_column[0]


AWKWARD = ('"', '","', ",", "a\\", '\\","', "🚧", "甲,乙", "[2]", "0x1F", "'")
"""Texts that would break a record's JSON if the columns were put together carelessly."""


def test_rows_written_by_column_keep_the_most_awkward_texts(
    cast: Cast, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    monkeypatch.setattr(append.FreshBlock, "payloads", _counting(append.FreshBlock.payloads, taken))
    units, level, days = ("青溪镇", "白石镇", ""), ("高", "低", ""), (date(2026, 2, 2), date(2026, 3, 9))
    table = [
        [f"{text}{n}{text}", text, n / 8, n, level[n % 3], units[n % 3], days[n % 2], [None, date(2026, 4, 1)][n % 2]]
        for n, text in enumerate(AWKWARD)
    ]
    by_column, by_row, as_changes = _each_way(cast, tmp_path / "awkward.xlsx", [HEADS, *table])
    assert taken == [len(AWKWARD)], "only the first way goes by column, and all of it"
    assert by_column == by_row == as_changes
    assert [data["name"] for *_, data, _, _, _ in by_column[0]] == list(AWKWARD)


def _counting(payloads: Callable[..., list[str]], taken: list[int]) -> Callable[..., list[str]]:
    def counted(block: append.FreshBlock, *said: Any) -> list[str]:
        taken.append(len(block.numbers))
        return payloads(block, *said)

    return counted


def test_indexes_are_all_there_after_a_large_import(cast: Cast, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite's are made anew")
    monkeypatch.setattr(rows, "_MANY", 2)
    with connection.cursor() as cursor:
        before = _indexes(cursor)
    seen: list[list[tuple[str, str]]] = []
    insert = rows.insert_records
    monkeypatch.setattr(
        rows, "insert_records", lambda cursor, made: (seen.append(_indexes(cursor)), insert(cursor, made))
    )
    row = [None, "修路", 1, 2, "高", "青溪镇", date(2026, 2, 2), date(2026, 4, 1)]
    ledger = make_ledger(cast.office)
    import_rows(cast["office"], ledger, tmp_path / "表.csv", [HEADS, *([f"A{n}", *row[1:]] for n in range(5))])
    with connection.cursor() as cursor:
        assert _indexes(cursor) == before
    assert {name for name, _ in before} - {name for name, _ in seen[0]} >= {"record_list", "record_board"}
    assert ("record_key" in dict(seen[0])) and ("sqlite_autoindex_ledger_record_1" in dict(seen[0]))
    assert findings(ledger) == []


def _indexes(cursor: Any) -> list[tuple[str, str]]:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name")
    return [(str(name), str(sql)) for name, sql in cursor.fetchall()]
