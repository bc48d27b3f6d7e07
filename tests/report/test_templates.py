"""An office's own Word file as a report's template: looked at, tried, adopted from a day on, and issued from."""

import io
import zipfile
from datetime import date, timedelta

import docx
import pytest
from lxml import etree

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed, NotFound
from bihuan.figure.installing import install_figures
from bihuan.figure.spec import FigureSpec
from bihuan.report.actions import approve_draft, issue_draft, start_draft, submit_draft, write_part
from bihuan.report.definitions import install_report, report_in_force, spec_of
from bihuan.report.document import Chart, Heading, Paragraph, Table, text_of
from bihuan.report.models import ReportVersion, WordTemplate
from bihuan.report.queries import draft_now, issued_document, issued_word
from bihuan.report.spec import ReportSpec
from bihuan.report.template_actions import adopt_template, drop_template, new_definition, require_size, try_template
from bihuan.report.templates import template_in_force
from bihuan.report.templating import Template, compose_word, looked_at, rebased
from bihuan.report.trial import trial_of
from tests.cast import Cast
from tests.ledger.making import make_finding

TOTAL = "own.total"
WHOLE = (
    "{{ title() }}",
    "{{ document_number() }}",
    f"共发现问题{{{{ n('{TOTAL}') }}}}个。",
    "{{ part('work', '重点工作') }}",
    f"{{{{ table(['{TOTAL}']) }}}}",
    f"{{{{ chart('bar', ['{TOTAL}']) }}}}",
    "{{ issue_day() }}",
)


def made(*texts: str) -> Template:
    document, file = docx.Document(), io.BytesIO()
    for place, text in enumerate(texts):
        document.add_paragraph(text, style=None if place else "Title")
    document.save(file)
    return Template("总结模板.docx", file.getvalue())


@pytest.fixture
def report(cast: Cast) -> ReportVersion:
    shape = {"title": "审计发现问题数", "of": "audit.finding", "unit": "个", "during": "found_on"}
    install_figures(pack="own", specs={TOTAL: FigureSpec.model_validate(shape)}, owner=cast.office, origin="pack")
    for number in (1, 2, 3):
        make_finding(cast, number)
    part = {"code": "work", "title": "重点工作", "body": "## 整改\n\n做了很多。"}
    spec = {"code": "own", "title": "{{ year() }}年总结", "kind": "year_summary", "parts": [part], "annex": False}
    return install_report(code="audit.own", spec=ReportSpec.model_validate(spec), owner=cast.office)


def kept(cast: Cast, *texts: str) -> WordTemplate:
    return try_template(
        actor=cast["colleague"], owner=cast.office, report="audit.own", spec=None, template=made(*texts)
    )


def test_each_mark_is_told_with_what_it_comes_to(cast: Cast, report: ReportVersion) -> None:
    tried = trial_of(cast["office"], cast.office, spec_of(report))
    marks = looked_at(spec_of(report), tried.sources, made(*WHOLE))
    assert [(mark.place, mark.comes_to) for mark in marks] == [
        ("正文第 1 段", "2026年总结"),
        ("正文第 2 段", "（文号）"),
        ("正文第 3 段", "3"),
        ("正文第 4 段", "标题、段落"),
        ("正文第 5 段", "表"),
        ("正文第 6 段", "图"),
        ("正文第 7 段", "（印发日期）"),
    ]
    assert not [mark.fault for mark in marks if mark.fault]


@pytest.mark.parametrize(
    "text, words",
    [
        ("{{ n('own.totl') }}", "没有指标"),
        ("{{ n.__globals__ }}", "不能使用用点取属性"),
        ("{{ nothing() }}", "没有函数“nothing”"),
        ("{{ n('own.total' }", "没有成对"),
        ("{{ part('nowhere') }}", "没有部分“nowhere”"),
        ("{{ table(['own.total'], by='title9') }}", "不能按“title9”分组"),
    ],
)
def test_a_fault_is_told_at_its_paragraph(cast: Cast, report: ReportVersion, text: str, words: str) -> None:
    tried = trial_of(cast["office"], cast.office, spec_of(report))
    (mark,) = [mark for mark in looked_at(spec_of(report), tried.sources, made("好", text)) if mark.fault]
    assert mark.place == "正文第 2 段"
    assert words in mark.fault


