"""Whose form it is: those who work in the bureau that has to fill it."""

from bihuan.base.errors import NotFound
from bihuan.form.models import Form
from bihuan.org.actor import Actor
from bihuan.org.roles import BY_CODE


def works_for(actor: Actor, unit: int) -> bool:
    """Whether one of the actor's posts that work on ledgers is in the unit or under it."""
    return any(BY_CODE[post.role].reach == "below" and actor.tree.works_in(post.unit, unit) for post in actor.posts)


def visible_forms(actor: Actor) -> list[Form]:
    """The forms of the actor's own bureau; who reads all sees all."""
    forms = Form.objects.select_related("owner").defer("content").order_by("asked_by", "title")
    return [form for form in forms if actor.reads_all or works_for(actor, form.owner_id)]


def get_form(actor: Actor, pk: int) -> Form:
    """A form that the actor may see; any other is answered as not there."""
    form = Form.objects.select_related("owner").filter(pk=pk).first()
    if form is None or not (actor.reads_all or works_for(actor, form.owner_id)):
        raise NotFound("没有这张表，或者它不是您单位的")
    return form
