"""What belongs to others is not there, in whatever way it is asked for; and looking changes nothing."""

from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from bihuan.ledger.actions import start_batch
from bihuan.ledger.models import Attachment, Record
from bihuan.loop.actions import Said, perform
from bihuan.web import importing
from tests.cast import Cast
from tests.web.attacks.attacking import LEDGER, SECRET, but_for_tokens, csv_upload
from tests.web.test_pages import Clients, file_of, text_of


def paths_of(record: Record) -> list[str]:
    photo = Attachment.objects.get(record=record)
    return [
        reverse("record", args=[record.pk]),
        reverse("record_edit", args=[record.pk]),
        reverse("attachment", args=[photo.pk]),
        reverse("thumbnail", args=[photo.pk]),
        *(reverse("verb", args=[record.pk, verb]) for verb in ("withdraw", "accept", "submit", "nothing")),
    ]


@pytest.mark.parametrize("login", ["town", "village", "neighbour", "outsider", "system_admin", "security_admin"])
def test_what_belongs_to_others_is_answered_as_not_there(login: str, theirs: Record, clients: Clients) -> None:
    client, missing = clients(login), Record.objects.order_by("-pk")[0].pk + 1_000
    for path in paths_of(theirs):
        for answer in (client.get(path), client.post(path, {"reason": "给我看看"})):
            assert answer.status_code == 404 or (answer.status_code == 405 and "/files/" in path)
            assert SECRET not in text_of(answer)
    nowhere = client.get(reverse("record", args=[missing]))
    assert but_for_tokens(nowhere) == but_for_tokens(client.get(reverse("record", args=[theirs.pk])))
    theirs.refresh_from_db()
    assert theirs.state == "submitted"


def test_no_page_and_no_file_of_the_town_holds_the_secret(theirs: Record, clients: Clients) -> None:
    client, own = clients("town"), Record.objects.get(data__title="我们的事")
    pages = ["/", "/ledgers/", "/matters/", "/board/", LEDGER, f"{LEDGER}?q={SECRET[:4]}", "/import/"]
    pages += [f"{LEDGER}?where=问题摘要 = '{SECRET}'", f"{LEDGER}?unit=330999102", reverse("record", args=[own.pk])]
    for path in pages:
        html = text_of(client.get(path))
        assert SECRET not in html.replace(f'value="问题摘要 = &#x27;{SECRET}&#x27;"', "").replace(f"“{SECRET}”", "")
        assert theirs.number not in html
    for form in ("csv", "xlsx", "docx"):
        content = file_of(client, f"{LEDGER}export/?format={form}&all=1").getvalue()
        assert SECRET.encode() not in content
        assert theirs.number.encode() not in content
    assert f"{theirs.number}也用了同一文件" in text_of(clients("office").get(reverse("record", args=[own.pk])))


def test_a_file_of_another_record_cannot_be_kept_on_ones_own(theirs: Record, cast: Cast, clients: Clients) -> None:
    own = Record.objects.get(data__title="我们的事")
    perform(actor=cast["office"], pk=own.pk, verb="send_back", said=Said(reason="请补充"))
    photo = Attachment.objects.get(record=theirs)
    form = {"measures": "偷看", "evidence_keep": [photo.pk]}
    assert clients("town").post(reverse("verb", args=[own.pk, "submit"]), form).status_code == 404
    photo.refresh_from_db()
    assert photo.record_id == theirs.pk


def test_a_ledger_that_is_not_seen_answers_as_one_that_is_not_there(cast: Cast, clients: Clients) -> None:
    client = clients("neighbour")
    for end in ("", "export/", "new/"):
        hidden, none = client.get(f"/ledgers/audit.finding/{end}"), client.get(f"/ledgers/audit.nothing/{end}")
        assert hidden.status_code == none.status_code == 404
        assert but_for_tokens(hidden) == but_for_tokens(none).replace("audit.nothing", "audit.finding")
        assert "审计发现问题" not in text_of(hidden)
    template = [client.get(f"/import/template/{code}/") for code in ("audit.finding", "audit.nothing")]
    assert but_for_tokens(template[0]) == but_for_tokens(template[1]).replace("audit.nothing", "audit.finding")
    posts = [client.post("/import/", {"ledger": code, "file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")})
             for code in ("audit.finding", "audit.nothing")]  # fmt: skip
    assert all("您不能向这本台账导入" in text_of(answer) for answer in posts)


def test_a_batch_of_others_is_not_there(cast: Cast, clients: Clients) -> None:
    path, digest = importing.keep_upload(SimpleUploadedFile("甲.csv", f"题,数\n{SECRET},1\n乙,2\n".encode()))
    batch = start_batch(
        actor=cast["office"], ledger=None, kind="import", file_name="甲.csv", file_hash=digest, plan={"file": path.name}
    )
    for name in ("import_map", "import_preview", "import_run", "batch"):
        for login in ("town", "colleague", "outsider"):
            for answer in (
                clients(login).get(reverse(name, args=[batch.pk])),
                clients(login).post(reverse(name, args=[batch.pk])),
            ):
                assert answer.status_code == 404
                assert SECRET not in text_of(answer)


def everything() -> dict[str, list[Any]]:
    """All rows of all our tables, but for the access log and the sign-ins: that somebody looked is noted there."""
    models = [model for model in apps.get_models() if model.__module__.startswith("bihuan.")]
    models = [model for model in models if model.__name__ not in ("AccessEntry", "AccessHead", "SignIn")]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def test_looking_changes_nothing(theirs: Record, clients: Clients) -> None:
    client = clients("office")
    columns = csv_upload(client, "甲,乙\n1,2\n3,4\n")
    verbs = ("assign", "accept", "send_back", "withdraw", "supervise")
    paths = ["/", "/ledgers/", "/matters/?view=opened", "/board/?under=330999101", f"{LEDGER}?size=50", f"{LEDGER}export/",
             f"{LEDGER}new/", "/import/?ledger=audit.finding", "/import/template/audit.finding/", columns, f"{columns}?sheet=甲",
             columns.replace("columns", "preview"), columns.replace("columns", "run"), "/sign-out/", "/sign-in/",
             *paths_of(theirs), *(f"/records/{theirs.pk}/do/{verb}/" for verb in verbs)]  # fmt: skip
    before = everything()
    for path in paths:
        answer: Any = client.get(path)
        assert answer.status_code != 500
        if answer.streaming:
            b"".join(answer)
    assert everything() == before
