"""Lists of records: filters, words, expressions, order, and how many queries a page costs."""

import itertools
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from bihuan.base import clock
from bihuan.expression import ExpressionError
from bihuan.ledger import paging
from bihuan.ledger.definitions import spec_of
from bihuan.ledger.due_order import backwards, parts
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.paging import rows_of, stretch
from bihuan.ledger.queries import Asked, history, list_records, records_on
from bihuan.loop.actions import Said, create_record, edit_record, perform
from tests.cast import MONDAY, Cast, examples, undone
from tests.ledger.making import events_of, make_finding, make_ledger

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STATES = {"open": "待办", "doing": "办理中", "closed": "已销号"}


@pytest.fixture
def ledger(cast: Cast) -> Ledger:
    ledger = make_ledger(cast.office)
    for fields in (
        {"no": "A1", "name": "修青溪路", "amount": "12.5", "responsible": "青溪镇", "due_on": "2026-04-01", "level": "高"},
        {"no": "A2", "name": '100%_完成\\“桥”"x"', "amount": "3", "responsible": "上河村", "due_on": "2026-03-01"},
        {"no": "A3", "name": "Repair Bridge", "responsible": "白石镇", "level": "低"},
        {"no": "A4", "amount": "200"},
    ):  # fmt: skip
        create_record(actor=cast["office"], ledger=ledger, fields=fields)
    return ledger


def asked(cast: Cast, ledger: Ledger, login: str = "office", **wishes: Any) -> list[str]:
    found = list_records(cast[login], ledger, spec_of(ledger), STATES, Asked(**wishes))
    return [record.data["no"] for record in found]


def test_everything_comes_newest_first(cast: Cast, ledger: Ledger) -> None:
    assert asked(cast, ledger) == ["A4", "A3", "A2", "A1"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("青溪", ["A1"]),
        ("溪路", ["A1"]),
        ("修 路", ["A1"]),
        ("修 桥", []),
        ("RW-2026-003", ["A3"]),
        ("rw-2026", ["A4", "A3", "A2", "A1"]),
        ("bridge", ["A3"]),
        ("%", ["A2"]),
        ("_", ["A2"]),
        ("100%_完成", ["A2"]),
        ("100_", []),
        ("\\", ["A2"]),
        ('"', ["A2"]),
        ('"x"', ["A2"]),
        ("“桥”", ["A2"]),
        ("'", []),
        ("name", []),
        ("due_on", []),
        (":", []),
        (",", []),
        ("{", []),
        ("12.5", ["A1"]),
        ("2026-04-01", ["A1"]),
        ("'; DROP TABLE ledger_record; --", []),
    ],
)
def test_words_are_found_as_they_stand(cast: Cast, ledger: Ledger, words: str, found: list[str]) -> None:
    assert asked(cast, ledger, words=words) == found


def test_the_id_of_a_unit_is_not_what_anybody_looks_for(cast: Cast, ledger: Ledger) -> None:
    assert str(cast.other_town.pk) not in "RW-2026-003A3"
    assert asked(cast, ledger, words=f"{cast.other_town.pk}") == []


PIECES = st.text(st.sampled_from("甲乙“”'\"\\%_{}[]:,/*?é ＡAa.\u2028😀"), min_size=1, max_size=4)


@examples(25)
@given(PIECES.filter(str.strip), st.lists(PIECES.filter(str.strip), min_size=1, max_size=4))
def test_words_are_found_exactly_where_the_text_holds_them(cast: Cast, word: str, names: list[str]) -> None:
    with undone():
        ledger = make_ledger(
            cast.office, fields=[{"code": "no", "title": "名称", "kind": "text"}], key=[], number={"prefix": "号"}
        )
        for name in names:
            create_record(actor=cast["office"], ledger=ledger, fields={"no": name})
        kept = [record.data["no"] for record in Record.objects.filter(ledger=ledger).order_by("-pk")]
        expected = [name for name in kept if all(part.lower() in name.lower() for part in word.split()[:8])]
        assert asked(cast, ledger, words=word) == expected


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("amount >= 3", ["A4", "A2", "A1"]),
        ("amount > 3 and amount < 200", ["A1"]),
        ("name like '修%'", ["A1"]),
        ("level = 'high'", ["A1"]),
        ("level is null", ["A4", "A2"]),
        ("state = 'open' and due_on < date '2026-03-31'", ["A2"]),
        ("due_at < now()", ["A2"]),
        ("due_at >= now() or amount = 200", ["A4", "A1"]),
        ("number = 'RW-2026-004'", ["A4"]),
        ("amount / 2 = 1.5", ["A2"]),
        ("not (amount > 3)", ["A2"]),
    ],
)
def test_an_expression_picks_the_rows_for_which_it_is_true(
    cast: Cast, ledger: Ledger, where: str, found: list[str]
) -> None:
    assert asked(cast, ledger, where=where) == found


