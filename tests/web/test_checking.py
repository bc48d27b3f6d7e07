"""A large file is checked in the background; its preview comes when it is done, and is made once."""

from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client

from bihuan.ledger.models import Batch, Record
from bihuan.loop import intake
from bihuan.web import checking, undoing
from tests.cast import Cast
from tests.web.test_pages import Clients, finding, text_of, workbook_of

PART = {"HX-Request": "true"}


@pytest.fixture
def preview(cast: Cast, clients: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Client, str]:
    """An office's client, and the address of the preview of thirty rows that count as many."""
    monkeypatch.setattr(checking, "_LARGE", 0)
    path = workbook_of([finding(n) for n in range(1, 31)], tmp_path / "三十.xlsx")
    client = clients("office")
    file = SimpleUploadedFile(path.name, path.read_bytes())
    columns = client.post("/import/", {"ledger": "audit.finding", "file": file})["Location"]
    return client, columns.replace("/columns/", "/preview/")


def wait_for(client: Client, url: str) -> None:
    until = monotonic() + 30
    while monotonic() < until:
        part = client.get(url, headers=PART)
        if part.get("HX-Redirect") == url:
            return
        assert "progress" in text_of(part)
        sleep(0.1)
    raise AssertionError("the check did not end")


@pytest.mark.django_db(transaction=True)
def test_a_large_file_is_checked_in_the_background_and_once(
    preview: tuple[Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, url = preview
    checks: list[Any] = []
    check = intake.check
    monkeypatch.setattr(intake, "check", lambda **given: checks.append(given) or check(**given))
    assert "正在核对" in text_of(client.get(url))
    wait_for(client, url)
    assert "全部共 30 行" in text_of(client.get(url))
    batch = client.post(url, {"commit": "1"})["Location"]
    assert "新增 30 条" in text_of(client.get(batch))
    assert (len(checks), Record.objects.count()) == (1, 30)


@pytest.mark.django_db(transaction=True)
def test_a_check_belongs_to_the_person_who_asked(preview: tuple[Client, str], clients: Clients) -> None:
    client, url = preview
    client.get(url)
    wait_for(client, url)
    assert clients("outsider").get(url).status_code == 404
    assert clients("outsider").post(url, {"commit": "1"}).status_code == 404
    assert Record.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_large_file_is_looked_at_in_the_background(preview: tuple[Client, str]) -> None:
    client, url = preview
    columns = url.replace("/preview/", "/columns/")
    assert "正在打开表格" in text_of(client.get(columns))
    wait_for(client, columns)
    page = text_of(client.get(columns))
    assert "列对应" in page and "30 行" in page
    assert client.post(columns, {"column-0": "nothing"})["Location"] == url


@pytest.mark.django_db(transaction=True)
def test_a_large_file_that_cannot_be_read_is_refused_on_its_page(
    cast: Cast, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_LARGE", 0)
    client = clients("office")
    file = SimpleUploadedFile("坏.xlsx", b"PK\x03\x04 nothing")
    columns = client.post("/import/", {"ledger": "audit.finding", "file": file})["Location"]
    client.get(columns)
    until = monotonic() + 30
    while monotonic() < until and not (goes_to := client.get(columns, headers=PART).get("HX-Redirect")):
        sleep(0.1)
    assert "已损坏或没有传完整" in text_of(client.get(goes_to or columns))
    assert Batch.objects.get().state == Batch.State.FAILED


@pytest.mark.django_db(transaction=True)
def test_a_large_batch_is_taken_back_in_the_background(
    preview: tuple[Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, url = preview
    client.get(url)
    wait_for(client, url)
    batch = client.post(url, {"commit": "1"})["Location"]
    monkeypatch.setattr(undoing, "SMALL", 0)
    client.post(batch, {"undo": "1"})
    wait_for(client, batch)
    assert "撤销了 30 条" in text_of(client.get(batch))
    assert not Record.objects.filter(deleted=False).exists()
    assert client.post(batch, {"undo": "1"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_written_import_stays_written_where_its_index_waits(
    preview: tuple[Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(_: Any) -> None:
        raise OperationalError("database is locked")

    client, url = preview
    client.get(url)
    wait_for(client, url)
    monkeypatch.setattr("bihuan.web.importing.search.absorb", locked)
    batch = client.post(url, {"commit": "1"})["Location"]
    assert "新增 30 条" in text_of(client.get(batch))
    assert (Batch.objects.get().state, Record.objects.count()) == (Batch.State.DONE, 30)
