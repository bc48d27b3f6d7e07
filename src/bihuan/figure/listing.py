"""A large ledger's list, found and put in order by its lake's columns: the database would read every record for it.

The database is still what is shown: from here come only the ids of the records, and how many there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import polars as pl
from django.db import connection

from bihuan.base import clock
from bihuan.expression import Checked, Kind, compile_check
from bihuan.expression.held import Held, TooLarge, decoded
from bihuan.figure.clocks import Clocks
from bihuan.figure.engine.rows import COLOURS, condition, held_columns
from bihuan.figure.lake.absorbing import rows_held, snapshot_if_near
from bihuan.figure.lake.columns import OPEN, LakeColumn
from bihuan.figure.lake.reading import Part, Snapshot
from bihuan.figure.names import COLOUR, LedgerView
from bihuan.ledger.grouping import MOST_GROUPS, Group, Grouped
from bihuan.ledger.models import Ledger
from bihuan.ledger.queries import SYSTEM_ORDER, Asked, order_words
from bihuan.ledger.rules import sees_whole
from bihuan.ledger.sight import sight_of
from bihuan.loop.colour import Colour
from bihuan.loop.spec import LoopSpec
from bihuan.org.actor import Actor

LARGE = 50_000
"""A ledger whose lake holds fewer rows is read by the database as fast."""
_LAST = OPEN - 1
"""On both clocks: a record as all of its events make it, which is what the database holds."""
_FIRST_ROWS = 20_000
"""A page among so many of the first is found without putting all the others in order."""
_ENTERED = frozenset({"created_at", "updated_at"})
"""The lake knows when an event was recorded, the database when the row was written."""
_OWN = {"number", "state", "unit", "opened_at", "due_at", "closed_at"}
"""What every record has; a ledger with a field of such a code is left to the database."""
_ORDER_NAMES = {"due": "due_at", "opened": "opened_at", "closed": "closed_at", "updated": "updated_at"}
_WALKED = frozenset({"due", "closed"})
"""The orders that an index of the database walks."""
_ROW = ("record", "version", "effective_from", "effective_to", "known_from", "known_to")


@dataclass(frozen=True)
class Wanted:
    """What is listed: the records for which `where` is true, of some units and of a step, where these are asked for.

    `order` are columns, those of descending ones with a minus; the newest come first among equals.
    """

    where: Checked | None = None
    units: frozenset[int] | None = None
    state: str = ""
    order: tuple[str, ...] = ()


def listing_of(
    actor: Actor, ledger: Ledger, loop: LoopSpec | None, asked: Asked, *, grouped: bool = False
) -> "Listing | None":
    """The list that an actor asks for, of all colours, in a large ledger of which they may see every record.

    None where the database tells the list as fast, or tells what the columns do not. Raises ExpressionError and
    Invalid as `ledger.queries.list_records` does.
    """
    sight = sight_of(actor, ledger)
    known = SYSTEM_ORDER.keys() | sight.spec.by_code.keys()
    order = tuple(word for word in order_words(asked.order) if word.removeprefix("-") in known)
    for word in order:
        sight.require_sortable(word.removeprefix("-"))
    is_sorted = any(word.removeprefix("-") not in _WALKED for word in order)
    is_hard = grouped or is_sorted or asked.unit or asked.where.strip()
    if not is_hard or asked.words.strip() or asked.also or not sees_whole(actor, ledger):
        return None
    if rows_held(ledger) < LARGE:
        return None
    names = sight.names(loop.states if loop else {})
    where = compile_check(asked.where, names) if asked.where.strip() else None
    units = frozenset(actor.tree.within(asked.unit)) if asked.unit else None
    view = LedgerView(ledger.code, sight.whole, loop)
    return listing(ledger, view, Wanted(where, units, asked.state, order))


def listing(ledger: Ledger, view: LedgerView, wanted: Wanted) -> "Listing | None":
    """The list of a ledger of which the reader may see every record; `wanted` speaks only of what they may ask.

    None where the lake lies too far behind, or holds something otherwise than the database does.
    """
    snapshot = None if _OWN & view.spec.by_code.keys() else snapshot_if_near(ledger, view)
    parts = snapshot.at(_LAST, _LAST) if snapshot else []
    if snapshot is None or not parts:
        return None
    now = clock.now()
    held = held_columns(snapshot, view, Clocks(now, now))
    names = {name.code for name in wanted.where.names} if wanted.where else set()
    keys = _keys(snapshot, held, wanted.order)
    if keys is None or names & _ENTERED or not names <= held.keys() or snapshot.manifest.unreadable.keys() & names:
        return None
    try:
        is_wanted = _is_wanted(wanted, held, Clocks(now, now))
    except TooLarge:
        return None
    return Listing(snapshot, parts, is_wanted, tuple(keys), held, held.get(COLOUR) if view.loop else None)


def _is_wanted(wanted: Wanted, held: Mapping[str, Held], clocks: Clocks) -> pl.Expr | None:
    found = [condition(wanted.where, held, clocks)] if wanted.where else []
    if wanted.units is not None:
        found.append(pl.col("unit").is_in(sorted(wanted.units)).fill_null(value=False))
    if wanted.state:
        words = held["state"].words or ()
        number = words.index(wanted.state) if wanted.state in words else -1
        found.append(pl.lit(value=False) if number < 0 else (pl.col("state") == number).fill_null(value=False))
    return pl.all_horizontal(found) if found else None


def _keys(snapshot: Snapshot, held: Mapping[str, Held], order: Iterable[str]) -> list[tuple[pl.Expr, bool]] | None:
    """By what the rows are ordered, each with whether downwards; None for an order that the columns do not tell."""
    found = []
    for word in order:
        name = word.removeprefix("-")
        code = _ORDER_NAMES.get(name, name)
        column = snapshot.by_name.get(code)
        if column is None or code in _ENTERED or code in snapshot.manifest.unreadable:
            return None
        kind = column.name.kind
        # PostgreSQL orders texts by the rules of a language, which are not ours.
        if kind is Kind.TEXTS or (kind is Kind.TEXT and connection.vendor == "postgresql"):
            return None
        found.append((_ranked(held[code]), word.startswith("-")))
    return found


def _ranked(held: Held) -> pl.Expr:
    """A column whose order is that of its values: words as numbers stand in the order in which they came."""
    if held.words is None:
        return held.column
    ranks = {word: rank for rank, word in enumerate(sorted(held.words, key=str.encode))}
    places = [ranks[word] for word in held.words]
    return held.column.replace_strict(list(range(len(places))), places, default=None, return_dtype=pl.Int32)


def _group_value(column: LakeColumn, held: Held) -> pl.Expr:
    """What the database groups by: the stored text, of dates and times the month in the county."""
    value = held.column
    if column.name.kind is Kind.DATE:
        return value.cast(pl.Date).dt.strftime("%Y-%m")
    if column.name.kind is Kind.DATETIME:
        return value.cast(pl.Datetime("us")).dt.offset_by("8h").dt.strftime("%Y-%m")
    return value if column.code == "unit" else decoded(held).cast(pl.String)


def _sum(column: pl.Expr) -> pl.Expr:
    """None where none is known: unknown is not zero. In 128 bits a million of the largest numbers fit."""
    return pl.when(column.count() > 0).then(column.cast(pl.Int128).sum())


def _scaled(total: int | None, scale: int) -> Decimal | None:
    return None if total is None else Decimal(total).scaleb(-scale)


@dataclass(frozen=True)
class Listing:
    """The records that are wanted, as the lake's columns tell them at one moment."""

    snapshot: Snapshot
    parts: list[Part]
    is_wanted: pl.Expr | None
    keys: tuple[tuple[pl.Expr, bool], ...]
    held: Mapping[str, Held]
    colour: Held | None

    @cached_property
    def _present(self) -> pl.LazyFrame:
        rows = present_rows(self.parts)
        return rows if self.is_wanted is None else rows.filter(self.is_wanted)

    @cached_property
    def counts(self) -> dict[Colour, int]:
        """How many of each colour; nothing in a ledger without colours."""
        if self.colour is None:
            return {}
        found = self._present.select(self.colour.column.alias("colour")).group_by("colour").len().collect()
        return dict.fromkeys(Colour, 0) | {COLOURS[number]: count for number, count in found.iter_rows()}

    @cached_property
    def total(self) -> int:
        """How many in all."""
        if self.colour is not None:
            return sum(self.counts.values())
        return int(self._present.select(pl.len()).collect().item())

    def groups(self, code: str, summed: Sequence[str], colour: Colour | None = None) -> Grouped | None:
        """The same as `ledger.grouping.grouped`; None where a column does not tell it."""
        columns = [self.snapshot.by_name.get(name) for name in summed]
        by = self.snapshot.by_name.get(code)
        unreadable = self.snapshot.manifest.unreadable
        if by is None or None in columns or unreadable.keys() & {code, *summed}:
            return None
        value = _group_value(by, self.held[code])
        sums = {f"sum{place}": _sum(self.held[name].column) for place, name in enumerate(summed)}
        found = self._of_colour(colour).group_by(value.alias("group")).agg(pl.len().alias("n"), **sums).collect()
        nulls_last = connection.vendor == "postgresql"
        rows = found.sort("n", "group", descending=[True, False], nulls_last=[False, nulls_last]).head(MOST_GROUPS)
        scales = [column.name.scale for column in columns if column]
        groups = tuple(
            Group(group, count, tuple(_scaled(total, scale) for total, scale in zip(totals, scales, strict=True)))
            for group, count, *totals in rows.iter_rows()
        )
        return Grouped(groups, max(0, len(found) - MOST_GROUPS))

    def _of_colour(self, colour: Colour | None) -> pl.LazyFrame:
        if colour is None or self.colour is None:
            return self._present
        return self._present.filter(self.colour.column == COLOURS.index(colour))

    def ids(self, start: int, count: int, colour: Colour | None = None, before: int | None = None) -> list[int]:
        """Some records by their place in the list, of one colour if asked, of those made before another if asked."""
        rows = self._of_colour(colour)
        if before is not None:
            rows = rows.filter(pl.col("record") < before)
        keys = [key.alias(f"key{place}") for place, (key, _) in enumerate(self.keys)]
        downwards = [*(down for _, down in self.keys), True]
        by = [*(f"key{place}" for place in range(len(keys))), "record"]
        ordered = rows.select("record", *keys).sort(by, descending=downwards, nulls_last=True)
        if start + count <= _FIRST_ROWS:
            ordered = ordered.head(start + count)
        found: list[int] = ordered.collect()["record"][start : start + count].to_list()
        return found


def present_rows(parts: list[Part]) -> pl.LazyFrame:
    """The rows that hold, each once: those of the base, and those of deltas that came and did not go again.

    The parts are the base, if there is one, and the deltas: at least one of them.
    """
    bases, deltas = ([part.rows for part in parts if part.weighted is kind] for kind in (False, True))
    if not deltas:
        return pl.concat(bases)
    changes = pl.concat(deltas).collect()
    is_touched = pl.col("record").is_in(changes["record"].unique().implode())
    old = [rows.filter(is_touched).with_columns(pl.lit(1, dtype=pl.Int8).alias("weight")) for rows in bases]
    both = pl.concat([*old, changes.lazy()], how="diagonal")
    net = both.group_by(_ROW).agg(pl.all().exclude(*_ROW, "weight").first(), pl.col("weight").cast(pl.Int64).sum())
    fresh = net.filter(pl.col("weight") > 0).drop("weight").collect().lazy()
    return pl.concat([*(rows.filter(~is_touched) for rows in bases), fresh], how="diagonal")
