"""What is made of records and could leak them: a form, a report, a scorecard, a draw, a plan, a duty, a petition.

All of it is the audit office's, over the secret ledger or over ledgers beside it whose records are the other town's.
"""

import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import docx

from bihuan.base import clock
from bihuan.figure.clocks import clocks
from bihuan.figure.installing import install_figures
from bihuan.figure.period import parse_period
from bihuan.figure.spec import FigureSpec
from bihuan.form.actions import fill_form, keep_form, map_blank
from bihuan.form.models import Filling, Form
from bihuan.form.spec import Blank, period_of
from bihuan.ledger.models import Ledger
from bihuan.loop.actions import create_record
from bihuan.loop.declared.definitions import install_declared
from bihuan.loop.draw.actions import commit_draw, reveal_draw
from bihuan.loop.draw.models import DrawRound
from bihuan.loop.draw.spec import DrawSpec
from bihuan.loop.duty.actions import open_due
from bihuan.loop.duty.spec import DutySpec
from bihuan.loop.petition.actions import submit
from bihuan.loop.petition.models import Petition
from bihuan.loop.petition.rules import get_page
from bihuan.loop.petition.spec import PetitionSpec
from bihuan.loop.plan.spec import PlanSpec
from bihuan.report.actions import approve_draft, issue_draft, start_draft, submit_draft, write_part
from bihuan.report.definitions import install_report
from bihuan.report.models import Draft, Issued, ReportVersion, WordTemplate
from bihuan.report.spec import ReportSpec
from bihuan.report.template_actions import try_template
from bihuan.report.templating import Template
from bihuan.scorecard.actions import give_score, make_appeal, publish
from bihuan.scorecard.definitions import install_scorecard
from bihuan.scorecard.models import Appeal, Publication
from bihuan.scorecard.spec import ScorecardSpec
from tests.cast import Cast
from tests.form.forms import blank_workbook
from tests.ledger.making import SHORT_LOOP, make_ledger

EVIDENCE, APPEAL, PART, COMMENT = "绝密评分依据", "绝密申诉理由", "绝密材料文字", "绝密上级表"
PETITION, DUTY, PLACE = "绝密诉求内容路灯不亮", "绝密周报期", "绝密店铺"
PHONE, NAMED = "13687654321", "司马大壬"
"""A phone and a person's name that stand in the ledgers beside the secret one."""

_WHO = {"role": ["handler", "reviewer"], "unit": "owner"}
_LOOP = {**SHORT_LOOP, "deadline": None, "levels": []}
_NAME = {"code": "name", "title": "名称", "kind": "text"}
_TOWN = {"code": "town", "title": "属地", "kind": "unit"}
_PHONE = {"code": "phone", "title": "电话", "kind": "phone"}


@dataclass(frozen=True)
class Works:
    """What was made."""

    form: Form
    filling: Filling
    draft: Draft
    issued: Issued
    template: WordTemplate
    publication: Publication
    appeal: Appeal
    drawn: DrawRound
    waiting: DrawRound
    petition: Petition


def make_works(cast: Cast) -> Works:
    """Make all of it."""
    form = _form(cast)
    filling = fill_form(actor=cast["colleague"], form=form, period=period_of("month", date(2026, 2, 1)))
    draft, issued = _report(cast)
    publication, appeal = _scorecard(cast)
    drawn, waiting = _draws(cast)
    _plan(cast)
    _duty(cast)
    template = _template(cast, draft.report)
    return Works(form, filling, draft, issued, template, publication, appeal, drawn, waiting, _petition(cast))


def _form(cast: Cast) -> Form:
    by = cast["colleague"]
    words = {"title": COMMENT, "asked_by": "市局", "every": "month", "name": "表.xlsx"}
    form = keep_form(actor=by, owner=cast.office.pk, content=blank_workbook(), **words)
    for place, source in (
        ("整改情况!B3", {"kind": "sum", "ledger": "own.secret", "field": "sum"}),
        ("整改情况!D3", {"kind": "figure", "figure": "own.secret_sum"}),
    ):
        map_blank(actor=by, form=form, blank=Blank.model_validate({"place": place, "label": "甲", "source": source}))
    form.refresh_from_db()
    return form


