"""Taking the import of a roster back: all that it did, but for what was changed since, which is spared and listed.

Nothing is removed: a post ends, an account goes out of use, a unit is closed, a name is put back. Each is an act of the
administrator like any other, guarded and in the access log.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from bihuan.base import clock
from bihuan.base.errors import BihuanError, Conflict
from bihuan.ledger.models import Batch, Record
from bihuan.ledger.roster.deeds import Deed, as_it_is
from bihuan.org.actor import Actor
from bihuan.org.models import Person, Post, Unit, UnitVersion
from bihuan.org.person_administration import allow_sign_in, correct_card, relieve
from bihuan.org.roles import SYSTEM_ADMIN, role_title
from bihuan.org.separation import require_administrator
from bihuan.org.unit_administration import Place, alter_unit, close_unit


@dataclass(frozen=True)
class _Hand:
    """Who takes back, from where, and the day from which units that were added stand no more."""

    actor: Actor
    address: str
    today: date
    closing: date


@transaction.atomic
def take_back(*, actor: Actor, batch: Batch, address: str = "") -> list[tuple[str, str]]:
    """Take a written import back, once; returns what was spared and why. Raises Conflict, or NotAllowed."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    taken = Batch.objects.select_for_update().filter(pk=batch.pk, state=Batch.State.DONE).first()
    if taken is None or "done" not in taken.result:
        raise Conflict("这次导入没有完成，或者已经撤销")
    deeds: list[Deed] = list(taken.result["done"])
    hand, spared = _Hand(actor, address, clock.today(), _closing(deeds)), []
    for deed in reversed(deeds):
        try:
            with transaction.atomic():
                why = _ACTS[deed["did"]](hand, deed)
        except BihuanError as error:
            why = error.message
        if why:
            spared.append((_told(deed), why))
    result = {**taken.result, "undone": len(deeds) - len(spared), "spared": [list(one) for one in spared]}
    Batch.objects.filter(pk=batch.pk).update(state=Batch.State.UNDONE, result=result)
    return spared


def _closing(deeds: Iterable[Deed]) -> date:
    """The day from which none of the added units stands: after the first day of each."""
    added = [deed["unit"] for deed in deeds if deed["did"] == "unit_added"]
    started = UnitVersion.objects.filter(unit__in=added).values_list("valid_from", flat=True)
    return max([clock.today(), *(day + timedelta(days=1) for day in started)])


def _end_post(hand: _Hand, deed: Deed) -> str:
    post = Post.objects.select_related("person").get(pk=deed["post"])
    if post.valid_to is not None:
        return "以后另行免去或调动了"
    relieve(actor=hand.actor, post=post, on=max(hand.today, post.valid_from), address=hand.address)
    return ""


def _shut_out(hand: _Hand, deed: Deed) -> str:
    person = Person.objects.get(pk=deed["person"])
    if person.last_login is not None:
        return "已经登录过"
    if [person.name, person.phone] != deed["now"]:
        return "以后改过姓名或电话"
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=hand.today)
    if person.posts.filter(lasting).exists():
        return "还有别的岗位"
    if person.is_active:
        allow_sign_in(actor=hand.actor, person=person, allowed=False, address=hand.address)
    return ""


def _put_back_card(hand: _Hand, deed: Deed) -> str:
    person = Person.objects.get(pk=deed["person"])
    if [person.name, person.phone] != deed["now"]:
        return "以后又改过姓名或电话"
    name, phone = deed["was"]
    correct_card(actor=hand.actor, person=person, name=name, phone=phone, address=hand.address)
    return ""


def _close(hand: _Hand, deed: Deed) -> str:
    unit = Unit.objects.get(pk=deed["unit"])
    if unit.versions.count() > 1 or as_it_is(unit) != deed["now"]:
        return "以后变更或撤销过"
    if records := Record.objects.filter(unit=unit, deleted=False).count():
        return f"已有 {records:,} 条记录属于它"
    close_unit(actor=hand.actor, unit=unit, on=hand.closing, address=hand.address)
    return ""


def _put_back_unit(hand: _Hand, deed: Deed) -> str:
    unit = Unit.objects.get(pk=deed["unit"])
    if as_it_is(unit) != deed["now"]:
        return "以后变更或撤销过"
    name, kind, parent = deed["was"]
    started = unit.versions.get(valid_to__isnull=True).valid_from
    place = Place(name, kind, Unit.objects.get(pk=parent) if parent else None)
    alter_unit(actor=hand.actor, unit=unit, place=place, on=max(hand.today, started), address=hand.address)
    return ""


_ACTS = {
    "post_given": _end_post,
    "person_added": _shut_out,
    "card_changed": _put_back_card,
    "unit_added": _close,
    "unit_changed": _put_back_unit,
}


def _told(deed: Deed) -> str:
    """What was done, in words."""
    match deed["did"]:
        case "post_given":
            post = Post.objects.select_related("person").get(pk=deed["post"])
            unit = post.unit.versions.order_by("-valid_from").first()
            return f"{post.person.name} 任{unit.name if unit else ''}{role_title(post.role)}"
        case "person_added":
            return f"新增人员 {deed['now'][0]}"
        case "card_changed":
            return f"{deed['was'][0]}的姓名或电话"
        case "unit_added":
            return f"新增单位 {deed['now'][0]}"
        case _:
            return f"变更单位 {deed['was'][0]}"
