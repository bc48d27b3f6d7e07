"""Files that are not what they say, and text that would be a formula."""

import re

import openpyxl
import pytest

from bihuan.ledger.attachments import MAX_BYTES
from bihuan.ledger.models import Attachment, Record
from bihuan.loop.actions import create_record
from tests.cast import Cast
from tests.web.attacks.attacking import LEDGER, fields, submit
from tests.web.test_pages import PNG, Clients, file_of, text_of

BAD_UPLOADS = {
    "网页.png": (b"<html><script>alert(1)</script>", "不能上传“网页.png”"),
    "图.svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "不能上传“图.svg”"),
    "程序.exe": (b"MZ\x90\x00", "不能上传“程序.exe”"),
    "报告.png": (b"%PDF-1.7", "“报告.png”的内容与扩展名不一致"),
    "大.png": (PNG + b"\0" * MAX_BYTES, "最大 20 MB"),
    "空.png": (b"", "“空.png”"),
}


@pytest.mark.parametrize("name", list(BAD_UPLOADS))
def test_a_file_that_is_not_what_it_says_is_refused_in_words(name: str, rectifying: Record, clients: Clients) -> None:
    content, words = BAD_UPLOADS[name]
    answer = submit(clients("town"), rectifying, (name, content), ("好.png", PNG))
    html = text_of(answer)
    assert answer.status_code == 422
    assert words in html
    assert "已整改</textarea>" in html
    assert "保留 好.png" in html
    kept = re.findall(r'name="evidence_keep" value="(\d+)"', html)
    again = clients("town").post(f"/records/{rectifying.pk}/do/submit/", {"measures": "已整改", "evidence_keep": kept})
    assert again.status_code == 302
    assert [file.name for file in rectifying.attachments.all()] == ["好.png"]


@pytest.mark.parametrize("name", ["../../etc/passwd.png", "..\\..\\windows\\x.png", "/tmp/x.png"])
def test_a_path_in_a_files_name_is_cut_off(name: str, rectifying: Record, clients: Clients) -> None:
    assert submit(clients("town"), rectifying, (name, PNG)).status_code == 302
    kept = Attachment.objects.get()
    assert "/" not in kept.name
    assert "\\" not in kept.name
    assert ".." not in kept.name


def test_a_picture_that_is_also_a_page_is_served_as_a_picture_only(rectifying: Record, clients: Clients) -> None:
    client = clients("town")
    submit(client, rectifying, ("双面.png", PNG + b"<html><script>alert(1)</script>"), ("表.csv", "甲,乙".encode()))
    picture, table = (client.get(f"/files/{file.pk}/") for file in Attachment.objects.order_by("pk"))
    assert picture["Content-Type"] == "image/png"
    assert picture["X-Content-Type-Options"] == table["X-Content-Type-Options"] == "nosniff"
    assert picture["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert table["Content-Type"] == "application/octet-stream"
    assert table["Content-Disposition"].startswith("attachment;")
    for answer in (picture, table):
        b"".join(answer)  # type: ignore[arg-type] # a file is closed once it is read


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+2", "@SUM(A1)", '=HYPERLINK("http://x","看")', "=cmd|' /C calc'!A0"]
)
def test_text_is_never_a_formula_in_an_exported_file(text: str, cast: Cast, clients: Clients) -> None:
    create_record(actor=cast["office"], ledger=cast.finding, fields=fields(cast, title=text))
    book = openpyxl.load_workbook(file_of(clients("office"), f"{LEDGER}export/"))
    cells = [cell for row in book.active for cell in row if cell.value is not None]
    assert [cell.data_type for cell in cells if str(cell.value).lstrip("'") == text] == ["s"]
    assert not [cell for cell in cells if cell.data_type == "f"]
    lines = file_of(clients("office"), f"{LEDGER}export/?format=csv").getvalue().decode("utf-8-sig")
    assert not re.search(r'(^|,)"?[=@+]|(^|,)"?-\D', lines, re.MULTILINE)
