"""Blanks in lines of Word text: filled where they stand, whatever runs Word has cut them into; all else stays."""

from io import BytesIO
from itertools import pairwise
from typing import Any

import docx
from hypothesis import given
from hypothesis import strategies as st

from bihuan.form.word_blanks import Segment, fill, segments, width
from bihuan.form.word_form import read_tables, write_tables

PRINTED = st.text("填报单位：共户，（）年 ab1", min_size=1, max_size=6).map(lambda text: f"文{text}字")
BLANK = st.one_of(
    st.integers(2, 8).map(lambda many: ("_" * many, False)),
    st.integers(2, 8).map(lambda many: (" " * many, True)),
    st.integers(1, 3).map(lambda many: ("\t" * many, True)),
    st.integers(2, 6).map(lambda many: ("（" + " " * many + "）", False)),
)
VALUE = st.text("甲乙丙12.%", min_size=1, max_size=12)


@st.composite
def lines(draw: st.DrawFn) -> tuple[Any, list[str]]:
    """A paragraph of printed text and blanks in turns, cut into runs anywhere; and the blanks."""
    paragraph, blanks = docx.Document().add_paragraph(), []
    for _ in range(draw(st.integers(1, 4))):
        text, (blank, is_underlined) = draw(PRINTED), draw(BLANK)
        for part, line in ((text, False), (blank, is_underlined)):
            cuts = sorted(draw(st.sets(st.integers(0, len(part)), max_size=3)) | {0, len(part)})
            for first, last in pairwise(cuts):
                run = paragraph.add_run(part[first:last])
                run.underline, run.bold = line or None, draw(st.booleans())
        blanks.append(blank)
    return paragraph, blanks


def bold(paragraph: Any) -> list[tuple[str, bool | None]]:
    """Each letter with whether it is bold, blanks left out."""
    return [(letter, run.bold) for run in paragraph.runs for letter in run.text if letter not in " _\t"]


@given(lines(), st.data())
def test_every_blank_is_found_and_filled_in_its_place(made: tuple[Any, list[str]], data: st.DataObject) -> None:
    """Nothing is lost, no letter changes how it looks, and a line is longer only by what was wider than its blank."""
    paragraph, blanks = made
    before, letters = segments(paragraph._p), bold(paragraph)
    assert [part.text for part in before if part.blank] == [blank.strip("（）") for blank in blanks]
    values = {number: data.draw(VALUE) for number in range(1, len(blanks) + 1) if data.draw(st.booleans())}
    fill(paragraph._p, values)
    assert squeezed(paragraph.text) == squeezed("".join(values.get(part.blank, part.text) for part in before))
    assert values or bold(paragraph) == letters
    assert width(paragraph.text) == sum(_room(part, values.get(part.blank, "")) for part in before)
    assert paragraph.text.count("\t") == sum(part.text.count("\t") for part in before)


def _room(part: Segment, value: str) -> int:
    if "\t" in part.text:
        return width(value) + part.text.count("\t")
    return max(width(part.text), width(value))


def squeezed(text: str) -> str:
    return "".join(text.replace("\t", "").replace("_", "").split())


def document(*runs: tuple[str, bool]) -> bytes:
    made = docx.Document()
    made.add_heading("情况说明", 0)
    line = made.add_paragraph()
    for text, is_underlined in runs:
        line.add_run(text).underline = is_underlined or None
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "户数", "共____户"
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def test_a_line_is_filled_without_shifting() -> None:
    content = document(
        ("填报单位：", False),
        ("   ", True),
        ("       ", True),
        ("（盖章） 共（    ）件，其中____", False),
        ("__件已办", False),
    )
    text, table = read_tables(content)
    places = {place.place: place.text for row in text.rows for place in row if place.is_blank}
    assert [place.rpartition("B")[2] for place in places] == ["1", "2", "3", "1"]
    assert not [place for row in table.rows for place in row if place.is_blank]
    values = list(zip(places, ("青溪镇", "12", "9", "305"), strict=True))
    filled = docx.Document(BytesIO(write_tables(content, values, [["位置"]])))
    line = filled.paragraphs[1]
    assert line.text == "填报单位：  青溪镇  （盖章） 共（ 12 ）件，其中  9   件已办"
    assert [run.text for run in line.runs if run.underline and run.text] == ["  青溪镇  ", "  9   "]
    assert width(line.text) == width("填报单位：          （盖章） 共（    ）件，其中______件已办")
    assert filled.tables[0].cell(0, 1).text == "共305 户"