def _report(cast: Cast) -> tuple[Draft, Issued]:
    body = "{{ n('own.secret_sum') }}\n\n{{ records('own.secret', '', ['name', 'words', 'phone', 'holder'], 9) }}"
    shape = {
        "code": "brief",
        "title": "内部简报",
        "kind": "monthly_brief",
        "period": "month",
        "red_head": {"mark": "示范县审计局文件", "word": "示审"},
        "signed_by": "示范县审计局",
        "parts": [{"code": "all", "title": "情况", "body": body}],
    }
    report = install_report(code="own.brief", spec=ReportSpec.model_validate(shape), owner=cast.office)
    draft = _draft(cast, report)
    submit_draft(actor=cast["colleague"], draft=draft.pk)
    approve_draft(actor=cast["office"], draft=draft.pk)
    issued = issue_draft(actor=cast["office"], draft=draft.pk)
    return _draft(cast, report), issued


def _template(cast: Cast, report: ReportVersion) -> WordTemplate:
    """A Word template on trial that would print all of the secret records."""
    file, document = io.BytesIO(), docx.Document()
    for text in (
        "{{ n('own.secret_sum') }}",
        "{{ records('own.secret', '', ['name', 'words', 'phone', 'holder'], 9) }}",
    ):
        document.add_paragraph(text)
    document.save(file)
    template = Template("内部简报.docx", file.getvalue())
    return try_template(actor=cast["colleague"], owner=cast.office, report=report.code, spec=None, template=template)


def _draft(cast: Cast, report: ReportVersion) -> Draft:
    by = cast["colleague"]
    draft = start_draft(actor=by, report=report, unit=cast.county, period="2026", as_of=date(2026, 3, 2))
    for part in draft.parts.all():
        write_part(actor=by, draft=draft.pk, code=part.code, text=f"{part.text}\n\n{PART}", version=1, is_done=True)
    return draft


def _scorecard(cast: Cast) -> tuple[Publication, Appeal]:
    figure = {"title": "件数", "of": "own.secret", "measure": "count()"}
    specs = {"beside.few": FigureSpec.model_validate(figure)}
    install_figures(pack="beside", specs=specs, owner=cast.office, origin="pack")
    linear = {"kind": "linear", "floor": 4, "target": 0}
    shape = {
        "code": "towns",
        "title": "乡镇考核",
        "groups": [{"code": "town", "title": "乡镇", "kinds": ["town"]}],
        "items": [
            {"code": "few", "title": "少", "figure": "beside.few", "weight": 60, "score": linear, "unknown": "zero"},
            {"code": "quality", "title": "质量", "weight": 40, "score": {"kind": "given"}},
        ],
        "grades": [{"valid_from": "2024-01-01", "levels": [{"code": "A", "from": 90}, {"code": "B", "from": 0}]}],
    }
    card = install_scorecard(code="own.towns", spec=ScorecardSpec.model_validate(shape), owner=cast.office)
    period = parse_period("2026", clock.today())
    for unit in (cast.town, cast.other_town):
        give_score(
            actor=cast["office"],
            scorecard=card,
            period=period,
            unit=unit,
            item="quality",
            points=Decimal(30),
            evidence=EVIDENCE,
        )
    publication = publish(actor=cast["office"], scorecard=card, period=period, clocks=clocks())
    appeal = make_appeal(
        actor=cast["other_town"],
        publication=publication.pk,
        unit=cast.other_town.pk,
        item="quality",
        reason=APPEAL,
    )
    return publication, appeal


def _beside(cast: Cast, code: str, prefix: str, *more: dict[str, Any], loop: Any = None) -> Ledger:
    """A ledger beside the secret one, called by a name and holding phones."""
    return make_ledger(
        cast.office,
        code=f"own.{code}",
        loop=loop,
        name_field="name",
        unit_field="town",
        number={"prefix": prefix},
        fields=[_NAME, _TOWN, _PHONE, *more],
    )


