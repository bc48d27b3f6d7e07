"""The lock after too many failures: of a login name, whether anybody has it or not, and of an address.

An attempt is counted before it is looked at and taken back when it was good, so that many at once gain nothing.
"""

from django.db.models import F, Model

from bihuan.base import clock
from bihuan.org.models import SignInFailure
from bihuan.org.policy import Policy, current_policy
from bihuan.org.sign_in_models import AddressFailure

_NAME, _ADDRESS = 60, 45


def begin_attempt(username: str, address: str) -> bool:
    """Count an attempt; False where the name or the address has failed too often of late and must wait."""
    policy = current_policy()
    if is_locked(username) or is_address_locked(address):
        return False
    by_name = _count(SignInFailure, policy, username=username[:_NAME])
    by_address = _count(AddressFailure, policy, address=address[:_ADDRESS])
    return by_name <= policy.failures and by_address <= policy.address_failures


def note_failure(username: str) -> None:
    """Count a failed sign-in of a name."""
    _count(SignInFailure, current_policy(), username=username[:_NAME])


def clear_failures(username: str, address: str = "") -> None:
    """Forget a name's failures after a good sign-in, and the one attempt that the address made for it."""
    SignInFailure.objects.filter(username=username[:_NAME]).delete()
    AddressFailure.objects.filter(address=address[:_ADDRESS], count__gt=0).update(count=F("count") - 1)


def is_locked(username: str) -> bool:
    """Whether a name has failed too often of late."""
    policy = current_policy()
    since = clock.now() - policy.lock_for
    return SignInFailure.objects.filter(
        username=username[:_NAME], count__gte=policy.failures, last_at__gte=since
    ).exists()


def is_address_locked(address: str) -> bool:
    """Whether too many sign-ins have failed from an address of late."""
    policy = current_policy()
    since = clock.now() - policy.lock_for
    return AddressFailure.objects.filter(
        address=address[:_ADDRESS], count__gte=policy.address_failures, last_at__gte=since
    ).exists()


def _count(model: type[Model], policy: Policy, **who: str) -> int:
    """One more; failures longer ago than the lock lasts are forgotten. Returns how many there are now."""
    now, rows = clock.now(), model._default_manager  # noqa: SLF001 - Django's documented model API
    row, made = rows.get_or_create(**who, defaults={"count": 1, "last_at": now})
    if not made:
        fresh = rows.filter(pk=row.pk, last_at__gte=now - policy.lock_for)
        if not fresh.update(count=F("count") + 1, last_at=now):
            rows.filter(pk=row.pk).update(count=1, last_at=now)
    return int(rows.values_list("count", flat=True).get(pk=row.pk))
