"""Why a number changed between two instants of knowing: parts that add up to the difference exactly.

The change is made in steps, each bringing one kind of news to what was known before, always in the order of STEPS; the
value after every step is worked out whole, by the same aggregate as ever. Each part is what its step did to the number.
So the parts add up for any figure: a ratio, a rank, a share of time, the last value, what lies outside of the fences.
A step after which the number is unknown hands its part on to the next after which it is known.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

import polars as pl

from bihuan.figure.answer import Answer, Question, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.contributions import COLUMNS, ledgers_of, rows_of_cell, value_of_rows
from bihuan.figure.cutting import require_cut
from bihuan.figure.definitions import Catalogue
from bihuan.figure.derived import combined, rank_among, share_of
from bihuan.figure.lake.columns import microseconds
from bihuan.figure.measure import Function
from bihuan.figure.names import LedgerView
from bihuan.figure.opening import open_value
from bihuan.figure.period import Period
from bihuan.figure.plan import clocks_for, part_codes, part_periods
from bihuan.figure.resolved import Base, Derived, Doubled, External
from bihuan.figure.rules import Reach
from bihuan.figure.slices import Slice, sliced

STEPS = {
    "redefined": "口径修改",
    "new": "新发生",
    "late": "迟报补录",
    "deleted": "删除",
    "moved": "划转单位",
    "corrected": "更正",
}
"""What can change a number, in the order in which it is told apart."""
_BROUGHT = [name for name in COLUMNS if name not in ("place", "record")]
Key = tuple[str, int]
"""A record: its ledger's code and its id."""


@dataclass(frozen=True)
class Reason:
    """One part of a change: which news, by how much, and the records that it is about.

    `amount` is None where the number was or is unknown, and so no difference can be told.
    """

    kind: str
    amount: Fraction | None
    touched: tuple[Key, ...] = ()

    @property
    def title(self) -> str:
        return STEPS[self.kind]

    @property
    def records(self) -> int:
        return len(self.touched)


@dataclass(frozen=True)
class Change:
    """A number before and after, and why it changed; the reasons' amounts add up to after - before."""

    before: Fraction | None
    after: Fraction | None
    reasons: tuple[Reason, ...]
    is_partial: bool = False


@dataclass(frozen=True)
class _Leaf:
    """A figure over records before and after: the rows that are alike, those that are not, and which news they are."""

    figure: Base | Doubled
    still: pl.DataFrame
    before: pl.DataFrame
    after: pl.DataFrame
    news: Mapping[str, frozenset[tuple[int, int]]]
    """By kind: place and id of the records."""

    def value(self, reached: Collection[str]) -> Fraction | None:
        """The value once the news of these kinds has come in."""
        rows = [self.still]
        for kind, records in self.news.items():
            rows.append(_only(self.after if kind in reached else self._before(kind, reached), records))
        return value_of_rows(self.figure, pl.concat(rows, how="vertical_relaxed"))

    def _before(self, kind: str, reached: Collection[str]) -> pl.DataFrame:
        """What was known before; a record that was moved and corrected is first moved, then corrected."""
        is_single = isinstance(self.figure, Base) and self.figure.function is not Function.SHARE
        if kind != "corrected" or "moved" not in reached or not is_single:
            return self.before
        there = self.after.select("place", "record", now="inside")
        moved = self.before.join(there, on=["place", "record"], how="left")
        return moved.with_columns(inside=pl.coalesce("now", "inside")).drop("now")

    def touched(self, kind: str) -> set[Key]:
        """The records of a kind of news that were or are inside the cell."""
        ledgers = ledgers_of(self.figure)
        inside = pl.concat([self.before, self.after], how="vertical_relaxed").filter("inside")
        found = _only(inside, self.news.get(kind, frozenset())).select("place", "record").unique()
        return {(ledgers[place], record) for place, record in found.iter_rows()}


def _only(rows: pl.DataFrame, records: Collection[tuple[int, int]]) -> pl.DataFrame:
    wanted = pl.DataFrame(
        {"place": [place for place, _ in records], "record": [record for _, record in records]},
        schema={"place": pl.Int32, "record": rows.schema["record"]},
    )
    return rows.join(wanted, on=["place", "record"], how="semi")


