"""What a post gives: the units it reaches, by role and by date."""

from datetime import date

import pytest

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.org.actions import end_post, give_post
from bihuan.org.actor import Actor, actor_of, system_actor
from bihuan.org.models import Post
from bihuan.org.roles import BY_CODE, role_title
from tests.cast import FOUNDED, Cast

TOWN = {"330999101", "330999101201", "330999101202"}


def codes(actor: Actor, units: frozenset[int]) -> set[str]:
    return {actor.tree.by_pk[pk].code for pk in units}


@pytest.mark.parametrize(
    ("login", "reached"),
    [
        ("town", TOWN),
        ("village", {"330999101201"}),
        ("office", {"330999-SJ", "330999-SJ-1"}),
        ("colleague", {"330999-SJ-1"}),
        ("auditor", set()),
        ("system_admin", set()),
        ("outsider", set()),
    ],
)
def test_a_post_reaches_its_unit_and_those_below(cast: Cast, login: str, reached: set[str]) -> None:
    assert codes(cast[login], cast[login].reach()) == reached


def test_the_leader_of_the_county_reaches_every_unit(cast: Cast) -> None:
    assert codes(cast["leader"], cast["leader"].reach()) == set(cast.units)


def test_reach_by_role_counts_only_posts_of_that_role(cast: Cast) -> None:
    give_post(person=cast.people["town"], unit=cast.other_town, role="handler", valid_from=FOUNDED)
    actor = cast["town"]
    assert codes(actor, actor.reach("handler")) == {"330999102", "330999102201"}
    assert codes(actor, actor.reach("undertaker")) == TOWN
    assert codes(actor, actor.reach("handler", "undertaker")) == TOWN | {"330999102", "330999102201"}
    assert actor.reach("leader") == frozenset()


def test_only_the_reader_of_all_and_the_machine_read_all(cast: Cast) -> None:
    assert [login for login in cast.people if cast[login].reads_all] == ["auditor"]
    assert system_actor().reads_all


def test_a_role_is_held_in_its_unit_and_under_it(cast: Cast) -> None:
    town = cast["town"]
    assert town.holds("undertaker", cast.town.pk)
    assert town.holds("undertaker", cast.village.pk)
    assert not town.holds("undertaker", cast.county.pk)
    assert not town.holds("undertaker", cast.other_town.pk)
    assert not town.holds("leader", cast.town.pk)
    assert town.has_role("undertaker")
    assert not town.has_role("leader")


def test_a_person_s_home_is_the_unit_of_the_first_post(cast: Cast) -> None:
    assert cast["office"].home_unit == cast.office.pk
    assert cast["outsider"].home_unit is None


def test_a_post_holds_from_its_day_until_the_day_it_ends(cast: Cast) -> None:
    person = cast.people["outsider"]
    post = give_post(person=person, unit=cast.town, role="leader", valid_from=date(2026, 3, 3))
    assert cast["outsider"].posts == ()
    with clock.fixed(clock.start_of_day(date(2026, 3, 3))):
        assert [held.role for held in actor_of(person).posts] == ["leader"]
        end_post(post=post, on=date(2026, 3, 5))
    with clock.fixed(clock.end_of_day(date(2026, 3, 4))):
        assert actor_of(person).posts
    with clock.fixed(clock.start_of_day(date(2026, 3, 5))):
        assert actor_of(person).posts == ()


def test_a_post_begins_and_ends_today_unless_a_day_is_named(cast: Cast) -> None:
    post = give_post(person=cast.people["outsider"], unit=cast.town, role="leader")
    assert post.valid_from == clock.today()
    end_post(post=post)
    assert Post.objects.get(pk=post.pk).valid_to == clock.today()
    assert cast["outsider"].posts == ()


def test_an_unknown_role_is_refused_with_those_there_are(cast: Cast) -> None:
    with pytest.raises(Invalid, match="undertaker"):
        give_post(person=cast.people["town"], unit=cast.town, role="king")
    assert Post.objects.filter(role="king").count() == 0


def test_a_post_in_a_unit_that_has_ended_reaches_nothing_and_its_records_go_to_the_unit_over_it(cast: Cast) -> None:
    from bihuan.org.actions import end_unit

    end_unit(unit=cast.village, on=date(2026, 2, 1))
    assert cast["village"].reach() == frozenset()
    assert cast["town"].reach() == {cast.units[code].pk for code in TOWN}
    assert {node.code for node in cast["town"].tree.below(cast.town.pk)} == TOWN - {"330999101201"}


def test_every_role_has_a_title() -> None:
    assert role_title("undertaker") == "承办"
    assert role_title("king") == "king"
    assert {role.reach for role in BY_CODE.values()} == {"below", "all", "none"}
