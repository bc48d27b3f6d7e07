"""Typed values as text: what a spreadsheet shows for them, how wide that is, and what must not turn into a formula."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})
_PLACES = re.compile(r"\.(0*)(#*)")
_SUFFIX = re.compile(r'"([^"]*)"$')


def harmless(text: str) -> str:
    """Text that a spreadsheet program could take for a formula gets an apostrophe before it (for text files)."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else not_an_error(text)


def not_an_error(text: str) -> str:
    """Text that spells an error value, as #N/A, gets a blank behind it: a reader of the file takes it for text."""
    return f"{text} " if text in _ERRORS else text


def plain(value: Any) -> str:
    """A typed value for a text file: numbers in bare digits, days and moments in ISO form."""
    if isinstance(value, float):
        return _digits(value)
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def _digits(value: float) -> str:
    text = repr(value)
    if "e" in text:
        return f"{Decimal(text).normalize():f}"
    return text.removesuffix(".0")


def in_format(number_format: str) -> Callable[[Any], str]:
    """A function that shows a typed value as a spreadsheet would under a number format."""
    grouped = "," if "," in number_format else ""
    found = _PLACES.search(number_format)
    least, more = (len(found[1]), len(found[2])) if found else (0, 0)
    suffix = _SUFFIX.search(number_format)
    after = suffix[1] if suffix else ""

    def show(value: Any) -> str:
        if isinstance(value, bool | str):
            return value if isinstance(value, str) else plain(value)
        if not isinstance(value, int | float | Decimal):
            return value.isoformat(" ", "minutes") if isinstance(value, datetime) else plain(value)
        if not number_format:
            return plain(value)
        text = f"{Decimal(str(value)):{grouped}.{least + more}f}"
        return (text[: len(text) - more] + text[len(text) - more :].rstrip("0") if more else text) + after

    return show


def width(text: str) -> int:
    """How many half-width characters the longest line of a text takes."""
    return max((sum(map(_character_width, line)) for line in text.split("\n")), default=0)


def _character_width(character: str) -> int:
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def line_count(text: str, wide: int) -> int:
    """How many lines a text takes in a cell so many half-width characters wide: near enough, and quick.

    A Chinese character takes two places on the line and three bytes in UTF-8, others one and one.
    """
    if len(text) * 2 <= wide and "\n" not in text:
        return 1
    return sum(max(1, -(-(len(line.encode(errors="replace")) + len(line)) // (2 * wide))) for line in text.split("\n"))


def widths(heads: Iterable[str], rows: Iterable[Iterable[str]], *, least: int, most: int) -> list[int]:
    """The width of each column: that of its widest text, within bounds; a head may wrap onto a second line."""
    found = [max(least, (width(head) + 1) // 2 if width(head) > 16 else width(head)) for head in heads]
    for row in rows:
        for place, text in enumerate(row):
            found[place] = max(found[place], width(text[: most * 4]))
    return [min(wide, most) + 2 for wide in found]