def test_a_template_becomes_a_version_and_the_report_is_issued_from_it(cast: Cast, report: ReportVersion) -> None:
    first = kept(cast, *WHOLE)
    with pytest.raises(NotAllowed):
        adopt_template(actor=cast["colleague"], template=first.pk, valid_from=clock.today())
    with pytest.raises(Invalid, match="启用日期"):
        adopt_template(actor=cast["office"], template=first.pk, valid_from=date(2026, 1, 1))
    assert adopt_template(actor=cast["office"], template=first.pk, valid_from=clock.today()).version == 1
    with pytest.raises(Conflict):
        drop_template(actor=cast["colleague"], template=first.pk)
    later = adopt_template(
        actor=cast["office"], template=kept(cast, "新的").pk, valid_from=clock.today() + timedelta(days=9)
    )
    assert (later.version, template_in_force("audit.own", clock.today())) == (2, first)
    draft = start_draft(actor=cast["colleague"], report=report, unit=cast.county, period="2026", as_of=date(2026, 3, 2))
    write_part(actor=cast["colleague"], draft=draft.pk, code="work", text="# 写的\n\n写好了。", version=1, is_done=True)
    submit_draft(actor=cast["colleague"], draft=draft.pk)
    approve_draft(actor=cast["office"], draft=draft.pk)
    issued = issue_draft(actor=cast["office"], draft=draft.pk)
    document, content = issued_document(issued), issued_word(issued)
    assert content
    kinds = [type(block) for block in document.blocks]
    assert kinds == [Heading, Paragraph, Paragraph, Paragraph, Paragraph, Table, Chart, Paragraph]
    assert [number.value for number in document.numbers][:1] == [3]
    whole = rebased(content, "https://b.example/")
    with zipfile.ZipFile(io.BytesIO(whole)) as package:
        assert b"bihuan.invalid" not in package.read("word/_rels/document.xml.rels")
        assert "word/charts/bihuan1.xml" in package.namelist()
        for part in package.namelist():
            if part.endswith((".xml", ".rels")):
                etree.fromstring(package.read(part))
    texts = [paragraph.text for paragraph in docx.Document(io.BytesIO(whole)).paragraphs]
    assert [text for text in texts if text][:4] == ["2026年总结", "（文号）", "共发现问题个。", "一、写的"]
    assert texts[-1] == "2026年3月2日"
    WordTemplate.objects.filter(pk=first.pk).update(hash="0" * 64)
    assert issued_word(issued) == content
    with pytest.raises(Invalid, match="不一致"):
        draft_now(cast["office"], draft, clock.now())


def test_a_new_report_is_defined_by_its_file_alone(cast: Cast, report: ReportVersion) -> None:
    template = made("季报", "{{ part('work', '重点工作', '330999101') }}", f"{{{{ n('{TOTAL}') }}}}")
    words = {"title": "{{ period_name() }}季报", "kind": "special_report", "period": "quarter", "signed_by": ""}
    spec = new_definition(template=template, **words)
    row = try_template(
        actor=cast["colleague"], owner=cast.office, report=f"own.{spec.code}", spec=spec, template=template
    )
    adopt_template(actor=cast["office"], template=row.pk, valid_from=clock.today())
    found = report_in_force(row.report)
    assert [(part.code, part.title, part.unit) for part in spec_of(found).parts] == [("work", "重点工作", "330999101")]
    word = compose_word(spec, trial_of(cast["office"], cast.office, spec).sources, template)
    assert text_of(word.document.blocks[-1].runs) == "3"  # type: ignore[union-attr]
    with pytest.raises(Invalid, match="名称"):
        new_definition(template=template, **{**words, "title": ""})


def test_what_may_not_be_uploaded_and_by_whom(cast: Cast, report: ReportVersion) -> None:
    with pytest.raises(Invalid, match="最大 5 MB"):
        require_size("大.docx", b"x" * (5 * 1024**2 + 1))
    with pytest.raises(Invalid, match="不是 Word 文件"):
        require_size("旧.doc", b"x")
    evil = io.BytesIO()
    with zipfile.ZipFile(evil, "w") as out, zipfile.ZipFile(io.BytesIO(made("好").content)) as package:
        for name in package.namelist():
            out.writestr(name, package.read(name))
        out.writestr("word/vbaProject.bin", b"x")
    tried = trial_of(cast["office"], cast.office, spec_of(report))
    with pytest.raises(Invalid, match="程序或嵌入对象"):
        looked_at(spec_of(report), tried.sources, Template("宏.docx", evil.getvalue()))
    with pytest.raises(NotAllowed):
        try_template(actor=cast["neighbour"], owner=cast.office, report="audit.own", spec=None, template=made("好"))
    row = kept(cast, "好")
    with pytest.raises(NotFound):
        drop_template(actor=cast["neighbour"], template=row.pk)
    drop_template(actor=cast["colleague"], template=row.pk)
    assert not WordTemplate.objects.exists()
