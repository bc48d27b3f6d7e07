"""What a command lists: a table whose columns line up under Chinese heads, or JSON."""

import sys
from collections.abc import Sequence
from typing import Any
from unicodedata import east_asian_width

import orjson

_GAP = "  "


def print_json(value: Any) -> None:
    """Print JSON for programs to read: dates as ISO 8601, keys in the order given."""
    # A colour may be a key: it is a string enumeration.
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS
    sys.stdout.write(orjson.dumps(value, option=option).decode())


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under heads; a column of numbers stands to the right."""
    for line in table(heads, [[_text(value) for value in row] for row in rows], _numeric(rows)):
        print(line)


def _text(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "" if value is None else str(value)


def _numeric(rows: Sequence[Sequence[object]]) -> frozenset[int]:
    columns = zip(*rows, strict=True)
    return frozenset(place for place, column in enumerate(columns) if all(isinstance(cell, int) for cell in column))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], to_the_right: frozenset[int]) -> list[str]:
    """The lines of a table. Chinese characters take two places on a terminal."""
    every = [list(heads), *rows]
    widths = [max(width(cell) for cell in column) for column in zip(*every, strict=True)]
    lines = []
    for row in every:
        cells = [
            " " * (widths[place] - width(cell)) + cell
            if place in to_the_right
            else cell + " " * (widths[place] - width(cell))
            for place, cell in enumerate(row)
        ]
        lines.append(_GAP.join(cells).rstrip())
    return lines


def width(text: str) -> int:
    """Places that a text takes on a terminal."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
