"""The list and its export are one: the same columns, filter and order; and what went out comes in unchanged."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document
from openpyxl import load_workbook

from bihuan.base import clock
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.exporting import WRITERS, Sheet, number_head
from bihuan.ledger.exporting.sheet import standings
from bihuan.ledger.models import Record
from bihuan.ledger.references import lookup_for
from bihuan.ledger.rules import visible_records
from bihuan.ledger.spec import FieldSpec
from bihuan.loop import intake
from bihuan.loop.colour import Colour, bounds_at
from bihuan.loop.definitions import loop_of
from bihuan.loop.export_columns import light_in_words, matter_columns
from tests.cast import Cast

URL = "/ledgers/audit.finding/export/"
HEADS = "审计项目,问题序号,问题摘要,问题描述,审计类型,涉及金额,发现日期,责任单位,整改期限"
ROWS = (
    "甲项目,1,账实不符,=1+1,经责审计,1234.5,2026-01-05,青溪镇,2026-02-10",
    "甲项目,2,房产闲置,-,经责审计,0.1,2026-01-05,白石镇,2026-12-31",
    "乙项目,007,+86 保证金未退,,财政审计,,2026-01-06,青溪镇,",
)


def imported(cast: Cast, path: Path) -> intake.Check:
    target = intake.existing(cast.finding)
    table = intake.open_table(intake.Source(path, path.name))
    columns = intake.match(table, target.spec)
    return intake.check(actor=cast["office"], target=target, table=table, columns=columns)


@pytest.fixture
def filled(cast: Cast, tmp_path: Path) -> Cast:
    path = tmp_path / "in.csv"
    path.write_text("\n".join([HEADS, *ROWS]), encoding="utf-8")
    source, target = intake.Source(path, path.name), intake.existing(cast.finding)
    table = intake.open_table(source)
    columns = intake.match(table, target.spec)
    check, batch = intake.import_file(actor=cast["office"], source=source, target=target, table=table, columns=columns)
    assert batch, check.problems
    return cast


@pytest.fixture
def client(filled: Cast) -> Iterator[Client]:
    client = Client()
    client.force_login(filled.people["office"])
    yield client


def downloaded(client: Client, path: Path, **asked: str) -> Path:
    response = client.get(reverse("export", args=["audit.finding"]), asked)
    assert response.status_code == 200, response.content
    path.write_bytes(b"".join(response.streaming_content))  # type: ignore[arg-type]  # a file's content comes in bytes
    return path


def rows_of(path: Path) -> list[list[Any]]:
    page = load_workbook(path).active
    assert page is not None
    return [list(row) for row in page.iter_rows(values_only=True)]


def test_the_file_shows_the_list_that_was_asked_for(client: Client, filled: Cast, tmp_path: Path) -> None:
    path = downloaded(client, tmp_path / "a.xlsx", unit="青溪镇", sort="problem_no")
    title, stamp, unit, heads, *body = rows_of(path)
    assert (
        title[0] == filled.finding.title
        and stamp[0].startswith("填报单位：审计局")
        and "填表人：沈审" in stamp[0]
        and unit[0] == "单位：万元"
    )
    spec = spec_of(filled.finding)
    # A field of this ledger goes by the name 编号.
    assert heads == ["记录编号", "状态", "环节", "期限", *(field.title for field in spec.list_columns)]
    assert [row[4] for row in body] == ["+86 保证金未退", "账实不符"]
    assert [row[1] for row in body] == ["绿色提示", "红色督办"]
    assert body[1][3].isoformat()[:10] == "2026-02-10"


def cells_of(content: bytes, tmp_path: Path, form: str) -> list[list[Any]]:
    """All lines of an exported table."""
    path = tmp_path / f"grouped.{form}"
    path.write_bytes(content)
    if form == "xlsx":
        return [list(row) for row in load_workbook(path).worksheets[0].iter_rows(values_only=True)]
    if form == "csv":
        return list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    return [[cell.text for cell in row.cells] for row in Document(str(path)).tables[0].rows]


@pytest.mark.parametrize("form", ["xlsx", "docx"])
def test_groups_come_together_and_end_in_their_sums(client: Client, tmp_path: Path, form: str) -> None:
    answer: Any = client.get(f"{URL}?group=audit_type&columns=title,amount,audit_type&format={form}")
    lines = cells_of(b"".join(answer), tmp_path, form)
    start = next(place for place, line in enumerate(lines) if str(line[0]).endswith("编号")) + 1
    told = [(str(line[0])[:2], *(str(cell) for cell in line[-3:-1])) for line in lines[start:]]
    assert [line[0] for line in told] == ["SJ", "SJ", "小计", "SJ", "小计", "合计"]
    sums = [line[2].replace(",", "") for line in told if line[0] != "SJ"]
    assert [float(text) if text not in ("", "None") else None for text in sums] == [1234.6, None, 1234.6]
    assert str(lines[start + 2][1]) == "经济责任审计（2 条）"


def test_a_grouped_file_comes_in_again_without_its_sums(client: Client, filled: Cast, tmp_path: Path) -> None:
    for group in ("audit_type", "state", "unit", "found_on"):
        answer: Any = client.get(f"{URL}?group={group}&all=1")
        path = tmp_path / f"{group}.xlsx"
        path.write_bytes(b"".join(answer))
        check = imported(filled, path)
        assert (check.rows, check.unchanged, check.problems) == (3, 3, []), group


@pytest.mark.parametrize("group", ["audit_type", "state", "unit", "found_on", "responsible_unit"])
def test_text_is_in_groups_and_holds_records_only(client: Client, tmp_path: Path, group: str) -> None:
    answer: Any = client.get(f"{URL}?group={group}&format=csv")
    lines = cells_of(b"".join(answer), tmp_path, "csv")
    assert [line[0][:2] for line in lines] == ["记录", "SJ", "SJ", "SJ"]


def test_all_fields_stand_under_their_groups(client: Client, tmp_path: Path) -> None:
    rows = rows_of(downloaded(client, tmp_path / "a.xlsx", all="1"))
    assert rows[3][4] == "问题" and rows[4][4:6] == ["审计项目", "问题序号"]


def test_text_and_word_are_the_same_list(client: Client, tmp_path: Path) -> None:
    path = downloaded(client, tmp_path / "a.csv", format="csv", encoding="gb18030", sort="problem_no")
    with path.open(encoding="gb18030", newline="") as file:
        assert [row[4] for row in csv.reader(file)] == ["问题摘要", "'+86 保证金未退", "账实不符", "房产闲置"]
    assert downloaded(client, tmp_path / "a.docx", format="docx").read_bytes().startswith(b"PK")


def test_nobody_exports_more_than_they_see(filled: Cast, tmp_path: Path) -> None:
    client = Client()
    client.force_login(filled.people["town"])
    path = downloaded(client, tmp_path / "a.csv", format="csv", all="1")
    assert "白石镇" not in path.read_text("utf-8-sig") and "青溪镇" in path.read_text("utf-8-sig")
    client.force_login(filled.people["outsider"])
    assert client.get(reverse("export", args=["audit.finding"])).status_code == 404


@pytest.mark.parametrize("word", WRITERS)
def test_an_export_asks_the_database_once_whatever_its_length(filled: Cast, tmp_path: Path, word: str) -> None:
    sheet = as_seen(filled)
    rows = visible_records(filled["office"], filled.finding).order_by("number")
    counts = []
    for some in (rows.filter(data__problem_no="1"), rows):
        with CaptureQueriesContext(connection) as queries:
            WRITERS[word][1](sheet, some, tmp_path / f"a{WRITERS[word][0]}")
        counts.append(len([query for query in queries if "FROM" in query["sql"]]))
    assert counts[0] == counts[1] <= 2


def as_seen(filled: Cast) -> Sheet:
    spec, loop = spec_of(filled.finding), loop_of(filled.finding)
    assert loop
    lookup = lookup_for(spec, filled["office"].tree)
    return Sheet(
        "台账", spec.fields, lookup, extras=matter_columns(loop, bounds_at(loop, clock.now())), among=spec.fields
    )


def test_a_query_and_its_records_stand_alike(filled: Cast) -> None:
    rows = Record.objects.order_by("number")
    assert list(standings(rows)) == list(standings(list(rows)))


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_what_went_out_comes_in_unchanged(filled: Cast, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    WRITERS[suffix[1:]][1](as_seen(filled), visible_records(filled["office"], filled.finding), path)
    check = imported(filled, path)
    assert (check.unchanged, check.creates, check.updates, check.problems) == (len(ROWS), [], [], [])


def test_an_edit_on_the_way_is_the_only_change(filled: Cast, tmp_path: Path) -> None:
    path = tmp_path / "out.xlsx"
    rows = visible_records(filled["office"], filled.finding).order_by("number")
    WRITERS["xlsx"][1](as_seen(filled), rows, path)
    book = load_workbook(path)
    page = book.active
    assert page is not None
    place = [cell.value for cell in page[4]].index("问题摘要") + 1
    page.cell(5, place).value = "账实严重不符"
    book.save(path)
    check = imported(filled, path)
    assert [(change.record.number, change.changes) for change in check.updates] == [
        (rows[0].number, {"title": "账实严重不符"})
    ]
    assert check.unchanged == len(ROWS) - 1


@pytest.mark.parametrize(
    "colour, told",
    [(Colour.GREEN, "绿 在办"), (Colour.YELLOW, "黄 临期"), (Colour.RED, "红 超期"), (Colour.WHITE, "白 已销号")],
)
def test_a_light_is_told_by_colour_and_word(colour: Colour, told: str) -> None:
    assert light_in_words(intake.simple_loop(), colour) == told


def test_the_number_stands_under_a_name_of_its_own(cast: Cast) -> None:
    assert number_head(spec_of(cast.finding).fields) == "记录编号"
    assert number_head([FieldSpec(code="title", title="名称", kind="text")]) == "编号"
