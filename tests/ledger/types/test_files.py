"""Values of every kind through real files: written as a workbook and as text, opened again, and read."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.ledger.excel import open_workbook, read_table
from bihuan.ledger.exporting.csv import write_csv
from bihuan.ledger.exporting.sheet import Sheet
from bihuan.ledger.exporting.xlsx import write_xlsx
from bihuan.ledger.models import Record
from bihuan.ledger.types import BY_CODE, is_blank
from tests.ledger.types.fields import CASES, LOOKUP

FIELDS = tuple(
    case.field.model_copy(update={"code": f"f{at}", "title": f"第{at}个字段"}) for at, case in enumerate(CASES)
)
READERS = {field.code: BY_CODE[field.kind].reader(field, LOOKUP) for field in FIELDS}
ROWS = 3


def records(data: st.DataObject) -> list[Record]:
    rows = []
    for number in range(1, ROWS + 1):
        values: dict[str, Any] = {}
        for case, field in zip(CASES, FIELDS, strict=True):
            value = READERS[field.code](data.draw(case.taken))
            if value != "":
                values[field.code] = value
        rows.append(Record(number=f"A{number}", data=values))
    return rows


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@settings(max_examples=15)
@given(st.data())
def test_a_file_gives_back_what_was_written_to_it(ending: str, data: st.DataObject) -> None:
    written = records(data)
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"a.{ending}"
        (write_xlsx if ending == "xlsx" else write_csv)(Sheet("台账", FIELDS, LOOKUP), written, path)
        table = read_table(open_workbook(path, name=path.name))
        titles = {field.title: field.code for field in FIELDS}
        places = {
            place: titles[title] for place, column in enumerate(table.columns) if (title := own(column.title)) in titles
        }
        assert len(places) == len(FIELDS)
        found = [{places[at]: cell for at, cell in enumerate(cells) if at in places} for _, cells in table.rows()]
    assert len(found) == ROWS
    for record, cells in zip(written, found, strict=True):
        again = {code: READERS[code](cell) for code, cell in cells.items() if not is_blank(cell)}
        assert again == record.data


def own(title: str) -> str:
    """A head without the unit that the export puts behind it."""
    return title.partition("（")[0]
