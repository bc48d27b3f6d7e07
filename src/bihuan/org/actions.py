"""The only writes to units, persons and posts."""

from datetime import date

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Conflict, Invalid, NotFound
from bihuan.base.stamp import fresh_stamp
from bihuan.org.models import Person, Post, TreeStamp, Unit, UnitKind, UnitVersion
from bihuan.org.passwords import require_good
from bihuan.org.roles import BY_CODE
from bihuan.org.separation import require_fitting, require_kept
from bihuan.org.sessions import end_sign_ins
from bihuan.org.tree import tree_on


@transaction.atomic
def add_unit(*, code: str, name: str, kind: str, parent: Unit | None, valid_from: date) -> Unit:
    """Add a unit that stands from a day on."""
    if kind not in UnitKind.values:
        raise Invalid(f"单位类别“{kind}”不存在，可用：{'、'.join(UnitKind.values)}")
    if Unit.objects.filter(code=code).exists():
        raise Conflict(f"单位代码“{code}”已被使用")
    unit = Unit.objects.create(code=code)
    UnitVersion.objects.create(unit=unit, name=name, kind=kind, parent=parent, valid_from=valid_from)
    _stamp_tree()
    return unit


def _stamp_tree() -> None:
    """Let every process know that the tree it remembers is not the present one."""
    TreeStamp.objects.update_or_create(pk=1, defaults={"stamp": fresh_stamp()})


@transaction.atomic
def change_unit(
    *, unit: Unit, from_day: date, name: str | None = None, parent: Unit | None = None, kind: str | None = None
) -> UnitVersion:
    """Rename or move a unit, or make it of another kind, from a day on; the days before keep what was."""
    if kind and kind not in UnitKind.values:
        raise Invalid(f"单位类别“{kind}”不存在，可用：{'、'.join(UnitKind.values)}")
    current = _open_version(unit)
    if from_day <= current.valid_from:
        raise Invalid(f"变更日 {from_day} 须晚于现行版本的生效日 {current.valid_from}")
    tree = tree_on(from_day)
    if parent and tree.is_below(parent.pk, unit.pk):
        raise Invalid(f"“{tree.name(parent.pk)}”是“{current.name}”自己或它的下级，不能作它的上级")
    UnitVersion.objects.filter(pk=current.pk).update(valid_to=from_day)
    _stamp_tree()
    return UnitVersion.objects.create(
        unit=unit,
        name=name or current.name,
        kind=kind or current.kind,
        parent=parent or current.parent,
        valid_from=from_day,
    )


@transaction.atomic
def amend_unit(*, unit: Unit, name: str, parent: Unit | None, kind: str) -> None:
    """Put right what begins today or later and was entered wrongly, on its own day. Raises Invalid for what stands."""
    current = _open_version(unit)
    if current.valid_from < clock.today():
        raise Invalid(f"自 {current.valid_from} 起的名称和上级已经生效，请从以后的一天起变更")
    if parent and tree_on(current.valid_from).is_below(parent.pk, unit.pk):
        raise Invalid(f"“{current.name}”不能挂在自己或它的下级之下")
    UnitVersion.objects.filter(pk=current.pk).update(name=name, parent=parent, kind=kind)
    _stamp_tree()


@transaction.atomic
def end_unit(*, unit: Unit, on: date) -> None:
    """A unit stands no more from a day on; its history stays."""
    current = _open_version(unit)
    if on <= current.valid_from:
        raise Invalid(f"撤销日 {on} 须晚于生效日 {current.valid_from}")
    UnitVersion.objects.filter(pk=current.pk).update(valid_to=on)
    _stamp_tree()


def _open_version(unit: Unit) -> UnitVersion:
    current = unit.versions.filter(valid_to__isnull=True).first()
    if current is None:
        raise NotFound(f"单位“{unit.code}”已撤销，不能再变更")
    return current


@transaction.atomic
def add_person(*, username: str, name: str, password: str | None, phone: str = "", given: bool = False) -> Person:
    """Add a person. Without a password nobody can sign in as them yet; one that is `given` must be changed first."""
    if Person.objects.filter(username=username).exists():
        raise Conflict(f"登录名“{username}”已被使用")
    person = Person(username=username, name=name, phone=phone, password_given=given)
    if password is None:
        person.set_unusable_password()
    else:
        require_good(password, person)
        person.set_password(password)
        person.password_set_at = clock.now()
    person.save()
    return person


def give_post(*, person: Person, unit: Unit, role: str, valid_from: date | None = None) -> Post:
    """A person takes up a post; where they are signed in, they sign in again with it.

    Raises Invalid where it would join what the three administrators keep apart.
    """
    if role not in BY_CODE:
        raise Invalid(f"角色“{role}”不存在，可用：{'、'.join(BY_CODE)}")
    from_day = valid_from or clock.today()
    require_fitting(person, role, from_day)
    end_sign_ins(person)
    return Post.objects.create(person=person, unit=unit, role=role, valid_from=from_day)


def end_post(*, post: Post, on: date | None = None) -> None:
    """A person leaves a post, and what they have open under it ends.

    Raises Invalid where no administrator of the kind would be left.
    """
    day = on or clock.today()
    require_kept(post.person, on=day, only=post)
    Post.objects.filter(pk=post.pk).update(valid_to=day)
    end_sign_ins(post.person)


def set_active(*, person: Person, active: bool) -> None:
    """Let a person sign in, or no more; then they are signed out everywhere at once.

    Raises Invalid where no administrator of a kind would be left.
    """
    if not active:
        require_kept(person)
    person.is_active = active
    person.save(update_fields=["is_active"])
    if not active:
        end_sign_ins(person)
