"""What was issued is worked out again to the same digits after ten thousand corrections, and the change adds up."""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from random import Random

from bihuan.base import clock
from bihuan.figure.answer import Question, answer
from bihuan.figure.change import split_change
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.installing import install_figures
from bihuan.figure.period import parse_period
from bihuan.figure.spec import FigureSpec
from bihuan.ledger.append import Draft, append_many
from bihuan.org.actor import system_actor
from tests.cast import Cast
from tests.figure import naive
from tests.figure.worlds import START, make_ledger

RECORDS, CORRECTIONS = 1_000, 10_000
SHAPES = {
    "demo.count": {"where": "level = 'city'", "during": "day"},
    "demo.sum": {"measure": "sum(amount)", "unit": "元", "during": "day"},
    "demo.most": {"measure": "max(amount)"},
    "demo.names": {"measure": "distinct(name)"},
    "demo.rate": {"ratio": "count / sum", "unit": "个/元"},
}
FIGURES = {
    code: FigureSpec.model_validate({"title": "数", **({} if "ratio" in shape else {"of": "thing"}), **shape})
    for code, shape in SHAPES.items()
}
ISSUED = START + timedelta(days=60)
MADE = START + timedelta(days=10)
LATER = START + timedelta(days=90)


def data(dice: Random) -> dict[str, object]:
    return {
        "name": f"第{dice.randrange(90)}户",
        "level": dice.choice(["city", "county"]),
        "amount": dice.randrange(10**7) / 100,
        "day": f"2026-01-{dice.randrange(1, 32):02d}",
    }


def fresh(dice: Random, units: list[int], numbers: range) -> Iterator[Draft]:
    for number in numbers:
        system = {"number": f"S{number}", "unit": dice.choice(units), "state": "open"}
        yield Draft("created", None, data(dice), system, effective_at=MADE if number % 7 else LATER)


def correction(dice: Random, pk: int, units: list[int]) -> Draft:
    """Most are other amounts and names; some take a record away, or to another unit, or back."""
    at, kind = dice.choice([MADE, MADE, LATER]), dice.randrange(50)
    if kind == 0:
        return Draft("edited", pk, {}, {"deleted": dice.random() < 0.6}, effective_at=at)
    if kind < 4:
        return Draft("edited", pk, {}, {"unit": dice.choice(units)}, effective_at=at)
    changed = data(dice)
    return Draft("edited", pk, {code: changed[code] for code in ("amount", "name")}, {}, effective_at=at)


def test_an_issued_number_stays_and_its_change_adds_up(cast: Cast) -> None:
    ledger = make_ledger(cast.office)
    install_figures(pack="demo", specs=FIGURES, owner=cast.office, origin="pack")
    month, units = parse_period("2026-01", ISSUED.date()), [None, cast.town.pk]
    issued, today = Clocks(ISSUED, ISSUED), Clocks(ISSUED, LATER + timedelta(days=2))

    def values(at: Clocks) -> dict[tuple[str, int | None], Fraction | None]:
        found = answer(Question(tuple(FIGURES), (month,), at), reach=None)
        return {(code, unit): found.value(code, unit, month).number for code in FIGURES for unit in units}

    dice, owners, actor = Random(5), [cast.town.pk, cast.other_town.pk], system_actor()
    with clock.fixed(MADE):
        pks = append_many(actor=actor, ledger=ledger, drafts=fresh(dice, owners, range(RECORDS)))
    taken = values(issued)
    with clock.fixed(LATER + timedelta(days=1)):
        append_many(actor=actor, ledger=ledger, drafts=fresh(dice, owners, range(RECORDS, RECORDS + 200)))
        for _ in range(CORRECTIONS // RECORDS):
            append_many(actor=actor, ledger=ledger, drafts=(correction(dice, pk, owners) for pk in pks))
    assert values(issued) == taken
    now = values(today)
    past, catalogue = naive.Past(ledger), Catalogue()
    for unit in units:
        members = naive.members(unit, month.end)
        rows = naive.counted(catalogue["demo.sum"], past, members, month, today.as_of, today.known_at)
        assert now["demo.sum", unit] == naive.value_of(catalogue["demo.sum"], rows, rows)
        for code in FIGURES:
            change = split_change(code, unit, month, ISSUED, (issued.known_at, today.known_at), None)
            assert (change.before, change.after) == (taken[code, unit], now[code, unit])
            assert sum((why.amount or 0 for why in change.reasons), Fraction()) == change.after - change.before, code
    assert {"late", "deleted", "corrected"} <= {why.kind for why in change.reasons}
    assert sum(why.records for why in change.reasons) > 100
