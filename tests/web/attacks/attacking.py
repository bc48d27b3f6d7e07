"""What the attacks have in common: the secret, a finding that holds it, a file handed in."""

import re
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from bihuan.ledger.attachments import keep_file
from bihuan.ledger.models import Record
from bihuan.loop.actions import Said, create_record, perform
from tests.cast import Cast
from tests.web.test_pages import PNG, text_of

SECRET = "黑岩水库除险加固"
TOKEN = re.compile(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"')

LEDGER = "/ledgers/audit.finding/"


def but_for_tokens(answer: Any) -> str:
    return TOKEN.sub("", text_of(answer))


def fields(cast: Cast, **other: Any) -> dict[str, Any]:
    return {
        "project": "年度审计", "problem_no": "1", "title": "摊位空置", "audit_type": "public_finance",
        "found_on": "2026-02-01", "responsible_unit": cast.town.pk, "due_on": "2026-05-01",
    } | other  # fmt: skip


def submitted(cast: Cast, person: str, content: bytes = PNG, **other: Any) -> Record:
    """A finding that its unit has worked on and submitted, with a photo."""
    made = create_record(actor=cast["office"], ledger=cast.finding, fields=fields(cast, **other))
    perform(actor=cast["office"], pk=made.pk, verb="assign", said=Said({"responsible_unit": made.unit_id}))
    worker = cast[person]
    perform(actor=worker, pk=made.pk, verb="receive", said=Said())
    photo = keep_file(actor=worker, ledger=cast.finding, upload=ContentFile(content, name=f"{made.number}.png"))
    said = Said({"measures": "已整改", "evidence": [photo.pk]})
    return perform(actor=worker, pk=made.pk, verb="submit", said=said)


def csv_upload(client: Client, text: str, name: str = "甲.csv", ledger: str = "") -> str:
    content = SimpleUploadedFile(name, text.encode())
    return str(client.post("/import/", {"ledger": ledger, "file": content})["Location"])


def submit(client: Client, record: Record, *files: tuple[str, bytes], **other: Any) -> Any:
    uploads = [SimpleUploadedFile(name, content, content_type="image/png") for name, content in files]
    form = {"measures": "已整改", "evidence": uploads} | other
    return client.post(f"/records/{record.pk}/do/submit/", form)
