"""The number check of a draft against real findings."""

import subprocess
from pathlib import Path

import docx
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
from tests.outside import require_soffice


def as_text(path: Path) -> str:
    """What LibreOffice reads in a file: it opens, and nothing is lost."""
    profile = f"-env:UserInstallation=file://{path.parent / 'office'}"
    command = [
        require_soffice(),
        profile,
        "--headless",
        "--convert-to",
        "txt:Text",
        "--outdir",
        str(path.parent),
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return path.with_suffix(".txt").read_text("utf-8-sig")


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


def test_right_values_take_the_place_of_wrong_ones_and_the_old_text_is_kept(
    cast: Cast, draft: Path, client: Client
) -> None:
    client.force_login(cast.people["leader"])
    sent = {"text": "今年发现问题4个，植树9棵。", "unit": str(cast.county.pk), "do": "replace", "place": "0-6-8"}
    page = client.post(reverse("numbers"), sent).content.decode()
    assert "今年发现问题3个，植树9棵。</textarea>" in page
    assert "第 2 版" in page and "今年发现问题4个，植树9棵。</textarea>" in page
    nothing = client.post(reverse("numbers"), {**sent, "place": "0-0-99999999999"})
    assert (nothing.status_code, "请勾选" in nothing.content.decode()) == (422, True)


def test_the_marked_draft_is_given_back(cast: Cast, draft: Path, client: Client, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("2026年，青溪镇发现问题4个，全县发现问题3个。")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("单位", "发现问题（个）", "青溪镇", "5"), strict=True):
        cell.text = text
    document.save(str(tmp_path / "稿.docx"))
    client.force_login(cast.people["leader"])
    upload = SimpleUploadedFile("稿.docx", (tmp_path / "稿.docx").read_bytes())
    answer = client.post(reverse("numbers"), {"file": upload, "unit": str(cast.county.pk), "do": "mark"})
    marked = tmp_path / "标注.docx"
    marked.write_bytes(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    read = docx.Document(str(marked))
    assert [comment.text for comment in read.comments] == ["错：“发现问题”应为 3个"] * 2
    assert read.paragraphs[0].text == "2026年，青溪镇发现问题4个，全县发现问题3个。"
    without = client.post(reverse("numbers"), {"text": "发现问题4个", "do": "mark"})
    assert (without.status_code, "请选择 .docx" in without.content.decode()) == (422, True)
    text = as_text(marked)
    assert "青溪镇发现问题4个" in text
