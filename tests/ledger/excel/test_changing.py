"""A file that is changed while it is being read is told in words, and nothing of it is written."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from bihuan.base.errors import Invalid
from bihuan.ledger import row_reading
from bihuan.ledger.excel import UnreadableFile, open_workbook, package, portions, read_table, survey
from bihuan.ledger.models import Batch, Event, Record
from bihuan.loop import intake
from tests.cast import Cast

ROWS = 400
Change = Callable[[Path], None]


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def replace(path: Path) -> None:
    """Another file takes its place, as a program that saves does."""
    other = path.with_name("另一份" + path.suffix)
    write(other, "乙")
    other.replace(path)


def overwrite(path: Path) -> None:
    """The same number of other bytes, in place."""
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2] + bytes(255 - byte for byte in content[len(content) // 2 :]))


def remove(path: Path) -> None:
    path.unlink()


CHANGES = (truncate, replace, overwrite, remove)


def write(path: Path, word: str) -> None:
    table = [["序号名", "说明"], *([f"{word}{n}", f"第{n}条的说明文字{n * 7919 % 1000}"] for n in range(ROWS))]
    if path.suffix == ".csv":
        path.write_text("\n".join(map(",".join, table)), encoding="utf-8")
        return
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("台账")
        for number, row in enumerate(table):
            sheet.write_row(number, 0, row)


@pytest.fixture(params=["表.xlsx", "表.csv"])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A large file: it is read in portions."""
    monkeypatch.setattr(portions, "LARGE", 0)
    monkeypatch.setattr(portions, "_PORTION", 2_000)
    monkeypatch.setattr(package, "_PIECE", 2_000)
    monkeypatch.setattr(survey, "_AT_ONCE", 20)
    found = tmp_path / str(request.param)
    write(found, "甲")
    return found


@pytest.mark.parametrize("change", CHANGES)
def test_it_is_told_and_not_half_read(path: Path, change: Change) -> None:
    table = read_table(open_workbook(path))
    rows = table.rows()
    next(rows)
    change(path)
    with pytest.raises(UnreadableFile, match="在读取途中被改动了"):
        list(rows)
    with pytest.raises(UnreadableFile, match="在读取途中被改动了"):
        list(table.rows())


def test_so_is_a_sheet_that_is_loaded_whole(tmp_path: Path) -> None:
    path = tmp_path / "小.xlsx"
    write(path, "甲")
    book = open_workbook(path)
    replace(path)
    with pytest.raises(UnreadableFile, match="在读取途中被改动了"):
        book.grid("台账")


@pytest.mark.parametrize("change", CHANGES)
def test_an_import_of_it_writes_nothing(
    cast: Cast, path: Path, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_reading, "_AT_ONCE", 20)
    source, office = intake.Source(path, path.name), cast["office"]
    table = intake.open_table(source)
    target, columns = intake.planned(actor=office, code="own.changing", title="变", table=table, owner=cast.office)
    before = Record.objects.count(), Event.objects.count(), Batch.objects.count()
    seen: list[int] = []

    def progress(rows: int) -> None:
        if not seen:
            change(path)
        seen.append(rows)

    with pytest.raises(Invalid, match="在读取途中被改动了，这次没有读入。请等它保存完"):
        intake.check(actor=office, target=target, table=table, columns=columns, progress=progress)
    assert 0 < seen[0] < ROWS
    assert (Record.objects.count(), Event.objects.count(), Batch.objects.count()) == before
