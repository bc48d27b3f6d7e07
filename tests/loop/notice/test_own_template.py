"""An office's own Word file for a notice: filled with its values, refused with the reason where it cannot serve."""

import io
import zipfile
from pathlib import Path

import pytest
from docx import Document

from bihuan.base import clock
from bihuan.base.errors import BihuanError
from bihuan.cli.main import main
from bihuan.ledger.attachments import path_of
from bihuan.ledger.models import Ledger
from bihuan.loop.notice.actions import issue_by_hand
from bihuan.loop.notice.models import Notice, OwnTemplate
from bihuan.loop.notice.own_template import end_template, in_force, sample_of, try_template, use_template
from bihuan.org.models import AccessEntry
from tests.cast import Cast
from tests.loop.notice.issuing import declare, task, tasks

CODE = "demo.slip"
SOUND = ("{{ organ }} {{ document_number }}", "{{ to }}：{{ subject }}", "{%p for p in paragraphs %}", "正文：{{ p }}", "{%p endfor %}", "{% if fields.name %}关于 {{ fields.name }}{% endif %} {{ date }}")  # fmt: skip


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    return tasks(cast)


def word_file(path: Path, *lines: str) -> Path:
    paper = Document()
    for line in lines:
        paper.add_paragraph(line)
    paper.save(str(path))
    return path


def issued(cast: Cast, ledger: Ledger, number: int = 1) -> Notice:
    return issue_by_hand(actor=cast["office"], record=task(cast, ledger, number), code=CODE, reason="<急>", form=f"f{number}")  # fmt: skip


def lines_of(notice: Notice) -> list[str]:
    assert notice.document is not None
    content = path_of(notice.document.sha256).read_bytes()
    return [line.text for line in Document(io.BytesIO(content)).paragraphs]


def test_a_notice_is_set_in_the_office_s_own_form(cast: Cast, ledger: Ledger, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    declare(cast, {"paragraphs": ["第一段 {{ number }}。", "{{ reason }}"]})
    before = issued(cast, ledger)
    assert main(["notices", "--template", CODE, str(word_file(tmp_path / "督办.docx", *SOUND))]) == 0
    assert "督办.docx" in capsys.readouterr().out
    notice = issued(cast, ledger, 2)
    told = lines_of(notice)
    assert told[0].startswith("审计局") and told[1].startswith("青溪镇：")
    assert told[2:-1] == [f"正文：第一段 {notice.record.number}。", "正文：<急>"] and told[-1].endswith("2026年3月2日")
    assert lines_of(before)[0] != told[0], "what was issued stays as it was"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{{ organn }}", "没有这个值"),
        ("{{ fields.nothing }}", "nothing"),
        ("{{ organ.__class__ }}", "标记有问题"),
        ("{{ cycler() }}", "Call"),
        ("{% macro x() %}{% endmacro %}", "Macro"),
        ("{% if organ %}", "标记有问题"),
        ("{% for a in paragraphs %}{% for b in paragraphs %}{{ b }}{% endfor %}{% endfor %}", "循环"),
    ],
)
def test_what_a_notice_does_not_have_is_refused_in_words(cast: Cast, ledger: Ledger, tmp_path: Path, line: str, words: str) -> None:  # fmt: skip
    declare(cast)
    with pytest.raises(BihuanError, match=words):
        put_in(cast, word_file(tmp_path / "单.docx", line))
    assert not OwnTemplate.objects.exists()


def test_all_that_is_wrong_is_named_at_once(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    declare(cast)
    with pytest.raises(BihuanError, match=r"“datum”没有这个值.*date.*“organn”没有这个值.*organ"):
        put_in(cast, word_file(tmp_path / "单.docx", "{{ organn }}", "{{ datum }}"))


def put_in(cast: Cast, path: Path, code: str = CODE) -> OwnTemplate:
    return try_template(actor=cast["system_admin"], code=code, name=path.name, content=path.read_bytes())


def test_a_form_is_tried_put_in_force_replaced_and_ended(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    declare(cast)
    first = put_in(cast, word_file(tmp_path / "一.docx", "甲 {{ to_unit }} {{ days_overdue }} {{ fields.name }}"))
    sample = Document(io.BytesIO(sample_of(actor=cast["system_admin"], pk=first.pk)))
    assert sample.paragraphs[0].text == "甲 〔主送单位〕 3 〔名称〕"
    assert lines_of(issued(cast, ledger))[0] != "甲", "on trial it serves nobody"
    assert "一.docx" in use_template(actor=cast["system_admin"], pk=first.pk)
    second = put_in(cast, word_file(tmp_path / "二.docx", "乙"))
    use_template(actor=cast["system_admin"], pk=second.pk)
    assert in_force() == {CODE: second} and lines_of(issued(cast, ledger, 2)) == ["乙"]
    end_template(actor=cast["system_admin"], pk=second.pk)
    assert in_force() == {} and lines_of(issued(cast, ledger, 3))[0] != "乙"
    told = AccessEntry.objects.filter(kind="admin").values_list("what", flat=True)
    assert sum("版式" in text for text in told) == 5
    for act in (use_template, end_template):
        with pytest.raises(BihuanError, match="停用"):
            act(actor=cast["system_admin"], pk=first.pk)
        with pytest.raises(BihuanError, match="系统管理员"):
            act(actor=cast["office"], pk=first.pk)


def test_a_file_with_programs_or_that_is_none_is_refused(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    declare(cast)
    bad = word_file(tmp_path / "宏.docx", "{{ organ }}")
    with zipfile.ZipFile(bad, "a") as package:
        package.writestr("word/vbaProject.bin", b"x")
    (tmp_path / "文字.docx").write_text("不是 Word")
    for path in (bad, tmp_path / "文字.docx"):
        with pytest.raises(BihuanError):
            put_in(cast, path)
    assert main(["notices", "--template", CODE, str(tmp_path / "没有.docx")]) == 1
    with pytest.raises(BihuanError, match="没有文书"):
        put_in(cast, bad, "demo.slap")
    assert not OwnTemplate.objects.exists()


def test_a_form_that_fails_in_the_end_does_not_hold_a_notice(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    declare(cast)
    content = word_file(tmp_path / "旧.docx", "{{ fields.gone }}").read_bytes()
    OwnTemplate.objects.create(code=CODE, name="旧.docx", content=content, put_at=clock.now(), since=clock.now())
    assert issued(cast, ledger).subject in lines_of(Notice.objects.get())
