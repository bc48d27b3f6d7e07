"""Pictures among the files: a small copy to be shown, and what a picture looks like, so that it is known again.

The look is a difference hash: the picture in 9 by 8 greys, and of each pair of neighbours whether the left one is
brighter. Saving a picture anew, smaller or poorer, changes a few of the 64 bits; another picture differs in about half.
"""

import os
from pathlib import Path
from typing import IO

from PIL import Image, ImageOps

from bihuan.base.errors import NotFound
from bihuan.base.home import room
from bihuan.ledger.models import Attachment

IMAGES = ("image/jpeg", "image/png", "image/gif")
MOST_PIXELS = 50_000_000
"""A picture of more is shown by its name only: it would take hundreds of megabytes to unpack."""
ALIKE = 6
"""Two pictures whose looks differ in at most so many bits are told to be one."""
QUARTERS = 4
"""A look is looked up by quarters of 16 bits: where at most 6 bits differ, one quarter differs in at most 1."""
_PLAIN = 6
_SIDE = 320
_QUALITY = 82
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError)


def small_copy(file: Attachment, content: Path) -> Path:
    """A picture's small copy, made once and kept by content: upright, at most 320 pixels a side, nothing but the image.

    Raises NotFound for what is no picture, or too large a one. Whoever asks has seen to it that the file may be read.
    """
    path = room("thumbnails") / file.sha256[:2] / f"{file.sha256}.jpg"
    if not path.is_file():
        try:
            image = _upright(content, _SIDE * 2)
        except _BROKEN as error:
            raise NotFound(f"“{file.name}”不能显示成图片") from error
        image.thumbnail((_SIDE, _SIDE))
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{os.getpid()}-{os.urandom(8).hex()}")
        try:
            with fresh.open("xb") as out:
                image.save(out, "JPEG", quality=_QUALITY)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    return path


def look_of(content: Path | IO[bytes]) -> str:
    """What a picture looks like, as 16 hexadecimal digits; empty for what is no picture that can be shown."""
    try:
        greys = _upright(content, 64).convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    except _BROKEN:
        return ""
    bits = [greys[row * 9 + at] > greys[row * 9 + at + 1] for row in range(8) for at in range(8)]
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


def near_quarters(look: str) -> list[set[str]]:
    """For each quarter of a look, the texts that differ from it in at most one bit."""
    size = len(look) // QUARTERS
    parts = [int(look[at * size : (at + 1) * size], 16) for at in range(QUARTERS)]
    return [{f"{part:0{size}x}", *(f"{part ^ 1 << bit:0{size}x}" for bit in range(4 * size))} for part in parts]


def are_alike(look: str, other: str) -> bool:
    """Whether two looks are so near that it is one picture, saved anew. Pictures of one colour are like none."""
    if not (look and other):
        return False
    one, two = int(look, 16), int(other, 16)
    return (one ^ two).bit_count() <= ALIKE and _PLAIN <= one.bit_count() <= 64 - _PLAIN


def _upright(content: Path | IO[bytes], side: int) -> Image.Image:
    """The first image of a file as its camera held it, on white. `side` is how large it has to be at least."""
    with Image.open(content, formats=("JPEG", "PNG", "GIF")) as image:
        if image.width * image.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        image.draft("RGB", (side, side))
        turned = ImageOps.exif_transpose(image)
        layered = turned.convert("RGBA")
        white = Image.new("RGB", layered.size, "white")
        white.paste(layered, mask=layered.getchannel("A"))
        return white
