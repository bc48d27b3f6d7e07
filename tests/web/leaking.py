"""A ledger full of what could leak, and a recipe for every address: how each is asked for it.

Who adds an address adds its name to a row of RECIPES: what it takes, what its query may say, what is posted to it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from bihuan.base import clock
from bihuan.figure.installing import install_figures
from bihuan.figure.models import Approval, ApprovedValue, Figure, Proposal
from bihuan.figure.proposals import propose_definition
from bihuan.figure.spec import FigureSpec
from bihuan.handover.models import Handover
from bihuan.ledger.actions import start_batch
from bihuan.ledger.attachments import keep_file
from bihuan.ledger.models import Attachment, Batch, Ledger, Record
from bihuan.loop.actions import create_record, edit_record
from bihuan.loop.declared.definitions import install_declared
from bihuan.loop.notice.models import Notice, OwnTemplate
from bihuan.loop.notice.spec import NoticeSpec
from bihuan.org.actor import Actor
from bihuan.web.importing import keep_upload
from tests.cast import Cast
from tests.ledger.making import make_ledger
from tests.loop.notice.issuing import SLIP
from tests.web import leaking_works as beside
from tests.web.leaking_works import Works, make_works

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc000000301010018dd8db00000000049454e44ae426082"
)
# By field: a value that is found nowhere else in the county.
OPEN = {
    "name": "机密标题甲乙",
    "words": "机密长文丙丁\n第二行",
    "link": "机密历史旧值",
    "code_of_firm": "91350100M000100Y43",
}
NUMBERS = {"count": "7654321", "sum": "98765.43", "day": "2031-07-19"}
HIDDEN = {"inner": "机密内部戊己"}
PERSONAL = {"phone": "13912345678", "identity": "11010519491231002X", "holder": "欧阳小庚"}
SEALED = {"account": "6222-机密-辛壬"}
ROSTER = "隐秘乡镇辰"
FILE, HIDDEN_FILE = "机密照片癸.png", "机密底稿子.png"

FIELDS: tuple[dict[str, Any], ...] = (
    {"code": "no", "title": "序号代码", "kind": "text", "required": True},
    {"code": "responsible", "title": "责任单位", "kind": "unit"},
    {"code": "name", "title": "事由", "kind": "text"},
    {"code": "words", "title": "经过", "kind": "longtext"},
    {"code": "link", "title": "说明", "kind": "text"},
    {"code": "code_of_firm", "title": "信用代码", "kind": "credit_code"},
    {"code": "count", "title": "件数", "kind": "integer"},
    {"code": "sum", "title": "数额", "kind": "money"},
    {"code": "day", "title": "日子", "kind": "date"},
    {"code": "inner", "title": "内部意见", "kind": "text"},
    {"code": "phone", "title": "手机", "kind": "phone"},
    {"code": "identity", "title": "身份证", "kind": "identity"},
    {"code": "holder", "title": "户主", "kind": "text", "personal": "name"},
    {"code": "account", "title": "账号", "kind": "text", "encrypted": True},
    {"code": "photo", "title": "照片", "kind": "file", "several": True},
    {"code": "draft", "title": "底稿", "kind": "file", "several": True},
)
RIGHTS = [{"fields": ["inner", "draft"], "roles": ["undertaker", "leader"], "right": "hidden"}]
PARTS: dict[str, Any] = {"key": ["no"], "unit_field": "responsible", "name_field": "name", "rights": RIGHTS}


@dataclass(frozen=True)
class World:
    """The ledger, its one record of the other town, and what hangs on it."""

    ledger: Ledger
    record: Record
    batch: Batch
    roster: Batch
    notice: Notice
    works: Works
    handover: Handover

    @property
    def files(self) -> list[int]:
        return list(Attachment.objects.order_by("pk").values_list("pk", flat=True))


def make_world(cast: Cast) -> World:
    """Make all of it as the audit office's handler."""
    by, ledger = cast["colleague"], make_ledger(cast.office, code="own.secret", fields=FIELDS, **PARTS)
    photo = keep_file(actor=by, ledger=ledger, upload=ContentFile(PNG, name=FILE))
    draft = keep_file(actor=by, ledger=ledger, upload=ContentFile(PNG + b"x", name=HIDDEN_FILE))
    raw = {**OPEN, **NUMBERS, **HIDDEN, **PERSONAL, **SEALED, "no": "机密序号丑", "responsible": "白石镇"}
    raw |= {"photo": [photo.pk], "draft": [draft.pk]}
    record = create_record(actor=by, ledger=ledger, fields=raw)
    record = edit_record(actor=by, record=record, fields={"link": "后来的说明"})
    batch = Batch.objects.create(
        ledger=ledger,
        person_id=by.person,
        kind="import",
        state=Batch.State.DONE,
        file_name="机密文件寅.xlsx",
        result={"created": 1, "updated": 0, "unchanged": 0, "failed": 0},
        created_at=clock.now(),
        finished_at=clock.now(),
    )
    notice = Notice.objects.create(
        code="own.slip",
        cause="test",
        kind="reminder",
        title="机密文书卯",
        organ="审计局",
        subject="机密文书卯",
        record=record,
        ledger=ledger,
        from_unit=ledger.owner,
        issued_at=clock.now(),
        document=photo,
    )
    spec = {"title": "秘密件数", "of": "own.secret", "measure": "sum(count)"}
    install_figures(
        pack="own", specs={"own.secret_sum": FigureSpec.model_validate(spec)}, owner=cast.office, origin="pack"
    )
    people = {"giver": cast.people["colleague"], "receiver": cast.people["office"]}
    handover = Handover.objects.create(**people, reason="机密交接辰", created_at=clock.now())
    approve_secretly(by)
    return World(ledger, record, batch, make_roster(cast), notice, make_works(cast), handover)


