"""Records as comma-separated text (RFC 4180), for spreadsheet programs and for other systems."""

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from bihuan.ledger.exporting.columns import layout_of, telling_column
from bihuan.ledger.exporting.sheet import Sheet, Written, standings
from bihuan.ledger.exporting.telling import harmless, plain
from bihuan.ledger.models import Record

Encoding = Literal["utf-8", "gb18030"]

_ROWS_A_PIECE = 1_000
# Semicolons and tabs too, so that nobody takes them for what parts the cells.
_TO_QUOTE = re.compile(r'[",;\t\r\n]')
# What stands at the beginning of a text that has to be looked at more closely.
_ODD_STARTS = frozenset("=+-@\t\r# ")
# UTF-8 with the mark that spreadsheet programs recognise it by.
_CODECS = {"utf-8": "utf-8-sig", "gb18030": "gb18030"}


def write_csv(sheet: Sheet, records: Iterable[Record], path: Path, *, encoding: Encoding = "utf-8") -> Written:
    """Write the heads and the records, and nothing else. Text that could be taken for a formula is made harmless."""
    layout = layout_of(sheet, unit_line=False)
    columns = [telling_column(column, _told, "") for column in layout.columns]
    rows, written = standings(records, sheet.see), 0
    with path.open("w", encoding=_CODECS[encoding], newline="") as file:
        file.write(",".join(map(_told, layout.heads)) + "\r\n")
        while piece := list(islice(rows, _ROWS_A_PIECE)):
            written += len(piece)
            lines = map(",".join, zip(*(cells(piece) for cells in columns), strict=True))
            file.write("\r\n".join(lines) + "\r\n")
    return Written(written)


def _told(value: Any) -> str:
    if value.__class__ is not str:
        return plain(value)
    text: str = value
    if text[:1] in _ODD_STARTS:
        text = harmless(text)
    if _TO_QUOTE.search(text) or text[-1:] == " ":
        return '"' + text.replace('"', '""') + '"'
    return text
