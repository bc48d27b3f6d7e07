"""暂存: what a person has typed into a form and not sent yet. It is theirs alone, sealed, and no part of any record.

Nothing is checked and no event is written; the form, opened again by the same person, is as they left it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from bihuan.base import clock
from bihuan.base.canonical import dumps, loads
from bihuan.base.errors import Invalid
from bihuan.base.sealing import seal, unseal
from bihuan.loop.models import FormDraft
from bihuan.org.actor import Actor

KEPT_FOR = timedelta(days=30)
"""What nobody has come back to for so long is thrown away when the person keeps something else."""
_LARGEST = 200_000


@transaction.atomic
def keep_draft(*, actor: Actor, form: str, typed: Mapping[str, Any]) -> None:
    """Keep what the person has typed into a form, in place of what they kept of it before."""
    text = dumps(dict(typed))
    if len(text) > _LARGEST:
        raise Invalid(f"内容有 {len(text):,} 个字，太长，不能暂存；最多 {_LARGEST:,} 个")
    person, now = actor.person or 0, clock.now()
    mine = FormDraft.objects.filter(person=person)
    mine.filter(saved_at__lt=now - KEPT_FOR).delete()
    kept = {"sealed": seal(_context(actor, form), text), "saved_at": now}
    FormDraft.objects.update_or_create(person_id=person, form=form, defaults=kept)


def draft_of(actor: Actor, form: str) -> tuple[dict[str, Any], datetime] | None:
    """What the person kept of a form, and when; nobody else has a way to it, a deputy neither."""
    draft = FormDraft.objects.filter(person=actor.person or 0, form=form).first()
    if draft is None:
        return None
    found: dict[str, Any] = loads(unseal(_context(actor, form), draft.sealed))
    return found, draft.saved_at


def drop_draft(*, actor: Actor, form: str) -> None:
    """The form was sent, or what was kept is not wanted any more."""
    FormDraft.objects.filter(person=actor.person or 0, form=form).delete()


def _context(actor: Actor, form: str) -> str:
    return f"draft.{actor.person}.{form}"
