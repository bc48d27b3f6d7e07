"""Text as it comes out of a spreadsheet cell: what may be tidied without loss, and what was already lost."""

import re
import unicodedata

RE_ENTER = "请把该列设为文本后从原件重新录入"

_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[eE]\+?\d+")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202a\u202c\u202d\u202e"))
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−﹣"), "-")


def tidy(text: str) -> str:
    """Full width to half width, every dash to '-', no invisible characters, no blanks at the ends, no
    leading apostrophe."""
    if text.isascii():
        return text.strip().removeprefix("'")
    plain = unicodedata.normalize("NFKC", text.translate(_INVISIBLE))
    return plain.translate(_DASHES).strip().lstrip("'‘’").strip()


def compact(text: str) -> str:
    """`tidy` with every blank taken out: the form in which codes are compared."""
    return "".join(tidy(text).split())


def is_scientific(text: str) -> bool:
    """Whether a code was stored as a number and now reads like 4.40106E+17 (its last digits are gone)."""
    return _SCIENTIFIC.fullmatch(text) is not None
