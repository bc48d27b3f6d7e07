"""The three administrators: kept apart, never over themselves, always there; and the tree as the first of them changes it."""

from datetime import date

import pytest
from django.db import transaction

from bihuan.base.errors import Conflict, Invalid, NotAllowed
from bihuan.ledger.rules import visible_records
from bihuan.org.actions import end_post, give_post, set_active
from bihuan.org.actor import Actor, actor_of, system_actor
from bihuan.org.models import AccessEntry, Post, Unit, UnitVersion
from bihuan.org.person_administration import (
    Card,
    allow_sign_in,
    appoint,
    issue_password,
    open_account,
    relieve,
    transfer,
    without_password,
)
from bihuan.org.roles import ROLES
from bihuan.org.separation import ADMINISTRATORS, clash
from bihuan.org.tree import tree_on
from bihuan.org.unit_administration import Place, alter_unit, close_unit, found_unit, merge_unit
from bihuan.web.administering import rehearsed
from tests.cast import EVERYBODY, Cast
from tests.ledger.making import make_finding

TODAY, LATER = date(2026, 3, 2), date(2026, 7, 1)


def told() -> list[str]:
    return list(AccessEntry.objects.filter(kind="admin").order_by("pk").values_list("what", flat=True))


# Kept apart.


@pytest.mark.parametrize("role", [role.code for role in ROLES])
def test_no_role_stands_beside_an_administrators(role: str) -> None:
    for held in (one.code for one in ROLES if one.code != role):
        apart = bool({role, held} & set(ADMINISTRATORS))
        assert bool(clash({held}, role)) == apart
    assert clash({role}, role) == ""


def test_posts_that_clash_are_refused_by_every_way_in(cast: Cast) -> None:
    for login, role in (("system_admin", "security_admin"), ("audit_admin", "leader"), ("town", "system_admin")):
        with pytest.raises(Invalid, match="三员"):
            give_post(person=cast.people[login], unit=cast.county, role=role)
    later = give_post(person=cast.people["outsider"], unit=cast.town, role="handler", valid_from=LATER)
    with pytest.raises(Invalid, match="已任经办"):
        give_post(person=later.person, unit=cast.county, role="audit_admin")


def test_who_left_business_may_become_an_administrator(cast: Cast) -> None:
    town = cast.people["town"]
    end_post(post=town.posts.get())
    appoint(actor=system_actor(), person=town, unit=cast.county, role="system_admin", from_day=TODAY)
    assert actor_of(town).has_role("system_admin") and not actor_of(town).has_role("undertaker")


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_no_administrator_makes_another(cast: Cast, role: str) -> None:
    """Neither through an account of their own making, nor through one that somebody has."""
    actor = cast["system_admin"]
    for person in (open_account(actor=actor, card=Card("zhou", "周新")), cast.people["outsider"]):
        with pytest.raises(NotAllowed, match="bihuan user post"):
            appoint(actor=actor, person=person, unit=cast.county, role=role, from_day=TODAY)
    post = cast.people["town"].posts.get()
    with pytest.raises(NotAllowed, match="互不任命"), transaction.atomic():
        transfer(actor=actor, post=post, unit=cast.county, role=role, on=TODAY)
    assert not Post.objects.filter(role=role).exclude(person=cast.people[role]).exists()


def test_an_administrator_moves_to_another_unit(cast: Cast) -> None:
    post = cast.people["audit_admin"].posts.get()
    moved = transfer(actor=cast["system_admin"], post=post, unit=cast.office, role="audit_admin", on=TODAY)
    assert (moved.unit_id, moved.role) == (cast.office.pk, "audit_admin")


@pytest.mark.parametrize("role", ADMINISTRATORS)
def test_the_last_of_each_stays(cast: Cast, role: str) -> None:
    person = cast.people[role]
    with pytest.raises(Invalid, match="最后一位"):
        set_active(person=person, active=False)
    with pytest.raises(Invalid, match="最后一位"):
        end_post(post=person.posts.get())
    give_post(person=cast.people["outsider"], unit=cast.county, role=role)
    set_active(person=person, active=False)
    with pytest.raises(Invalid, match="最后一位"):
        end_post(post=cast.people["outsider"].posts.get())


def test_nobody_sets_themselves(cast: Cast) -> None:
    own, actor = cast.people["system_admin"], cast["system_admin"]
    with pytest.raises(NotAllowed, match="自己"):
        appoint(actor=actor, person=own, unit=cast.county, role="system_admin", from_day=LATER)
    with pytest.raises(NotAllowed, match="自己"):
        relieve(actor=actor, post=own.posts.get(), on=TODAY)
    with pytest.raises(NotAllowed, match="自己"):
        allow_sign_in(actor=actor, person=own, allowed=False)
    with pytest.raises(NotAllowed, match="自己"):
        issue_password(actor=actor, person=own)


@pytest.mark.parametrize("login", sorted(set(EVERYBODY) - {"system_admin"}))
def test_only_the_system_administrator_changes_units_and_people(cast: Cast, login: str) -> None:
    actor, place = cast[login], Place("新局", "bureau", cast.county)
    with pytest.raises(NotAllowed, match="系统管理员的工作"):
        found_unit(actor=actor, code="x", place=place, on=TODAY)
    with pytest.raises(NotAllowed):
        merge_unit(actor=actor, unit=cast.village, into=cast.other_town, on=LATER)
    with pytest.raises(NotAllowed):
        close_unit(actor=actor, unit=cast.village, on=LATER)
    with pytest.raises(NotAllowed):
        open_account(actor=actor, card=Card("new", "新人"))
    with pytest.raises(NotAllowed):
        issue_password(actor=actor, person=cast.people["town"])
    assert told() == []


