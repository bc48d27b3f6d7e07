"""The page of the offices' own forms of notices: put in, looked at, put in force, ended; faults are named on it."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from docx import Document

from bihuan.loop.notice.models import OwnTemplate
from bihuan.loop.notice.own_template import in_force
from tests.cast import Cast
from tests.loop.notice.issuing import declare, tasks

Clients = Callable[[str], Client]


def form(line: str) -> dict[str, Any]:
    paper, content = Document(), BytesIO()
    paper.add_paragraph(line)
    paper.save(content)
    return {"do": "try", "code": "demo.slip", "file": SimpleUploadedFile("督办.docx", content.getvalue())}


def test_a_form_by_its_page(cast: Cast, clients: Clients) -> None:
    tasks(cast)
    declare(cast)
    admin, url = clients("system_admin"), reverse("admin_notices")
    assert "督办单（demo.slip）" in admin.get(url).content.decode()
    refused = admin.post(url, form("{{ organn }}"))
    assert refused.status_code == 422 and "“organn”没有这个值" in refused.content.decode()
    assert admin.post(url, {"do": "try", "code": "demo.slip"}).status_code == 422
    assert admin.post(url, form("致 {{ to }}")).status_code == 302
    kept = OwnTemplate.objects.get()
    assert "待启用" in admin.get(url).content.decode() and in_force() == {}
    sample = admin.get(reverse("admin_notice_sample", args=[kept.pk])).content
    assert Document(BytesIO(sample)).paragraphs[0].text == "致 〔主送单位〕"
    asked = admin.post(url, {"do": "use", "of": kept.pk})
    assert "已发出的不变" in asked.content.decode() and in_force() == {}
    admin.post(url, {"do": "use", "of": kept.pk, "sure": "1"})
    assert in_force() == {"demo.slip": kept} and "起在用" in admin.get(url).content.decode()
    admin.post(url, {"do": "end", "of": kept.pk, "sure": "1"})
    assert in_force() == {}
    assert clients("office").post(url, {"do": "use", "of": kept.pk, "sure": "1"}).status_code == 403