def own_form(world: World) -> OwnTemplate:
    """A Word form of the office's own for notices about the ledger's records."""
    spec = NoticeSpec.model_validate(SLIP | {"when": [], "ledgers": [world.ledger.code]})
    install_declared(kind="notices", pack="own", owner=world.ledger.owner, specs={"own.slip": spec})
    content = BytesIO()
    Document().save(content)
    known = {"name": "督办单.docx", "content": content.getvalue(), "put_at": clock.now(), "since": clock.now()}
    return OwnTemplate.objects.get_or_create(code="own.slip", defaults=known)[0]


def make_roster(cast: Cast) -> Batch:
    """A file of units on its way in, as the system administrator sent it."""
    content = f"代码,名称,类别,上级代码\n330999105,{ROSTER},乡镇街道,330999\n"
    path, digest = keep_upload(SimpleUploadedFile("单位.csv", content.encode()))
    plan = {"file": path.name, "on": "2026-03-02"}
    return start_batch(
        actor=cast["system_admin"], ledger=None, kind="units", file_name="单位.csv", file_hash=digest, plan=plan
    )


def approve_secretly(by: Actor) -> None:
    """An approved value that says the secret number, and a change of its definition that waits."""
    figure, now = Figure.objects.get(code="own.secret_sum"), clock.now()
    made = Approval.objects.create(
        start=date(2026, 2, 1), end=date(2026, 2, 28), as_of=now, known_at=now, recorded_at=now, actor_name="x"
    )
    ApprovedValue.objects.create(approval=made, figure=figure, version=1, value="7654321", records=[])
    definition = {"title": "秘密件数", "of": "own.secret", "measure": "max(count)"}
    propose_definition(actor=by, figure=figure, definition=definition, why="机密口径")


