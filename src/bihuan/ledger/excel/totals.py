"""Checks the totals a table states against its records. Arithmetic is decimal, from the digits as written."""

import re
from collections import deque
from decimal import Decimal
from math import isfinite

from bihuan.ledger.excel.model import Cell, Column, Grid, Row, TotalCheck
from bihuan.ledger.excel.survey import Shape, Survey, records
from bihuan.standards.measures import convert, parse_measure_suffix

# Columns that nobody adds up.
_NEVER_SUMMED = re.compile(
    "率$|比例|占比|比重|增幅|增速|同比|环比|平均|均价|单价|均值|排名|名次|位次|编号|代码|编码|号码|电话|手机|日期|时间|年份|年度$"
)
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_TIDY = str.maketrans({",": "", "，": "", "−": "-", "－": "-", "¥": "", "￥": "", " ": "", "\u3000": ""})
# Binary fractions that a spreadsheet has summed carry noise far below this.
_NOISE = Decimal("0.000001")

Figures = dict[int, Decimal]


def number_in(cell: Cell) -> Decimal | None:
    """Give the number a cell holds, thousands separators and currency signs aside; None where it holds
    none.
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        if not isfinite(cell):
            return None
        return Decimal(int(cell)) if float(cell).is_integer() else Decimal(repr(cell))
    if not isinstance(cell, str):
        return None
    text = cell.strip().translate(_TIDY)
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def quantity_in(cell: Cell, measure: str | None) -> Decimal | None:
    """Give the number a cell holds in its column's unit: 3.2万元 and 32000元 are both 3.2 in a column of 万元."""
    number = number_in(cell)
    if number is not None or measure is None or not isinstance(cell, str):
        return number
    try:
        amount, unit = parse_measure_suffix(cell)
        exact = convert(amount, unit or measure, measure)
    except ValueError:
        return None
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def check_totals(grid: Grid, shape: Shape, found: Survey) -> tuple[TotalCheck, ...]:
    """Compare each figure of the total rows with the records it stands for; reads the sheet once more.

    小计 sums the records since the total above it or, where totals stand above their records, up to the
    next one; 合计 and 总计 sum all records above, or those since the last total if only these agree. 累计
    counts earlier periods in, and is not checked.
    """
    stated = deque(
        (number, word, figures)
        for number, word, cells in found.totals
        if word != "累计" and (figures := _figures(cells, shape.columns))
    )
    if not stated:
        return ()
    checker = _Checker(shape.columns, sorted({place for _, _, figures in stated for place in figures}))
    for number, row in records(grid, shape, Survey(), fill_down=False):
        while stated and stated[0][0] < number:
            checker.total(*stated.popleft())
        checker.detail(row)
    while stated:
        checker.total(*stated.popleft())
    checker.end()
    return tuple(sorted(checker.checks, key=lambda check: check.number))


def _figures(cells: Row, columns: tuple[Column, ...]) -> Figures:
    found: Figures = {}
    for place, column in enumerate(columns):
        number = quantity_in(cells[column.index], column.measure)
        summed = not (column.is_serial or column.measure in ("%", "‰") or _NEVER_SUMMED.search(column.title))
        if number is not None and summed:
            found[place] = number
    return found


class _Checker:
    """Holds the running sums of all records, and what they stood at when totals were stated."""

    def __init__(self, columns: tuple[Column, ...], places: list[int]) -> None:
        self.columns = columns
        self.checks: list[TotalCheck] = []
        self.sums: Figures = dict.fromkeys(places, Decimal(0))
        self.finest: dict[int, int] = dict.fromkeys(places, 0)
        self.marks: dict[str, Figures] = {}
        self.details = self.details_at_mark = 0
        self.open_group: tuple[int, Figures] | None = None
        self.open_whole: list[tuple[int, Figures]] = []

    def detail(self, row: Row) -> None:
        self.details += 1
        for place in self.sums:
            number = quantity_in(row[place], self.columns[place].measure)
            if number is not None:
                self.sums[place] += number
                self.finest[place] = max(self.finest[place], _decimals(number))

    def total(self, number: int, word: str, figures: Figures) -> None:
        is_group = word.endswith("小计") or word.startswith("本页")
        stands_first = self.details == self.details_at_mark
        leads = self.open_group is not None
        self._close_group()
        if is_group and (leads or stands_first):
            self.open_group = (number, figures)
        elif is_group:
            self._compare(number, figures, [self._since("any")])
        elif self.details == 0:
            self.open_whole.append((number, figures))
        else:
            self._compare(number, figures, [self.sums, self._since("any"), self._since(word)])
        self.marks[word] = self.marks["any"] = dict(self.sums)
        self.details_at_mark = self.details

    def end(self) -> None:
        self._close_group()
        for number, figures in self.open_whole:
            self._compare(number, figures, [self.sums])

    def _close_group(self) -> None:
        if self.open_group is not None:
            self._compare(*self.open_group, [self._since("any")])
            self.open_group = None

    def _since(self, mark: str) -> Figures:
        before = self.marks.get(mark, {})
        return {place: total - before.get(place, Decimal(0)) for place, total in self.sums.items()}

    def _compare(self, number: int, figures: Figures, ways: list[Figures]) -> None:
        for place, stated in figures.items():
            slack = _NOISE
            if 0 < _decimals(stated) < self.finest[place]:
                # Stated rounded: half a unit of its last digit. A whole number is taken at its word.
                slack += Decimal("0.5").scaleb(-_decimals(stated))
            agreeing = [way[place] for way in ways if abs(way[place] - stated) <= slack]
            summed = agreeing[0] if agreeing else ways[0][place]
            title = self.columns[place].title
            self.checks.append(TotalCheck(number, title, stated, summed, agrees=bool(agreeing)))


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
