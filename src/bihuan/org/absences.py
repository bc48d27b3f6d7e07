"""Being away: a person names who acts in their posts, for some days, and may take that back."""

from datetime import date

from django.db import transaction

from bihuan.base import clock
from bihuan.base.errors import Invalid, NotAllowed, NotFound
from bihuan.org.actor import Actor
from bihuan.org.models import Absence, Person

_LONGEST_DAYS = 366


@transaction.atomic
def name_deputy(*, actor: Actor, deputy: Person, start: date, end: date, reason: str = "") -> Absence:
    """Let another person act for the actor from a day to another, both included.

    The deputy's own deputies do not inherit it: what is lent is not lent on.
    """
    if actor.person is None:
        raise NotAllowed("只有登录的人员可以指定代办人")
    if deputy.pk == actor.person or not deputy.is_active:
        raise Invalid("代办人不对", {"deputy": "请选另一个在用的人员"})
    if start < clock.today() or end < start:
        raise Invalid("日期不对", {"start": "从今天或以后的某天起，到不早于那天的一天止"})
    if (end - start).days >= _LONGEST_DAYS:
        raise Invalid("日期不对", {"end": f"最长 {_LONGEST_DAYS} 天"})
    after = date.fromordinal(end.toordinal() + 1)
    if Absence.objects.filter(person=actor.person, valid_from__lt=after, valid_to__gt=start).exists():
        raise Invalid("日期不对", {"start": "这几天已经指定了代办人，请先取消"})
    return Absence.objects.create(
        person_id=actor.person, deputy=deputy, valid_from=start, valid_to=after, reason=reason[:200]
    )


@transaction.atomic
def recall_deputy(*, actor: Actor, pk: int) -> None:
    """End a deputyship of the actor's own: from today on if it runs already, wholly if it has not begun."""
    absence = Absence.objects.select_for_update().filter(pk=pk, person=actor.person or 0).first()
    if absence is None:
        raise NotFound("没有这条代办安排，或者不是您的")
    today = clock.today()
    if absence.valid_from >= today:
        absence.delete()
    elif absence.valid_to > today:
        absence.valid_to = today
        absence.save(update_fields=["valid_to"])
