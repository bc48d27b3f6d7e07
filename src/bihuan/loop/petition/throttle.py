"""How often one address may do something in an hour."""

import hashlib
import hmac
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from bihuan.base import clock
from bihuan.base.errors import NotAllowed
from bihuan.base.home import secret
from bihuan.loop.petition.models import Visits

LIMITS = {"submit": 6, "try": 40, "ask": 30, "picture": 120}
"""Petitions taken, forms posted, codes asked for, riddles shown: times an hour and address."""
_KEPT = timedelta(days=1)


@transaction.atomic
def visit(what: str, address: str) -> None:
    """Count one doing. Raises NotAllowed where the address has done it too often this hour."""
    now = clock.now()
    hour = now.replace(minute=0, second=0, microsecond=0)
    Visits.objects.filter(hour__lt=hour - _KEPT).delete()
    row, _ = Visits.objects.get_or_create(what=what, mark=_mark(address), hour=hour)
    Visits.objects.filter(pk=row.pk).update(count=F("count") + 1)
    if row.count + 1 > LIMITS[what]:
        raise NotAllowed("您这里提交或查询得太频繁了，请过一小时再来；急事请拨打 12345")


def _mark(address: str) -> str:
    """The address by a key that changes with the day: it cannot be told from the mark, nor followed over days."""
    key = secret("petition.key") + clock.today().isoformat().encode()
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()
