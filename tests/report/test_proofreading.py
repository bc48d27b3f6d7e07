"""The number check of a draft against real findings."""

from pathlib import Path

import pytest

from bihuan.base.errors import Invalid
from bihuan.figure.clocks import clocks
from bihuan.figure.definitions import install_figures
from bihuan.figure.spec import FigureSpec
from bihuan.report.proofreading import proofread, told
from tests.cast import Cast
from tests.ledger.making import make_finding


@pytest.fixture
def draft(cast: Cast, tmp_path: Path) -> Path:
    spec = {"title": "发现问题", "of": "audit.finding", "unit": "个", "during": "found_on"}
    install_figures(
        pack="audit", specs={"audit.found": FigureSpec.model_validate(spec)}, owner=cast.office, origin="pack"
    )
    for number in (1, 2, 3):
        make_finding(cast, number)
    return tmp_path / "草稿.txt"


@pytest.mark.parametrize(
    "text, judgement, right",
    [("今年发现问题3个。", "right", "3"), ("今年发现问题4个。", "wrong", "3"), ("今年植树4棵。", "unknown", None)],
)
def test_a_number_is_held_against_its_figure(
    cast: Cast, draft: Path, text: str, judgement: str, right: str | None
) -> None:
    draft.write_text(text)
    (row,) = told(proofread(draft, draft.name, unit=cast.county, clocks=clocks()))
    assert (row["judgement"], row["right_value"], row["at"]) == (judgement, right, "第1行")


def test_what_contradicts_itself_is_told_too(cast: Cast, draft: Path) -> None:
    draft.write_text("共植树10棵，其中青溪镇6棵、白石镇5棵。")
    assert "sum" in [row["judgement"] for row in told(proofread(draft, draft.name, unit=cast.county, clocks=clocks()))]


def test_another_kind_of_file_is_refused(cast: Cast, draft: Path) -> None:
    with pytest.raises(Invalid, match=r"\.docx 或 \.txt"):
        proofread(draft.with_suffix(".pdf"), "草稿.pdf", unit=cast.county, clocks=clocks())
