"""A file, to those who may see the record it belongs to. Only images and PDF open in the browser."""

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase

from bihuan.base.errors import NotFound
from bihuan.ledger.attachments import IMAGES, get_attachment, path_of
from bihuan.org.actor import Actor
from bihuan.web.access import signed_in


@signed_in
def show(request: HttpRequest, actor: Actor, pk: int) -> HttpResponseBase:
    """The file's content, sandboxed."""
    file = get_attachment(actor, pk)
    path = path_of(file.sha256)
    if not path.is_file():
        raise NotFound(f"“{file.name}”的内容不在服务器上，请联系系统管理员")
    opens = file.media_type in (*IMAGES, "application/pdf")
    answer = FileResponse(
        path.open("rb"),
        as_attachment=not opens,
        filename=file.name,
        content_type=file.media_type if opens else "application/octet-stream",
    )
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
