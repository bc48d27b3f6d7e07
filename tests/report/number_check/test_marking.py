"""The marked draft is the same document with marks: every character stays, and Word's own programs read it."""

import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import docx
from docx.document import Document
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from bihuan.report.number_check import Place, read_docx
from bihuan.report.number_check.marking import Mark, mark_docx

AT = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


def draft(path: Path, *pieces: str) -> Path:
    """A paragraph in several runs, a table, and a paragraph behind."""
    document = docx.Document()
    paragraph = document.add_paragraph()
    for number, piece in enumerate(pieces):
        paragraph.add_run(piece).bold = bool(number % 2)
    document.add_table(rows=1, cols=2).cell(0, 1).text = "35件"
    document.add_paragraph("办结率98%。")
    document.save(str(path))
    return path


def words(document: Document) -> str:
    return "".join(node.text or "" for node in document.element.iter(qn("w:t")))


def highlighted(document: Document) -> list[tuple[str, str]]:
    found = []
    for run in document.element.iter(qn("w:r")):
        mark = run.find(f"{qn('w:rPr')}/{qn('w:highlight')}")
        if mark is not None:
            found.append(("".join(node.text or "" for node in run.iter(qn("w:t"))), mark.get(qn("w:val"))))
    return found


def test_marks_stand_at_their_characters_and_comments_beside_them(tmp_path: Path) -> None:
    path = draft(tmp_path / "稿.docx", "办理投诉1", "2", "0件，其中热线35件。")
    marks = [
        Mark(Place(0, 4, 8), "red", "错：应为 118 件"),
        Mark(Place(0, 13, 16), "green"),
        Mark(Place(1, 0, 3), "yellow", "过时"),
        Mark(Place(0, 4, 8), "yellow", "合计不符"),
    ]
    marked = docx.Document(BytesIO(mark_docx(path, "稿.docx", marks, AT)))
    assert words(marked) == words(docx.Document(str(path)))
    assert highlighted(marked) == [("1", "red"), ("2", "red"), ("0件", "red"), ("35件", "green"), ("35件", "yellow")]
    assert {comment.text for comment in marked.comments} == {"过时", "错：应为 118 件；合计不符"}
    assert [run.bold for run in marked.paragraphs[0].runs if run.text == "2"] == [True]
    # Marked once more: our first comments stay, ids differ.
    (tmp_path / "再.docx").write_bytes(mark_docx(path, "稿.docx", marks[:1], AT))
    twice = docx.Document(BytesIO(mark_docx(tmp_path / "再.docx", "再.docx", marks[:1], AT)))
    assert len({comment.comment_id for comment in twice.comments}) == 2


def test_all_other_parts_are_carried_over(tmp_path: Path) -> None:
    path = draft(tmp_path / "稿.docx", "投诉12件")
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(BytesIO(mark_docx(path, "稿.docx", [], AT))) as after:
        assert before.namelist() == after.namelist()
        same = [name for name in before.namelist() if name != "word/document.xml"]
        assert [before.read(name) for name in same] == [after.read(name) for name in same]


@settings(max_examples=12)
@given(st.lists(st.text("投诉12件 ，3", min_size=1, max_size=6), min_size=1, max_size=5), st.data())
def test_no_mark_moves_a_character(tmp_path_factory: object, pieces: list[str], data: st.DataObject) -> None:
    path = draft(Path(str(tmp_path_factory.getbasetemp())) / "稿.docx", *pieces)  # type: ignore[attr-defined]
    blocks = read_docx(path, "稿.docx")
    places = []
    for _ in range(data.draw(st.integers(0, 4))):
        block = data.draw(st.sampled_from(blocks))
        start = data.draw(st.integers(0, len(block.text) - 1))
        places.append(Place(block.index, start, data.draw(st.integers(start + 1, len(block.text)))))
    marked = BytesIO(mark_docx(path, "稿.docx", [Mark(place, "red", "错") for place in places], AT))
    document = docx.Document(marked)
    assert words(document) == words(docx.Document(str(path)))
    said = "".join(text for text, _ in highlighted(document))
    kept = {(place.block, at) for place in places for at in range(place.start, place.end)}
    assert said == "".join(blocks[block].text[at] for block, at in sorted(kept))
