"""Every base figure, over random histories with corrections, equals a plain fold over the events."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from random import Random

import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from bihuan.figure.answer import Question, Runner, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.engine.postgres import postgres_runner
from bihuan.figure.measure import Function
from bihuan.figure.opening import open_value
from bihuan.figure.period import Period, parse_period
from bihuan.figure.plan import placed
from bihuan.figure.resolved import Base
from bihuan.figure.spec import FigureSpec
from bihuan.figure.value import rounded
from bihuan.org.actions import change_unit, end_unit
from bihuan.org.models import Unit
from tests.cast import Cast, examples, undone
from tests.figure import naive
from tests.figure.sample import DERIVED, FIGURES, OPENED, PERIODS, drawn, hours
from tests.figure.worlds import START, Writer, history, make_ledger


def expect_same(
    cast: Cast,
    ledger,
    codes: list[str],
    periods: list[Period],
    clocks: Clocks,
    units: list[int | None],
    runner: Runner | None = None,
    figures: Mapping[str, FigureSpec] = FIGURES,
) -> int:
    """Compare every cell, and return how many there were. Another engine answers beside that of every day."""
    catalogue = Catalogue(given=figures)
    past = naive.Past(ledger)
    checked_by = None
    if runner is None and connection.vendor == "postgresql":
        checked = tuple(codes[clocks.known_at.hour % 8 :: 8])  # a statement for each figure takes its time
        own = Question(checked, tuple(periods), clocks)
        checked_by = answer(own, reach=None, given=catalogue, runner=postgres_runner())
    found = answer(Question(tuple(codes), tuple(periods), clocks), reach=None, given=catalogue)
    if runner is not None:
        checked_by = answer(found.question, reach=None, given=catalogue, runner=runner)
    for code in codes:
        base = catalogue[code]
        assert isinstance(base, Base)
        for period in periods:
            asked = placed(base, period)
            at = (asked, clocks.as_of, clocks.known_at)
            is_timed = base.function is Function.SHARE
            everywhere = [] if is_timed else naive.counted(base, past, None, *at)
            for unit in units:
                members = naive.members(unit, found.day_of(period))
                if members is not None and catalogue.ledgers[base.view.code].owner_id in members:
                    members |= {None}
                rows = [(row, value) for row, value in everywhere if members is None or row.unit in members]
                if is_timed:
                    expected, records = naive.share_of_time(base, past, members, *at)
                else:
                    expected, records = naive.value_of(base, rows, everywhere), {row.record for row, _ in rows}
                value = found.value(code, unit, period)
                where = f"{base.spec.where} {base.spec.measure} {base.spec.during} {period.code} unit {unit}"
                if checked_by is not None and code in checked_by.figures:
                    theirs = checked_by.value(code, unit, period)
                    assert (theirs.number, theirs.records) == (expected, len(records)), where
                assert (value.number, value.records) == (expected, len(records)), where
                if unit is not None and code in OPENED:
                    (opened,) = open_value(found, code, unit, period)
                    assert sorted(set(opened.ids)) == sorted(records), where
    return len(codes) * len(periods) * len(units)


@examples(3)
@given(seed=st.integers(0, 2**32))
@example(seed=701_468)  # a village stays under a town that is ended
def test_the_lake_says_what_the_events_say(cast: Cast, seed: int) -> None:
    """Built whole, then with deltas, while a village goes to another town and one ends: on any two clocks."""
    dice = Random(seed)
    units = [cast.town.pk, cast.village.pk, cast.other_town.pk]
    asked_units = [None, cast.county.pk, cast.town.pk, cast.village.pk]
    with undone():
        ledger = make_ledger(cast.office)
        writer = Writer(ledger)
        changes = history(seed, units)
        middle, since = dice.randint(0, len(changes)), date(2026, 1, 5)
        for portion in (changes[:middle], changes[middle:]):
            writer.write(portion)
            clocks = Clocks(hours(dice.randint(200, 2_400)), hours(dice.randint(800, 2_400)))
            asked = [parse_period(text, clocks.day) for text in dice.sample(PERIODS, 2)]
            expect_same(cast, ledger, sorted(FIGURES), asked, clocks, asked_units)
            others = drawn(dice, 8)
            expect_same(cast, ledger, sorted(others), asked[:1], clocks, asked_units, figures=others)
            day = since + timedelta(days=dice.randint(0, 40))
            since = day + timedelta(days=1)  # a unit changes on one day after another
            if portion and dice.random() < 0.5:
                change_unit(unit=cast.village, from_day=day, parent=dice.choice([cast.other_town, cast.county]))
            else:
                ended = dice.choice([cast.village, cast.town, cast.other_town])
                heir = dice.choice([None, *({cast.town, cast.other_town, cast.office} - {ended})])
                Unit.objects.filter(pk=ended.pk).update(successor=heir)
                end_unit(unit=ended, on=day)
                break
        asked = [parse_period(text, clocks.day) for text in dice.sample(PERIODS, 1)]
        expect_same(cast, ledger, sorted(FIGURES)[:: dice.randint(7, 9)], asked, clocks, asked_units)


@examples(2)
@given(seed=st.integers(0, 2**32))
def test_figures_made_of_others(cast: Cast, seed: int) -> None:
    """What a plain fold gives for each part, put together by hand."""
    dice = Random(seed)
    with undone():
        ledger = make_ledger(cast.office)
        Writer(ledger).write(history(seed, [cast.town.pk, cast.village.pk, cast.other_town.pk]))
        clocks = Clocks(hours(dice.randint(800, 2_400)), hours(dice.randint(800, 2_400)))
        catalogue = Catalogue(given=FIGURES | DERIVED)
        past = naive.Past(ledger)
        periods = [parse_period(text, clocks.day) for text in dice.sample(["2026-01", "2026-02", "2026-Q1", "2026"], 2)]
        found = answer(Question(tuple(sorted(DERIVED)), tuple(periods), clocks), reach=None, given=catalogue)

        def part(code: str, unit: int | None, period: Period) -> Fraction | None:
            base = catalogue[f"demo.{code}"]
            members = naive.members(unit, min(period.end, clocks.day))
            if members is not None and ledger.owner_id in members:
                members |= {None}
            at = (placed(base, period), clocks.as_of, clocks.known_at)
            rows = naive.counted(base, past, members, *at)
            return naive.value_of(base, rows, rows)

        towns = [cast.town.pk, cast.other_town.pk]
        above = {cast.town.pk: cast.county.pk, cast.other_town.pk: cast.county.pk, cast.village.pk: cast.town.pk}
        for unit in (None, cast.county.pk, cast.town.pk, cast.village.pk):
            beside = towns if unit in towns else [unit] if unit == cast.county.pk else []
            if unit == cast.village.pk:
                beside = [one.pk for code, one in cast.units.items() if code.startswith("330999101") and len(code) > 9]
            for period in periods:
                by_hand = made_by_hand(part, unit, period, clocks.day, beside, above.get(unit))
                for code, expected in by_hand.items():
                    assert found.value(f"demo.{code}", unit, period).number == expected, (code, unit, period.code)


Part = Callable[[str, int | None, Period], Fraction | None]


def made_by_hand(
    part: Part, unit: int | None, period: Period, today: date, beside: list[int], above: int | None
) -> dict[str, Fraction | None]:
    elapsed = Period(period.start, min(period.end, max(today, period.start)))
    if today < period.start:
        elapsed = period
    before = month_before(elapsed)
    last_year = Period(*(day.replace(year=day.year - 1) for day in (elapsed.start, elapsed.end)))
    so_far = Period(date(period.end.year, 1, 1), period.end)
    whole_year = Period(so_far.start, date(period.end.year, 12, 31))

    def told(calculate: Callable[..., Fraction | None], *numbers: Fraction | None) -> Fraction | None:
        return None if None in numbers else calculate(*numbers)

    def share(one: Fraction | None, other: Fraction | None) -> Fraction | None:
        return one / other * 100 if one is not None and other else None

    def place(code: str, sign: int) -> Fraction | None:
        own, others = part(code, unit, period), [part(code, one, period) for one in beside]
        better = [other for other in others if None not in (own, other) and (other - own) * sign > 0]
        return None if own is None or not beside else Fraction(1 + len(better))

    f1, then1 = part("f1", unit, period), part("f1", unit, before)
    third = told(lambda number: Fraction(rounded(number / 3, 6)), part("f13", unit, period))
    return {
        "ratio": share(f1, part("f0", unit, period)),
        "difference": told(lambda a, b: a - b, part("f6", unit, period), part("f18", unit, period)),
        "growth": told(lambda now, then: (now - then) / abs(then) * 100 if then else None, f1, then1),
        "more": told(lambda now, then: now - then, part("f7", unit, period), part("f7", unit, last_year)),
        "then": part("f2", unit, before),
        "place": place("f0", 1),
        "lowest": place("f19", -1),
        "part": share(f1, part("f1", above, period)),
        "of_all": share(part("f12", unit, period), part("f12", None, period)),
        "so_far": part("f13", unit, so_far),
        "ever": part("f2", unit, Period(date(1, 1, 1), period.end)),
        "done": share(part("f2", unit, period), part("f8", unit, whole_year)),
        "sum": told(lambda a, b: a + b, part("f0", unit, period), third),
    }


def month_before(period: Period) -> Period:
    """Of whole months the months before them, else as many days before."""
    last = period.start - timedelta(days=1)
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
    if period.start.day == 1 and (period.end + timedelta(days=1)).day == 1:
        index = period.start.year * 12 + period.start.month - 1 - months
        return Period(date(index // 12, index % 12 + 1, 1), last)
    return Period(period.start - (period.end - period.start) - timedelta(days=1), last)


@pytest.mark.parametrize("text", [*PERIODS, "2026-Q3", "2026-H2", "2026-02下旬"])
def test_a_period_is_read_back(text: str) -> None:
    today = START.date()
    assert parse_period(parse_period(text, today).code, today) == parse_period(text, today)
