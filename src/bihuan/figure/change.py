"""Why a number changed between two instants of knowing: parts that add up to the difference exactly.

The change is made in steps, each bringing one kind of news to what was known before; the value after every step is
worked out whole. So the parts add up for any figure, a ratio too, and each part is what that news did to the number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

import polars as pl

from bihuan.base.errors import Invalid
from bihuan.expression.columnar import to_columnar
from bihuan.figure.answer import Answer, Question, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.derived import combined
from bihuan.figure.engine.rows import held_columns
from bihuan.figure.engine.tally import State, measured
from bihuan.figure.lake.columns import microseconds
from bihuan.figure.measure import Function
from bihuan.figure.opening import counted_rows
from bihuan.figure.period import Period
from bihuan.figure.plan import clocks_for, part_codes, part_periods
from bihuan.figure.resolved import Base, Derived
from bihuan.figure.rules import NOBODY, Reach, counted_units

STEPS = {
    "redefined": "口径修改",
    "new": "新发生",
    "late": "迟报补录",
    "deleted": "删除",
    "moved": "划转单位",
    "corrected": "更正",
}
"""What can change a number, in the order in which it is told apart."""
_SPLIT = frozenset({Function.COUNT, Function.SUM, Function.AVG, Function.MIN, Function.MAX, Function.DISTINCT})


@dataclass(frozen=True)
class Reason:
    """One part of a change: which news, by how much, in how many records."""

    kind: str
    amount: Fraction
    records: int

    @property
    def title(self) -> str:
        return STEPS[self.kind]


@dataclass(frozen=True)
class Change:
    """A number before and after, and why it changed; the reasons' amounts add up to after - before."""

    before: Fraction | None
    after: Fraction | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class _Row:
    """What a record brings to a figure: whether its unit belongs to the cell, and its operand."""

    inside: bool
    operand: object


@dataclass(frozen=True)
class _Leaf:
    """A base figure before and after, by record, and which news each record is."""

    base: Base
    before: Mapping[int, _Row]
    after: Mapping[int, _Row]
    news: Mapping[int, str]

    def value(self, reached: Iterable[str]) -> Fraction | None:
        """The value once the news of these kinds has come in."""
        known = set(reached)
        rows = []
        for record in self.before.keys() | self.after.keys():
            old, new, kind = self.before.get(record), self.after.get(record), self.news.get(record)
            row = new if kind is None or kind in known else old
            if kind == "corrected" and "moved" in known and "corrected" not in known and old and new:
                row = replace(old, inside=new.inside)
            if row is not None and row.inside:
                rows.append(row.operand)
        return measured(self.base, _state(rows))


def _state(operands: list[object]) -> State:
    known = [operand for operand in operands if operand is not None]
    numbers = [operand for operand in known if isinstance(operand, int) and not isinstance(operand, bool)]
    listed = pl.DataFrame({"value": known, "n": [1] * len(known)}, strict=False) if known else None
    return State(len(operands), len(known), sum(numbers), listed, listed)


def split_change(
    code: str, unit: int | None, period: Period, as_of: datetime, known: tuple[datetime, datetime], reach: Reach | None
) -> Change:
    """Why a cell says another number at the later of two instants of knowing. Raises Invalid."""
    first, last = (Clocks(as_of, known_at) for known_at in known)
    old = answer(Question((code,), (period,), first), reach=reach)
    old_value = old.value(code, unit, period).number
    catalogue = Catalogue(last.known_at)
    before = answer(Question((code,), (period,), first), reach=reach, given=catalogue)
    after = answer(Question((code,), (period,), last), reach=reach, given=Catalogue(last.known_at))
    leaves: dict[tuple[str, Period], _Leaf] = {}
    reached: list[str] = []
    values = [old_value]
    for step in STEPS:
        reached.append(step)
        values.append(_value(code, unit, period, before, after, leaves, reached))
    counts = {
        step: len({r for leaf in leaves.values() for r, kind in leaf.news.items() if kind == step}) for step in STEPS
    }
    if any(value is None for value in values):
        return Change(values[0], values[-1], ())
    numbers = [value for value in values if value is not None]
    reasons = tuple(
        Reason(step, numbers[index + 1] - numbers[index], counts[step])
        for index, step in enumerate(STEPS)
        if numbers[index + 1] != numbers[index] or counts[step]
    )
    return Change(values[0], values[-1], reasons)


