"""An uploaded file lies under the hash of what it holds, and whoever reads it goes on reading it."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bihuan.base.errors import Invalid
from bihuan.ledger.excel import open_workbook, read_table
from bihuan.web.importing import keep_upload

CONTENT = "编号,名称\n1,修路\n2,架桥\n".encode()


def upload(content: bytes = CONTENT) -> Path:
    return keep_upload(SimpleUploadedFile("表.csv", content))[0]


def test_the_same_file_again_disturbs_nobody_who_reads_the_first() -> None:
    table = read_table(open_workbook(upload(), name="表.csv"))
    rows = table.rows()
    first = next(rows)
    assert upload().read_bytes() == CONTENT
    assert [first, *rows] == list(read_table(open_workbook(upload(), name="表.csv")).rows())


def test_a_stored_file_that_was_damaged_is_put_right() -> None:
    path = upload()
    path.write_bytes(CONTENT[:-4])
    assert upload().read_bytes() == CONTENT


def test_an_upload_that_came_short_is_refused() -> None:
    file = SimpleUploadedFile("表.csv", CONTENT)
    file.size = len(CONTENT) + 1
    with pytest.raises(Invalid, match="没有传完整"):
        keep_upload(file)
