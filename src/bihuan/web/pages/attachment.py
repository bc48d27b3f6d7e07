"""A file, to those who may see the record it belongs to. Only images and PDF open in the browser."""

from pathlib import Path

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase

from bihuan.base.errors import NotFound
from bihuan.ledger.attachments import get_attachment, path_of
from bihuan.ledger.models import Attachment
from bihuan.ledger.pictures import IMAGES, small_copy
from bihuan.org.actor import Actor
from bihuan.web.access import signed_in


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int) -> HttpResponseBase:
    """The file's content, sandboxed."""
    file = get_attachment(actor, pk)
    opens = file.media_type in (*IMAGES, "application/pdf")
    answer = FileResponse(
        _content(file).open("rb"),
        as_attachment=not opens,
        filename=file.name,
        content_type=file.media_type if opens else "application/octet-stream",
    )
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@signed_in
def thumbnail(request: HttpRequest, actor: Actor, pk: int) -> HttpResponseBase:
    """A picture's small copy, to the same people; drawn anew, so that nothing else of the file goes out."""
    file = get_attachment(actor, pk)
    if file.media_type not in IMAGES:
        raise NotFound(f"“{file.name}”不是图片")
    answer = FileResponse(small_copy(file, _content(file)).open("rb"), content_type="image/jpeg")
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, max-age=86400"
    return answer


def _content(file: Attachment) -> Path:
    path = path_of(file.sha256)
    if not path.is_file():
        raise NotFound(f"“{file.name}”的内容不在服务器上，请联系系统管理员")
    return path
