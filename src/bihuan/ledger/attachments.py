"""Files: kept once under their content's hash, sniffed, limited, and read only through the record they belong to."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db.models import Q, QuerySet

from bihuan.base import clock
from bihuan.base.canonical import loads
from bihuan.base.errors import Invalid, NotFound
from bihuan.base.home import room
from bihuan.ledger.models import Attachment, Ledger, Record, quarter_of_look
from bihuan.ledger.pictures import IMAGES, QUARTERS, are_alike, look_of, near_quarters
from bihuan.ledger.rules import visible_records
from bihuan.ledger.sight import Sight, sight_of
from bihuan.ledger.spec import LedgerSpec
from bihuan.org.actor import Actor

MAX_BYTES = 20 * 1024 * 1024
_SNIFF_BYTES = 512
_MOST_TWINS = 100
_MOST_NEAR = 2_000
"""So many pictures that look alike are asked whether the person may be told of them."""

_SIGNATURES: tuple[tuple[bytes, str, tuple[str, ...]], ...] = (
    (b"\xff\xd8\xff", "image/jpeg", (".jpg", ".jpeg")),
    (b"\x89PNG\r\n\x1a\n", "image/png", (".png",)),
    (b"GIF8", "image/gif", (".gif",)),
    (b"%PDF-", "application/pdf", (".pdf",)),
    (b"PK\x03\x04", "application/zip", (".docx", ".xlsx", ".pptx", ".ofd", ".zip", ".wps", ".et")),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "application/x-ole-storage",
        (".doc", ".xls", ".ppt", ".wps", ".et"),
    ),
)
_TEXT_SUFFIXES = (".txt", ".csv")


def keep_file(*, actor: Actor, ledger: Ledger, upload: "File[Any]") -> Attachment:
    """Store an uploaded file; it belongs to nobody's record until a form that names it is accepted."""
    name = Path((upload.name or "文件").replace("\\", "/")).name[:200]
    if (upload.size or 0) > MAX_BYTES:
        raise Invalid(f"“{name}”有 {(upload.size or 0) / 1048576:.1f} MB，最大 {MAX_BYTES // 1048576} MB")
    fresh = room("attachments") / f".{os.getpid()}-{os.urandom(8).hex()}"
    digest, size, first = hashlib.sha256(), 0, b""
    try:
        with fresh.open("xb") as file:
            for chunk in upload.chunks():
                first = first or chunk[:_SNIFF_BYTES]
                size += len(chunk)
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        media_type = sniff(name, first)
        path = path_of(digest.hexdigest())
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return Attachment.objects.create(
        sha256=digest.hexdigest(),
        name=name,
        media_type=media_type,
        size=size,
        ledger=ledger,
        person_id=actor.person,
        created_at=clock.now(),
        look=look_of(path) if media_type in IMAGES else "",
    )


def sniff(name: str, first: bytes) -> str:
    """The media type by content and name together; what is not on the list, or does not agree, is refused."""
    suffix = Path(name).suffix.lower()
    for signature, media_type, suffixes in _SIGNATURES:
        if first.startswith(signature):
            if suffix in suffixes:
                return media_type
            raise Invalid(f"“{name}”的内容与扩展名不一致，没有保存")
    if suffix in _TEXT_SUFFIXES and b"\x00" not in first:
        return "text/plain"
    raise Invalid(f"不能上传“{name}”。可以上传：图片（jpg、png、gif）、pdf、Word、Excel、WPS、ofd、zip、txt")


def path_of(sha256: str) -> Path:
    """Where a content of this hash lies."""
    return room("attachments") / sha256[:2] / sha256


def usable_files(actor: Actor, ledger: Ledger, record: Record | None, ids: Sequence[int]) -> list[int]:
    """Of the files that a form names, those it may: the record's own, and what the actor has just uploaded for it."""
    mine = Q(record=None, ledger=ledger, person=actor.person)
    allowed = mine | Q(record=record) | Q(pk__in=_named(record)) if record else mine
    return list(Attachment.objects.filter(allowed, pk__in=ids).values_list("pk", flat=True))