@dataclass
class _Between:
    """The same question known then and known now, and the leaves that were worked out for it."""

    before: Answer
    after: Answer
    cut: Slice | None = None
    leaves: dict[tuple[str, int | None, Period], _Leaf] = field(default_factory=dict)

    def value(self, code: str, unit: int | None, period: Period, reached: Collection[str]) -> Fraction | None:
        """A cell once the news of these kinds has come in."""
        figure = self.before.figures[code]
        if isinstance(figure, Derived):
            return self._derived(figure, unit, period, reached)
        if not isinstance(figure, Base | Doubled):
            return self._told(code, unit, period, reached)
        key = (code, unit, period)
        if key not in self.leaves:
            own = sliced(figure, self.cut) if isinstance(figure, Base) else figure
            self.leaves[key] = _leaf(own, unit, period, self.before, self.after)
        return self.leaves[key].value(reached)

    def _told(self, code: str, unit: int | None, period: Period, reached: Collection[str]) -> Fraction | None:
        """What people entered: the first time it is new, after that a correction. Units are counted alike by both."""
        was = self.before.value(code, unit, period).number
        step = "new" if was is None and isinstance(self.before.figures[code], External) else "corrected"
        return self.after.value(code, unit, period).number if step in reached else was

    def _derived(self, figure: Derived, unit: int | None, period: Period, reached: Collection[str]) -> Fraction | None:
        part, tree = figure.parts[0], self.before.tree(period)
        if figure.kind == "share":
            node = tree.by_pk.get(unit or 0)
            above = node.parent if node and figure.spec.within != "whole" else None
            own, whole = (self.value(part, one, period, reached) for one in (unit, above))
            return share_of(figure, own, whole)
        if figure.kind == "rank":
            beside = tree.beside(unit) if unit else ()
            others = [self.value(part, one, period, reached) for one in beside]
            own = self.value(part, unit, period, reached) if beside else None
            return rank_among(own, others, ascending=figure.spec.order == "ascending")
        periods = part_periods(figure, period, self.before.question.clocks)
        parts = zip(part_codes(figure), periods, strict=True)
        return combined(figure, [self.value(code, unit, own_period, reached) for code, own_period in parts])


def split_change(
    code: str,
    unit: int | None,
    period: Period,
    as_of: datetime,
    known: tuple[datetime, datetime],
    reach: Reach | None,
    cut: Slice | None = None,
) -> Change:
    """Why a cell, or one part of it by a field, says another number at the later of two instants of knowing.

    Raises NotAllowed where the person may not know the number, or not all that it is compared with, and Invalid for a
    field that does not cut the figure as it is defined now or was then.
    """
    first, last = (Clocks(as_of, known_at) for known_at in known)
    if cut is not None:
        for clocks in (first, last):
            require_cut([code], cut.field, clocks, reach)
    catalogue = Catalogue(last.known_at)
    then = answer(Question((code,), (period,), first, (cut,)), reach=reach)
    before = answer(Question((code,), (period,), first, (cut,)), reach=reach, given=catalogue)
    after = answer(Question((code,), (period,), last, (cut,)), reach=reach, given=catalogue)
    old, new = (asked.value(code, unit, period, cut) for asked in (then, after))
    between = _Between(before, after, cut)
    values, reached = [old.number], set[str]()
    for step in STEPS:
        reached.add(step)
        values.append(between.value(code, unit, period, reached))
    touched = {
        step: tuple(sorted(set[Key]().union(*(leaf.touched(step) for leaf in between.leaves.values()))))
        for step in STEPS
    }
    touched["redefined"] = _redefined(then, before, code, unit, period, cut)
    amounts = _amounts(values)
    reasons = (Reason(step, amounts[index], touched[step]) for index, step in enumerate(STEPS))
    told = tuple(reason for reason in reasons if reason.amount or reason.touched)
    return Change(values[0], values[-1], told, old.partial or new.partial)


