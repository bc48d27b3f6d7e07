"""What every engine must agree on about text."""

import re
from decimal import Decimal

BLANKS = " \t\r\n\u00a0\u3000"  # what trim() and is_blank() take away, the ideographic space among them

NUMBER_SCALE = 6
NUMBER_PATTERN = r"[+-]?[0-9]{1,12}(\.[0-9]{1,6})?"  # read alike by Python and PostgreSQL
_NUMBER = re.compile(NUMBER_PATTERN)

_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def lower(text: str) -> str:
    """Only A to Z change: beyond them engines and locales disagree."""
    return text.translate(_LOWER)


def upper(text: str) -> str:
    return text.translate(_UPPER)


def parse_number(text: str) -> Decimal | None:
    """A plain number of at most 12 digits and 6 decimal places, blanks around it; None for any other text."""
    plain = text.strip(BLANKS)
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def pattern_parts(pattern: str) -> list[str | None]:
    """A LIKE pattern as literal characters, "" for `_` (one character), None for `%` (any text).

    Raises ValueError when the pattern ends inside of an escape.
    """
    parts: list[str | None] = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            escaped = next(characters, None)
            if escaped is None:
                raise ValueError(pattern)
            parts.append(escaped)
        else:
            parts.append({"%": None, "_": ""}.get(character, character))
    return parts


def is_like(text: str, pattern: str) -> bool:
    """Case-sensitive LIKE, in time len(text) * len(pattern) at worst: no pattern can stall the program."""
    parts = pattern_parts(pattern)
    at = part_at = 0
    resume_at, resume_part = 0, -1  # where to go on when the last `%` must take one character more
    while at < len(text):
        part = parts[part_at] if part_at < len(parts) else "end"
        if part is None:
            resume_at, resume_part = at, part_at
            part_at += 1
        elif part in {"", text[at]}:
            at, part_at = at + 1, part_at + 1
        elif resume_part >= 0:
            resume_at += 1
            at, part_at = resume_at, resume_part + 1
        else:
            return False
    return all(part is None for part in parts[part_at:])
