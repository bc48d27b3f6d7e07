"""Files: kept under their content's hash, taken for what they are, and read by the rights of their record."""

import hashlib

import pytest
from django.core.files.base import ContentFile

from bihuan.base.errors import Invalid, NotFound
from bihuan.ledger.attachments import MAX_BYTES, get_attachment, keep_file, path_of, twins, usable_files
from bihuan.ledger.models import Attachment, Record
from bihuan.loop.actions import edit_record
from tests.cast import EVERYBODY, Cast
from tests.ledger.making import make_finding

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 40


pytestmark = pytest.mark.usefixtures("own_home")


def keep(cast: Cast, login: str, name: str = "现场.png", content: bytes = PNG) -> Attachment:
    return keep_file(actor=cast[login], ledger=cast.finding, upload=ContentFile(content, name=name))


def test_a_file_lies_under_the_hash_of_its_content_and_once(cast: Cast) -> None:
    one, two = keep(cast, "office"), keep(cast, "town", "副本.png")
    digest = hashlib.sha256(PNG).hexdigest()
    assert (one.sha256, two.sha256, one.size, one.media_type) == (digest, digest, len(PNG), "image/png")
    assert path_of(digest).read_bytes() == PNG
    assert [path.name for path in path_of(digest).parent.iterdir()] == [digest]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.jpg", b"\xff\xd8\xff" + b"x", "image/jpeg"),
        ("a.PDF", b"%PDF-1.7", "application/pdf"),
        ("a.docx", b"PK\x03\x04...", "application/zip"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        ("说明.txt", "你好".encode(), "text/plain"),
    ],
)
def test_a_file_is_taken_for_what_its_content_and_its_name_say(
    cast: Cast, name: str, content: bytes, kind: str
) -> None:
    assert keep(cast, "office", name, content).media_type == kind


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", PNG, "内容与扩展名不一致"),
        ("a.html", b"<script>", "不能上传"),
        ("a.svg", b"<svg/>", "不能上传"),
        ("a.exe", b"MZ", "不能上传"),
        ("a.png", b"<script>", "不能上传"),
        ("a.txt", b"\x00\x01", "不能上传"),
        ("a", b"hello", "不能上传"),
    ],
)
def test_other_files_are_refused_and_leave_nothing(cast: Cast, name: str, content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        keep(cast, "office", name, content)
    assert not Attachment.objects.exists()
    left = path_of("0" * 64).parent.parent
    assert [path for path in left.rglob("*") if path.is_file()] == []


def test_a_file_that_is_too_large_is_refused_with_its_size(cast: Cast) -> None:
    with pytest.raises(Invalid, match="最大 20 MB"):
        keep(cast, "office", "大.txt", b"x" * (MAX_BYTES + 1))


@pytest.mark.parametrize("name", ["../../etc/passwd.txt", "C:\\文件\\说明.txt", "/说明.txt"])
def test_a_name_is_only_a_name(cast: Cast, name: str) -> None:
    assert keep(cast, "office", name, b"text").name in ("passwd.txt", "说明.txt")


def record_with_file(cast: Cast) -> tuple[Record, Attachment]:
    file = keep(cast, "office")
    return make_finding(cast, evidence=[file.pk]), file


@pytest.mark.parametrize("login", EVERYBODY)
def test_a_file_is_read_by_the_rights_of_its_record(cast: Cast, login: str) -> None:
    _, file = record_with_file(cast)
    if login in ("office", "colleague", "leader", "auditor", "town"):
        assert get_attachment(cast[login], file.pk).pk == file.pk
    else:
        with pytest.raises(NotFound, match="没有这个附件"):
            get_attachment(cast[login], file.pk)


@pytest.mark.parametrize("login", EVERYBODY)
def test_a_fresh_upload_is_its_sender_s_alone(cast: Cast, login: str) -> None:
    file = keep(cast, "town")
    if login == "town":
        assert get_attachment(cast[login], file.pk).pk == file.pk
    else:
        with pytest.raises(NotFound):
            get_attachment(cast[login], file.pk)


def test_a_form_may_name_the_record_s_own_files_and_the_actor_s_fresh_ones(cast: Cast) -> None:
    record, own = record_with_file(cast)
    fresh, stranger = keep(cast, "office"), keep(cast, "town")
    ids = [own.pk, fresh.pk, stranger.pk, 10**9]
    assert set(usable_files(cast["office"], cast.finding, record, ids)) == {own.pk, fresh.pk}
    assert usable_files(cast["office"], cast.finding, None, ids) == [fresh.pk]


def test_another_s_file_is_not_made_one_s_own_by_its_id(cast: Cast) -> None:
    record, _ = record_with_file(cast)
    stranger = keep(cast, "town")
    with pytest.raises(Invalid, match="不存在") as caught:
        edit_record(actor=cast["office"], record=record, fields={"evidence": [stranger.pk]})
    assert caught.value.problems.keys() == {"evidence"}
    with pytest.raises(Invalid):
        make_finding(cast, 2, evidence=[stranger.pk])
    stranger.refresh_from_db()
    assert stranger.record_id is None


def test_the_same_content_elsewhere_is_pointed_out(cast: Cast) -> None:
    record, file = record_with_file(cast)
    file.refresh_from_db()
    assert twins([file], Record.objects.all()) == {}
    again = keep(cast, "office")
    other = make_finding(cast, 2, evidence=[again.pk])
    found = twins([file], Record.objects.all())[file.pk]
    assert [(twin.file.record_id, twin.is_exact) for twin in found] == [(other.pk, True)]
    assert twins([file], Record.objects.filter(pk=record.pk)) == {}