def _redefined(
    then: Answer, before: Answer, code: str, unit: int | None, period: Period, cut: Slice | None
) -> tuple[Key, ...]:
    """The records that one definition counts and the other does not, of what was known then."""
    sides = [{part: asked.catalogue.in_force(part).version for part in asked.figures} for asked in (then, before)]
    if sides[0] == sides[1]:
        return ()
    counted = [
        {(part.ledger, pk) for part in open_value(asked, code, unit, period, cut) for pk in part.ids}
        for asked in (then, before)
    ]
    return tuple(sorted(counted[0] ^ counted[1]))


def _amounts(values: list[Fraction | None]) -> list[Fraction | None]:
    """What each step did; None for all where the number is unknown at either end."""
    if values[0] is None or values[-1] is None:
        return [None] * (len(values) - 1)
    amounts: list[Fraction | None] = []
    last = values[0]
    for value in values[1:]:
        amounts.append(Fraction(0) if value is None else value - last)
        last = last if value is None else value
    return amounts


def _leaf(figure: Base | Doubled, unit: int | None, period: Period, before: Answer, after: Answer) -> _Leaf:
    old, new = (rows_of_cell(figure, unit, period, asked) for asked in (before, after))
    names = [*COLUMNS, "n"]
    gone, come = (one.join(other, on=names, how="anti", nulls_equal=True) for one, other in ((old, new), (new, old)))
    differ = pl.concat([gone, come], how="vertical_relaxed").select("place", "record").unique()
    still = old.join(differ, on=["place", "record"], how="anti")
    was, now = (rows.join(differ, on=["place", "record"], how="semi") for rows in (old, new))
    return _Leaf(figure, still, was, now, _news(figure, period, (was, now), before, after))


def _news(
    figure: Base | Doubled, period: Period, rows: tuple[pl.DataFrame, pl.DataFrame], before: Answer, after: Answer
) -> dict[str, frozenset[tuple[int, int]]]:
    """Which news each record is that brings another row than before."""
    was, now = (_by_record(side) for side in rows)
    found: dict[str, set[tuple[int, int]]] = {}
    views = (figure.view,) if isinstance(figure, Base) else tuple(view for view, _ in figure.places)
    known_before = microseconds(before.question.clocks.known_at)
    for place, view in enumerate(views):
        touched = [record for at, record in was.keys() | now.keys() if at == place]
        stood, stands = (_standing(figure, view, period, asked, touched) for asked in (before, after))
        for record in touched:
            key = (place, record)
            if record not in stood:
                # What had happened by then and was entered only later is late; the rest has happened since.
                kind = "late" if stands.get(record, known_before + 1) <= known_before else "new"
            elif record not in stands:
                kind = "deleted"
            else:
                kind = "moved" if _is_move(was.get(key), now.get(key)) else "corrected"
            found.setdefault(kind, set()).add(key)
    return {kind: frozenset(records) for kind, records in found.items()}


def _by_record(rows: pl.DataFrame) -> dict[tuple[int, int], list[tuple[object, ...]]]:
    found: dict[tuple[int, int], list[tuple[object, ...]]] = {}
    for place, record, *brought in rows.select("place", "record", *_BROUGHT).iter_rows():
        found.setdefault((place, record), []).append(tuple(brought))
    return found


def _is_move(was: list[tuple[object, ...]] | None, now: list[tuple[object, ...]] | None) -> bool:
    """Whether nothing but the unit differs, which every row begins with."""
    if not was or not now:
        return False
    return sorted((row[1:] for row in was), key=repr) == sorted((row[1:] for row in now), key=repr)


def _standing(
    figure: Base | Doubled, view: LedgerView, period: Period, asked: Answer, touched: list[int]
) -> dict[int, int]:
    """Those of the records that stood at all, and since when: when they were found, or else when it took effect."""
    own = clocks_for(figure, period, asked.question.clocks)
    net: dict[tuple[int, int], int] = {}
    for part in asked.snapshots.of(view).at(*own.instants):
        weight = pl.col("weight").cast(pl.Int64) if part.weighted else pl.lit(1, dtype=pl.Int64)
        since = pl.coalesce("opened_at", "effective_from").alias("since")
        rows = part.rows.filter(pl.col("record").is_in(touched)).select("record", since, weight.alias("n")).collect()
        for record, began, count in rows.iter_rows():
            net[record, began] = net.get((record, began), 0) + count
    return {record: began for (record, began), count in net.items() if count > 0}
