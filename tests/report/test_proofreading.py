"""The number check of a draft against real findings."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from bihuan.base.errors import Invalid
from bihuan.figure.clocks import clocks
from bihuan.figure.installing import install_figures
from bihuan.figure.spec import FigureSpec
from bihuan.report.proofreading import proofread, read_draft, told
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
    (row,) = told(proofread(read_draft(draft, draft.name), unit=cast.county, clocks=clocks()))
    assert (row["judgement"], row["right_value"], row["at"]) == (judgement, right, "第1行")


def test_what_contradicts_itself_is_told_too(cast: Cast, draft: Path) -> None:
    draft.write_text("共植树10棵，其中青溪镇6棵、白石镇5棵。")
    assert "sum" in [
        row["judgement"] for row in told(proofread(read_draft(draft, draft.name), unit=cast.county, clocks=clocks()))
    ]


def test_another_kind_of_file_is_refused(cast: Cast, draft: Path) -> None:
    with pytest.raises(Invalid, match=r"\.docx 或 \.txt"):
        read_draft(draft.with_suffix(".pdf"), "草稿.pdf")


def test_the_period_that_the_text_speaks_of_is_asked(cast: Cast, draft: Path) -> None:
    draft.write_text("2026年1月发现问题0个，2026年2月发现问题3个，2026年3月发现问题3个。")
    rows = told(proofread(read_draft(draft, draft.name), unit=cast.county, clocks=clocks()))
    assert [row["judgement"] for row in rows] == ["right", "right", "out_of_date"]


def test_a_number_of_things_is_known_by_the_things(cast: Cast, draft: Path) -> None:
    spec = {"title": "审计发现问题数", "of": "audit.finding", "unit": "个", "during": "found_on"}
    install_figures(
        pack="audit", specs={"audit.found": FigureSpec.model_validate(spec)}, owner=cast.office, origin="pack"
    )
    draft.write_text("今年审计发现问题5个。")
    (row,) = told(proofread(read_draft(draft, draft.name), unit=cast.county, clocks=clocks()))
    assert (row["judgement"], row["right_value"]) == ("wrong", "3")


def test_the_page_marks_the_text_and_keeps_it(cast: Cast, draft: Path, client: Client) -> None:
    client.force_login(cast.people["leader"])
    text = "今年发现问题4个。\n今年植树<b>4</b>棵。"
    page = client.post(reverse("numbers"), {"text": text, "unit": str(cast.county.pk)}).content.decode()
    assert '<mark class="wrong"' in page
    assert "应为 3" in page
    assert "&lt;b&gt;" in page and "<b>4</b>" not in page
    again = client.post(reverse("numbers"), {"text": "今年发现问题3个。", "unit": str(cast.county.pk)})
    assert '<mark class="right"' in again.content.decode()


def test_a_file_is_read_into_the_text(cast: Cast, draft: Path, client: Client) -> None:
    client.force_login(cast.people["leader"])
    file = SimpleUploadedFile("草稿.txt", "今年发现问题4个。".encode("gb18030"))
    page = client.post(reverse("numbers"), {"file": file, "unit": str(cast.county.pk)}).content.decode()
    assert "今年发现问题4个。</textarea>" in page
    bad = client.post(reverse("numbers"), {"file": SimpleUploadedFile("草稿.exe", b"MZ")})
    assert (bad.status_code, ".docx 或 .txt" in bad.content.decode()) == (422, True)


def test_nobody_checks_against_what_they_may_not_see(cast: Cast, draft: Path, client: Client) -> None:
    client.force_login(cast.people["other_town"])
    page = client.post(reverse("numbers"), {"text": "今年发现问题4个。", "unit": str(cast.county.pk)}).content.decode()
    assert "应为 3" not in page