def bind(record: Record, spec: LedgerSpec) -> None:
    """Give the files that a record names to that record, so that they are read by its rights."""
    ids = [item for field in spec.fields if field.kind == "file" for item in record.data.get(field.code, [])]
    if ids:
        Attachment.objects.filter(pk__in=ids, record__isnull=True, ledger=record.ledger).update(record=record)


def _named(record: Record) -> list[int]:
    """The files that a record names; some may belong to another, whose proof it cites."""
    return [
        item for value in record.data.values() if isinstance(value, list) for item in value if isinstance(item, int)
    ]


def get_attachment(actor: Actor, pk: int) -> Attachment:
    """A file whose record the actor may see, or which they have just uploaded themselves."""
    file = Attachment.objects.select_related("ledger").filter(pk=pk).first()
    if file is None or not _may_read(actor, file):
        raise NotFound("没有这个附件，或者它不在您的查看范围内")
    return file


def _may_read(actor: Actor, file: Attachment) -> bool:
    if file.record_id is None:
        return file.person_id == actor.person
    sight, mine = sight_of(actor, file.ledger), visible_records(actor, file.ledger)
    own, citing = mine.filter(pk=file.record_id), mine.filter(ties__other=file.record_id, ties__kind="cites")
    return any(seen.pk == file.pk for rows in (own, citing) for row in rows for seen in visible_files(sight, row))


def visible_files(sight: Sight, record: Record) -> list[Attachment]:
    """A record's files, without those of fields that the actor does not see; taken-away ones count by their field."""
    named = Q(record=record) | Q(pk__in=_named(record))
    files = list(Attachment.objects.filter(named).select_related("person").order_by("pk"))
    hidden = sight.hidden_at(record.state) & {field.code for field in sight.whole.fields if field.kind == "file"}
    if not (hidden and files):
        return files
    closed = {pk for code in hidden for pk in _ever_in(record, code)}
    return [file for file in files if file.pk not in closed]


def _ever_in(record: Record, code: str) -> Iterator[int]:
    """The files that a field of the record holds or held."""
    for payload in record.events.values_list("payload", flat=True):
        yield from loads(payload).get("set", {}).get(code) or ()


@dataclass(frozen=True)
class Twin:
    """A file of another record that is the same, or a picture that looks the same."""

    file: Attachment
    is_exact: bool


def twins(files: Sequence[Attachment], among: QuerySet[Record]) -> dict[int, list[Twin]]:
    """The files of other records that are the same as these, by the file's id: worth a question.

    `among` are the records that may be told of.
    """
    mine = {file.record_id for file in files}
    others = Attachment.objects.filter(record__in=among).exclude(record__in=mine).order_by("pk")
    exact = others.filter(sha256__in={file.sha256 for file in files}).select_related("record")[:_MOST_TWINS]
    found = {file.pk: [Twin(other, True) for other in exact if other.sha256 == file.sha256] for file in files}
    for pk, other in _looking_like(files, others):
        found[pk].append(Twin(other, False))
    return {pk: same for pk, same in found.items() if same}


def _looking_like(files: Sequence[Attachment], others: QuerySet[Attachment]) -> Iterator[tuple[int, Attachment]]:
    """Pictures that are the same but for how they were saved: those with a quarter of the look almost the same."""
    pictures = [file for file in files if file.look]
    if not pictures:
        return
    wanted = Q()
    for at in range(QUARTERS):
        wanted |= Q(**{f"quarter{at}__in": set().union(*(near_quarters(file.look)[at] for file in pictures))})
    rows = Attachment.objects.annotate(**{f"quarter{at}": quarter_of_look(at) for at in range(QUARTERS)}).filter(wanted)
    near = [
        (file.pk, pk)
        for pk, look, sha256 in rows.values_list("pk", "look", "sha256")
        for file in pictures
        if sha256 != file.sha256 and are_alike(file.look, look)
    ]
    known = others.select_related("record").in_bulk([other for _, other in near[:_MOST_NEAR]])
    yield from [(pk, known[other]) for pk, other in near if other in known][:_MOST_TWINS]
