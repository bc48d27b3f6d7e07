"""Whether a number is what its figure gives: right, wrong, out of date, or not to be told."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from bihuan.report.number_check.counting_words import alike, in_unit, same_measure
from bihuan.report.number_check.matching import Match
from bihuan.report.number_check.model import Number, Period
from bihuan.report.number_check.naming import Subject
from bihuan.report.number_check.same_measure import is_near

Judgement = Literal["right", "wrong", "out_of_date", "unknown"]
Then = Literal["asked", "year before", "period before", "earlier"]
"""When: as the text speaks of it; a year or a period before that; on earlier days and in earlier periods."""

_DOWN = re.compile("下降|减少|降低|降幅|回落|少|降")
_UP = re.compile("增长|增加|上升|提高|提升|增幅|多|升|增")
_PERIOD_BEFORE = re.compile("环比|[较比]上[月季个]")
_ROUGHLY = (Fraction(1, 10), Fraction(3, 10))
"""What is only told as about so much is right within the first, wrong beyond the second."""
_CLOSE = Fraction(1, 3)
_CHANGE_CLOSE = Fraction(10)


@dataclass(frozen=True)
class Cell:
    """One value that is asked for: whose, of what, in which period; `period` None is the year of the check."""

    subject: Subject
    unit: int | None
    period: Period | None
    up_to: bool = False
    then: Then = "asked"


@dataclass(frozen=True)
class Told:
    """A value of a figure: exact and as it is shown, with the period it is of."""

    exact: Fraction
    shown: Decimal
    period: Period | None = None


Values = Callable[[Cell], tuple[Told, ...]]
"""The values that a cell may have, the likeliest first; none where it is unknown. 截至 can be read in two ways."""


@dataclass(frozen=True)
class Verdict:
    """What became of a number: the figure it was held against, and its value as it should be written, with unit."""

    judgement: Judgement
    match: Match | None = None
    right: Decimal | None = None
    unit: str = ""
    why: str = ""
    cell: Cell | None = None


def cells_of(number: Number, match: Match | None) -> tuple[Cell, ...]:
    """What must be known to judge a number."""
    if match is None or (number.role == "share" and not match.subject.labels):
        return ()
    if number.role == "share":
        whole = replace(match.subject, labels=(), part=None)
        return tuple(Cell(one, match.units[0], number.period, number.up_to) for one in (match.subject, whole))
    own = tuple(
        Cell(subject, unit, period, number.up_to)
        for subject in match.subjects
        for unit in match.units
        for period in _periods(number)
    )
    if number.role != "change":
        return own
    before: Then = "period before" if _PERIOD_BEFORE.search(number.words.clause) else "year before"
    return tuple(one for cell in own for one in (cell, replace(cell, then=before)))


def earlier_cells(number: Number, match: Match | None, values: Values) -> tuple[Cell, ...]:
    """What else must be known of a number that none of its values is: whether it is an old one."""
    if match is None or not match.likely or number.role in ("change", "share"):
        return ()
    cells = cells_of(number, match)
    if any(_is_value(number, told, cell.subject) for cell in cells for told in values(cell)):
        return ()
    return (
        replace(
            _likeliest(number, match, [one for one in cells if values(one)] or list(cells), values), then="earlier"
        ),
    )


def _periods(number: Number) -> tuple[Period | None, ...]:
    """What was said before may mean its own month, the year up to it, or no longer hold; and a text that is about a
    year, that year up to now.
    """
    own = number.period
    if own is None or not number.inherited or (own.first.month, own.first.day) == (1, 1):
        return (own,)
    return own, Period(own.first.replace(month=1, day=1), own.last), None


def judge(number: Number, match: Match | None, values: Values) -> Verdict:
    """Right if it is the value as far as it is written; out of date if another period or an earlier day has it; wrong
    if it is beyond doubt what was meant, and is not so; unknown in any other case.
    """
    cells = cells_of(number, match)
    if match is None or not cells:
        return Verdict("unknown")
    if number.role == "change":
        return _judge_change(number, match, cells, values)
    if number.role == "share":
        return _judge_share(number, match, cells, values)
    for cell in cells:
        for told in values(cell):
            if _is_value(number, told, cell.subject):
                return Verdict("right", replace(match, subject=cell.subject), told.shown, cell.subject.unit, cell=cell)
    cell = _likeliest(number, match, [cell for cell in cells if values(cell)] or list(cells), values)
    known = values(cell)
    if not known or not (match.strong or (match.likely and _is_close(number, known[0], cell.subject))):
        return Verdict("unknown", match if match.strong else None, cell=cell)
    if not alike(number.unit, cell.subject.unit):
        return _wrong_unit(number, match, cell, known[0])
    if number.is_about:
        likely = [_judge_about(number, match, one, told) for one in cells for told in values(one)[:1]]
        return next((verdict for verdict in likely if verdict.judgement == "right"), likely[0])
    return _judge_old(number, match, cell, values, known[0])


def _likeliest(number: Number, match: Match, cells: list[Cell], values: Values) -> Cell:
    """The first; of what may be one of several things, or of several units, that with the nearest value."""
    is_sure = match.strong and any(told.exact for told in values(cells[0]))
    if is_sure or len(cells) == 1 or number.unit == "":
        return cells[0]
    known = [cell for cell in cells if values(cell) and alike(number.unit, cell.subject.unit)]

    def miss(cell: Cell) -> Fraction:
        return abs(Fraction(number.value) - in_unit(values(cell)[0].exact, cell.subject.unit, number.unit))

    return min(known, key=miss, default=cells[0])


def _judge_share(number: Number, match: Match, cells: tuple[Cell, ...], values: Values) -> Verdict:
    """The share of one value of a field in its figure: 大型户外广告设置占 57.7%."""
    parts, wholes = values(cells[0]), values(cells[1])
    if not (parts and wholes and wholes[0].exact) or number.is_about:
        return Verdict("unknown", cell=cells[0])
    share = parts[0].exact / wholes[0].exact * 100
    written = in_unit(number.value, number.unit, "%")
    if abs(written - share) <= number.half:
        return Verdict("right", match, cell=cells[0])
    if not match.strong or not is_near(written, share, Fraction(9)):
        return Verdict("unknown", cell=cells[0])
    return Verdict("wrong", match, _rounded(share, max(number.places, 0)), "%", cell=cells[0])


def _is_close(number: Number, told: Told, subject: Subject) -> bool:
    """Whether it looks like that value with a slip: near it, or its digits with another multiple."""
    if number.is_about or not alike(number.unit, subject.unit) or not told.exact:
        return False
    there = in_unit(told.exact, subject.unit, number.unit)
    return is_near(Fraction(number.value), there, Fraction(0))


def _judge_old(number: Number, match: Match, cell: Cell, values: Values, told: Told) -> Verdict:
    right, unit = _as_written(number, told, cell.subject)
    for old in values(replace(cell, then="earlier")):
        if _is_value(number, old, cell.subject) and number.value:
            when = f"是 {old.period.first} 至 {old.period.last} 的数" if old.period else "是以前的数"
            return Verdict("out_of_date", match, right, unit, when, cell)
    return Verdict("wrong", match, right, unit, cell=cell)


def _wrong_unit(number: Number, match: Match, cell: Cell, told: Told) -> Verdict:
    """The same digits with a unit that measures something else: the unit was slipped. Other digits: another thing."""
    if abs(Fraction(number.value) - told.exact) <= number.half and number.value > 1:
        return Verdict("wrong", match, told.shown, cell.subject.unit, f"单位应为{cell.subject.unit}", cell)
    return Verdict("unknown")


def _judge_about(number: Number, match: Match, cell: Cell, told: Told) -> Verdict:
    there = in_unit(told.exact, cell.subject.unit, number.unit)
    miss = abs(Fraction(number.value) - there)
    if miss <= _ROUGHLY[0] * there:
        return Verdict("right", match, cell=cell)
    right, unit = _as_written(number, told, cell.subject)
    if miss <= _ROUGHLY[1] * there:
        return Verdict("unknown", cell=cell)
    return Verdict("wrong", match, right, unit, cell=cell)


def _judge_change(number: Number, match: Match, cells: tuple[Cell, ...], values: Values) -> Verdict:
    """A rise or fall against the year or the period before, as a rate, in points, or in the figure's own unit."""
    sign = _direction(number.words.clause)
    unit = cells[0].subject.unit
    by_rate = unit != "%" and same_measure(number.unit, "%")
    in_own = number.unit == "百分点" if unit == "%" else bool(number.unit) and alike(number.unit, unit)
    if not sign or not (by_rate or in_own) or number.is_about:
        return Verdict("unknown")
    written = sign * (in_unit(number.value, number.unit, "%") if by_rate else Fraction(number.value))
    changes = [
        (cell, _changes(number, values(cell), values(then), cell, by_rate=by_rate)) for cell, then in _pairs(cells)
    ]
    for cell, found in changes:
        if any(abs(value - written) <= number.half for value in found):
            return Verdict("right", match, cell=cell)
    cell, found = next((one for one in changes if one[1]), changes[0])
    is_close = match.likely and bool(found) and abs(found[0] - written) <= max(_CHANGE_CLOSE, abs(found[0]) * _CLOSE)
    if not found or not (match.strong or is_close):
        return Verdict("unknown", cell=cell)
    right = _rounded(abs(found[0]), max(number.places, 0))
    why = "" if (found[0] >= 0) is (sign > 0) else "应为" + ("上升" if found[0] > 0 else "下降")
    return Verdict("wrong", match, right, number.unit, why, cell)


