"""A list by the lake's columns is the list by the database: the same records in the same order, counts, groups."""

from collections import Counter
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import clock
from bihuan.expression import compile_check
from bihuan.figure.lake.absorbing import fresh_snapshot
from bihuan.figure.listing import Listing, Wanted, listing
from bihuan.ledger.grouping import Grouped, grouped, groupings
from bihuan.ledger.models import Ledger
from bihuan.ledger.paging import stretch
from bihuan.ledger.queries import Asked, list_records
from bihuan.ledger.sight import sight_of
from bihuan.loop.colour import Colour, bounds_at, colour_of, has_colour
from bihuan.org.actor import Actor, actor_of
from tests.cast import Cast, examples, undone
from tests.figure.sample import WHERES, hours
from tests.figure.worlds import LOOP, SPEC, VIEW, Writer, history, make_ledger

ORDERS = ("", "amount", "-amount", "area,-steps", "-name", "level", "-level,day", "done", "-at", "month,-year")
OWN_ORDERS = ("number", "-due", "closed,unit", "state,-opened", "-unit")
ASKABLE = tuple(where for where in WHERES if "colour" not in where)
"""A list has its colours beside the condition."""
SUMMED = ("amount", "area", "steps")
ALL = 1_000


def asked_of(cast: Cast, dice: Random) -> Asked:
    unit = dice.choice([None, None, cast.town.pk])
    order = dice.choice([*ORDERS, *OWN_ORDERS])
    return Asked(unit=unit, state=dice.choice(["", "", "open", "closed"]), where=dice.choice(ASKABLE), order=order)


def by_columns(actor: Actor, ledger: Ledger, asked: Asked) -> Listing | None:
    names = sight_of(actor, ledger).names(LOOP.states)
    return listing(
        ledger,
        VIEW,
        Wanted(
            compile_check(asked.where, names) if asked.where else None,
            frozenset(actor.tree.within(asked.unit)) if asked.unit else None,
            asked.state,
            tuple(asked.order.split(",")) if asked.order else (),
        ),
    )


def expect_the_same(actor: Actor, ledger: Ledger, asked: Asked, dice: Random) -> bool:
    """Whether the columns told the list at all; what they tell is what the database tells."""
    found = by_columns(actor, ledger, asked)
    if found is None:
        return False
    rows = list_records(actor, ledger, SPEC, LOOP.states, asked)
    bounds, records = bounds_at(LOOP, clock.now()), stretch(rows, 0, ALL)
    ids = [record.pk for record in records]
    assert found.ids(0, ALL) == ids, asked
    start, count = dice.randint(0, 12), dice.randint(1, 12)
    assert found.ids(start, count) == ids[start : start + count], asked
    colours = Counter(colour_of(record.due_at, record.closed_at, bounds) for record in records)
    assert found.counts == {colour: colours[colour] for colour in Colour}, asked
    assert found.total == len(ids)
    colour = dice.choice(list(Colour))
    coloured = rows.filter(has_colour(colour, bounds))
    assert found.ids(0, ALL, colour) == [record.pk for record in stretch(coloured, 0, ALL)], (asked, colour)
    for code in groupings(SPEC, has_loop=True):
        fields = [SPEC.by_code[name] for name in SUMMED]
        theirs, ours = grouped(rows, SPEC, code, fields), found.groups(code, SUMMED)
        assert ours is not None
        assert as_told(ours) == as_told(theirs), (asked, code)
        assert ours.left_out == theirs.left_out
    return True


def as_told(found: Grouped) -> list[tuple[str, int, tuple[Decimal | None, ...]]]:
    """Groups without an order among equals, each value as text; SQLite writes 是 and 否 as 1 and 0."""
    told = {"true": "1", "false": "0"}
    values = [str(group.value) for group in found.groups]
    return sorted(
        (told.get(value, value), group.count, group.sums) for value, group in zip(values, found.groups, strict=True)
    )


@examples(6)
@given(seed=st.integers(0, 2**32))
def test_the_columns_tell_what_the_database_tells(cast: Cast, seed: int) -> None:
    dice = Random(seed)
    actor = actor_of(cast.people["office"])
    with undone():
        ledger = make_ledger(cast.office)
        events, writer = history(seed, [cast.town.pk, cast.village.pk, cast.other_town.pk]), Writer(ledger)
        writer.write(events[: len(events) // 2])
        fresh_snapshot(ledger, VIEW)
        told = 0
        for start in range(len(events) // 2, len(events), len(events) // 6):
            writer.write(events[start : start + len(events) // 6])
            with clock.fixed(hours(dice.randint(200, 2_400))):
                told += sum(expect_the_same(actor, ledger, asked_of(cast, dice), dice) for _ in range(4))
        assert told
