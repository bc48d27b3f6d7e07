"""Every page for everybody: who gets in, how many queries it costs, and how an import and an export go."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from bihuan.base import clock
from bihuan.form.actions import fill_form, keep_form
from bihuan.form.spec import period_of
from bihuan.handover.actions import begin_handover
from bihuan.handover.models import Handover
from bihuan.ledger.attachments import keep_file
from bihuan.ledger.excel import Limits
from bihuan.ledger.models import Attachment, Batch, Event, Ledger, Record
from bihuan.loop import intake
from bihuan.loop.actions import Said, perform
from bihuan.loop.notice.models import Notice
from bihuan.org.actor import actor_of
from bihuan.org.models import Person, Unit
from bihuan.web import importing
from tests.cast import EVERYBODY, Cast
from tests.form.forms import blank_workbook
from tests.web import scene
from tests.web.conftest import bring_in

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc000000301010018dd8db00000000049454e44ae426082"
)
NUMBERS = re.compile(r'class="row-link[^"]*" href="[^"]*">\s*(SJ-[\d-]+)')
NOBODY = ""
INSIDE = {"office", "colleague"}
READERS = INSIDE | {"town", "leader", "auditor"}
WORKERS = INSIDE | {"town", "other_town", "village", "neighbour", "leader"}
Clients = Callable[[str], Client]


def text_of(response: Any) -> str:
    """The page that was answered."""
    return str(response.content.decode())


def file_of(client: Client, url: str) -> BytesIO:
    """The file that was answered."""
    response: Any = client.get(url)
    return BytesIO(b"".join(response))


def status(client: Client, url: str) -> int:
    response: Any = client.get(url)
    if response.streaming:
        b"".join(response)  # A file is closed once it is read.
    return int(response.status_code)


def workbook_of(findings: list[scene.Finding], path: Path) -> Path:
    total = round(sum(float(item.amount) for item in findings), 2)
    return scene.write_workbook(path, tuple(findings), total=total)


def finding(number: int, *, unit: str = "青溪镇", amount: float = 1, **other: str) -> scene.Finding:
    words = {"title": f"问题{number}", "detail": "", "found": "2026-02-05", "due": f"2026-0{3 + number % 6}-15"} | other
    return scene.Finding(
        f"{number:03d}", words["title"], words["detail"], "财政审计", "其他", amount, words["found"], unit, words["due"]
    )


@pytest.fixture
def record(cast: Cast, tmp_path: Path) -> Record:
    """A finding of the town, on which work has begun and a photo hangs."""
    (made,) = bring_in(cast, workbook_of([finding(1)], tmp_path / "一条.xlsx"))
    perform(actor=cast["office"], pk=made.pk, verb="assign", said=Said({"responsible_unit": cast.town.pk}))
    perform(actor=cast["town"], pk=made.pk, verb="receive", said=Said())
    photo = keep_file(actor=cast["town"], ledger=cast.finding, upload=ContentFile(PNG, name="照片.png"))
    said = Said({"measures": "已整改", "evidence": [photo.pk]})
    return perform(actor=cast["town"], pk=made.pk, verb="submit", said=said)


# Who gets in.


def everyone(yes: set[str], *, no: int = 404, but: dict[str, int] | None = None) -> dict[str, int]:
    """Expected statuses: 200 for some, `no` for the others, and what is said beside."""
    return {login: 200 if login in yes else no for login in EVERYBODY} | {NOBODY: 302} | (but or {})


def refused(*logins: str) -> dict[str, int]:
    return dict.fromkeys(logins, 403)


SEEN_NOT_KEPT = refused("town", "leader", "auditor")
TABLE: dict[str, dict[str, int]] = {
    "desk": everyone(set(EVERYBODY)),
    "ledgers": everyone(set(EVERYBODY)),
    "matters": everyone(set(EVERYBODY)),
    "board": everyone(set(EVERYBODY)),
    "units": everyone(set(EVERYBODY)),
    "sign_in": everyone(set(), no=302, but={NOBODY: 200}),
    "sign_out": everyone(set(), no=405, but={NOBODY: 405}),
    "sign_in_code": everyone(set(), no=302),
    **dict.fromkeys(("account", "password", "totp", "prove"), everyone(set(EVERYBODY))),
    "figures": everyone(set(EVERYBODY)),
    "figure": everyone(set()),  # there is none of this code; who sees which number is tested in test_figures.py
    "figure_records": everyone(set()),
    "figure_export": everyone(set()),
    **dict.fromkeys(("figure_records_file", "figure_change", "figure_define", "figure_proposal"), everyone(set())),
    "figure_approvals": everyone(set(EVERYBODY)),
    **dict.fromkeys(("explorer", "figure_quality"), everyone(set(EVERYBODY))),
    "explorer_file": everyone(set(), no=422),
    **dict.fromkeys(("figure_external", "figure_outliers"), everyone(set())),
    "record_figures": everyone(READERS),
    "figure_unlock": everyone(set(), no=405, but={NOBODY: 405}),
    "ledger": everyone(READERS),
    "export": everyone(READERS),
    "arrange": everyone(READERS),
    "conditions": everyone(READERS),
    "views": everyone(READERS),
    "bulk": everyone(INSIDE, but=SEEN_NOT_KEPT),
    "bulk_preview": everyone(INSIDE, but=dict.fromkeys(INSIDE, 302)),
    "grid": everyone(READERS),
    "grid_rows": everyone(READERS),
    "grid_changes": everyone(READERS),
    "grid_check": everyone(set(), no=405, but={NOBODY: 405}),
    "grid_save": everyone(set(), no=405, but={NOBODY: 405}),
    "grid_add": everyone(set(), no=405, but={NOBODY: 405}),
    "grid_undo": everyone(set(), no=405, but={NOBODY: 405}),
    "grid_files": everyone(set(), no=405, but={NOBODY: 405}),
    "record": everyone(READERS),
    "attachment": everyone(READERS),
    "thumbnail": everyone(set()),  # this photo is a single dot and cannot be made smaller; see test_pictures.py
    "loop_standing": everyone(READERS),
    **dict.fromkeys(("away", "handovers"), everyone(set(EVERYBODY))),
    **dict.fromkeys(("handover", "handover_sheet"), everyone({"town", "other_town"})),
    "record_new": everyone(INSIDE, but=SEEN_NOT_KEPT),
    "record_edit": everyone(INSIDE, but=SEEN_NOT_KEPT),
    "verb": everyone({"office"}, but=refused("colleague", "town", "leader", "auditor")),
    "ledger_new": everyone(WORKERS, no=403),
    "definition": everyone(READERS),
    "definition_yaml": everyone(READERS),
    "definition_edit": everyone(INSIDE, but=SEEN_NOT_KEPT),
    "definition_field": everyone(INSIDE, but=SEEN_NOT_KEPT),
    "definition_preview": everyone(INSIDE, but=SEEN_NOT_KEPT),
    "definition_planned": everyone(set(), no=405, but={NOBODY: 405}),
    "unmask": everyone(READERS, but=refused("leader")),
    "export_unmasked": everyone(READERS, but=refused("leader")),
    "access_log": everyone({"audit_admin"}, no=403),
    "access_log_export": everyone({"audit_admin"}, no=403),
    "admin_units": everyone({"system_admin"}, no=403),
    "admin_unit_new": everyone({"system_admin"}, no=403),
    "admin_unit": everyone({"system_admin"}, no=403),
    "admin_people": everyone({"system_admin"}, no=403),
    "admin_person_new": everyone({"system_admin"}, no=403),
    "admin_person": everyone({"system_admin"}, no=403),
    "admin_passwords": everyone(set(), no=405, but={NOBODY: 405}),
    "admin_scopes": everyone({"security_admin"}, no=403),
    "admin_ledgers": everyone({"security_admin"}, no=403),
    "admin_fields": everyone({"security_admin"}, no=403),
    "admin_unmasking": everyone({"security_admin"}, no=403),
    "admin_accounts": everyone({"security_admin"}, no=403),
    "admin_policy": everyone({"security_admin"}, no=403),
    "admin_hosts": everyone({"security_admin"}, no=403),
    "admin_notices": everyone({"system_admin"}, no=403),
    "admin_notice_sample": everyone(set(), no=403, but={"system_admin": 404}),  # played in test_notice_layouts.py
    "roster_upload": everyone({"system_admin"}, no=403),
    "roster_template": everyone({"system_admin"}, no=403),
    "roster": everyone(set(), no=403, but={"system_admin": 404}),  # played in test_administration.py
    "roster_marked": everyone(set(), no=403, but={"system_admin": 404}),
    "forms": everyone(set(EVERYBODY)),
    "form_burden": everyone(set(EVERYBODY)),
    "form": everyone(INSIDE | {"auditor"}),
    "form_blank": everyone(INSIDE | {"auditor"}),
    "form_fill": everyone(set(), no=405, but={NOBODY: 405}),
    "form_filling": everyone(INSIDE | {"auditor"}),
    "form_file": everyone(INSIDE | {"auditor"}),
    "import_upload": everyone(WORKERS, no=403),
    "import_template": everyone(INSIDE),
    "import_head": everyone(INSIDE, but=dict.fromkeys(INSIDE, 302)),
    "import_map": everyone(INSIDE, but=dict.fromkeys(INSIDE, 302)),
    "import_preview": everyone(INSIDE, but=dict.fromkeys(INSIDE, 302)),
    "import_run": everyone(INSIDE),
    "import_merge": everyone(INSIDE, but=dict.fromkeys(INSIDE, 302)),
    "record_options": everyone(READERS),
    "batch": everyone(INSIDE),
    "notices": everyone(set(EVERYBODY)),
    "notice_delivery": everyone(set(EVERYBODY)),
    "notice_mail": everyone(set(EVERYBODY)),
    "notice": everyone(READERS),
    "notice_document": everyone(READERS),
    "notice_issue": everyone(set(), but=refused(*READERS)),
    "notice_read": everyone(set(), no=405, but={NOBODY: 405}),
    "notice_receive": everyone(set(), no=405, but={NOBODY: 405}),
    "notice_again": everyone(set(), no=405, but={NOBODY: 405}),
    "duties": everyone(set(EVERYBODY)),
    "draws": everyone(set(EVERYBODY)),
    "draw_commit": everyone(set(), no=405, but={NOBODY: 405}),
    "draw_reveal": everyone(set(), no=405, but={NOBODY: 405}),
    "public_draws": everyone(set(EVERYBODY), but={NOBODY: 200}),
    "public_draw": everyone(set(), but={NOBODY: 404}),
    "public_draw_file": everyone(set(), but={NOBODY: 404}),
    "plans": everyone(set(EVERYBODY)),
    "plan": everyone(set()),
    "petitions": everyone(set(EVERYBODY)),
    "petition_desk": everyone(set()),
    "petition_merge": everyone(set(), no=405, but={NOBODY: 405}),
    "public": everyone(set(EVERYBODY), but={NOBODY: 200}),
    "public_ask": everyone(set(EVERYBODY), but={NOBODY: 200}),
    "public_rate": everyone(set(), no=405, but={NOBODY: 405}),
    "public_picture": everyone(set(), but={NOBODY: 404}),
    "public_submit": everyone(set(), but={NOBODY: 404}),
    "numbers": everyone(set(EVERYBODY) - {"outsider"}, but={"outsider": 422}),
    "reports": everyone(set(EVERYBODY)),
    "report_templates": everyone(set(EVERYBODY)),
    "report_template": everyone(set()),
    "report_template_act": everyone(set(), no=405, but={NOBODY: 405}),
    "report_template_file": everyone(set()),
    "report_draft": everyone(set()),
    "report_issued": everyone(set()),
    "report_changes": everyone(set()),
    "report_file": everyone(set()),
    "report_begin": everyone(set(), no=405, but={NOBODY: 405}),
    "report_part": everyone(set(), no=405, but={NOBODY: 405}),
    "report_act": everyone(set(), no=405, but={NOBODY: 405}),
    "scorecards": everyone(set(EVERYBODY)),
    "scorecard": everyone(set()),
    "scorecard_new": everyone({"office", "leader"}, no=403),
    "scorecard_edit": everyone(set()),
    "scorecard_give": everyone(set(), no=405, but={NOBODY: 405}),
    "scorecard_publish": everyone(set(), no=405, but={NOBODY: 405}),
    "scorecard_what_if": everyone(set()),
    "publication": everyone(set()),
    "publication_what_if": everyone(set()),
    "publication_compare": everyone(set()),
    "appeal": everyone(set(), no=405, but={NOBODY: 405}),
    "appeal_answer": everyone(set(), no=405, but={NOBODY: 405}),
    "duty": everyone(set()),
    "duties_open": everyone(set(), no=405, but={NOBODY: 405}),
}


def issued_about(record: Record) -> Notice:
    """A notice about the record, whose document is the photo: who may see the one may see the other."""
    return Notice.objects.create(
        code="audit.slip",
        cause="test",
        kind="reminder",
        title="提示单",
        organ="审计局",
        subject="关于整改",
        record=record,
        ledger=record.ledger,
        from_unit=record.ledger.owner,
        issued_at=clock.now(),
        document=Attachment.objects.get(),
    )


NUMBERED = (
    "petition_merge",
    "draw_reveal",
    "public_draw",
    "public_draw_file",
    "report_template",
    "report_draft",
    "report_issued",
    "report_changes",
    "publication",
    "publication_what_if",
    "publication_compare",
    "appeal",
    "appeal_answer",
    "figure_proposal",
    "figure_unlock",
)
"""Addresses of things that are not there; who sees which of them is tested beside each."""


OF_A_LEDGER = (
    "ledger",
    "loop_standing",
    "export",
    "export_unmasked",
    "arrange",
    "conditions",
    "views",
    "bulk",
    "grid",
    "grid_rows",
    "grid_changes",
    "grid_check",
    "grid_save",
    "grid_add",
    "grid_undo",
    "grid_files",
    "record_new",
    "record_options",
    "definition",
    "definition_yaml",
    "definition_edit",
    "definition_field",
    "definition_preview",
    "definition_planned",
    "import_template",
)
OF_A_CODE = (
    "duty",
    "petition_desk",
    "public_submit",
    "plan",
    "draw_commit",
    "figure",
    "figure_records",
    "figure_export",
    "report_begin",
    "scorecard",
    "scorecard_give",
    "scorecard_publish",
    "scorecard_what_if",
    "scorecard_edit",
    "figure_records_file",
    "figure_change",
    "figure_define",
    "figure_external",
    "figure_outliers",
)
"""Addresses by the code of something that is not there."""
OF_A_BATCH = ("bulk_preview", "import_head", "import_map", "import_preview", "import_merge", "import_run", "batch")
OF_A_NOTICE = ("notice", "notice_document", "notice_read", "notice_receive", "notice_again")


def address(name: str, record: Record) -> str:
    batch = Batch.objects.filter(kind="import").first()
    assert batch
    if name.startswith("form"):
        return form_address(name)
    if name in ("handover", "handover_sheet"):
        return reverse(name, args=[handed_over_by_the_town().pk])
    if name in OF_A_NOTICE:
        return reverse(name, args=[issued_about(record).pk])
    if name.startswith(("admin_", "roster")):
        return office_address(name, record, batch)
    known: dict[str, tuple[Any, ...]] = {
        **dict.fromkeys(OF_A_LEDGER, ("audit.finding",)),
        **dict.fromkeys(OF_A_CODE, ("audit.none",)),
        **dict.fromkeys(OF_A_BATCH, (batch.pk,)),
        **dict.fromkeys(NUMBERED, (1,)),
        **dict.fromkeys(("record", "record_edit", "record_figures", "unmask", "notice_issue"), (record.pk,)),
        **dict.fromkeys(("report_part", "report_act", "report_file"), (1, "docx")),
        **dict.fromkeys(("report_template_act", "report_template_file"), (1, "filled")),
        **dict.fromkeys(("attachment", "thumbnail"), (Attachment.objects.get().pk,)),
        "verb": (record.pk, "accept"),
    }
    return reverse(name, args=known.get(name, ()))


def office_address(name: str, record: Record, batch: Batch) -> str:
    """A page of the system or the security administrator."""
    arguments: dict[str, list[Any]] = {
        "admin_unit": [record.unit_id],
        "admin_person": [Person.objects.get(username="town").pk],
        "admin_fields": ["audit.finding"],
        "admin_notice_sample": [1],
        "roster_upload": ["units"],
        "roster_template": ["units"],
        "roster": [batch.pk],
        "roster_marked": [batch.pk],
    }
    return reverse(name, args=arguments.get(name, []))


def handed_over_by_the_town() -> Handover:
    """What the town's undertaker hands over to the other town's."""
    giver, receiver = (Person.objects.get(username=login) for login in ("town", "other_town"))
    return begin_handover(actor=actor_of(giver), giver=giver, receiver=receiver, reason="调任")


def form_address(name: str) -> str:
    """The page of a form that the audit office has to fill, and has filled."""
    if name in ("forms", "form_burden"):
        return reverse(name)
    office, owner = actor_of(Person.objects.get(username="office")), Unit.objects.get(code="330999-SJ").pk
    words = {"title": "月报", "asked_by": "市审计局", "every": "month", "name": "月报.xlsx"}
    form = keep_form(actor=office, owner=owner, content=blank_workbook(), **words)
    filling = fill_form(actor=office, form=form, period=period_of("month", date(2026, 2, 1)))
    if name in ("form_filling", "form_file"):
        return reverse(name, args=[filling.pk])
    return reverse(name, args=[form.pk]) + ("?at=整改情况!B3" if name == "form_blank" else "")


def test_the_table_names_every_page() -> None:
    assert {name for name in get_resolver().reverse_dict if isinstance(name, str)} == set(TABLE)


def keep_the_file_of(batch: Batch, path: Path) -> None:
    """The command line imports from where the file lies; the pages keep it."""
    importing.keep_upload(SimpleUploadedFile(path.name, path.read_bytes()))
    assert importing.upload_path(batch.file_hash).is_file()


@pytest.mark.parametrize("name", sorted(TABLE))
def test_who_gets_in(name: str, record: Record, clients: Clients, tmp_path: Path) -> None:
    keep_the_file_of(Batch.objects.get(), tmp_path / "一条.xlsx")
    url = address(name, record)
    found = {login: status(clients(login), url) for login in TABLE[name]}
    assert found == TABLE[name]


def test_who_is_not_signed_in_comes_back_after(record: Record, clients: Clients) -> None:
    answer = clients(NOBODY).get(f"/records/{record.pk}/?x=1")
    assert answer["Location"] == f"/sign-in/?next=/records/{record.pk}/%3Fx%3D1"


# How many queries.

GRID = (
    "/ledgers/audit.finding/grid/",
    "/ledgers/audit.finding/grid/rows/",
    "/ledgers/audit.finding/grid/changes/?since=0",
)
SAVED = ("/ledgers/audit.finding/?group=audit_type&columns=title,amount&sort=-amount,number",)
API = ("/api/ledgers/audit.finding/records",)
LISTS = (
    *GRID,
    *SAVED,
    *API,
    "/",
    "/ledgers/",
    "/matters/",
    "/matters/?view=waiting",
    "/ledgers/audit.finding/",
    "/board/",
)


def queries(client: Client, url: str) -> int:
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


@pytest.mark.parametrize("login", ["office", "town", "leader"])
def test_lists_cost_the_same_with_one_row_and_with_thirty(
    login: str, cast: Cast, clients: Clients, tmp_path: Path
) -> None:
    bring_in(cast, workbook_of([finding(1)], tmp_path / "一.xlsx"))
    client = clients(login)
    one = {url: queries(client, url) for url in LISTS}
    units = ("青溪镇", "白石镇", "财政局")
    bring_in(cast, workbook_of([finding(n, unit=units[n % 3]) for n in range(2, 32)], tmp_path / "三十.xlsx"))
    assert {url: queries(client, url) for url in LISTS} == one
    assert max(one.values()) <= 25, one


def own_ledger(cast: Cast, number: int, folder: Path) -> Ledger:
    """A ledger made from a spreadsheet of two columns."""
    path = folder / f"自建{number}.csv"
    path.write_text(f"编号,问题,责任单位,整改期限\nZ{number},事项{number},青溪镇,2026-04-0{number}\n")
    source = intake.Source(path, path.name)
    table, office = intake.open_table(source), cast["office"]
    target, columns = intake.planned(
        actor=office, code=f"own.l{number}", title=f"自建台账{number}", table=table, owner=cast.office
    )
    intake.import_file(actor=office, source=source, target=target, table=table, columns=columns)
    return Ledger.objects.get(code=f"own.l{number}")


@pytest.mark.parametrize("login", ["office", "town"])
def test_pages_cost_the_same_with_one_ledger_and_with_six(
    login: str, cast: Cast, clients: Clients, tmp_path: Path
) -> None:
    bring_in(cast, workbook_of([finding(1)], tmp_path / "一.xlsx"))
    own_ledger(cast, 1, tmp_path)
    client = clients(login)
    one = {url: queries(client, url) for url in LISTS}
    for number in range(2, 6):
        own_ledger(cast, number, tmp_path)
    assert {url: queries(client, url) for url in LISTS} == one


def test_a_record_costs_the_same_however_much_happened(cast: Cast, record: Record, clients: Clients) -> None:
    client, url = clients("office"), f"/records/{record.pk}/"
    before = queries(client, url)
    for number in range(6):
        perform(actor=cast["office"], pk=record.pk, verb="send_back", said=Said(reason="请补充"))
        upload = ContentFile(PNG + bytes([number]), name=f"{number}.png")
        kept = [*Attachment.objects.values_list("pk", flat=True)]
        kept.append(keep_file(actor=cast["town"], ledger=cast.finding, upload=upload).pk)
        said = Said({"measures": f"再整改{number}", "evidence": kept})
        perform(actor=cast["town"], pk=record.pk, verb="submit", said=said)
    assert queries(client, url) == before
    assert text_of(client.get(url)).count('<li class="tone-') == record.events.count()


# Numbers and the rows behind them.


def test_the_desk_counts_what_its_links_list(cast: Cast, clients: Clients, tmp_path: Path) -> None:
    bring_in(cast, workbook_of([finding(n) for n in range(1, 20)], tmp_path / "一.xlsx"))
    own_ledger(cast, 1, tmp_path)
    client = clients("office")
    html = text_of(client.get("/"))
    counts = re.findall(r'<a class="count (\w+)[^"]*" href="([^"]+)".*?<span class="v">(\d+)</span>', html, re.DOTALL)
    assert [code for code, _, _ in counts] == ["green", "yellow", "red", "white"]
    for _, url, number in counts:
        assert f"共 <b>{number}</b> 条" in text_of(client.get(url)) or number == "0"
    assert sum(int(number) for _, _, number in counts) == Record.objects.count()
    (waiting,) = re.findall(r'<h2 id="todo-title">待我办理</h2><span class="chip num">(\d+)</span>', html)
    assert f"共 <b>{waiting}</b> 条" in text_of(client.get("/matters/?view=waiting"))


def test_the_board_opens_a_unit_whose_code_is_another_units_id(cast: Cast, clients: Clients, tmp_path: Path) -> None:
    bring_in(cast, workbook_of([finding(1), finding(2, unit="白石镇")], tmp_path / "一.xlsx"))
    Record.objects.filter(unit=cast.other_town).update(unit=cast.village)
    html = text_of(clients("leader").get("/board/"))
    assert "unit=330999101" in html
    listed = NUMBERS.findall(text_of(clients("leader").get("/ledgers/audit.finding/?unit=330999101")))
    assert len(listed) == 2
    own = NUMBERS.findall(text_of(clients("leader").get("/ledgers/audit.finding/?unit=330999101&exact=1")))
    assert len(own) == 1


def test_units_of_one_name_are_told_apart(cast: Cast, clients: Clients) -> None:
    html = text_of(clients("office").get("/units/options/?field=u&u=新民村"))
    assert re.findall(r'value="([^"]+)" data-id="(\d+)"', html) == [
        ("青溪镇 / 新民村", str(cast.units["330999101202"].pk)),
        ("白石镇 / 新民村", str(cast.units["330999102201"].pk)),
    ]
    form = {"project": "甲", "problem_no": "1", "title": "乙", "audit_type": "public_finance", "found_on": "2026-03-01"}
    url = reverse("record_new", args=["audit.finding"])
    answer = clients("office").post(url, form | {"responsible_unit": "", "responsible_unit_name": "新民村"})
    assert answer.status_code == 422
    assert "有多个单位叫" in text_of(answer)
    assert 'value="新民村"' in text_of(answer)
    clients("office").post(url, form | {"responsible_unit": "", "responsible_unit_name": "白石镇 / 新民村"})
    assert Record.objects.get().unit_id == cast.units["330999102201"].pk


# Imports.


def upload(client: Client, name: str, content: bytes, ledger: str = "audit.finding") -> Any:
    return client.post("/import/", {"ledger": ledger, "file": SimpleUploadedFile(name, content)})


def zipped(**parts: str) -> bytes:
    target = BytesIO()
    with ZipFile(target, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/"), text)
    return target.getvalue()


BAD_FILES = {
    "空.xlsx": (b"", "空"),
    "报告.xlsx": (b"%PDF-1.7\n", "其实是PDF 文件"),
    "照片.xlsx": (PNG, "其实是图片"),
    "材料.xlsx": (zipped(word__document="<w/>"), "其实是Word 文档"),
    "压缩.xlsx": (zipped(读我="x"), "是压缩包，不是电子表格"),
    "半个.xlsx": (zipped(xl__workbook="<x/>")[:60], "损坏或没有传完整"),
    "网页.xls": (b"<html><table><tr><td>1</td></tr></table></html>", "网页另存"),
    "旧表.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "读不出来"),
    "二进制.csv": (b"\x01\x02\x00\x03" * 50, "不是文本文件"),
    "加密.xlsx": (zipped(xl__workbook="x").replace(b"\0\0\x08", b"\x01\0\x08"), "“加密.xlsx”"),
}


@pytest.mark.parametrize("name", list(BAD_FILES))
def test_a_file_that_cannot_be_read_is_refused_in_words(name: str, cast: Cast, clients: Clients) -> None:
    content, words = BAD_FILES[name]
    answer = upload(clients("office"), name, content)
    assert answer.status_code == 422
    html = text_of(answer)
    assert words in html
    assert "Traceback" not in html
    assert 'value="audit.finding" selected' in html
    assert not Record.objects.exists()


def test_a_file_that_is_too_large_is_refused_in_words(
    cast: Cast, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LIMITS", Limits(file_bytes=2 * 1024**2))
    answer = upload(clients("office"), "大.csv", b"a,b\n" + b"1,2\n" * 600_000)
    assert "超过 2 MB" in text_of(answer)


def open_preview(client: Client, path: Path) -> str:
    """Upload, take the columns as matched, and stand before the preview; its address."""
    answer = upload(client, path.name, path.read_bytes())
    url: str = answer["Location"]
    html = text_of(client.get(url))
    chosen = re.findall(r'<select class="form-select" name="(column-\d+)".*?</select>', html, re.DOTALL)
    picked = {
        name: re.search(rf'name="{name}".*?<option value="([^"]*)" selected', html, re.DOTALL)[1]  # type: ignore[index]
        for name in chosen
    }
    preview: str = client.post(url, picked)["Location"]
    return preview


BAD_ROWS = [finding(1), finding(2, unit="青溪"), finding(3, found="昨天"), finding(4, title=""), finding(5)]


def test_bad_cells_are_named_and_good_rows_may_go_alone(cast: Cast, clients: Clients, tmp_path: Path) -> None:
    client = clients("office")
    url = open_preview(client, workbook_of(BAD_ROWS, tmp_path / "有错.xlsx"))
    html = text_of(client.get(url))
    for word in ("J6", "没有叫“青溪”的单位", "I7", "昨天", "D8", "“问题摘要”必须填写", "有 3 行不能导入"):
        assert word in html
    assert re.search(r"<button[^>]* disabled>.*?确认导入", html, re.DOTALL)
    sheet = re.search(r'href="(/import/[^"]+/run/)"', html)
    assert sheet
    marked = openpyxl.load_workbook(file_of(client, sheet[1]))
    red = [cell.value for row in marked.active for cell in row if cell.comment]
    assert {"青溪", "昨天"} <= set(red)
    client.post(url, {"commit": "1"})
    assert not Record.objects.exists()
    url = open_preview(client, tmp_path / "有错.xlsx")
    batch = client.post(url, {"commit": "1", "skip_failed": "1"})["Location"]
    assert Record.objects.count() == 2
    assert "新增 2 条" in text_of(client.get(batch))


def test_the_same_file_again_says_there_is_nothing_new(cast: Cast, clients: Clients, tmp_path: Path) -> None:
    client, path = clients("office"), workbook_of([finding(1), finding(2)], tmp_path / "两条.xlsx")
    client.post(open_preview(client, path), {"commit": "1"})
    columns = upload(client, path.name, path.read_bytes())["Location"]
    assert "沿用您上次导入同样表头时的对应" in text_of(client.get(columns))
    url = open_preview(client, path)
    html = text_of(client.get(url))
    assert "没有新的内容，不需要导入" in html
    assert re.search(r"<button[^>]* disabled>.*?确认导入", html, re.DOTALL)
    assert Record.objects.count() == 2
    assert Event.objects.count() == 2


def test_an_update_shows_what_it_changed_and_can_be_taken_back(cast: Cast, clients: Clients, tmp_path: Path) -> None:
    client = clients("office")
    client.post(open_preview(client, workbook_of([finding(1)], tmp_path / "一.xlsx")), {"commit": "1"})
    url = open_preview(client, workbook_of([finding(1, amount=9)], tmp_path / "二.xlsx"))
    assert "<del>1.00 万元</del> <ins>9.00 万元</ins>" in text_of(client.get(url))
    batch = client.post(url, {"commit": "1"})["Location"]
    assert "<del>1.00 万元</del>" in text_of(client.get(batch))
    assert client.post(batch, {"undo": "1"}).status_code == 302
    assert "沈审 撤销了 1 条" in text_of(client.get(batch))
    assert Record.objects.get().data["amount"] == 1


def test_looking_at_another_sheet_keeps_nothing(cast: Cast, clients: Clients, tmp_path: Path) -> None:
    path = workbook_of([finding(1)], tmp_path / "两张.xlsx")
    book = openpyxl.load_workbook(path)
    book.copy_worksheet(book.worksheets[0]).title = "另一张"
    book.save(path)
    client = clients("office")
    url = upload(client, path.name, path.read_bytes())["Location"]
    before = Batch.objects.values().get()
    html = text_of(client.get(f"{url}?sheet=另一张"))
    assert '<input type="hidden" name="sheet" value="另一张">' in html
    assert Batch.objects.values().get() == before


@pytest.mark.django_db(transaction=True)
def test_a_large_import_runs_in_the_background(cast: Cast, clients: Clients, tmp_path: Path) -> None:
    client = clients("office")
    url = open_preview(client, workbook_of([finding(n) for n in range(1, 3_001)], tmp_path / "三千.xlsx"))
    batch = client.post(url, {"commit": "1"})["Location"]
    until = monotonic() + 60
    told = set()
    while monotonic() < until:
        part = client.get(batch, headers={"HX-Request": "true"})
        if "HX-Redirect" in part:
            break
        told |= set(re.findall(r'<span class="strong">([^<]+)</span>', text_of(part)))
        sleep(0.2)
    assert part["HX-Redirect"] == batch
    assert told <= {"等待开始", "排队等待", "正在核对每一行", "正在写入"}
    html = text_of(client.get(batch))
    assert "新增 3,000 条" in html
    assert "共 <b>3,000</b> 条" in html
    assert text_of(client.get(f"{batch}?page=60")).count('class="row-link"') == 50
    assert Record.objects.count() == 3_000


# Exports.


@pytest.mark.parametrize(
    "query",
    ["", "?sort=amount", "?sort=-amount&unit=青溪镇", "?colour=yellow", "?where=涉及金额 > 5&sort=number", "?q=问题1"],
)
def test_an_export_is_the_list(query: str, cast: Cast, clients: Clients, tmp_path: Path) -> None:
    units = ("青溪镇", "白石镇")
    rows = [finding(n, unit=units[n % 2], amount=n * 7 % 11) for n in range(1, 16)]
    bring_in(cast, workbook_of(rows, tmp_path / "一.xlsx"))
    client = clients("office")
    html = text_of(client.get(f"/ledgers/audit.finding/{query}"))
    book = openpyxl.load_workbook(file_of(client, f"/ledgers/audit.finding/export/{query}"))
    cells = [[cell for cell in row if cell is not None] for row in book.active.iter_rows(values_only=True)]
    head = next(row for row in cells if "责任单位" in row)
    numbers = [row[0] for row in cells[cells.index(head) + 1 :] if row]
    assert numbers == NUMBERS.findall(html)
    assert numbers
    titles = [
        re.sub(r"<[^>]+>", "", title).strip() for title in re.findall(r'<th scope="col".*?</th>', html, re.DOTALL)
    ]
    # The unit of measure of a whole sheet stands above its head.
    assert head[1:] == [title.partition("（")[0] for title in titles[1:]]