EVERYTHING = (
    *OPEN.values(),
    *NUMBERS.values(),
    *HIDDEN.values(),
    *PERSONAL.values(),
    *SEALED.values(),
    FILE,
    HIDDEN_FILE,
    "机密",
    "98,765.43",
    "7,654,321",
    ROSTER,
    *(beside.EVIDENCE, beside.APPEAL, beside.PART, beside.COMMENT, beside.PETITION, beside.DUTY),
    *(beside.PHONE, beside.NAMED),
)
NOT_WITHOUT_A_REASON = (*PERSONAL.values(), beside.PHONE, beside.NAMED, ROSTER)
NOT_FOR_THE_LEADER = (*HIDDEN.values(), HIDDEN_FILE, *NOT_WITHOUT_A_REASON, beside.COMMENT)
NOT_FOR_THE_TOWN = (*NOT_FOR_THE_LEADER, beside.PART, beside.PETITION)


@dataclass(frozen=True)
class Recipe:
    """How an address is asked: its arguments, the queries to try, and what is posted."""

    arguments: Callable[[World], list[list[Any]]] = lambda _world: [[]]
    queries: tuple[Mapping[str, str], ...] = ({},)
    posted: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


def _ledger(world: World) -> list[list[Any]]:
    return [[world.ledger.code]]


def _record(world: World) -> list[list[Any]]:
    return [[world.record.pk]]


def _batch(world: World) -> list[list[Any]]:
    return [[world.batch.pk]]


def _notice(world: World) -> list[list[Any]]:
    return [[world.notice.pk]]


def _figure(_world: World) -> list[list[Any]]:
    return [["own.secret_sum"]]


def _of(*names: str, more: tuple[str, ...] = ()) -> Callable[[World], list[list[Any]]]:
    """The addresses of works, each by its number; with `more`, of each of those codes of it."""
    return lambda world: [
        [getattr(world.works, name).pk, *code] for name in names for code in [[c] for c in more] or [[]]
    ]


_CUT: tuple[Mapping[str, str], ...] = (
    {},
    {"unit": "330999102"},
    *({"by": code} for code in ("unit", "month", "name", "inner", "phone", "account", "code_of_firm")),
    *({"by": code, "value": text} for code in ("name", "inner", "phone") for text in ("", "机")),
)
_ASKED: tuple[Mapping[str, str], ...] = (
    {},
    *({"q": word} for word in ("机密", "1391234", "欧阳", "6222", "戊己")),
    *({"where": text} for text in ("手机 LIKE '139%'", "内部意见 is not null", "账号 is not null", "件数 > 0")),
    *({"sort": code} for code in ("phone", "inner", "count")),
    {"mine": "1"},
    {"unit": "白石镇"},
)
_FILES = ({"all": "1"}, {"all": "1", "format": "csv"}, {"all": "1", "format": "docx"}, {"total": "1", "q": "机密"})
_NOTHING, _LEDGER, _RECORD = Recipe(), Recipe(_ledger), Recipe(_record, posted={"name": "改了", "reason": "核对身份"})
_CELLS = json.dumps({"cells": [{"record": 1, "code": "name", "text": "改了", "before": ""}]})

