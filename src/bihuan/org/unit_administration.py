"""What the system administrator does to the unit tree: each act guarded, dated, in the access log; none deletes."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actions import add_unit, amend_unit, change_unit, end_post, end_unit, give_post
from bihuan.org.actor import Actor
from bihuan.org.models import Post, Unit, UnitKind
from bihuan.org.roles import SYSTEM_ADMIN
from bihuan.org.separation import require_administrator
from bihuan.org.tree import Node, tree_on

MOST_NAME = 120
MOST_CODE = 40


@dataclass(frozen=True)
class Place:
    """What a unit is called, what it is, and which unit it hangs under; None is the top."""

    name: str
    kind: str
    parent: Unit | None


@transaction.atomic
def found_unit(*, actor: Actor, code: str, place: Place, on: date, address: str = "") -> Unit:
    """Add a unit from a day on. Raises Invalid or Conflict."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    code = code.strip()
    if not code or len(code) > MOST_CODE or any(char.isspace() for char in code):
        raise Invalid("单位没有加入", {"code": f"代码要写 1 至 {MOST_CODE} 个字符，中间没有空格"})
    name = _name(place)
    unit = add_unit(code=code, name=name, kind=place.kind, parent=place.parent, valid_from=on)
    _log(actor, f"新增单位 {name}（{code}），自 {on} 起", address)
    return unit


def _name(place: Place) -> str:
    name = " ".join(place.name.split())
    if not name or len(name) > MOST_NAME:
        raise Invalid("单位名称不对", {"name": f"名称要写 1 至 {MOST_NAME} 个字"})
    return name


@transaction.atomic
def alter_unit(*, actor: Actor, unit: Unit, place: Place, on: date, address: str = "") -> str:
    """Rename, move or reclassify a unit from a day on; returns what was done, in words. Raises Invalid."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    before = _standing(unit, on)
    words = told_change(before, place, tree_on(on).name(before.parent))
    if not words:
        raise Invalid("没有改动")
    if before.parent and place.parent is None:
        raise Invalid("要选上级单位：县里只有一个最上级")
    if place.kind not in UnitKind.values:
        raise Invalid(f"单位类别“{place.kind}”不存在")
    if on >= clock.today() and unit.versions.filter(valid_from=on, valid_to__isnull=True).exists():
        amend_unit(unit=unit, name=_name(place), parent=place.parent, kind=place.kind)
    else:
        change_unit(unit=unit, from_day=on, name=_name(place), parent=place.parent, kind=place.kind)
    _log(actor, f"变更单位 {before.name}（{before.code}）：{words}，自 {on} 起", address)
    return words


def told_change(before: Node, place: Place, over: str) -> str:
    """What a change would do to a unit, in words; empty where nothing."""
    said = []
    if place.name != before.name:
        said.append(f"改名为“{place.name}”")
    if (place.parent.pk if place.parent else None) != before.parent:
        said.append(f"从“{over or '最上级'}”移到“{_name_of(place.parent)}”")
    if place.kind != before.kind:
        said.append(f"类别由{UnitKind(before.kind).label}改为{UnitKind(place.kind).label}")
    return "，".join(said)


def _name_of(unit: Unit | None) -> str:
    last = unit.versions.order_by("-valid_from").first() if unit else None
    return last.name if last else "最上级"


def _standing(unit: Unit, on: date) -> Node:
    node = tree_on(on).by_pk.get(unit.pk)
    if node is None:
        raise Invalid(f"单位“{unit.code}”在 {on} 不存在或已撤销")
    return node


@transaction.atomic
def close_unit(*, actor: Actor, unit: Unit, on: date, address: str = "") -> None:
    """Close a unit from a day on, once nobody works in it and nothing hangs under it. Its history stays."""
    require_administrator(actor, SYSTEM_ADMIN.code)
    node = _standing(unit, on)
    below = [child.name for child in _children(node, on)]
    if below:
        raise Invalid(f"“{node.name}”还有 {len(below)} 个下级单位（{_some(below)}），请先移走，或改用合并")
    people = [post.person.name for post in _posts(unit, on)]
    if people:
        raise Invalid(f"“{node.name}”还有 {len(people)} 个岗位有人（{_some(people)}），请先调走，或改用合并")
    if node.parent is None:
        raise Invalid("最上级的单位不能撤销")
    end_unit(unit=unit, on=on)
    _log(actor, f"撤销单位 {node.name}（{node.code}），自 {on} 起", address)


@transaction.atomic
def merge_unit(*, actor: Actor, unit: Unit, into: Unit, on: date, address: str = "") -> str:
    """Merge a unit into another from a day on: the units under it, its posts and its records go there.

    Records keep the unit they were made for; who works in the other sees and does them from that day on. Returns what
    was done, in words. Raises Invalid.
    """
    require_administrator(actor, SYSTEM_ADMIN.code)
    tree = tree_on(on)
    node, other = _standing(unit, on), _standing(into, on)
    if tree.is_below(into.pk, unit.pk):
        raise Invalid(f"“{other.name}”是“{node.name}”自己或它的下级，不能并入")
    if not into.versions.filter(valid_to__isnull=True).exists():
        raise Invalid(f"“{other.name}”已定于以后撤销，不能并入它")
    children, posts = _children(node, on), _posts(unit, on)
    for child in children:
        change_unit(unit=Unit.objects.get(pk=child.pk), from_day=on, parent=into)
    for post in posts:
        _carry(post, into, on)
    end_unit(unit=unit, on=on)
    Unit.objects.filter(pk=unit.pk).update(successor=into)
    words = f"“{node.name}”并入“{other.name}”，{len(children)} 个下级单位和 {len(posts)} 个岗位一并转入"
    _log(actor, f"合并单位：{words}，自 {on} 起", address)
    return words


def _carry(post: Post, into: Unit, on: date) -> None:
    """Let a post go on in the other unit, unless the person holds it there already."""
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    if not Post.objects.filter(lasting, person=post.person, unit=into, role=post.role).exists():
        give_post(person=post.person, unit=into, role=post.role, valid_from=max(on, post.valid_from))
    end_post(post=post, on=max(on, post.valid_from))


def _children(node: Node, on: date) -> list[Node]:
    return [child for child in tree_on(on).below(node.pk) if child.parent == node.pk]


def _posts(unit: Unit, on: date) -> list[Post]:
    """The posts in a unit that last beyond a day, those of people in use."""
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    return list(unit.posts.filter(lasting, person__is_active=True).select_related("person").order_by("pk"))


def _some(names: list[str]) -> str:
    return "、".join(names[:3]) + ("等" if len(names) > 3 else "")


def _log(actor: Actor, what: str, address: str) -> None:
    log_access(Kind.ADMIN, what, by=actor, address=address)
