"""What a malicious or a hurried visitor tries: to read what is not theirs, to run a script, to write past the rules."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Dialog, Page, expect
from pytest_django.live_server_helper import LiveServer

from bihuan.base import clock
from bihuan.ledger.actions import start_batch
from bihuan.ledger.attachments import MAX_BYTES, keep_file
from bihuan.ledger.models import Attachment, Record
from bihuan.loop.actions import Said, create_record, edit_record, perform
from bihuan.org.actions import add_person, add_unit, give_post
from bihuan.org.actor import actor_of
from bihuan.org.passwords import set_password
from bihuan.org.policy import Policy
from bihuan.web import importing
from bihuan.web.pages import desk
from tests.cast import FOUNDED, Cast
from tests.web import scene
from tests.web.conftest import sit_down
from tests.web.test_pages import PNG, Clients, file_of, text_of

SECRET = "黑岩水库除险加固"
RAW = "<script>alert(1)</script>\"><img src=x onerror=alert(2)>{{7*7}}{%x%}' javascript:alert(3)"
TOKEN = re.compile(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"')

FAILURES_BEFORE_LOCK, LOCK_FOR = Policy().failures, Policy().lock_for
LEDGER = "/ledgers/audit.finding/"


class Inline(HTMLParser):
    """Collects what the policy of the pages forbids: scripts and styles within a page, and handlers on its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in names if name == "style" or name.startswith(("on", "hx-on"))]
        self.found += [f"{tag} {value}" for name, value in attrs if name in ("href", "src") and "script:" in str(value)]


def inline(html: str) -> list[str]:
    parser = Inline()
    parser.feed(html)
    return parser.found


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


@pytest.fixture
def theirs(cast: Cast) -> Record:
    """A record of another town, full of what must not get out; the same photo hangs on one of our own."""
    submitted(cast, "town", title="我们的事", problem_no="2")
    return submitted(cast, "other_town", title=SECRET, detail=SECRET, responsible_unit=cast.other_town.pk)


# What belongs to others.


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


# Signing in.


@pytest.fixture
def password(cast: Cast) -> Cast:
    set_password(person=cast.people["town"], password=scene.PASSWORD)
    return cast


def sign_in(client: Client, password: str = scene.PASSWORD, **other: str) -> Any:
    return client.post("/sign-in/", {"username": "town", "password": password} | other)


