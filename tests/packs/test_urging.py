"""催办 of an audit finding goes out as a letter with its number, as a Word file, to be received by the unit."""

from docx import Document

from bihuan.ledger.attachments import path_of
from bihuan.loop.notice.models import Notice
from bihuan.loop.notice.watching import issue_due
from tests.packs.conftest import Bureaus
from tests.packs.plays import PLAYS, Act
from tests.packs.screens import Screens


def test_urging_goes_out_as_a_letter(bureaus: Bureaus) -> None:
    screens, play = Screens(bureaus), next(play for play in PLAYS if play.ledger == "audit.finding")
    record = screens.open(play)
    for act in play.acts[:2]:
        record = screens.do(record, act)
    issue_due()
    assert not Notice.objects.filter(code="audit.urging").exists()
    screens.do(record, Act("shenji", "urge"))
    issue_due()
    issue_due()
    letter = Notice.objects.get(code="audit.urging", record=record)
    assert (letter.kind, letter.title, letter.number) == ("urging", "整改催办函", "示审催〔2026〕1号")
    assert letter.to_unit_id == record.unit_id and letter.receive_by
    assert letter.document
    told = "\n".join(paragraph.text for paragraph in Document(str(path_of(letter.document.sha256))).paragraphs)
    assert record.number in told and "催办内容：有理由" in told and letter.number in told