def _pairs(cells: tuple[Cell, ...]) -> Iterator[tuple[Cell, Cell]]:
    return zip(cells[::2], cells[1::2], strict=True)


def _changes(
    number: Number, after: tuple[Told, ...], before: tuple[Told, ...], cell: Cell, *, by_rate: bool
) -> list[Fraction]:
    """The changes that there can be; of a rate also that between the values as they are shown."""
    unit = cell.subject.unit
    found = [
        (now.exact - then.exact) / abs(then.exact) * 100
        if by_rate
        else in_unit(now.exact - then.exact, unit, number.unit)
        for now in after
        for then in before
        if then.exact or not by_rate
    ]
    return found + [Fraction(now.shown - then.shown) for now in after for then in before if unit == "%"]


def _direction(clause: str) -> int:
    """Up or down by the last word that says so; 0 where none does."""
    places = [(found.start(), sign) for sign, words in ((1, _UP), (-1, _DOWN)) for found in words.finditer(clause)]
    return max(places)[1] if places else 0


def _is_value(number: Number, told: Told, subject: Subject) -> bool:
    if not alike(number.unit, subject.unit):
        return False
    for value in (told.exact, Fraction(told.shown)):
        there = in_unit(value, subject.unit, number.unit)
        slack = number.half if number.places != 0 or there.denominator != 1 else Fraction(0)
        if abs(Fraction(number.value) - there) <= slack:
            return True
    return False


def _as_written(number: Number, told: Told, subject: Subject) -> tuple[Decimal, str]:
    """The right value in the unit that the text uses, with as many places, if it says anything there."""
    if number.unit in ("", subject.unit):
        return told.shown, subject.unit
    there = in_unit(told.exact, subject.unit, number.unit)
    value = _rounded(there, max(number.places, 0))
    if not value and there:
        return told.shown, subject.unit
    return value, number.unit


def _rounded(value: Fraction, places: int) -> Decimal:
    scaled = value * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(whole).scaleb(-places)
