"""A photo from outside: decoded within bounds and drawn anew, so that nothing hidden in the file is kept.

What a phone writes into a photo (place, time, owner) is personal data that nobody asked for; a file that is a picture
and something else besides is only the picture afterwards.
"""

from io import BytesIO
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from PIL import Image, ImageOps, UnidentifiedImageError

from bihuan.base.errors import Invalid

MOST_PHOTOS = 4
MOST_BYTES = 8 * 1024 * 1024
_MOST_PIXELS = 50_000_000
_LONGEST_SIDE = 2_000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


def redrawn(upload: "UploadedFile[Any]", place: int) -> "ContentFile[bytes]":
    """The picture as a JPEG of at most 2,000 pixels a side. Raises Invalid where it is none, or too large."""
    if (upload.size or 0) > MOST_BYTES:
        raise Invalid(f"照片有 {(upload.size or 0) / 1048576:.1f} MB，每张最大 {MOST_BYTES // 1048576} MB")
    try:
        with Image.open(upload.file or BytesIO(), formats=_FORMATS) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise Invalid(f"照片有 {image.width} × {image.height} 点，太大了，请缩小后再传")
            image.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
            plain = Image.new("RGB", upright.size, "white")
            plain.paste(upright.convert("RGBA"), mask=upright.convert("RGBA").getchannel("A"))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Invalid("这不是能打开的照片，可以上传 jpg、png、gif、webp") from error
    stream = BytesIO()
    plain.save(stream, "JPEG", quality=85)
    return ContentFile(stream.getvalue(), name=f"照片{place}.jpg")
