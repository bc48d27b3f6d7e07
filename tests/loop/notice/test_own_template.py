"""An office's own Word file for a notice: filled with its values, refused with the reason where it cannot serve."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document

from bihuan.base.errors import BihuanError
from bihuan.cli.main import main
from bihuan.ledger.attachments import path_of
from bihuan.ledger.models import Ledger
from bihuan.loop.notice.actions import issue_by_hand
from bihuan.loop.notice.models import Notice
from bihuan.loop.notice.own_template import put_template, template_file
from tests.cast import Cast
from tests.loop.notice.issuing import declare, task, tasks

CODE = "demo.slip"
SOUND = ("{{ organ }} {{ document_number }}", "{{ to }}：{{ subject }}", "{%p for p in paragraphs %}", "正文：{{ p }}", "{%p endfor %}", "{% if fields.name %}关于 {{ fields.name }}{% endif %} {{ date }}")  # fmt: skip


@pytest.fixture
def ledger(cast: Cast) -> Iterator[Ledger]:
    yield tasks(cast)
    template_file(CODE).unlink(missing_ok=True)


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
        put_template(code=CODE, path=word_file(tmp_path / "单.docx", line))
    assert not template_file(CODE).exists()


def test_a_file_with_programs_or_that_is_none_is_refused(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    declare(cast)
    bad = word_file(tmp_path / "宏.docx", "{{ organ }}")
    with zipfile.ZipFile(bad, "a") as package:
        package.writestr("word/vbaProject.bin", b"x")
    (tmp_path / "文字.docx").write_text("不是 Word")
    for path in (bad, tmp_path / "文字.docx", tmp_path / "没有.docx"):
        with pytest.raises(BihuanError):
            put_template(code=CODE, path=path)
    with pytest.raises(BihuanError, match="没有文书"):
        put_template(code="demo.slap", path=bad)
    assert not template_file(CODE).exists()


def test_a_form_that_fails_in_the_end_does_not_hold_a_notice(cast: Cast, ledger: Ledger, tmp_path: Path) -> None:
    declare(cast)
    template_file(CODE).parent.mkdir(exist_ok=True)
    word_file(template_file(CODE), "{{ fields.gone }}")
    assert issued(cast, ledger).subject in lines_of(Notice.objects.get())
