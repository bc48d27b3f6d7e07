"""A report from draft to issue, over real findings: its numbers equal the figures and stand as they were issued."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed, NotFound
from bihuan.figure.installing import install_figures
from bihuan.figure.spec import FigureSpec
from bihuan.loop.actions import edit_record
from bihuan.report.actions import (
    add_comment,
    approve_draft,
    issue_draft,
    resolve_comment,
    return_draft,
    start_draft,
    submit_draft,
    write_part,
)
from bihuan.report.definitions import install_report
from bihuan.report.document import Chart, Paragraph, Table, text_of
from bihuan.report.models import Draft, Issued, ReportVersion
from bihuan.report.queries import document_now, issued_document, last_issued, sentence, since
from bihuan.report.rules import get_draft, get_issued
from bihuan.report.spec import ReportSpec
from tests.cast import Cast
from tests.ledger.making import make_finding

FIGURES = {
    "own.total": {"title": "审计发现问题数", "of": "audit.finding", "unit": "个", "during": "found_on"},
    "own.amount": {
        "title": "涉及金额",
        "of": "audit.finding",
        "measure": "sum(amount)",
        "unit": "万元",
        "during": "found_on",
    },
}
REPORT = {
    "code": "brief",
    "title": "{{ period_name() }}审计简报",
    "kind": "monthly_brief",
    "period": "month",
    "red_head": {"mark": "示范县审计局文件", "word": "示审"},
    "signed_by": "示范县审计局",
    "parts": [
        {"code": "total", "title": "总数", "body": "发现问题{{ n('own.total') }}个，涉及{{ n('own.amount') }}万元。"},
        {"code": "units", "title": "各单位", "unit": "330999101", "body": "{{ table(['own.total']) }}\n\n{{ records('audit.finding', '', ['title'], 2) }}"},
    ],
}  # fmt: skip


@pytest.fixture
def report(cast: Cast) -> ReportVersion:
    specs = {code: FigureSpec.model_validate(spec) for code, spec in FIGURES.items()}
    install_figures(pack="own", specs=specs, owner=cast.office, origin="pack")
    for number in (1, 2, 3):
        make_finding(cast, number)
    return install_report(code="audit.brief", spec=ReportSpec.model_validate(REPORT), owner=cast.office)


def begun(cast: Cast, report: ReportVersion, login: str = "colleague") -> Draft:
    return start_draft(actor=cast[login], report=report, unit=cast.county, period="2026", as_of=date(2026, 3, 2))


def approved(cast: Cast, report: ReportVersion) -> Draft:
    draft = begun(cast, report)
    for part in draft.parts.all():
        write_part(actor=cast["colleague"], draft=draft.pk, code=part.code, text=part.text, version=1, is_done=True)
    submit_draft(actor=cast["colleague"], draft=draft.pk)
    return approve_draft(actor=cast["office"], draft=draft.pk)


def said(issued: Issued) -> list[str]:
    blocks = issued_document(issued).blocks
    return [text_of(block.runs) for block in blocks if isinstance(block, Paragraph)]


def test_an_issued_report_has_its_number_and_stands_through_corrections(cast: Cast, report: ReportVersion) -> None:
    draft = approved(cast, report)
    issued = issue_draft(actor=cast["office"], draft=draft.pk)
    assert (issued.number, issued.title) == ("示审〔2026〕1号", "2026年审计简报")
    before = said(issued)
    total = next(n for n in issued_document(issued).numbers if n.figure == "own.total")
    assert f"发现问题{total.value}个" in before[0]
    assert total.records == 3
    changed = cast.finding.records.get(number__endswith="0001")
    with clock.fixed(clock.now() + timedelta(days=1)):
        edit_record(actor=cast["colleague"], record=changed, fields={"amount": "999"})
        assert said(Issued.objects.get(pk=issued.pk)) == before
        now = document_now(
            cast["office"], report, unit=cast.county, period="2026", as_of=date(2026, 3, 3), known_at=clock.now()
        )
    moved = since(issued_document(issued), now)
    assert [sentence(one)[:7] for one in moved] == ["示范县涉及金额"]
    assert "变为1024万元，增加" in sentence(moved[0])
    assert [one.now.figure for one in moved] == ["own.amount"]
    again = document_now(
        cast["office"], report, unit=cast.county, period="2026", as_of=issued.as_of, known_at=issued.known_at
    )
    assert [n.value for n in again.numbers] == [n.value for n in issued_document(issued).numbers]


def test_the_table_and_the_list_say_what_they_leave_out(cast: Cast, report: ReportVersion) -> None:
    issued = issue_draft(actor=cast["office"], draft=approved(cast, report).pk)
    by_unit, listed = (block for block in issued_document(issued).blocks if isinstance(block, Table))
    assert [text_of(cell) for cell in by_unit.rows[0]] == ["青溪镇", "3"]
    assert text_of(listed.rows[-1][0]) == "另有 1 条"


def test_what_was_tampered_with_is_told(cast: Cast, report: ReportVersion) -> None:
    issued = issue_draft(actor=cast["office"], draft=approved(cast, report).pk)
    Issued.objects.filter(pk=issued.pk).update(content=issued.content.replace("发现", "未见"))
    with pytest.raises(Invalid, match="不一致"):
        issued_document(Issued.objects.get(pk=issued.pk))


def test_numbers_of_documents_are_given_once(cast: Cast, report: ReportVersion) -> None:
    numbers = [issue_draft(actor=cast["office"], draft=approved(cast, report).pk).number for _ in range(2)]
    assert numbers == ["示审〔2026〕1号", "示审〔2026〕2号"]
    first, second = Issued.objects.order_by("pk")
    Issued.objects.filter(pk=first.pk).update(issued_at=second.issued_at - timedelta(days=1))
    assert last_issued(report, cast.county, second.issued_at) == first
    assert last_issued(report, cast.county, first.issued_at - timedelta(days=1)) is None


def test_the_way_of_a_draft(cast: Cast, report: ReportVersion) -> None:
    draft = begun(cast, report)
    with pytest.raises(Invalid, match="总数、各单位"):
        submit_draft(actor=cast["colleague"], draft=draft.pk)
    write_part(actor=cast["town"], draft=draft.pk, code="units", text="镇里写的", version=1, is_done=True)
    with pytest.raises(Conflict):
        write_part(actor=cast["colleague"], draft=draft.pk, code="units", text="同时写的", version=1)
    with pytest.raises(NotAllowed):
        write_part(actor=cast["town"], draft=draft.pk, code="total", text="别人的", version=1)
    with pytest.raises(Invalid, match="模板"):
        write_part(actor=cast["colleague"], draft=draft.pk, code="total", text="{{ x.y }}", version=1)
    write_part(actor=cast["colleague"], draft=draft.pk, code="total", text="好", version=1, is_done=True)
    submit_draft(actor=cast["colleague"], draft=draft.pk)
    with pytest.raises(Conflict, match="待审定"):
        write_part(actor=cast["colleague"], draft=draft.pk, code="total", text="晚了", version=2)
    returned = return_draft(actor=cast["office"], draft=draft.pk, reason="写得太简单")
    assert returned.state == Draft.State.WRITING
    assert [comment.text for comment in returned.comments.all()] == ["写得太简单"]
    assert not returned.parts.filter(is_done=True).exists()


def test_nobody_approves_what_they_began(cast: Cast, report: ReportVersion) -> None:
    draft = begun(cast, report, "office")
    for part in draft.parts.all():
        write_part(actor=cast["office"], draft=draft.pk, code=part.code, text="好", version=1, is_done=True)
    submit_draft(actor=cast["office"], draft=draft.pk)
    with pytest.raises(NotAllowed, match="自己起草"):
        approve_draft(actor=cast["office"], draft=draft.pk)


@pytest.mark.parametrize("login", ["neighbour", "other_town", "village", "outsider", "system_admin"])
def test_others_see_nothing_of_it(cast: Cast, report: ReportVersion, login: str) -> None:
    issued = issue_draft(actor=cast["office"], draft=approved(cast, report).pk)
    with pytest.raises(NotFound):
        get_issued(cast[login], issued.pk)
    with pytest.raises(NotFound):
        get_draft(cast[login], issued.draft_id or 0)
    with pytest.raises(NotAllowed):
        begun(cast, report, login)
    with pytest.raises(NotFound):
        add_comment(actor=cast[login], draft=issued.draft_id or 0, part="", text="看看")


BY_FIELD = """{{ table(['own.total', 'own.amount'], by='category', caption='按类型') }}

