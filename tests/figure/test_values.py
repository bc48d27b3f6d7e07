"""Figures of the audit office: derived values, scope, two clocks, approval, values from outside, and opening."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotAllowed, NotFound
from bihuan.figure.actions import Entered, approve_period, enter_external, unlock_cell
from bihuan.figure.change import split_change
from bihuan.figure.clocks import Clocks
from bihuan.figure.counting import figures_counting
from bihuan.figure.definitions import Catalogue
from bihuan.figure.explaining import differences, explained
from bihuan.figure.models import ApprovedValue, Figure
from bihuan.figure.opening import open_value
from bihuan.figure.period import Period, parse_period
from bihuan.figure.queries import ask, frozen_value, library, used_in
from bihuan.figure.rules import Reach
from bihuan.ledger.among import among
from bihuan.ledger.models import Record
from bihuan.loop.actions import edit_record
from bihuan.org.actions import end_unit
from bihuan.org.actor import system_actor
from tests.cast import MONDAY, Cast
from tests.figure.county import FIGURES, find, install, redefine, some_findings

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
WINTER = parse_period("2026-01..2026-02", date(2026, 3, 1))


@pytest.fixture
def findings(cast: Cast) -> list[Record]:
    install(cast)
    return some_findings(cast)


def now() -> Clocks:
    return Clocks(clock.now(), clock.now())


def number(
    code: str, unit: int | None = None, period: Period = YEAR, reach: Reach | None = None, at: Clocks | None = None
):
    return ask([code], [period], at or now(), reach).value(code, unit, period).number


def test_derived_figures_follow_from_sums(cast: Cast, findings: list[Record]) -> None:
    town = cast.town.pk
    assert number("demo.total") == 4
    assert number("demo.total", town) == 3
    assert number("demo.amount", town) == 1_405_000
    assert number("demo.rate") == 50
    assert number("demo.rate", town) == Fraction(100, 3)
    assert number("demo.share", town) == 75
    assert number("demo.rank", town) == 1
    assert number("demo.rank", cast.other_town.pk) == 2
    assert number("demo.sum") == 10
    assert number("demo.towns") == 2
    assert number("demo.twice") == 1
    assert number("demo.yoy", period=WINTER) == 300
    assert number("demo.year", period=parse_period("2026-02", date(2026, 3, 1))) == 4


def test_the_unknown_is_not_zero(cast: Cast, findings: list[Record]) -> None:
    february = parse_period("2026-02", date(2026, 3, 1))
    assert number("demo.amount", cast.town.pk, february) is None
    assert number("demo.amount", cast.village.pk, february) == 0
    assert number("demo.rate", cast.village.pk, february) is None
    assert number("demo.league") is None


def test_a_ratio_opens_both_sides(cast: Cast, findings: list[Record]) -> None:
    found = ask(["demo.rate"], [YEAR], now(), None)
    large, total = open_value(found, "demo.rate", None, YEAR)
    assert large.ids == [findings[0].pk, findings[3].pk]
    assert total.ids == [record.pk for record in findings[:4]]
    assert [figure.code for figure in figures_counting(findings[3].pk, "audit.finding", now())] == [
        "demo.amount",
        "demo.large",
        "demo.open",
        "demo.total",
    ]


def test_breakdown_by_a_choice_and_by_unit(cast: Cast, findings: list[Record]) -> None:
    found = ask(["demo.total"], [YEAR], now(), None, by="unit")
    table = {found.titles[v.slice]: v.number for v in found.table([None]) if v.slice}
    assert table == {"青溪镇": 2, "上河村": 1, "白石镇": 1}
    with pytest.raises(Invalid, match="不能按“amount”分组"):
        ask(["demo.total"], [YEAR], now(), None, by="amount")


def test_a_person_counts_what_they_may_see(cast: Cast, findings: list[Record]) -> None:
    town, village = Reach(cast["town"]), Reach(cast["village"])
    assert number("demo.total", cast.town.pk, reach=town) == 3
    found = ask(["demo.total"], [YEAR], now(), town).value("demo.total", None, YEAR)
    assert (found.number, found.partial) == (3, True)
    assert number("demo.total", cast.town.pk, reach=village) == 1
    with pytest.raises(NotAllowed, match="不在您的查看范围内"):
        number("demo.total", cast.other_town.pk, reach=town)
    for code in ("demo.rank", "demo.share"):
        with pytest.raises(NotAllowed):
            number(code, cast.town.pk, reach=town)
    with pytest.raises(NotAllowed):
        number("demo.total", reach=Reach(cast["outsider"]))
    assert number("demo.total", reach=Reach(cast["office"])) == 4
    assert number("demo.total", reach=Reach(cast["auditor"])) == 4


def test_a_saved_record_is_in_the_number_at_once(cast: Cast, findings: list[Record]) -> None:
    before = number("demo.total")
    find(cast, "青溪镇", "2026-02-20", 10, "6")
    assert number("demo.total") == before + 1


def test_an_old_answer_is_given_again_and_the_change_adds_up(cast: Cast, findings: list[Record]) -> None:
    then = now()
    was = {code: number(code, period=WINTER, at=then) for code in FIGURES}
    with clock.fixed(MONDAY + timedelta(days=3)):
        edit_record(actor=cast["colleague"], record=findings[0], fields={"amount": 90, "found_on": "2026-01-11"})
        edit_record(actor=cast["colleague"], record=findings[1], fields={"responsible_unit": "白石镇"})
        find(cast, "青溪镇", "2026-02-25", 800, "7")
        redefine("demo.large", where="amount >= 15")
        later = now()
        assert {code: number(code, period=WINTER, at=Clocks(then.as_of, then.known_at)) for code in FIGURES} == was
        for code, unit in (
            ("demo.total", None),
            ("demo.amount", None),
            ("demo.rate", None),
            ("demo.total", cast.town.pk),
        ):
            change = split_change(code, unit, WINTER, later.as_of, (then.known_at, later.known_at), None)
            assert change.after == number(code, unit, WINTER, at=later)
            assert change.after - change.before == sum(reason.amount for reason in change.reasons), code
        kinds = {
            reason.kind: reason.amount
            for reason in split_change(
                "demo.total", cast.town.pk, WINTER, later.as_of, (then.known_at, later.known_at), None
            ).reasons
            if reason.amount
        }
        assert kinds == {"late": 1, "moved": -1}
        rate = split_change("demo.rate", None, WINTER, later.as_of, (then.known_at, later.known_at), None)
        assert "redefined" in {reason.kind for reason in rate.reasons if reason.amount}


def test_an_approved_period_stands_until_a_cell_is_unlocked(cast: Cast, findings: list[Record]) -> None:
    office = cast["office"]
    with pytest.raises(NotAllowed):
        approve_period(actor=cast["town"], codes=("demo.total",), unit=None, period=WINTER)
    with pytest.raises(Invalid, match="还没有结束"):
        approve_period(actor=office, codes=("demo.total",), unit=None, period=YEAR)
    approve_period(actor=office, codes=("demo.total", "demo.rate"), unit=None, period=WINTER)
    with pytest.raises(Conflict, match="已经审定过"):
        approve_period(actor=office, codes=("demo.total",), unit=None, period=WINTER)
    edit_record(actor=cast["colleague"], record=findings[0], fields={"amount": 130})
    find(cast, "青溪镇", "2026-02-20", 10, "6")
    frozen = frozen_value("demo.total", None, WINTER, ask(["demo.total"], [WINTER], now(), None))
    assert frozen is not None and (frozen.number, frozen.changes) == (4, 2)
    cell = ApprovedValue.objects.get(figure__code="demo.total")
    with pytest.raises(Invalid, match="原因"):
        unlock_cell(actor=office, cell=cell, why=" ")
    unlock_cell(actor=office, cell=cell, why="补录一条")
    assert frozen_value("demo.total", None, WINTER, ask(["demo.total"], [WINTER], now(), None)) is None
    assert frozen_value("demo.rate", None, WINTER, ask(["demo.rate"], [WINTER], now(), None)) is not None


def test_a_value_from_outside_keeps_its_history(cast: Cast, findings: list[Record]) -> None:
    league = Figure.objects.get(code="demo.league")
    said = Entered(Decimal(3), "省厅通报", date(2026, 2, 1))
    enter_external(actor=cast["office"], figure=league, unit=None, period=YEAR, entered=said)
    then = now()
    with clock.fixed(MONDAY + timedelta(days=1)):
        corrected = Entered(Decimal(2), "省厅更正", date(2026, 2, 1))
        enter_external(actor=cast["office"], figure=league, unit=None, period=YEAR, entered=corrected)
        assert number("demo.league") == 2
        assert number("demo.league", at=then) == 3
    with pytest.raises(NotAllowed):
        enter_external(actor=cast["town"], figure=league, unit=None, period=YEAR, entered=said)
    with pytest.raises(Invalid, match="由记录算出"):
        other = Figure.objects.get(code="demo.total")
        enter_external(actor=cast["office"], figure=other, unit=None, period=YEAR, entered=said)


def test_a_value_from_outside_is_told_within_reach(cast: Cast, findings: list[Record]) -> None:
    league = Figure.objects.get(code="demo.league")
    said = Entered(Decimal(3), "省厅通报", date(2026, 2, 1))
    enter_external(actor=cast["office"], figure=league, unit=cast.town, period=YEAR, entered=said)
    for login in ("office", "town", "leader"):
        assert number("demo.league", cast.town.pk, reach=Reach(cast[login])) == 3
    with pytest.raises(NotAllowed, match="查看范围以外"):
        number("demo.league", cast.town.pk, reach=Reach(cast["other_town"]))


def test_an_ended_unit_counts_for_the_one_above(cast: Cast, findings: list[Record]) -> None:
    end_unit(unit=cast.village, on=date(2026, 2, 15))
    assert number("demo.total", cast.town.pk) == 3
    assert number("demo.total", cast.county.pk) == 4


def test_a_definition_is_told_in_chinese(cast: Cast, findings: list[Record]) -> None:
    catalogue = Catalogue()
    assert explained("demo.large", catalogue) == (
        "“审计发现问题台账”中涉及金额 大于等于 100 的记录有几条，所问时点的状态，按“发现日期”归入时期。单位：个。"
    )
    titles = [catalogue[code].spec.title for code in ("demo.total", "demo.large")]
    assert explained("demo.sum", catalogue).startswith("按算式 “{}” × 2 ＋ “{}”。".format(*titles))
    for code in FIGURES:
        assert explained(code, catalogue)
    after = catalogue.in_force("demo.large").spec.model_copy(update={"where": "amount >= 50"})
    assert differences("demo.large", catalogue, Catalogue(given={"demo.large": after})) == [
        "统计条件：原为“涉及金额 大于等于 100”，改为“涉及金额 大于等于 50”"
    ]
    with pytest.raises(NotFound, match=r"demo\.total"):
        catalogue.in_force("demo.totl")
    assert [figure.code for figure in used_in("demo.large")] == ["demo.rate", "demo.sum"]
    assert [line.figure.code for line in library("大额")] == ["demo.large", "demo.rate", "demo.sum"]


def test_the_machine_sees_all(cast: Cast, findings: list[Record]) -> None:
    assert number("demo.total", reach=Reach(system_actor())) == 4


def test_any_number_of_records_is_named_in_one_question(findings: list[Record]) -> None:
    wanted = [findings[0].pk, findings[3].pk]
    assert list(Record.objects.filter(among(wanted)).order_by("pk").values_list("pk", flat=True)) == wanted
    many = [*wanted, *(10**12 + number for number in range(300_000))]
    assert list(Record.objects.filter(among(many)).order_by("pk").values_list("pk", flat=True)) == wanted
    assert not Record.objects.filter(among([])).exists()
