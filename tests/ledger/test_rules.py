"""Who sees what: for every person of the cast, in one ledger, over all ledgers, and record by record."""

from datetime import date

import pytest

from bihuan.base import clock
from bihuan.base.errors import NotFound
from bihuan.ledger.models import Ledger, Record
from bihuan.ledger.rules import (
    get_record,
    may_import,
    owns,
    scope_everywhere,
    visible_ledgers,
    visible_records,
)
from bihuan.loop.actions import create_record
from bihuan.org.actions import change_unit, end_post, give_post
from bihuan.org.actor import system_actor
from bihuan.org.models import Post
from tests.cast import EVERYBODY, FOUNDED, Cast
from tests.ledger.making import make_finding, make_ledger

# In the audit bureau's ledger: one finding each for the town, its village, the other town and the finance bureau.
SEEN = {
    "office": {"1", "2", "3", "4"},
    "colleague": {"1", "2", "3", "4"},
    "leader": {"1", "2", "3", "4"},
    "auditor": {"1", "2", "3", "4"},
    "town": {"1", "2"},
    "village": {"2"},
    "other_town": {"3"},
    "neighbour": {"4"},
}


@pytest.fixture
def county(cast: Cast) -> Cast:
    for number, unit in enumerate(("青溪镇", "上河村", "白石镇", "财政局"), start=1):
        make_finding(cast, number, responsible_unit=unit)
    return cast


@pytest.fixture
def of_the_county(county: Cast) -> Ledger:
    """A ledger that the county itself owns, with one matter of the other town."""
    ledger = make_ledger(county.county, code="demo.county")
    create_record(actor=system_actor(), ledger=ledger, fields={"no": "9", "responsible": "白石镇"})
    return ledger


def numbers(records: object) -> set[str]:
    return {record.data.get("problem_no") or record.data["no"] for record in records}


@pytest.mark.parametrize("login", EVERYBODY)
def test_everybody_sees_what_is_theirs(county: Cast, login: str) -> None:
    seen = SEEN.get(login, set())
    assert numbers(visible_records(county[login], county.finding)) == seen
    for record in Record.objects.filter(ledger=county.finding):
        if record.data["problem_no"] in seen:
            assert get_record(county[login], record.pk) == record
        else:
            with pytest.raises(NotFound, match="不在您的查看范围内"):
                get_record(county[login], record.pk)


@pytest.mark.parametrize("login", EVERYBODY)
def test_over_all_ledgers_everybody_sees_the_same_as_in_each(county: Cast, of_the_county: Ledger, login: str) -> None:
    actor = county[login]
    each = {record.pk for ledger in Ledger.objects.all() for record in visible_records(actor, ledger)}
    assert set(Record.objects.filter(scope_everywhere(actor)).values_list("pk", flat=True)) == each


@pytest.mark.parametrize(
    ("login", "seen"),
    [
        ("leader", {"9"}),
        ("auditor", {"9"}),
        ("other_town", {"9"}),
        ("town", set()),
        ("village", set()),
        ("office", set()),
        ("neighbour", set()),
        ("system_admin", set()),
        ("outsider", set()),
    ],
)
def test_a_county_s_own_ledger_is_not_everybody_s(
    county: Cast, of_the_county: Ledger, login: str, seen: set[str]
) -> None:
    assert numbers(visible_records(county[login], of_the_county)) == seen
    assert may_import(county[login], of_the_county) == (login == "leader")


@pytest.mark.parametrize(
    ("login", "codes"),
    [
        ("office", ["audit.finding", "demo.task"]),
        ("colleague", ["audit.finding", "demo.task"]),
        ("leader", ["audit.finding", "demo.task"]),
        ("auditor", ["audit.finding", "demo.task"]),
        ("town", ["audit.finding"]),
        ("village", ["audit.finding"]),
        ("neighbour", ["audit.finding"]),
        ("system_admin", []),
        ("outsider", []),
    ],
)
def test_a_ledger_is_visible_to_its_owner_and_to_those_who_have_something_in_it(
    county: Cast, login: str, codes: list[str]
) -> None:
    make_ledger(county.office)
    assert [ledger.code for ledger in visible_ledgers(county[login])] == codes


def test_only_those_who_work_for_the_owner_bring_rows_in(county: Cast) -> None:
    assert {login for login in EVERYBODY if may_import(county[login], county.finding)} == {"office", "colleague"}
    assert may_import(system_actor(), county.finding)
    assert {login for login in EVERYBODY if owns(county[login], county.finding)} == {
        "office", "colleague", "leader", "auditor",
    }  # fmt: skip


def test_a_deleted_record_is_nobody_s(county: Cast) -> None:
    record = Record.objects.filter(ledger=county.finding).latest("pk")
    Record.objects.filter(pk=record.pk).update(deleted=True)
    for login in EVERYBODY:
        with pytest.raises(NotFound):
            get_record(county[login], record.pk)
    assert numbers(visible_records(system_actor(), county.finding)) == {"1", "2", "3"}
    assert record.pk not in Record.objects.filter(scope_everywhere(system_actor())).values_list("pk", flat=True)


def test_a_matter_without_a_unit_is_the_owner_s_alone(county: Cast) -> None:
    ledger = make_ledger(county.office)
    create_record(actor=county["office"], ledger=ledger, fields={"no": "A1"})
    seeing = {login for login in EVERYBODY if visible_records(county[login], ledger).exists()}
    assert seeing == {"office", "colleague", "leader", "auditor"}


def test_a_post_that_ended_shows_nothing_from_that_day_on(county: Cast) -> None:
    assert visible_records(county["town"], county.finding).exists()
    end_post(post=Post.objects.get(person=county.people["town"]), on=clock.today())
    assert not visible_records(county["town"], county.finding).exists()


def test_a_village_that_moves_takes_its_matters_along(county: Cast) -> None:
    move = date(2026, 3, 10)
    change_unit(unit=county.village, from_day=move, parent=county.other_town)
    with clock.fixed(clock.start_of_day(move)):
        assert numbers(visible_records(county["town"], county.finding)) == {"1"}
        assert numbers(visible_records(county["other_town"], county.finding)) == {"2", "3"}
    assert numbers(visible_records(county["town"], county.finding)) == {"1", "2"}


def test_two_posts_see_what_each_of_them_sees(county: Cast) -> None:
    give_post(person=county.people["village"], unit=county.units["330999-CZ"], role="handler", valid_from=FOUNDED)
    assert numbers(visible_records(county["village"], county.finding)) == {"2", "4"}