RECIPES: dict[str, Recipe] = {
    **dict.fromkeys(("desk", "ledgers", "ledger_new", "duties", "duties_open", "units", "sign_in"), _NOTHING),
    **dict.fromkeys(("import_upload", "notice_delivery", "notice_mail", "access_log", "access_log_export"), _NOTHING),
    **dict.fromkeys(("sign_out", "forms", "form_burden", "petitions", "public", "public_ask", "public_rate"), _NOTHING),
    **dict.fromkeys(("public_picture", "public_draws", "draws", "plans", "away", "handovers"), _NOTHING),
    **dict.fromkeys(("loop_standing", "views", "conditions", "arrange"), _LEDGER),
    "plan": Recipe(lambda _world: [["own.plan"]], ({}, {"view": "board"})),
    "draw_commit": Recipe(lambda _world: [["own.random"]]),
    **dict.fromkeys(("admin_units", "admin_unit_new", "admin_people", "admin_person_new", "admin_passwords"), _NOTHING),
    **dict.fromkeys(("admin_scopes", "admin_ledgers", "admin_unmasking", "admin_hosts", "admin_policy"), _NOTHING),
    "admin_notices": Recipe(lambda _world: [[]], posted={"do": "try", "code": "own.slip"}),
    "admin_notice_sample": Recipe(lambda world: [[own_form(world).pk]]),
    "admin_accounts": Recipe(posted={"do": "end"}),
    "admin_fields": Recipe(_ledger, posted={"role": "leader", "field": "inner", "right": "write"}),
    "admin_unit": Recipe(lambda world: [[world.record.unit_id]], posted={"do": "close", "on": "2026-03-03"}),
    "admin_person": Recipe(lambda world: [[world.batch.person_id]], posted={"do": "off"}),
    **dict.fromkeys(("roster_upload", "roster_template"), Recipe(lambda _world: [["units"], ["people"]])),
    **dict.fromkeys(("roster", "roster_marked"), Recipe(lambda world: [[world.roster.pk]])),
    **dict.fromkeys(("handover", "handover_sheet"), Recipe(lambda world: [[world.handover.pk]])),
    **dict.fromkeys(("sign_in_code", "account", "password", "totp", "prove"), _NOTHING),
    "figures": Recipe(queries=({}, {"q": "秘密"})),
    **dict.fromkeys(
        ("figure", "figure_records", "figure_export", "figure_records_file", "figure_change"), Recipe(_figure, _CUT)
    ),
    "figure_approvals": Recipe(
        queries=({}, {"period": "2026-02"}), posted={"code": "own.secret_sum", "period": "2026-02"}
    ),
    "explorer": Recipe(
        queries=({}, *({"f": "own.secret_sum", **cut} for cut in (*_CUT, {"look": "map"}))),
        posted={"title": "x", "query": "f=own.secret_sum"},
    ),
    "explorer_file": Recipe(queries=({"f": "own.secret_sum"}, {"f": "own.secret_sum", "by": "name"})),
    "figure_quality": Recipe(queries=({}, {"period": "2026-03"})),
    "figure_outliers": Recipe(_figure),
    "figure_external": Recipe(_figure, posted={"value": "1"}),
    "record_figures": _RECORD,
    "figure_define": Recipe(_figure, posted={"title": "改名", "why": "试"}),
    "figure_unlock": Recipe(lambda _world: [[ApprovedValue.objects.get().pk]], posted={"why": "试"}),
    "figure_proposal": Recipe(lambda _world: [[Proposal.objects.get().pk]], posted={"decision": "approve"}),
    "thumbnail": Recipe(lambda world: [[pk] for pk in world.files]),
    "bulk": Recipe(_ledger, _ASKED),
    "bulk_preview": Recipe(_batch),
    **dict.fromkeys(("scorecards", "scorecard_new", "reports", "report_templates"), _NOTHING),
    "numbers": Recipe(posted={"text": "秘密件数共1件"}),
    "scorecard": Recipe(lambda _world: [["own.towns"]], ({}, {"period": "2026"}, {"period": "2026", "few": "0"})),
    "scorecard_edit": Recipe(lambda _world: [["own.towns"]]),
    "scorecard_give": Recipe(
        lambda _world: [["own.towns"]], posted={"period": "2026", "item": "quality", "points": "1"}
    ),
    "scorecard_what_if": Recipe(lambda _world: [["own.towns"]], ({"period": "2026"},), {"period": "2026"}),
    "scorecard_publish": Recipe(lambda _world: [["own.towns"]], posted={"period": "2026"}),
    "report_begin": Recipe(lambda _world: [["own.brief"]], posted={"period": "2026"}),
    **dict.fromkeys(("publication", "publication_what_if", "publication_compare"), Recipe(_of("publication"))),
    "appeal": Recipe(_of("publication"), posted={"item": "quality", "reason": "试"}),
    "appeal_answer": Recipe(_of("appeal"), posted={"answer": "granted", "value": "40"}),
    "report_template": Recipe(_of("template")),
    "report_template_act": Recipe(_of("template", more=("adopt",)), posted={"valid_from": "2026-03-02"}),
    "report_template_file": Recipe(_of("template", more=("source", "filled"))),
    "report_draft": Recipe(_of("draft")),
    "report_issued": Recipe(_of("issued")),
    "report_changes": Recipe(_of("issued")),
    "report_act": Recipe(
        _of("draft", more=("submit", "approve", "return", "issue", "comment")), posted={"reason": "试"}
    ),
    "report_part": Recipe(_of("draft", more=("all",)), posted={"text": "改了", "version": "2"}),
    "report_file": Recipe(_of("issued", more=("docx", "html", "pdf"))),
    "public_submit": Recipe(lambda _world: [["own.voice"]]),
    "petition_desk": Recipe(lambda _world: [["own.voice"]]),
    "petition_merge": Recipe(lambda world: [[world.works.petition.pk]], posted={"into": "1"}),
    "form": Recipe(_of("form")),
    "form_blank": Recipe(_of("form"), ({"at": "整改情况!B3"}, {"at": "整改情况!D3"}), {"clear": "1"}),
    "form_fill": Recipe(_of("form"), posted={"period": "2026-02-01"}),
    **dict.fromkeys(("form_filling", "form_file"), Recipe(_of("filling"))),
    **dict.fromkeys(("public_draw", "public_draw_file"), Recipe(_of("drawn", "waiting"))),
    "draw_reveal": Recipe(_of("waiting"), posted={"witness": "雨"}),
    "matters": Recipe(queries=({}, {"view": "waiting"}, {"view": "opened"}, {"colour": "green"}, {"q": "机密"})),
    "board": Recipe(queries=({}, {"ledger": "own.secret"}, {"ledger": "own.secret", "under": "330999102"})),
    "notices": Recipe(queries=({}, {"show": "all"}, {"show": "owed"})),
    "ledger": Recipe(_ledger, _ASKED),
    "export": Recipe(_ledger, _FILES),
    "export_unmasked": Recipe(_ledger, _FILES, {"reason": ""}),
    "grid": Recipe(_ledger, _ASKED),
    "grid_rows": Recipe(_ledger, (*_ASKED, {"start": "0", "count": "200"})),
    "grid_changes": Recipe(_ledger, ({"since": "0"},)),
    "grid_check": Recipe(_ledger, body=_CELLS),
    "grid_save": Recipe(_ledger, body=_CELLS),
    "grid_add": Recipe(_ledger, body=json.dumps({"rows": [{"no": "9", "name": "新人"}], "write": True})),
    "grid_undo": Recipe(_ledger, body=json.dumps({"batch": "00000000-0000-0000-0000-000000000000"})),
    "grid_files": Recipe(_ledger, posted={"record": "1", "code": "paper", "version": "1"}),
    "record_options": Recipe(_ledger, ({"field": "x_name", "x_name": "机密"}, {"field": "x", "x": ""})),
    "record_new": Recipe(_ledger, posted={"no": "9"}),
    "import_template": _LEDGER,
    "duty": Recipe(lambda _world: [["own.weekly"]], ({}, {"on": "2026-03-03"})),
    **dict.fromkeys(("definition", "definition_yaml", "definition_edit", "definition_field"), _LEDGER),
    "definition_preview": _LEDGER,
    "definition_planned": Recipe(_ledger, posted={"do": "edit"}),
    **dict.fromkeys(("record", "record_edit", "notice_issue"), _RECORD),
    "unmask": Recipe(_record, posted={"reason": ""}),
    "verb": Recipe(lambda world: [[world.record.pk, code] for code in ("start", "press", "finish")]),
    "attachment": Recipe(lambda world: [[pk] for pk in world.files]),
    **dict.fromkeys(
        ("batch", "import_head", "import_map", "import_preview", "import_merge", "import_run"), Recipe(_batch)
    ),
    **dict.fromkeys(("notice", "notice_document", "notice_read", "notice_receive", "notice_again"), Recipe(_notice)),
}
"""By the name of the address."""
