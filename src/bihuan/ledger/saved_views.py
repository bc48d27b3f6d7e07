"""Saved views: who sees which, which one a list opens with, and keeping them."""

from collections.abc import Mapping

from django.db import transaction

from bihuan.base import clock
from bihuan.base.by_hand import columns_of, read
from bihuan.base.errors import Invalid, NotAllowed, NotFound
from bihuan.ledger.models import Ledger, SavedView
from bihuan.ledger.rules import may_import
from bihuan.org.actor import Actor

ASKED = ("q", "unit", "state", "where", "colour", "sort", "columns", "group")
"""What a view keeps of a list's address."""
_MOST = 50
_LONGEST_TITLE = 40
_VISIBLE = f"""
    SELECT {columns_of(SavedView)} FROM ledger_savedview
    WHERE ledger_id = %s AND (
        audience = 'ledger' OR (audience = 'person' AND person_id = %s)
        OR (audience = 'unit' AND unit_id IN ({{units}}))
    )
"""
"""By hand, because every list asks it."""
_RANK = {SavedView.Audience.PERSON: 0, SavedView.Audience.UNIT: 1, SavedView.Audience.LEDGER: 2}


def offices(actor: Actor) -> tuple[int, ...]:
    """The units in which the actor works: their posts', and the bureaus whose sections these are."""
    return tuple(
        dict.fromkeys(
            node.pk
            for post in actor.posts
            for node in actor.tree.above(post.unit)
            if actor.tree.works_in(post.unit, node.pk)
        )
    )


def visible_views(actor: Actor, ledger: Ledger) -> list[SavedView]:
    """The actor's own views of a ledger, their unit's, and those for all: in this order, by title."""
    units = offices(actor) or (0,)
    sql = _VISIBLE.format(units=", ".join(["%s"] * len(units)))
    found = read(SavedView, sql, [ledger.pk, actor.person or 0, *units])
    return sorted(found, key=lambda view: (_RANK[SavedView.Audience(view.audience)], view.title))


def may_change(actor: Actor, view: SavedView) -> bool:
    """One's own views; those for all, whoever keeps the ledger."""
    is_for_all = view.audience == SavedView.Audience.LEDGER
    return view.person_id == actor.person or (is_for_all and may_import(actor, view.ledger))


@transaction.atomic
def save_view(
    *, actor: Actor, ledger: Ledger, title: str, audience: str, asked: Mapping[str, str], is_default: bool = False
) -> SavedView:
    """Keep a view under a name; a view of the same name and audience that one may change is replaced."""
    title = title.strip()
    if not title or len(title) > _LONGEST_TITLE:
        raise Invalid("请看名称", {"title": f"名称要有 1 到 {_LONGEST_TITLE} 个字"})
    if audience not in SavedView.Audience.values:
        raise Invalid("请看给谁用", {"audience": "请选给谁用"})
    if audience == SavedView.Audience.LEDGER and not may_import(actor, ledger):
        raise NotAllowed(f"只有“{actor.tree.name(ledger.owner_id)}”的人员可以给所有人保存视图")
    works_in = offices(actor)
    if audience == SavedView.Audience.UNIT and not works_in:
        raise NotAllowed("您还没有岗位，不能给本单位保存视图")
    unit = works_in[-1] if audience == SavedView.Audience.UNIT else None
    alike = SavedView.objects.filter(ledger=ledger, audience=audience, unit=unit)
    if audience == SavedView.Audience.PERSON:
        alike = alike.filter(person=actor.person or 0)
    if is_default:
        alike.update(is_default=False)
    kept = {name: asked[name] for name in ASKED if asked.get(name)}
    same = alike.filter(title=title).first()
    if same and not may_change(actor, same):
        raise NotAllowed(f"已有别人保存的视图“{title}”，请换一个名称")
    if not same and alike.count() >= _MOST:
        raise Invalid("请看名称", {"title": f"视图已有 {_MOST} 个，请先删去不用的"})
    view = same or SavedView(ledger=ledger, title=title, audience=audience, unit_id=unit, created_at=clock.now())
    view.person_id, view.asked, view.is_default = actor.person or 0, kept, is_default
    view.save()
    return view


def delete_view(*, actor: Actor, ledger: Ledger, pk: int) -> None:
    """Remove a view that the actor may change; any other is answered as not there."""
    view = next((item for item in visible_views(actor, ledger) if item.pk == pk), None)
    if view is None:
        raise NotFound("没有这个视图")
    if not may_change(actor, view):
        raise NotAllowed(f"“{view.title}”是别人保存的，不能删除")
    view.delete()
