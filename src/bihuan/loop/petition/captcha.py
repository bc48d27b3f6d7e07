"""A riddle that keeps simple machines off, without any outside service: a picture of digits, or a sum in words.

The riddle follows from a signed nonce and a key of this instance, so that nothing is kept until it is answered; an
answered one is not accepted again. The sum is for those who cannot see the picture. A machine made for this page can
read both, and is held by the limit for each address instead.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from io import BytesIO
from random import Random

from django.core import signing
from django.db import IntegrityError, transaction
from PIL import Image, ImageDraw, ImageFont

from bihuan.base import clock
from bihuan.base.home import secret
from bihuan.loop.petition.models import AnsweredRiddle

_SALT = "bihuan.petition.captcha"
_LIVES = timedelta(minutes=30)
_SOONEST = timedelta(seconds=2)
"""Nobody reads and fills the form faster."""
_DIGITS = 5
_WORDS = "零一二三四五六七八九"
_SIZE = (170, 56)


def new_token() -> str:
    """A fresh riddle's token for the form."""
    return signing.dumps({"n": secrets.token_hex(12), "t": clock.now().timestamp()}, salt=_SALT)


def _opened(token: str) -> tuple[str, float] | None:
    try:
        held = signing.loads(token, salt=_SALT)
        return str(held["n"]), float(held["t"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return None


def _bytes(nonce: str, what: str) -> bytes:
    return hmac.new(secret("petition.key"), f"{what}:{nonce}".encode(), hashlib.sha256).digest()


def _digits(nonce: str) -> str:
    return "".join(str(byte % 10) for byte in _bytes(nonce, "digits")[:_DIGITS])


def _sum(nonce: str) -> tuple[int, int]:
    one, other = _bytes(nonce, "sum")[:2]
    return one % 9 + 1, other % 9 + 1


def question(token: str) -> str:
    """The sum in words, for those who do not see the picture."""
    opened = _opened(token)
    if opened is None:
        return ""
    one, other = _sum(opened[0])
    return f"{_WORDS[one]}加{_WORDS[other]}等于多少？"


def picture(token: str) -> bytes | None:
    """The digits as a PNG, each turned and shifted, under lines and dots; None for a token that is not ours."""
    opened = _opened(token)
    if opened is None:
        return None
    dice = Random(_bytes(opened[0], "picture"))  # noqa: S311 - how the picture is bent is no secret
    image = Image.new("L", _SIZE, 245)
    font = ImageFont.load_default(size=34)
    for place, digit in enumerate(_digits(opened[0])):
        tile = Image.new("L", (40, 48), 0)
        ImageDraw.Draw(tile).text((10, 4), digit, fill=255, font=font)
        tile = tile.rotate(dice.uniform(-28, 28), resample=Image.Resampling.BICUBIC)
        ink = Image.new("L", tile.size, dice.randint(20, 90))
        image.paste(ink, (4 + place * 31 + dice.randint(-3, 3), dice.randint(0, 9)), tile)
    draw = ImageDraw.Draw(image)
    for _ in range(5):
        draw.line([(dice.randint(0, 170), dice.randint(0, 56)) for _ in range(3)], fill=dice.randint(90, 160), width=2)
    for _ in range(160):
        draw.point((dice.randrange(170), dice.randrange(56)), fill=dice.randint(60, 200))
    stream = BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def is_right(token: str, answer: str) -> bool:
    """Whether the answer is that of the picture or of the sum, in time, and the first one given to this riddle."""
    opened = _opened(token)
    if opened is None:
        return False
    nonce, made = opened
    age = clock.now().timestamp() - made
    said = "".join(answer.split())
    right = hmac.compare_digest(said.encode(), _digits(nonce).encode()) or said == str(sum(_sum(nonce)))
    if not right or not _SOONEST.total_seconds() <= age <= _LIVES.total_seconds():
        return False
    return _used_first(nonce)


def _used_first(nonce: str) -> bool:
    now = clock.now()
    AnsweredRiddle.objects.filter(at__lt=now - 2 * _LIVES).delete()
    try:
        with transaction.atomic():
            AnsweredRiddle.objects.create(nonce=nonce, at=now)
    except IntegrityError:
        return False
    return True
