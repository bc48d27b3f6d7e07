"""A sheet with several tables, or with hidden rows, on the page of columns: what was found is said and can be chosen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from django.test import Client

from bihuan.ledger.definitions import spec_of
from bihuan.ledger.models import Record
from tests.cast import Cast
from tests.ledger.making import finding_fields
from tests.web.test_pages import upload

CODES = ("project", "problem_no", "title", "audit_type", "found_on", "responsible_unit")


def two_tables(cast: Cast, path: Path) -> bytes:
    """Two tables side by side; the third row is hidden."""
    heads = [spec_of(cast.finding).by_code[code].title for code in CODES]
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append([*heads, None, *heads])
    for number in range(3):
        left, right = finding_fields(cast, number), finding_fields(cast, number + 10)
        sheet.append([*(left[code] for code in CODES), None, *(right[code] for code in CODES)])
    sheet.row_dimensions[3].hidden = True
    book.save(path)
    return path.read_bytes()


def test_one_of_two_tables_is_chosen_and_hidden_rows_are_left_out(
    cast: Cast, tmp_path: Path, clients: Callable[[str], Client]
) -> None:
    client = clients("office")
    url = upload(client, "并排.xlsx", two_tables(cast, tmp_path / "a.xlsx"))["Location"]
    html = client.get(url).content.decode()
    assert "这张工作表上有 2 张表" in html
    assert "有 1 行是隐藏的" in html
    asked = {"sheet": "Sheet", "part": "1", "hidden": "leave"}
    second = client.get(url, asked).content.decode()
    assert "没有读入" in second
    assert 'name="part" value="1"' in second
    preview = client.post(url, asked | {f"column-{7 + place}": code for place, code in enumerate(CODES)})["Location"]
    assert "读入的只是第 2 张" in client.get(preview).content.decode()
    client.post(preview)
    assert sorted(record.data["problem_no"] for record in Record.objects.all()) == ["10", "12"]
