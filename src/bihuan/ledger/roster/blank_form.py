"""The blank workbook of a roster: its heads, an example that is left out again, and what each column takes."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter

from bihuan.ledger.roster.table import RosterField

_GUIDE = "填写说明"


def write_blank(title: str, fields: Sequence[RosterField], rows: Iterable[Sequence[str]], target: Path) -> None:
    """Write a workbook with the heads, the rows that are there already, and a sheet that explains each column."""
    book = xlsxwriter.Workbook(str(target), {"strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "border": 1, "align": "center", "bg_color": "#e6f1f1"})
    text = book.add_format({"num_format": "@"})
    page = book.add_worksheet(title)
    page.freeze_panes(1, 0)
    for place, one in enumerate(fields):
        page.write_string(0, place, one.title, head)
        page.set_column(place, place, 24, text)
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            page.write_string(number, place, cell, text)
    guide = book.add_worksheet(_GUIDE)
    guide.set_column(0, 0, 14)
    guide.set_column(1, 3, 44)
    for place, word in enumerate(("列", "怎么填", "例子", "也认得这些列名")):
        guide.write_string(0, place, word, head)
    for number, one in enumerate(fields, start=1):
        must = "必填。" if one.required else ""
        for place, cell in enumerate((one.title, must + one.hint, one.example, "、".join(one.aliases))):
            guide.write_string(number, place, cell, text)
    book.close()