def test_another_administrators_password_is_theirs(cast: Cast) -> None:
    other = cast.people["audit_admin"]
    assert other not in without_password()
    with pytest.raises(NotAllowed, match="三员"):
        issue_password(actor=cast["system_admin"], person=other)


def test_an_account_is_opened_appointed_and_moved(cast: Cast) -> None:
    actor = cast["system_admin"]
    person = open_account(actor=actor, card=Card("zhou", "周新", "13800138000"))
    post = appoint(actor=actor, person=person, unit=cast.town, role="undertaker", from_day=TODAY)
    with pytest.raises(Conflict, match="已经任青溪镇承办"):
        appoint(actor=actor, person=person, unit=cast.town, role="undertaker", from_day=LATER)
    transfer(actor=actor, post=post, unit=cast.office, role="handler", on=LATER)
    assert list(person.posts.order_by("pk").values_list("unit__code", "valid_to")) == [
        ("330999101", LATER),
        ("330999-SJ", None),
    ]
    assert told()[0] == "新增人员 周新（zhou）"
    assert told()[-1] == "任命 周新（zhou）为审计局经办，自 2026-07-01 起"


@pytest.mark.parametrize(
    "card, words",
    [
        (Card("周", "周新"), "登录名"),
        (Card("zhou", ""), "姓名"),
        (Card("zhou", "周新", "123456"), "手机号码应为 11 位"),
    ],
)
def test_a_bad_card_is_refused_in_words(cast: Cast, card: Card, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        open_account(actor=cast["system_admin"], card=card)


# The tree.


def test_a_wrong_entry_of_today_is_put_right_on_its_day(cast: Cast) -> None:
    actor = cast["system_admin"]
    unit = found_unit(actor=actor, code="n1", place=Place("松溪真", "town", cast.county), on=TODAY)
    alter_unit(actor=actor, unit=unit, place=Place("松溪镇", "town", cast.county), on=TODAY)
    assert list(unit.versions.values_list("name", "valid_from")) == [("松溪镇", TODAY)]
    alter_unit(actor=actor, unit=unit, place=Place("松溪街道", "town", cast.county), on=LATER)
    assert unit.versions.count() == 2


def test_a_unit_closes_when_it_is_empty(cast: Cast) -> None:
    actor = cast["system_admin"]
    with pytest.raises(Invalid, match="2 个下级单位（上河村、新民村）"):
        close_unit(actor=actor, unit=cast.town, on=LATER)
    with pytest.raises(Invalid, match="1 个岗位有人（何上）"):
        close_unit(actor=actor, unit=cast.village, on=LATER)
    end_post(post=cast.people["village"].posts.get(), on=LATER)
    close_unit(actor=actor, unit=cast.village, on=LATER)
    assert cast.village.pk not in tree_on(LATER).by_pk
    assert tree_on(LATER).name(cast.village.pk) == "上河村"


def test_a_merger_takes_people_lower_units_and_matters_along(cast: Cast) -> None:
    record = make_finding(cast, responsible_unit="青溪镇")
    ledger = record.ledger
    before = UnitVersion.objects.count()
    words = merge_unit(actor=cast["system_admin"], unit=cast.town, into=cast.other_town, on=TODAY)
    assert words == "“青溪镇”并入“白石镇”，2 个下级单位和 1 个岗位一并转入"
    assert UnitVersion.objects.count() == before + 2
    tree = tree_on(TODAY)
    assert tree.is_below(cast.village.pk, cast.other_town.pk)
    assert tree.name(cast.town.pk) == "青溪镇"
    for login in ("town", "other_town"):
        assert list(visible_records(cast[login], ledger)) == [record]
    assert cast["other_town"].holds("undertaker", cast.town.pk)
    assert not visible_records(cast["neighbour"], ledger).exists()


def test_a_post_in_a_closed_unit_gives_nothing_in_its_heir(cast: Cast) -> None:
    merge_unit(actor=cast["system_admin"], unit=cast.town, into=cast.other_town, on=TODAY)
    Post.objects.filter(person=cast.people["town"]).delete()
    Post.objects.create(person=cast.people["town"], unit=cast.town, role="undertaker", valid_from=TODAY)
    stale = cast["town"]
    assert stale.reach() == frozenset()
    assert not stale.holds("undertaker", cast.other_town.pk)
    assert not stale.tree.works_in(cast.town.pk, cast.other_town.pk)


@pytest.mark.parametrize("into", ["330999101", "330999101201"])
def test_a_unit_is_not_merged_into_itself_or_under_it(cast: Cast, into: str) -> None:
    with pytest.raises(Invalid, match="不能并入"):
        merge_unit(actor=cast["system_admin"], unit=cast.town, into=cast.units[into], on=LATER)


def test_a_rehearsal_leaves_nothing(cast: Cast) -> None:
    def merge() -> str:
        return merge_unit(actor=cast["system_admin"], unit=cast.town, into=cast.other_town, on=TODAY)

    assert "并入" in rehearsed(merge)
    assert told() == []
    assert cast.town.pk in tree_on(TODAY).by_pk
    assert not Unit.objects.filter(successor__isnull=False).exists()


def test_an_administrator_stands_in_for_nobody(cast: Cast) -> None:
    from bihuan.org.absences import name_deputy

    name_deputy(actor=cast["town"], deputy=cast.people["audit_admin"], start=TODAY, end=TODAY)
    assert {post.role for post in cast["audit_admin"].posts} == {"audit_admin"}


def test_the_command_line_is_no_way_round(cast: Cast) -> None:
    system: Actor = system_actor()
    with pytest.raises(Invalid, match="三员"):
        appoint(actor=system, person=cast.people["auditor"], unit=cast.county, role="audit_admin", from_day=TODAY)