{{ table(['own.total'], by='responsible_unit') }}

{{ table(['own.total'], by='month', total=False) }}

{{ chart('pie', ['own.total'], by='category') }}"""


def test_tables_by_a_field_add_up_to_the_figure(cast: Cast, report: ReportVersion) -> None:
    records = list(cast.finding.records.order_by("number"))
    for record, category in zip(records, ("idle_house", "low_use", "low_use"), strict=True):
        edit_record(actor=cast["colleague"], record=record, fields={"category": category})
    document = document_now(
        cast["office"],
        report,
        unit=cast.county,
        period="2026",
        as_of=date(2026, 3, 2),
        known_at=clock.now(),
        texts={"total": BY_FIELD, "units": "完"},
    )
    kinds, units, months = (block for block in document.blocks if isinstance(block, Table))
    lines = [[text_of(cell) for cell in row] for row in kinds.rows]
    assert kinds.heads == ("问题类型", "审计发现问题数（个）", "涉及金额（万元）")
    assert [line[:2] for line in lines] == [["设施利用率低", "2"], ["房产闲置", "1"], ["合计", "3"]]
    assert sum(Decimal(line[2]) for line in lines[:-1]) == Decimal(lines[-1][2]) > 0
    assert [[text_of(cell) for cell in row] for row in units.rows] == [["青溪镇", "3"], ["合计", "3"]]
    assert [text_of(row[0]) for row in months.rows] == ["1月", "2月", "3月"]
    number = kinds.rows[0][1][0].number
    assert number and (number.aspect, number.records) == ("category=low_use", 2)
    (chart,) = (block for block in document.blocks if isinstance(block, Chart))
    assert (chart.categories, chart.series[0].values) == (("设施利用率低", "房产闲置"), (2, 1))


@pytest.mark.parametrize("by, words", [("amount", "不能按“amount”分组"), ("nothing", "不能按“nothing”分组")])
def test_what_does_not_cut_is_told(cast: Cast, report: ReportVersion, by: str, words: str) -> None:
    texts = {"total": f"{{{{ table(['own.total'], by='{by}') }}}}", "units": "完"}
    with pytest.raises(Invalid, match=words):
        document_now(
            cast["office"],
            report,
            unit=cast.county,
            period="2026",
            as_of=date(2026, 3, 2),
            known_at=clock.now(),
            texts=texts,
        )


def test_a_comment_on_a_part_is_seen_to(cast: Cast, report: ReportVersion) -> None:
    draft = begun(cast, report)
    said = add_comment(actor=cast["office"], draft=draft.pk, part="units", text="补上各镇的数")
    with pytest.raises(NotFound, match="没有这一部分"):
        add_comment(actor=cast["office"], draft=draft.pk, part="nowhere", text="看看")
    with pytest.raises(NotFound):
        resolve_comment(actor=cast["neighbour"], comment=said.pk)
    done = resolve_comment(actor=cast["town"], comment=said.pk)
    assert (done.resolved_by_id, done.part) == (cast["town"].person, "units")
    with pytest.raises(Conflict, match="已经有人处理"):
        resolve_comment(actor=cast["colleague"], comment=said.pk)
    other = add_comment(actor=cast["office"], draft=draft.pk, part="total", text="数要核对")
    with pytest.raises(NotAllowed):
        resolve_comment(actor=cast["town"], comment=other.pk)