def _draws(cast: Cast) -> tuple[DrawRound, DrawRound]:
    """A round that was drawn, and one that waits for its witness; of places to eat, by officers with phones."""
    works, officers = _beside(cast, "works", "CY"), _beside(cast, "officer", "RY")
    text = {"title": "文字", "kind": "text"}
    _beside(cast, "check", "JC", {"code": "object_no", **text}, {"code": "team", **text}, loop=_LOOP)
    for ledger, name, count in ((works, PLACE, 4), (officers, "检查员", 2)):
        for number in range(count):
            fields = {"name": f"{name}{number}", "town": "白石镇", "phone": PHONE}
            create_record(actor=cast["office"], ledger=ledger, fields=fields)
    shape = {
        "code": "random",
        "title": "随机抽查",
        "objects": {"ledger": "works"},
        "inspectors": {"ledger": "officer"},
        "count": 1,
        "team": 1,
        "manage": ["handler", "reviewer"],
        "ledger": "check",
        "object_field": "object_no",
        "team_field": "team",
        "set": {"name": "{{ object }}"},
    }
    install_declared(kind="draws", pack="own", owner=cast.office, specs={"own.random": DrawSpec.model_validate(shape)})
    first = commit_draw(actor=cast["office"], code="own.random")
    drawn = reveal_draw(actor=cast["office"], pk=first.pk, witness="晴")
    return drawn, commit_draw(actor=cast["office"], code="own.random")


def _plan(cast: Cast) -> None:
    """A plan whose rows are called by a person's name, which is masked."""
    holder = {"code": "name", "title": "户主", "kind": "text", "personal": "name"}
    ledger = make_ledger(
        cast.office, code="own.goal", fields=[holder, _TOWN], name_field="name", unit_field="town", loop=_LOOP
    )
    create_record(actor=cast["office"], ledger=ledger, fields={"name": NAMED, "town": "白石镇"})
    levels = [{"title": "户", "ledger": "goal"}, {"title": "事", "ledger": "secret", "parent": "no"}]
    shape = {"code": "plan", "title": "计划", "levels": levels}
    install_declared(kind="plans", pack="own", owner=cast.office, specs={"own.plan": PlanSpec.model_validate(shape)})


def _duty(cast: Cast) -> None:
    """A weekly report that the other town alone owes."""
    _beside(cast, "report", "BG", loop=_LOOP)
    shape = {
        "code": "weekly",
        "title": "周报",
        "every": "week",
        "from": date(2026, 3, 2),
        "opens": {"of": "start"},
        "due": {"of": "start", "days": 4},
        "owers": {"units": ["330999102"]},
        "ledger": "report",
        "set": {"name": DUTY},
        "report": {"when": "state != 'open'"},
    }
    install_declared(kind="duties", pack="own", owner=cast.office, specs={"own.weekly": DutySpec.model_validate(shape)})
    open_due(day=date(2026, 3, 2))


def _petition(cast: Cast) -> Petition:
    verbs = [
        {"code": "dispatch", "title": "派发", "from": ["open"], "to": "doing", "who": [_WHO]},
        {"code": "refuse", "title": "不受理", "from": ["open"], "to": "closed", "who": [_WHO], "reason": "required"},
        {"code": "answer", "title": "答复", "from": ["doing"], "to": "closed", "who": [_WHO]},
    ]
    text = {"code": "content", "title": "内容", "kind": "longtext", "required": True}
    _beside(cast, "voice", "SQ", text, loop={**_LOOP, "verbs": verbs})
    shape = {
        "code": "voice",
        "title": "诉求",
        "ledger": "voice",
        "fields": ["content", "phone"],
        "text_field": "content",
        "desk": ["handler", "reviewer"],
        "dispatch": "dispatch",
        "reject": "refuse",
        "answer": [],
        "reply": {"days": 5},
    }
    install_declared(
        kind="petitions", pack="own", owner=cast.office, specs={"own.voice": PetitionSpec.model_validate(shape)}
    )
    petition, _ = submit(page=get_page("own.voice"), fields={"content": PETITION, "phone": PHONE})
    return petition
