"""A head that the program does not find, or finds wrongly, is pointed out on the sheet's first rows as they stand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Batch, Record
from bihuan.web import checking
from tests.cast import Cast
from tests.ledger.making import finding_fields
from tests.web.test_pages import upload

CODES = ("project", "problem_no", "title", "audit_type", "found_on", "responsible_unit")


def book_of(path: Path, rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path.read_bytes()


def records(cast: Cast, count: int) -> list[list[Any]]:
    return [[fields[code] for code in CODES] for fields in (finding_fields(cast, number) for number in range(count))]


def numbered_heads(cast: Cast) -> list[list[Any]]:
    """Under figures that stand over the columns, and so look like a record, the true names of the columns."""
    return [[1, 2, 3, 4, 5, 6], [spec_of(cast.finding).by_code[code].title for code in CODES], *records(cast, 3)]


@pytest.mark.parametrize("large", [False, True], ids=["at once", "in the background"])
def test_a_head_that_is_not_found_is_pointed_out(
    cast: Cast, tmp_path: Path, clients: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    if large:
        monkeypatch.setattr(checking, "_LARGE", 0)
        monkeypatch.setattr(checking, "_found", lambda actor, batch, work, _hand: work(actor, batch))
        monkeypatch.setattr("bihuan.web.checking.connection.close", lambda: None)
    client = clients("office")
    url = upload(client, "栏次在上.xlsx", book_of(tmp_path / "a.xlsx", numbered_heads(cast)))["Location"]
    url = url if "/head/" in url else client.get(url)["Location"]
    html = client.get(url).content.decode()
    assert "没有找到表头" in html
    assert 'aria-label="第 2 行是表头"' in html
    assert "被审计" in html or spec_of(cast.finding).by_code["title"].title in html
    batch = Batch.objects.get()
    columns = reverse("import_map", args=[batch.pk])
    asked = {"sheet": "Sheet", "head": "2"}
    assert "第 2 行为表头" in client.get(columns, asked).content.decode()
    assert client.get(columns)["Location"].startswith(reverse("import_head", args=[batch.pk])), "only looked at so far"
    chosen = {f"column-{place}": code for place, code in enumerate(CODES)}
    preview = client.post(columns, asked | {"head": "2-2"} | chosen)["Location"]
    client.post(preview)
    assert sorted(record.data["problem_no"] for record in Record.objects.all()) == ["0", "1", "2"]


def test_a_head_of_two_rows_is_taken_and_one_beyond_the_sheet_is_not(
    cast: Cast, tmp_path: Path, clients: Callable[[str], Client]
) -> None:
    client = clients("office")
    titles = [spec_of(cast.finding).by_code[code].title for code in CODES]
    rows = [[f"{title}（甲）" for title in titles], titles, *records(cast, 2)]
    url = upload(client, "两行.xlsx", book_of(tmp_path / "a.xlsx", rows))["Location"]
    html = client.get(url).content.decode()
    assert "不对？指明表头" in html
    both = client.get(url, {"sheet": "Sheet", "head": "1", "head_last": "2"}).content.decode()
    assert "第 1–2 行为表头" in both
    assert 'name="head" value="1-2"' in both
    beyond = client.get(url, {"sheet": "Sheet", "head": "90"})["Location"]
    answer = client.get(beyond)
    assert answer.status_code == 422
    assert "表头不能是第 90 至 90 行" in answer.content.decode()
    for nonsense in ("x", "0", "2-1", "9" * 30, "-"):
        assert client.get(url, {"sheet": "Sheet", "head": nonsense}).status_code in (200, 302)
