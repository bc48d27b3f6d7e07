"""Small copies hold the image alone, upright; a picture is known again however it was saved."""

import io
import random
import struct
import zlib
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from bihuan.base.errors import NotFound
from bihuan.ledger.attachments import keep_file, path_of, twins
from bihuan.ledger.models import Attachment, Record, quarter_of_look
from bihuan.ledger.pictures import ALIKE, are_alike, look_of, near_quarters, small_copy
from tests.cast import Cast
from tests.ledger.making import make_finding

pytestmark = pytest.mark.usefixtures("own_home")


def scene(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Something like a photo: large patches of different greys and colours."""
    dice = random.Random(seed)
    image = Image.new("RGB", size, (dice.randrange(256), dice.randrange(256), dice.randrange(256)))
    draw = ImageDraw.Draw(image)
    for _ in range(30):
        x, y = dice.randrange(size[0]), dice.randrange(size[1])
        colour = (dice.randrange(256), dice.randrange(256), dice.randrange(256))
        draw.ellipse((x - 90, y - 60, x + dice.randrange(40, 160), y + dice.randrange(40, 160)), fill=colour)
    return image


def saved(image: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def keep(cast: Cast, content: bytes, name: str = "现场.jpg") -> Attachment:
    return keep_file(actor=cast["office"], ledger=cast.finding, upload=ContentFile(content, name=name))


def look(content: bytes) -> str:
    return look_of(io.BytesIO(content))


@pytest.mark.parametrize("seed", range(12))
def test_a_picture_saved_anew_is_known_and_another_is_not(seed: int) -> None:
    image = scene(seed)
    first = look(saved(image, quality=95))
    for again in (
        saved(image, quality=35),
        saved(image.resize((320, 240))),
        saved(image, "PNG"),
        saved(image.convert("L")),
    ):
        assert are_alike(first, look(again))
    assert not any(are_alike(first, look(saved(scene(other)))) for other in range(100, 130))


def test_pictures_of_one_colour_are_like_none() -> None:
    plain = look(saved(Image.new("RGB", (50, 50), "white")))
    assert not are_alike(plain, plain)
    assert not are_alike("", "")


def test_a_small_copy_is_upright_and_holds_nothing_but_the_image(cast: Cast) -> None:
    marks = Image.Exif()
    marks[0x0112] = 6  # orientation: to be turned by 90 degrees
    marks[0x010E] = "青溪镇12号 张三"
    file = keep(cast, saved(scene(1), exif=marks))
    path = small_copy(file, path_of(file.sha256))
    content = path.read_bytes()
    with Image.open(path) as small:
        assert (small.size, dict(small.getexif())) == ((240, 320), {})
    assert "青溪镇".encode() not in content
    assert b"Exif" not in content
    changed = path.stat().st_mtime_ns
    assert small_copy(file, path_of(file.sha256)).stat().st_mtime_ns == changed
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_a_picture_with_another_file_behind_it_gives_a_clean_copy(cast: Cast) -> None:
    file = keep(cast, saved(scene(2)) + b"PK\x03\x04<script>alert(1)</script>")
    assert b"<script>" not in small_copy(file, path_of(file.sha256)).read_bytes()


def _png_claiming(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1_000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("炸弹.png", _png_claiming(60_000, 60_000)),
        ("断.jpg", b"\xff\xd8\xff" + bytes(200)),
        ("假.gif", b"GIF89a/*<script>alert(1)</script>*/"),
    ],
)
def test_what_is_no_picture_has_no_copy_and_no_look(cast: Cast, name: str, content: bytes) -> None:
    file = keep(cast, content, name)
    assert file.look == ""
    with pytest.raises(NotFound, match="不能显示成图片"):
        small_copy(file, path_of(file.sha256))
    assert list((path_of("x" * 64).parent.parent.parent / "thumbnails").rglob("*.jpg")) == []


def test_a_photo_saved_anew_is_pointed_out_for_another_matter(cast: Cast) -> None:
    one, two = keep(cast, saved(scene(3))), keep(cast, saved(scene(3).resize((400, 300)), quality=50))
    first, second = make_finding(cast, 1, evidence=[one.pk]), make_finding(cast, 2, evidence=[two.pk])
    one.refresh_from_db()
    found = twins([one], Record.objects.all())[one.pk]
    assert [(twin.file.record_id, twin.is_exact) for twin in found] == [(second.pk, False)]
    assert twins([one], Record.objects.filter(pk=first.pk)) == {}


@given(st.integers(0, 2**64 - 1), st.sets(st.integers(0, 63), max_size=ALIKE))
def test_an_alike_picture_shares_a_quarter(look: int, flipped: set[int]) -> None:
    """None is missed: six bits cannot change all four quarters in two bits each."""
    other = f"{look ^ sum(1 << bit for bit in flipped):016x}"
    quarters = [other[at : at + 4] for at in range(0, 16, 4)]
    assert any(part in near for part, near in zip(quarters, near_quarters(f"{look:016x}"), strict=True))


@pytest.mark.django_db
def test_alike_pictures_are_looked_up_by_an_index() -> None:
    quarter = near_quarters("0123456789abcdef")[0]
    rows = Attachment.objects.annotate(quarter0=quarter_of_look(0)).filter(quarter0__in=quarter)
    assert connection.vendor == "postgresql" or "attachment_look_0" in rows.explain()