def _value(
    code: str,
    unit: int | None,
    period: Period,
    before: Answer,
    after: Answer,
    leaves: dict[tuple[str, Period], _Leaf],
    reached: list[str],
) -> Fraction | None:
    figure = before.figures[code]
    if isinstance(figure, Derived):
        if figure.kind in ("rank", "share"):
            raise Invalid(f"“{figure.spec.title}”与别的单位有关，请分别看各单位的变化")
        parts = zip(part_codes(figure), part_periods(figure, period, before.question.clocks), strict=True)
        return combined(figure, [_value(part, unit, own, before, after, leaves, reached) for part, own in parts])
    if not isinstance(figure, Base):
        return (after if "new" in reached else before).value(code, unit, period).number
    if figure.function not in _SPLIT:
        raise Invalid(f"“{figure.spec.title}”（{figure.function.words}）不能按记录分解变化")
    key = (code, period)
    if key not in leaves:
        leaves[key] = _leaf(figure, unit, period, before, after)
    return leaves[key].value(reached)


def _leaf(figure: Base, unit: int | None, period: Period, before: Answer, after: Answer) -> _Leaf:
    old, new = _rows(figure, unit, period, before), _rows(figure, unit, period, after)
    touched = sorted(record for record in old.keys() | new.keys() if old.get(record) != new.get(record))
    return _Leaf(figure, old, new, _news(figure, period, touched, old, new, before, after))


def _rows(figure: Base, unit: int | None, period: Period, asked: Answer) -> dict[int, _Row]:
    """What every record brings, of all units that may be seen: inside the cell or not."""
    ledger = asked.catalogue.ledgers[figure.view.code]
    units, _ = counted_units(asked.reach, ledger, unit, asked.roll_up(period))
    own = clocks_for(figure, period, asked.question.clocks)
    held = held_columns(asked.snapshots.of(figure.view), figure.view, own)
    operand = (
        pl.lit(None) if figure.operand is None else to_columnar(figure.operand, held, today=own.day, now=own.as_of)
    )
    inside = pl.lit(value=True) if units is None else pl.col("unit").fill_null(NOBODY).is_in(sorted(units))
    net: dict[tuple[int, bool, object], int] = {}
    for rows, weight in counted_rows(asked, figure, period):
        shown = rows.select("record", inside.alias("inside"), operand.alias("operand"), weight.alias("n")).collect()
        for record, is_inside, value, count in shown.iter_rows():
            key = (record, is_inside, value)
            net[key] = net.get(key, 0) + count
    return {record: _Row(is_inside, value) for (record, is_inside, value), count in net.items() if count > 0}


def _news(
    figure: Base,
    period: Period,
    touched: list[int],
    old: Mapping[int, _Row],
    new: Mapping[int, _Row],
    before: Answer,
    after: Answer,
) -> dict[int, str]:
    """Which news each changed record is."""
    stood = _standing(figure, period, before, touched)
    stands = _standing(figure, period, after, touched)
    known_before = microseconds(before.question.clocks.known_at)
    kinds = {}
    for record in touched:
        if record not in stood:
            # What had happened by then and was entered only later is late; the rest has happened since.
            kinds[record] = "late" if stands.get(record, known_before + 1) <= known_before else "new"
        elif record not in stands:
            kinds[record] = "deleted"
        else:
            one, other = old.get(record), new.get(record)
            is_moved = one is not None and other is not None and one.inside != other.inside
            kinds[record] = "moved" if is_moved and one.operand == other.operand else "corrected"  # type: ignore[union-attr]
    return kinds


def _standing(figure: Base, period: Period, asked: Answer, touched: list[int]) -> dict[int, int]:
    """Those of the records that stood at all, and since when: when they were found, or else when it took effect."""
    own = clocks_for(figure, period, asked.question.clocks)
    net: dict[tuple[int, int], int] = {}
    for part in asked.snapshots.of(figure.view).at(*own.instants):
        weight = pl.col("weight").cast(pl.Int64) if part.weighted else pl.lit(1, dtype=pl.Int64)
        since = pl.coalesce("opened_at", "effective_from").alias("since")
        rows = part.rows.filter(pl.col("record").is_in(touched)).select("record", since, weight.alias("n")).collect()
        for record, began, count in rows.iter_rows():
            net[record, began] = net.get((record, began), 0) + count
    return {record: began for (record, began), count in net.items() if count > 0}
