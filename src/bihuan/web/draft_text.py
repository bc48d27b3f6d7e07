"""The text of a draft as it comes in from the number check's form, and the versions that it had before."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from bihuan.base.errors import Invalid
from bihuan.report.number_check import Block, Place, read_lines
from bihuan.report.number_marks import corrected
from bihuan.report.proofreading import Checked, read_draft

LONGEST_TEXT = 400_000
_LARGEST = 20 * 1024**2
_MOST_VERSIONS = 20


@dataclass(frozen=True)
class Draft:
    """A draft: its blocks, its text as it can be edited, and its earlier versions, the oldest first."""

    blocks: Sequence[Block] = ()
    text: str = ""
    earlier: tuple[str, ...] = ()

    def replaced(self, checked: Checked, places: Sequence[str]) -> "Draft":
        """The next version: the right values in the chosen places. Raises Invalid where none is chosen."""
        chosen = [place for code in places if (place := _place(code))]
        if not chosen:
            raise Invalid("请勾选要换成正确数的地方")
        text = corrected(checked, chosen)
        if text == self.text:
            return self
        return Draft(read_lines(text), text, (*self.earlier, self.text)[-_MOST_VERSIONS:])


def draft_in(request: HttpRequest) -> Draft:
    """The draft that was sent: the file if there is one, else what was typed. Raises Invalid."""
    file = request.FILES.get("file")
    earlier = tuple(text[:LONGEST_TEXT] for text in request.POST.getlist("earlier"))[-_MOST_VERSIONS:]
    if isinstance(file, UploadedFile):
        with kept_file(file) as path:
            blocks = read_draft(path, str(file.name))
        return Draft(blocks, "\n".join(block.text for block in blocks))
    text = request.POST.get("text", "")
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise Invalid(f"请选择文件，或贴入 1 到 {LONGEST_TEXT:,} 个字的文字")
    blocks = tuple(read_lines(text))
    return Draft(blocks, "\n".join(block.text for block in blocks), earlier)


@contextmanager
def kept_file(file: "UploadedFile[Any]") -> Iterator[Path]:
    """An uploaded file on disk for as long as it is read. Raises Invalid for one that is too large."""
    if (file.size or 0) > _LARGEST:
        raise Invalid(f"“{file.name}”超过 20 MB，请删去图片后再上传")
    with tempfile.NamedTemporaryFile() as kept:
        for chunk in file.chunks():
            kept.write(chunk)
        kept.flush()
        yield Path(kept.name)


def code_of(place: Place) -> str:
    """A place as a form sends it back."""
    return f"{place.block}-{place.start}-{place.end}"


def _place(code: str) -> Place | None:
    parts = code.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 9 for part in parts):
        return None
    return Place(*map(int, parts))
