"""Holds the last row of a table's column, 合计, against the rows above it."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from bihuan.report.number_check.blocks import Block
from bihuan.report.number_check.model import Finding, Number
from bihuan.report.number_check.same_measure import shown
from bihuan.report.number_check.tables import Cell

_TOTAL = re.compile("(?:合|总|小)计|总数|总和|全[县市区]|[共总]")
_LEAST_ROWS = 2
_NEAR = Fraction(1, 3)


def check_table_sums(blocks: Sequence[Block], numbers: Sequence[Number]) -> Iterator[Finding]:
    """Each total of a column that its rows do not add up to, but nearly do. Rates are not added."""
    columns: dict[tuple[int, int], list[tuple[Cell, Number]]] = {}
    places = {(number.place.block, number.place.start): number for number in numbers}
    for block in blocks:
        for cell in block.cells:
            number = places.get((block.index, cell.start))
            if number and number.place.end == cell.end:
                columns.setdefault((cell.table, cell.column), []).append((cell, number))
    for column in columns.values():
        parts: list[Number] = []
        for cell, number in column:
            if not _TOTAL.fullmatch(cell.beginning):
                parts.append(number)
                continue
            yield from _against(number, parts)
            parts = []


def _against(total: Number, parts: Sequence[Number]) -> Iterator[Finding]:
    units = {part.unit for part in (*parts, total)}
    if len(parts) < _LEAST_ROWS or len(units) > 1 or total.unit in ("%", "‰"):
        return
    summed = sum((Fraction(part.value) for part in parts), Fraction(0))
    room = sum((part.half for part in parts), total.half) if any(p.places > 0 for p in (*parts, total)) else 0
    miss = abs(summed - Fraction(total.value))
    if room < miss <= _NEAR * max(summed, Fraction(total.value)):
        others = tuple(part.place for part in parts)
        yield Finding("sum", total.place, f"各行相加是 {shown(summed)}，合计写的是 {total.text}", others=others)
