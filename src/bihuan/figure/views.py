"""Ways of looking at figures, kept under a name: one's own, or shared with everybody."""

from django.db import transaction
from django.db.models import Q
from django.http import QueryDict

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotAllowed, NotFound
from bihuan.figure.models import FigureView
from bihuan.org.actor import Actor

_LONGEST_TITLE, _LONGEST_QUERY, _MOST = 40, 2_000, 100


def visible_views(actor: Actor) -> list[FigureView]:
    """One's own and the shared ones, by name."""
    rows = FigureView.objects.filter(Q(person_id=actor.person) | Q(is_shared=True)).select_related("person")
    return list(rows.order_by("title", "pk"))


@transaction.atomic
def save_view(*, actor: Actor, title: str, query: str, shared: bool) -> FigureView:
    """Keep an address of the explorer. One's own view of the same name is replaced.

    Nothing is shared by it but the question: who opens it is answered within their own reach.
    """
    name = title.strip()
    if not name or len(name) > _LONGEST_TITLE:
        raise Invalid(f"视图名称必须填写，最多 {_LONGEST_TITLE} 个字")
    asked = QueryDict(query).urlencode()
    if len(asked) > _LONGEST_QUERY:
        raise Invalid("这个视图选得太多，存不下；请少选几个指标或单位")
    if actor.person is None:
        raise NotAllowed("视图要由登录的人存")
    own = FigureView.objects.filter(person_id=actor.person)
    if own.exclude(title=name).count() >= _MOST:
        raise Invalid(f"每人最多存 {_MOST} 个视图，先删掉几个")
    kept, _ = FigureView.objects.update_or_create(
        person_id=actor.person,
        title=name,
        defaults={"query": asked, "is_shared": shared, "created_at": clock.now()},
    )
    return kept


@transaction.atomic
def delete_view(*, actor: Actor, pk: int) -> None:
    """Remove one's own view."""
    found = next((view for view in visible_views(actor) if view.pk == pk), None)
    if found is None:
        raise NotFound("没有这个视图")
    if found.person_id != actor.person:
        raise NotAllowed(f"“{found.title}”是{found.person}存的，只有本人能删")
    found.delete()
