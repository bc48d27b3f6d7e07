"""Templates made in Word: filled without losing their look, numbers as controls; and what an upload may not bring."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.shared import Pt
from lxml import etree

from bihuan.base.errors import BihuanError, Invalid
from bihuan.ledger.word_guard import require_harmless
from bihuan.report.document import Run, Table
from bihuan.report.template.language import Fault
from bihuan.report.template.marks import Marks
from bihuan.report.template.word import fill
from tests.report.samples import number, printed

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def made(path: Path, *texts: str) -> Path:
    document = docx.Document()
    for text in texts:
        run = document.add_paragraph().add_run(text)
        run.font.size, run.font.bold = Pt(18), True
    document.save(str(path / "template.docx"))
    return path / "template.docx"


def functions(marks: Marks) -> dict[str, Callable[..., Any]]:
    table = Table(("镇", "问题数"), (((Run("青溪镇"),), (printed("3"),)),))
    return {
        "n": lambda figure: marks.number(number(figure=figure), "146"),
        "towns": lambda: ["青溪镇", "白石镇 & <b>"],
        "table": lambda: marks.block(table),
    }


def filled(path: Path, *texts: str) -> Path:
    marks = Marks(around="")
    fill(made(path, *texts), "模板.docx", functions(marks), {}, marks, path / "out.docx", "https://b.example/")
    return path / "out.docx"


def test_a_number_becomes_a_control_in_the_templates_own_look(tmp_path: Path) -> None:
    path = filled(tmp_path, "共发现问题{{ n('audit.finding.total') }}个。")
    root = etree.fromstring(zipfile.ZipFile(path).read("word/document.xml"))
    (control,) = root.iter(f"{W}sdt")
    assert "".join(node.text or "" for node in control.iter(f"{W}t")) == "146"
    assert [size.get(f"{W}val") for size in control.iter(f"{W}sz")] == ["36"]
    assert docx.Document(str(path)).paragraphs[0].text in ("共发现问题146个。", "共发现问题个。")
    whole = "".join(node.text or "" for node in root.iter(f"{W}t"))
    assert whole == "共发现问题146个。"


def test_loops_choices_and_a_table(tmp_path: Path) -> None:
    path = filled(tmp_path, "{% for t in towns() %}{{ t }}、{% endfor %}", "{{ table() }}", "后")
    document = docx.Document(str(path))
    assert document.paragraphs[0].text == "青溪镇、白石镇 & <b>、"
    assert [cell.text for cell in document.tables[0].rows[0].cells] == ["镇", "问题数"]
    assert document.paragraphs[-1].text == "后"


@pytest.mark.parametrize("text", ["{{ n.__globals__ }}", "{% include 'x' %}", "{{ ''.__class__ }}", "{{ x.y }}"])
def test_a_word_template_has_no_way_out_either(tmp_path: Path, text: str) -> None:
    with pytest.raises(Fault):
        filled(tmp_path, text)
    assert not (tmp_path / "out.docx").exists()


@pytest.mark.parametrize("text", ["{{ n('a' }}", "{% if %}", "{% for x in towns() %}"])
def test_a_faulty_template_is_told_in_words(tmp_path: Path, text: str) -> None:
    with pytest.raises(BihuanError, match="模板"):
        filled(tmp_path, text)


def changed(path: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """A template with one part changed or added."""
    source = made(path, "正文")
    with zipfile.ZipFile(source) as package:
        parts = {info: package.read(info) for info in package.namelist()}
    parts[name] = change(parts.get(name, b""))
    with zipfile.ZipFile(path / "evil.docx", "w") as package:
        for part, content in parts.items():
            package.writestr(part, content)
    return path / "evil.docx"


def relation(kind: str, target: str) -> Callable[[bytes], bytes]:
    row = (
        f'<Relationship Id="rIdX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"'
        f' Target="{target}" TargetMode="External"/></Relationships>'
    )
    return lambda text: text.replace(b"</Relationships>", row.encode())


def field(code: str) -> Callable[[bytes], bytes]:
    run = f"<w:p><w:r>{code}</w:r></w:p>"
    return lambda text: text.replace(b"<w:body>", b"<w:body>" + run.encode())


RELATIONS, DOCUMENT = "word/_rels/document.xml.rels", "word/document.xml"
SPLIT = '<w:fldChar w:fldCharType="begin"/><w:instrText> DDE</w:instrText><w:instrText>AUTO c:\\x</w:instrText>'


@pytest.mark.parametrize(
    "part, change, words",
    [
        (RELATIONS, relation("attachedTemplate", "http://evil.example/t.dotm"), "从外部取内容"),
        (RELATIONS, relation("image", "http://evil.example/x.png"), "从外部取内容"),
        (RELATIONS, relation("oleObject", "smb://evil/x"), "从外部取内容"),
        (RELATIONS, relation("hyperlink", "ftp://evil/x"), "指向别处"),
        (RELATIONS, relation("hyperlink", "javascript:alert(1)"), "指向别处"),
        (DOCUMENT, field('<w:fldSimple w:instr="INCLUDEPICTURE http://evil.example/x"/>'), "域（INCLUDEPICTURE）"),
        (DOCUMENT, field(SPLIT + '<w:fldChar w:fldCharType="end"/>'), "域（DDEAUTO）"),
        (DOCUMENT, lambda text: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + text[55:], "实体定义"),
        ("word/vbaProject.bin", lambda _: b"x", "程序或嵌入对象"),
        ("word/embeddings/oleObject1.bin", lambda _: b"x", "程序或嵌入对象"),
    ],
)
def test_what_an_upload_may_not_bring(tmp_path: Path, part: str, change: Callable[[bytes], bytes], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        require_harmless(changed(tmp_path, part, change), "上报.docx")


def test_an_ordinary_file_is_harmless_and_a_bomb_is_not(tmp_path: Path) -> None:
    require_harmless(made(tmp_path, "正文"), "上报.docx")
    with zipfile.ZipFile(tmp_path / "b.docx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("word/document.xml", b"\0" * 80_000_000)
    with pytest.raises(Invalid, match="压缩炸弹"):
        require_harmless(tmp_path / "b.docx", "上报.docx")
    (tmp_path / "c.docx").write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(Invalid, match="损坏"):
        require_harmless(tmp_path / "c.docx", "上报.docx")
