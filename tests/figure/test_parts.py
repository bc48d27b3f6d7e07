"""The parts of a figure by a field: each is the aggregate over what it opens, and all together are the whole."""

from datetime import timedelta

import pytest

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotAllowed, NotFound
from bihuan.figure.clocks import Clocks
from bihuan.figure.cutting import named_slice, slice_values
from bihuan.figure.opening import open_value
from bihuan.figure.period import parse_period
from bihuan.figure.queries import ask, ask_part
from bihuan.figure.rules import Reach
from bihuan.figure.slices import Slice, text_of
from bihuan.ledger.models import Record
from bihuan.ledger.role_settings import set_field_right
from bihuan.loop.actions import edit_record
from tests.cast import MONDAY, Cast
from tests.figure.county import find, install, some_findings
from tests.figure.test_values import YEAR, now

FIELDS = ("unit", "responsible_unit", "level", "audit_type", "colour", "state", "problem_no")
COUNTED = ("demo.total", "demo.amount", "demo.large", "demo.open")
MADE = ("demo.rate", "demo.year", "demo.sum", "demo.yoy")


@pytest.fixture
def findings(cast: Cast) -> list[Record]:
    install(cast)
    return some_findings(cast)


def amounts() -> dict[int, int]:
    """What each record brings to the sum, in yuan."""
    return {row.pk: round(row.data.get("amount", 0) * 10_000) for row in Record.objects.all()}


@pytest.mark.parametrize("login", ["office", "town"])
def test_each_part_is_what_it_opens_and_all_are_the_whole(cast: Cast, findings: list[Record], login: str) -> None:
    reach, brings, at = Reach(cast[login]), amounts(), now()
    whole = ask([*COUNTED, *MADE], [YEAR], at, reach)
    for by in FIELDS:
        found = ask([*COUNTED, *MADE], [YEAR], at, reach, by)
        for code in COUNTED:
            parts = []
            for cut in found.question.slices:
                value, (opened,) = found.value(code, None, YEAR, cut), open_value(found, code, None, YEAR, cut)
                parts += opened.records
                worth = sum(map(brings.get, opened.ids)) if code == "demo.amount" else len(opened.ids)
                assert value.records == len(opened.ids)
                assert value.number == worth or (value.number is None and not worth), (code, cut)
            (every,) = open_value(whole, code, None, YEAR)
            assert sorted(parts) == list(every.records), (code, by)
        for code in MADE:
            for cut in found.question.slices:
                sides = open_value(found, code, None, YEAR, cut)
                if code == "demo.rate" and sides[1].records:
                    ratio = len(sides[0].records) * 100
                    assert found.value(code, None, YEAR, cut).number * len(sides[1].records) == ratio


def test_a_part_is_named_by_its_value_or_its_title(cast: Cast, findings: list[Record]) -> None:
    at = now()
    for by in FIELDS:
        found = ask(["demo.rate"], [YEAR], at, None, by)
        for cut in found.question.slices:
            for text in (text_of(cut), found.titles[cut]):
                again, named = ask_part(["demo.rate"], [YEAR], at, None, by, text)
                assert named == cut
                mine, other = (one.value("demo.rate", None, YEAR, cut).number for one in (found, again))
                assert mine == other
    with pytest.raises(NotFound, match="没有“无此级”这个值；有 市本级"):
        named_slice(["demo.total"], "level", "无此级", [YEAR], at)
    for by, why in (("amount", "不能按“amount”分组"), ("nothing", "不能按“nothing”分组")):
        with pytest.raises(Invalid, match=why):
            named_slice(["demo.total"], by, "1", [YEAR], at)


def test_what_is_not_counted_from_one_ledger_has_no_parts(cast: Cast, findings: list[Record]) -> None:
    """The whole under the name of a part would be a wrong number."""
    for code in ("demo.towns", "demo.league", "demo.twice"):
        with pytest.raises(Invalid, match="不是从一个台账的记录数出来的"):
            ask([code], [YEAR], now(), None, "level")
        with pytest.raises(Invalid, match="不是从一个台账的记录数出来的"):
            ask_part(["demo.total", code], [YEAR], now(), None, "level", "市本级")


def test_a_stock_is_cut_by_what_was_so_at_its_own_end(cast: Cast, findings: list[Record]) -> None:
    """A value that no record has any more is still a part of then."""
    then = parse_period(MONDAY.date().isoformat(), MONDAY.date())
    with clock.fixed(MONDAY + timedelta(days=3)):
        for record in findings:
            edit_record(actor=cast["colleague"], record=record, fields={"problem_no": f"新{record.pk}"})
        at = Clocks(clock.now(), clock.now())
        found = ask(["demo.open"], [then], at, None, "problem_no")
        assert sum(value.number for value in found.table([None])) == 5
        assert slice_values(["demo.open"], "problem_no", [then], at) == ["1", "2", "3", "4", "5"]


def test_an_old_link_opens_a_part_of_then_whatever_the_values_are_now(cast: Cast, findings: list[Record]) -> None:
    """More values than a table has room for, and one that is gone: the link stays what it was."""
    at = now()
    with clock.fixed(MONDAY + timedelta(days=3)):
        edit_record(actor=cast["colleague"], record=findings[0], fields={"problem_no": "9"})
        for place in range(101):
            find(cast, "青溪镇", "2026-02-25", None, f"多{place}")
        with pytest.raises(Invalid, match="最多按 100 种值分组"):
            ask(["demo.total"], [YEAR], now(), None, "problem_no")
        then, cut = ask_part(["demo.total"], [YEAR], at, None, "problem_no", "1")
        assert (cut, then.value("demo.total", None, YEAR, cut).number) == (Slice("problem_no", "1"), 1)
        assert open_value(then, "demo.total", None, YEAR, cut)[0].records == ((findings[0].pk, 1),)
        today, cut = ask_part(["demo.total"], [YEAR], now(), None, "problem_no", "1")
        assert today.value("demo.total", None, YEAR, cut).number == 0


def test_a_part_tells_nothing_of_a_field_that_is_hidden(cast: Cast, findings: list[Record]) -> None:
    set_field_right(
        actor=cast["security_admin"], ledger=cast.finding, role="undertaker", field="problem_no", right="hidden"
    )
    reach = Reach(cast["town"])
    for text in ("1", "", "没有"):
        with pytest.raises(NotAllowed, match="您看不到"):
            ask_part(["demo.total"], [YEAR], now(), reach, "problem_no", text)
    found, cut = ask_part(["demo.total"], [YEAR], now(), reach, "unit", str(cast.other_town.pk))
    assert found.value("demo.total", None, YEAR, cut).number == 0, "a unit out of reach"
    assert open_value(found, "demo.total", None, YEAR, cut)[0].records == ()