@pytest.mark.parametrize("where", ["nonsense = 1", "1 = 1; drop table x", "amount > 'a'", "(select 1)"])
def test_what_is_no_expression_is_refused(cast: Cast, ledger: Ledger, where: str) -> None:
    with pytest.raises(ExpressionError):
        asked(cast, ledger, where=where)


def test_unit_state_and_words_narrow_together(cast: Cast, ledger: Ledger) -> None:
    assert asked(cast, ledger, unit=cast.town.pk) == ["A2", "A1"]
    assert asked(cast, ledger, unit=cast.town.pk, words="青溪") == ["A1"]
    assert asked(cast, ledger, unit=10**9) == []
    record = Record.objects.get(ledger=ledger, key="A3")
    perform(actor=cast["office"], pk=record.pk, verb="start", said=Said())
    assert asked(cast, ledger, state="doing") == ["A3"]
    assert asked(cast, ledger, state="doing", where="amount > 1") == []


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("number", ["A1", "A2", "A3", "A4"]),
        ("-number", ["A4", "A3", "A2", "A1"]),
        ("due", ["A2", "A1", "A4", "A3"]),
        ("-due", ["A1", "A2", "A4", "A3"]),
        ("amount", ["A2", "A1", "A4", "A3"]),
        ("-amount", ["A4", "A1", "A2", "A3"]),
        ("due_on", ["A2", "A1", "A4", "A3"]),
        ("nonsense", ["A4", "A3", "A2", "A1"]),
        ("-id; drop", ["A4", "A3", "A2", "A1"]),
    ],
)
def test_rows_come_in_order_and_blank_ones_last(cast: Cast, ledger: Ledger, order: str, found: list[str]) -> None:
    assert asked(cast, ledger, order=order) == found


