"""Files in lists, and the same photo in two records, however it came in; which records have a place."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bihuan.ledger.models import Ledger, Record
from bihuan.loop.actions import create_record
from tests.cast import Cast
from tests.ledger.making import make_ledger
from tests.ledger.test_pictures import saved, scene

FIELDS = (
    {"code": "no", "title": "代号", "kind": "text", "required": True},
    {"code": "photo", "title": "照片", "kind": "file", "several": True},
    {"code": "place", "title": "位置", "kind": "point"},
    {"code": "border", "title": "范围", "kind": "polygon"},
)


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    return make_ledger(cast.office, code="demo.site", fields=FIELDS, loop=None, key=["no"])


def photo(name: str, **options: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, saved(scene(7), **options))


def said(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def test_the_form_of_a_record_points_out_a_photo_that_another_has(
    cast: Cast, ledger: Ledger, clients: Callable[[str], Client]
) -> None:
    client = clients("office")
    client.post("/ledgers/demo.site/new/", {"no": "甲", "photo": photo("甲.jpg", quality=95)})
    first, url = Record.objects.get(), "/ledgers/demo.site/new/"
    answer = client.post(url, {"no": "乙", "photo": photo("乙.jpg", quality=40)}, follow=True)
    assert f"{first.number}有一张疑似相同的照片" in said(answer)
    answer = client.post(url, {"no": "丙"}, follow=True)
    assert "照片" not in said(answer)
    third = Record.objects.get(key="丙")
    sent = {"no": "丙", "version": third.version, "photo": photo("丙.jpg", quality=95)}
    answer = client.post(f"/records/{third.pk}/edit/", sent, follow=True)
    assert f"{first.number}也用了同一文件" in said(answer)
    assert answer.content.decode().count("也用了同一文件") >= 2  # told once, and on the record's page from now on


def test_a_list_shows_small_copies_with_one_query_whatever_its_length(
    cast: Cast, ledger: Ledger, clients: Callable[[str], Client]
) -> None:
    client, counts = clients("office"), []
    for number in range(3):
        sent = {"no": str(number), "photo": [photo("现场.jpg"), SimpleUploadedFile("说明.txt", "字".encode())]}
        client.post("/ledgers/demo.site/new/", sent)
        if number != 1:
            with CaptureQueriesContext(connection) as queries:
                page = client.get("/ledgers/demo.site/").content.decode()
            counts.append(len(queries))
    assert page.count('class="small-copy"') == 3
    assert 'alt="现场.jpg"' in page
    assert counts[0] == counts[1]
    picture: Any = client.get(page.partition('class="small-copy" href="')[2].partition('src="')[2].partition('"')[0])
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")
    assert io.BytesIO(b"".join(picture.streaming_content)).read(2) == b"\xff\xd8"


def test_a_list_asks_which_records_have_a_place(cast: Cast, ledger: Ledger, clients: Callable[[str], Client]) -> None:
    for no, fields in (
        ("有", {"place": "120.1,30.2"}),
        ("没有", {}),
        ("圈", {"border": "POLYGON ((120 30, 121 30, 121 31, 120 30))"}),
    ):
        create_record(actor=cast["office"], ledger=ledger, fields={"no": no, **fields})
    client = clients("office")

    def found(where: str) -> set[str]:
        rows = client.get("/ledgers/demo.site/grid/rows/", {"start": "0", "count": "9", "where": where}).json()["rows"]
        return {Record.objects.get(pk=row["id"]).data["no"] for row in rows}

    assert found("位置 is not null") == {"有"}
    assert found("位置 is null and 范围 is not null") == {"圈"}
    page = client.get("/ledgers/demo.site/conditions/?where=位置+is+not+null").content.decode()
    assert "位置" in page
    assert "不为空" in page
