"""How wide a table's columns are: each as its content asks where there is room, and the widest give way where not."""

import re

from bihuan.ledger.exporting.telling import width
from bihuan.report.document import Table, text_of
from bihuan.report.docx.markup import twips
from bihuan.standards import document_gbt9704 as layout

TEXT_WIDTH = twips(layout.TYPE_AREA[0])
_LOOKED_AT = 200
_NARROWEST, _WIDEST = 4, 28
# Twentieths of a point: half a character of a table's text, and a cell's edges with some play.
_HALF_CHARACTER, _BESIDE = 105, 160
_SEAM = re.compile(r"(?<=[0-9A-Za-z])(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])(?=[0-9A-Za-z])")


def column_widths(table: Table) -> list[int]:
    """The columns' widths in twentieths of a point; together as wide as the text."""
    wanted = [max(_NARROWEST, min(_WIDEST, -(-width(head) // 2) + 1)) for head in table.heads]
    for row in table.rows[:_LOOKED_AT]:
        for place, cell in enumerate(row):
            longest = max(map(_room, text_of(cell).split("\n")))
            wanted[place] = max(wanted[place], min(_WIDEST, longest))
    needed = [wide * _HALF_CHARACTER + _BESIDE for wide in wanted]
    total = sum(needed)
    if total <= TEXT_WIDTH:
        return [wide * TEXT_WIDTH // total for wide in needed]
    return _capped(needed)


def _room(line: str) -> int:
    """In half characters; word processors set Chinese and Latin letters a quarter of a character apart."""
    return width(line) + -(-len(_SEAM.findall(line)) // 2)


def _capped(needed: list[int]) -> list[int]:
    """Widths under the one cap at which all of them fill the text's width."""
    left, cap = TEXT_WIDTH, 0
    for place, wide in enumerate(sorted(needed)):
        cap = left // (len(needed) - place)
        if wide > cap:
            break
        left -= wide
    return [min(wide, cap) for wide in needed]