def test_pages_by_deadline_are_what_sorting_by_hand_gives(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = make_ledger(cast.office)
    for number in range(7):
        days = {"due_on": f"2026-0{4 + number % 2}-01"} if number % 3 else {}
        where = "青溪镇" if number % 2 else "白石镇"
        fields = {"no": f"{number}", "amount": f"{number % 4}", "responsible": where, **days}
        create_record(actor=cast["office"], ledger=ledger, fields=fields)
    for near, login, expression, order in itertools.product(
        (0, 500), ("office", "town"), ("", "amount < 2", "due_on is null", "amount > 9"), ("due", "-due", "due,-amount")
    ):
        monkeypatch.setattr(paging, "_NEAR", near)
        rows = list_records(cast[login], ledger, spec_of(ledger), STATES, Asked(where=expression, order=order))
        expected = by_hand(list(rows.order_by("-pk")), order)
        assert [record.pk for record in rows] == expected
        for start, size in ((0, 20), (0, 2), (1, 3), (2, 2), (4, 2), (5, 4), (9, 2)):
            wanted = expected[start : start + size]
            assert [row.pk for row in rows_of(rows, start, size)] == wanted
            assert [row.pk for row in rows_of(rows, start, size, len(expected))] == wanted
            assert [record.pk for record in stretch(rows, start, size)] == wanted


def by_hand(newest_first: list[Record], order: str) -> list[int]:
    """The order of a list by deadline, blanks last: each sort keeps what the one before made of equals."""
    found = sorted(newest_first, key=lambda record: -record.data["amount"]) if "," in order else newest_first
    found = sorted(found, key=lambda record: record.due_at or EPOCH, reverse=order.startswith("-"))
    return [record.pk for record in sorted(found, key=lambda record: record.due_at is None)]


def test_a_page_by_deadline_sorts_nothing(cast: Cast, ledger: Ledger) -> None:
    rows = list_records(cast["office"], ledger, spec_of(ledger), STATES, Asked(order="due"))
    if connection.vendor == "postgresql":  # four rows are read whole and sorted, unless that costs more
        for way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
            connection.cursor().execute(f"SET LOCAL enable_{way} = off")
    for query in [*parts(rows), *backwards(rows)]:
        plan = query.values_list("pk", flat=True)[:50].explain()
        assert "record_by_due" in plan, plan
        assert "sort" not in plan.lower()
        assert "temp b-tree" not in plan.lower()


@pytest.mark.parametrize(
    ("login", "found"),
    [
        ("office", ["A4", "A3", "A2", "A1"]),
        ("colleague", ["A4", "A3", "A2", "A1"]),
        ("leader", ["A4", "A3", "A2", "A1"]),
        ("auditor", ["A4", "A3", "A2", "A1"]),
        ("town", ["A2", "A1"]),
        ("village", ["A2"]),
        ("other_town", ["A3"]),
        ("neighbour", []),
        ("system_admin", []),
        ("outsider", []),
    ],
)
def test_everyone_s_list_holds_what_they_may_see(cast: Cast, ledger: Ledger, login: str, found: list[str]) -> None:
    assert asked(cast, ledger, login) == found
    assert asked(cast, ledger, login, where="true") == found
    assert set(asked(cast, ledger, login, unit=cast.county.pk)) == set(found) - {"A4"}


def test_a_page_costs_the_same_number_of_queries_with_one_row_and_with_thirty(cast: Cast) -> None:
    def cost() -> int:
        actor = cast["office"]
        with CaptureQueriesContext(connection) as queries:
            rows = list_records(actor, cast.finding, spec_of(cast.finding), {}, Asked(words="资金", order="due"))
            shown = [(record.number, record.data["title"]) for record in rows[:50]]
        assert len(shown) == Record.objects.count()
        return len(queries)

    make_finding(cast, 1)
    cost()  # the tree and the definition are remembered from the first time on
    with_one = cost()
    for number in range(2, 31):
        make_finding(cast, number)
    assert cost() == with_one <= 4


def test_history_tells_each_change_before_and_after(cast: Cast) -> None:
    record = make_finding(cast)
    edit_record(actor=cast["office"], record=record, fields={"title": "新题", "amount": ""}, reason="更正")
    first, second = history(record)
    assert ("title", None, "资金平均分配") in first.changes
    assert set(second.changes) == {("title", "资金平均分配", "新题"), ("amount", 12.5, None)}
    assert (second.event.reason, second.event.actor_name) == ("更正", "沈审")


def test_history_costs_one_query(cast: Cast) -> None:
    record = make_finding(cast)
    for number in range(5):
        edit_record(actor=cast["office"], record=record, fields={"title": f"第 {number} 版"})
    with CaptureQueriesContext(connection) as queries:
        steps = [(step.event.person, step.changes) for step in history(record)]
    assert (len(steps), len(queries)) == (6, 1)


def test_records_are_told_as_they_were(cast: Cast, ledger: Ledger) -> None:
    later, last = clock.start_of_day(date(2026, 3, 10)), clock.start_of_day(date(2026, 3, 20))
    record = Record.objects.get(ledger=ledger, key="A1")
    with clock.fixed(later):
        edit_record(actor=cast["office"], record=record, fields={"name": "改了名"})
    then = {one.data["no"]: one for one in records_on(ledger, MONDAY)}
    assert list(then) == ["A1", "A2", "A3", "A4"]
    assert then["A1"].data["name"] == "修青溪路"
    assert then["A1"].pk == record.pk
    assert then["A1"].unit_id == cast.town.pk
    assert next(records_on(ledger, last)).data["name"] == "改了名"
    assert list(records_on(ledger, clock.start_of_day(date(2026, 3, 1)))) == []
    assert events_of(ledger) == 5