@pytest.mark.parametrize("place", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///x", "\thttps://evil.example"])  # fmt: skip
def test_signing_in_never_leads_to_another_host(place: str, password: Cast) -> None:
    client = Client()
    html = text_of(client.get("/sign-in/", {"next": place}))
    assert "evil.example" not in html or 'name="next" value="' in html
    assert sign_in(client, next=place)["Location"] == "/"


def test_signing_in_leads_on_within_the_house(password: Cast) -> None:
    assert sign_in(Client(), next="/board/?ledger=audit.finding")["Location"] == "/board/?ledger=audit.finding"


def test_the_session_before_signing_in_is_not_the_one_after(password: Cast) -> None:
    client = Client()
    session = client.session
    session["planted"] = "1"
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    sign_in(client)
    assert client.cookies["sessionid"].value != before
    assert not client.session.exists(before)


def test_a_name_is_locked_after_five_failures_and_opens_again(password: Cast) -> None:
    client = Client()
    for _ in range(FAILURES_BEFORE_LOCK):
        assert "登录名或密码不对" in text_of(sign_in(client, "falsch-falsch"))
    answer = sign_in(client)
    assert answer.status_code == 422
    assert "请 15 分钟后再试" in text_of(answer)
    with clock.fixed(clock.now() + LOCK_FOR * 1.01):
        assert sign_in(client)["Location"] == "/"


def test_an_unknown_name_is_answered_like_a_wrong_password(password: Cast) -> None:
    known, unknown = sign_in(Client(), "falsch-falsch"), sign_in(Client(), "falsch-falsch", username="nobody")
    assert but_for_tokens(known) == but_for_tokens(unknown).replace('value="nobody"', 'value="town"')


def test_signing_out_takes_a_post(cast: Cast, clients: Clients) -> None:
    client = clients("town")
    answer = client.get("/sign-out/")
    assert answer.status_code == 405
    assert "不能直接打开" in text_of(answer)
    assert client.get("/").status_code == 200
    client.post("/sign-out/")
    assert client.get("/").status_code == 302


def test_a_post_without_its_token_is_refused_in_words(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.people["office"])
    for path in ("/sign-out/", "/import/", f"{LEDGER}new/"):
        answer = client.post(path, fields(cast))
        assert answer.status_code == 403
        assert "这张页面已经失效，内容没有提交" in text_of(answer)
    assert not Record.objects.exists()


def test_htmx_without_a_person_is_sent_to_sign_in(cast: Cast) -> None:
    answer = Client().get("/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/sign-in/"


# Text that would be a script.


@pytest.fixture
def poisoned(cast: Cast) -> Record:
    """A record whose every text is an attack, of a unit and by a person whose names are."""
    unit = add_unit(code="330999-X", name=RAW[:60], kind="bureau", parent=cast.county, valid_from=FOUNDED)
    worker = add_person(username="worm", name=RAW[:50], password=None)
    give_post(person=worker, unit=unit, role="undertaker", valid_from=FOUNDED)
    texts = dict.fromkeys(("project", "title", "detail", "requirement"), RAW)
    made = create_record(
        actor=cast["office"], ledger=cast.finding,
        fields=fields(cast, **texts, problem_no=RAW[:19], responsible_unit=unit.pk),
    )  # fmt: skip
    perform(actor=cast["office"], pk=made.pk, verb="assign", said=Said({"responsible_unit": unit.pk}, reason=RAW))
    actor = actor_of(worker)
    perform(actor=actor, pk=made.pk, verb="receive", said=Said(reason=RAW))
    photo = keep_file(
        actor=actor, ledger=cast.finding, upload=ContentFile(PNG, name='"><img src=x onerror=alert(4)>.png')
    )
    return perform(actor=actor, pk=made.pk, verb="submit", said=Said({"measures": RAW, "evidence": [photo.pk]}, RAW))


def csv_upload(client: Client, text: str, name: str = "甲.csv", ledger: str = "") -> str:
    content = SimpleUploadedFile(name, text.encode())
    return str(client.post("/import/", {"ledger": ledger, "file": content})["Location"])


def poisoned_import(client: Client) -> tuple[str, str]:
    """The second and third page of importing a table whose heads and cells are attacks."""
    cell = '"' + RAW.replace('"', '""') + '"'
    columns = csv_upload(client, f"{cell},数,名称\n{cell},1,{cell}\n甲,2,乙\n", name=f"{RAW[:26]}.csv".replace("/", ""))
    html = text_of(client.get(columns))
    names = re.findall(r'name="(column-\d+)"', html)
    client.post(columns, dict.fromkeys(names, "+") | {"title": RAW[:60]})
    return columns, columns.replace("columns", "preview")


def rendered_pages(client: Client, record: Record) -> Iterator[tuple[str, str]]:
    """Every kind of page, as a person of the office sees it."""
    columns, preview = poisoned_import(client)
    paths = ["/", "/ledgers/", "/matters/", "/board/", LEDGER, f"{LEDGER}?q={RAW}&unit={RAW}&where={RAW}&sort={RAW}",
             f"{LEDGER}new/", "/import/", columns, preview, f"/records/{record.pk}/", f"/records/{record.pk}/edit/",
             f"/records/{record.pk}/do/accept/", "/units/options/?field=u&u=<script>", "/ledgers/<script>alert(1)/",
             "/nowhere/<script>alert(1)</script>", "/sign-out/"]  # fmt: skip
    for path in paths:
        yield path, text_of(client.get(path))
    batch = client.post(preview, {"commit": "1"})["Location"]
    yield batch, text_of(client.get(batch))


def test_attacks_are_shown_as_the_text_they_are(poisoned: Record, clients: Clients) -> None:
    seen = literal = 0
    for path, html in rendered_pages(clients("office"), poisoned):
        assert "<script>alert" not in html, path
        assert "<img src=x" not in html, path
        assert 'href="javascript:' not in html, path
        assert inline(html) == [], path
        seen += "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert ">49<" not in html
        literal += "{{7*7}}" in html
    assert seen >= 10
    assert literal >= 6


def test_every_answer_says_what_may_run(poisoned: Record, clients: Clients) -> None:
    photo = Attachment.objects.get()
    paths = ["/", LEDGER, f"/records/{poisoned.pk}/", "/nowhere/", f"/files/{photo.pk}/", f"{LEDGER}export/"]
    for path in paths:
        answer: Any = clients("office").get(path)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'; script-src 'self'; style-src 'self'" in policy or "sandbox" in policy
        assert "unsafe" not in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        if answer.streaming:
            b"".join(answer)


def test_no_attack_runs_in_a_browser(
    poisoned: Record, cast: Cast, page: Page, live_server: LiveServer, clients: Clients
) -> None:
    opened: list[str] = []

    def note(dialog: Dialog) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    sit_down(page, live_server.url, cast.people["office"])
    columns, preview = poisoned_import(clients("office"))
    for path in ("/", "/ledgers/", "/matters/", "/board/", LEDGER, columns, preview, f"/records/{poisoned.pk}/edit/"):
        page.goto(path)
    page.goto(f"/records/{poisoned.pk}/")
    page.get_by_role("button", name="驳回").click()
    expect(page.locator("#dialog h2")).to_contain_text("<script>alert(1)</script>"[:20])
    page.locator("#dialog [data-close]").first.click()
    page.goto(LEDGER)
    page.get_by_label("关键字").fill(RAW)
    expect(page.locator("#list")).to_contain_text("共 1 条")
    assert opened == []
    assert page.evaluate("document.querySelectorAll('img[src=x]').length") == 0


# Files.

BAD_UPLOADS = {
    "网页.png": (b"<html><script>alert(1)</script>", "不能上传“网页.png”"),
    "图.svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "不能上传“图.svg”"),
    "程序.exe": (b"MZ\x90\x00", "不能上传“程序.exe”"),
    "报告.png": (b"%PDF-1.7", "“报告.png”的内容与扩展名不一致"),
    "大.png": (PNG + b"\0" * MAX_BYTES, "最大 20 MB"),
    "空.png": (b"", "“空.png”"),
}


@pytest.fixture
def rectifying(cast: Cast) -> Record:
    made = create_record(actor=cast["office"], ledger=cast.finding, fields=fields(cast))
    perform(actor=cast["office"], pk=made.pk, verb="assign", said=Said({"responsible_unit": made.unit_id}))
    return perform(actor=cast["town"], pk=made.pk, verb="receive", said=Said())


def submit(client: Client, record: Record, *files: tuple[str, bytes], **other: Any) -> Any:
    uploads = [SimpleUploadedFile(name, content, content_type="image/png") for name, content in files]
    form = {"measures": "已整改", "evidence": uploads} | other
    return client.post(f"/records/{record.pk}/do/submit/", form)


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


# Two at once.


def second_reviewer(cast: Cast) -> Any:
    other = add_person(username="second", name="甲审", password=None)
    give_post(person=other, unit=cast.office, role="reviewer", valid_from=FOUNDED)
    return other


def test_of_two_who_accept_at_once_one_is_told(
    cast: Cast, page: Page, phone: Page, live_server: LiveServer, complaints: list[str]
) -> None:
    record = submitted(cast, "town")
    for screen, person in ((page, cast.people["office"]), (phone, second_reviewer(cast))):
        sit_down(screen, live_server.url, person).goto(f"/records/{record.pk}/")
        screen.get_by_role("button", name="认定销号").click()
        ticks = screen.locator("#dialog input[name=criteria]")
        expect(ticks).to_have_count(4)
        for tick in ticks.all():
            tick.check()
        screen.get_by_label("认定意见").fill(f"同意，{person.name}")
    for screen in (page, phone):
        screen.evaluate("document.querySelector('#dialog .box-foot button:not([name=then])').click()")
    for screen in (page, phone):
        expect(screen.locator("#dialog .note.danger, #toasts [data-toast]").first).to_be_visible()
    losers = [screen for screen in (page, phone) if screen.locator("#dialog .note.danger").count()]
    assert len(losers) == 1, [screen.locator("#dialog .note.danger").all_inner_texts() for screen in losers]
    expect(losers[0].locator("#dialog .note.danger")).to_contain_text("您的操作没有写入")
    assert losers[0].get_by_label("认定意见").input_value().startswith("同意，")
    assert record.events.filter(kind="verb:accept").count() == 1
    assert all("409" in line for line in complaints)
    complaints.clear()


def test_an_edit_on_an_old_version_keeps_what_was_typed_and_shows_what_was_changed(
    cast: Cast, clients: Clients
) -> None:
    made = create_record(actor=cast["office"], ledger=cast.finding, fields=fields(cast))
    url, client = f"/records/{made.pk}/edit/", clients("office")
    opened = fields(cast, version=made.version)
    fresh = {"title": "先改的标题", "due_on": "2026-06-01"}
    edit_record(actor=cast["colleague"], record=made, fields=fresh, version=made.version)
    answer = client.post(url, opened | {"title": "后改的标题", "detail": "后写的描述", "amount": "8"})
    html = text_of(answer)
    assert answer.status_code == 409
    assert "您填的都保留着" in html
    assert 'value="后改的标题"' in html
    assert "后写的描述</textarea>" in html
    assert "童经刚改为“先改的标题”" in html
    assert 'value="2026-06-01"' in html
    made.refresh_from_db()
    assert made.data["title"] == "先改的标题"
    again = opened | {"title": "后改的标题", "due_on": "2026-06-01", "version": made.version}
    assert client.post(url, again).status_code == 302
    made.refresh_from_db()
    assert (made.data["title"], made.data["due_on"]) == ("后改的标题", "2026-06-01")


# Addresses.

INJECTIONS = (
    "1=1; DROP TABLE ledger_record", "1) OR (1=1", "' OR ''='", "(SELECT password FROM org_person)", "1 UNION SELECT 1",
    "load_extension('x')", "pg_sleep(5)", "涉及金额 > 100 -- ", "/* */ 1", "问题摘要 LIKE '%' ESCAPE '", "(" * 3_000,
    "NOT " * 500 + "TRUE", "1" * 3_000, "没有这个字段 = 1",
)  # fmt: skip


@pytest.mark.parametrize("where", INJECTIONS, ids=range(len(INJECTIONS)))
def test_the_box_of_the_expression_takes_expressions_only(where: str, cast: Cast, clients: Clients) -> None:
    create_record(actor=cast["office"], ledger=cast.finding, fields=fields(cast))
    answer = clients("office").get(LEDGER, {"where": where})
    assert answer.status_code == 200
    assert "条件式有误" in text_of(answer)
    refused = clients("office").get(f"{LEDGER}export/", {"where": where})
    assert refused.status_code == 422
    assert "条件式有误" in text_of(refused)
    assert Record.objects.count() == 1


@pytest.mark.parametrize(
    "query",
    ["q=" + "长" * 20_000, "unit=" + "9" * 5_000, "unit=²", "page=" + "9" * 5_000, "page=-1", "page=²", "sort=password",
     "sort=-ledger__owner", "sort=data__x'", "colour=purple", "size=99999", "size=0", "state=' OR 1=1", "exact=1&no_unit=1&mine=1&doubtful=1",
     "under=" + "9" * 5_000, "ledger=" + "x" * 5_000, "view=x", "%ff%fe=%00", "q=%00", "unit=%00"],
)  # fmt: skip
def test_strange_addresses_are_answered_in_words(query: str, cast: Cast, clients: Clients) -> None:
    create_record(actor=cast["office"], ledger=cast.finding, fields=fields(cast))
    for path in (LEDGER, "/board/", "/matters/", "/units/options/", "/", "/import/", "/sign-in/"):
        answer = clients("office").get(f"{path}?{query}")
        assert answer.status_code in ((400,) if "%00" in query else (200, 302)), path


@pytest.mark.parametrize("form", [{"version": "²"}, {"version": "9" * 5_000}, {"responsible_unit": "9" * 5_000}, {"responsible_unit": "²"},
                                  {"evidence_keep": "²"}, {"amount": "9" * 5_000}, {"amount": "NaN"}, {"due_on": "9" * 5_000}, {"title": "\x00"}])  # fmt: skip
def test_strange_forms_are_answered_in_words(form: dict[str, str], cast: Cast, clients: Clients) -> None:
    made = create_record(actor=cast["office"], ledger=cast.finding, fields=fields(cast))
    for path in (f"/records/{made.pk}/edit/", f"{LEDGER}new/", f"/records/{made.pk}/do/assign/"):
        answer = clients("office").post(path, fields(cast) | form)
        assert answer.status_code in ((400,) if form.get("title") == "\0" else (302, 409, 422))
        assert "程序出了意外" not in text_of(answer)


def test_strange_column_choices_are_left_out(cast: Cast, clients: Clients) -> None:
    client = clients("office")
    columns = csv_upload(client, "甲,乙\n1,2\n3,4\n")
    strange = {"column-x": "+", "column-0": "+", "column-²": "", "kind-0": "computed", "kind-1": "nothing", "key": "-5"}
    answer = client.post(columns, strange)
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    assert client.post(columns, {"column-0": "+", "sheet": "没有这张"}).status_code == 422


# Reading changes nothing.


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


# When something breaks.


def test_an_error_of_the_program_is_told_in_words(
    cast: Cast, clients: Clients, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(desk, "_recent", broken)
    answer = clients("office").get("/")
    html = text_of(answer)
    assert answer.status_code == 500
    reference = re.search(r"编号 (\w{8})", html)
    assert reference
    assert reference[1] in caplog.text
    for word in (SECRET, "Traceback", "RuntimeError", "desk.py"):
        assert word not in html
    part = clients("office").get("/", headers={"HX-Request": "true"})
    assert part["Content-Type"].startswith("text/plain")
    assert SECRET not in text_of(part)


def test_an_error_of_what_surrounds_every_page_is_told_in_words(
    cast: Cast, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Callable[[], None]:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("bihuan.web.shell.my_ledgers", broken)
    client = clients("office")
    client.raise_request_exception = False
    answer = client.get("/board/")
    assert answer.status_code == 500
    assert "系统出错了" in text_of(answer)
    assert SECRET not in text_of(answer)


def test_an_address_that_is_not_there_is_told_in_words(cast: Cast, clients: Clients) -> None:
    for path in ("/nowhere/", "/records/99999999999999999999/", f"/records/{'9' * 5_000}/", "/import/x/preview/"):
        answer = clients("office").get(path)
        assert answer.status_code == 404
        assert re.search("没有找到这一页|没有这条记录", text_of(answer))


def test_too_many_fields_are_refused_in_words(cast: Cast, clients: Clients) -> None:
    answer = clients("office").post(f"{LEDGER}new/", {f"f{n}": "1" for n in range(2_100)})
    assert answer.status_code == 400
    assert "没有写入任何数据" in text_of(answer)


def test_a_file_whose_content_is_gone_is_told_in_words(
    rectifying: Record, clients: Clients, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    submit(clients("town"), rectifying, ("好.png", PNG))
    monkeypatch.setattr("bihuan.web.pages.attachment.path_of", lambda _: tmp_path / "gone")
    answer = clients("town").get(f"/files/{Attachment.objects.get().pk}/")
    assert answer.status_code == 404
    assert "内容不在服务器上" in text_of(answer)


def test_a_page_left_open_leads_to_signing_in(
    cast: Cast, page: Page, live_server: LiveServer, complaints: list[str]
) -> None:
    made = create_record(actor=cast["office"], ledger=cast.finding, fields=fields(cast))
    sit_down(page, live_server.url, cast.people["office"]).goto(f"/records/{made.pk}/")
    page.context.clear_cookies()
    page.get_by_role("button", name="派发").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    assert all("401" in line for line in complaints)
    complaints.clear()
