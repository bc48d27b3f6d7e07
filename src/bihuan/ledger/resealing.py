"""Changing keys: what each key has sealed, sealing anew by the one in use, and putting a key away that nothing needs.

A record is sealed anew by an event, like every change, in portions of one transaction each: whatever kills the work,
what was done stays, and the next call goes on with the rest. Events are final, so what an old key sealed in the history
stays sealed by it; such a key is put away only when that is asked for, and the history opens again once it is back.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from bihuan.base import sealing
from bihuan.base.errors import Conflict, NotFound
from bihuan.ledger.append import Draft, append_many, hold
from bihuan.ledger.models import Event, Ledger, LedgerVersion, Record
from bihuan.org.access_log import Kind, log_access
from bihuan.org.actor import Actor
from bihuan.org.models import Totp
from bihuan.org.totp import CONTEXT

RESEALED = "resealed"
"""The kind of the event; it changes no value, only by which key it is sealed."""
_AT_ONCE = 500


@dataclass(frozen=True)
class KeyUse:
    """How many values a key has sealed: in records as they stand, in events, of second factors."""

    records: int = 0
    events: int = 0
    factors: int = 0


@dataclass(frozen=True)
class Resealed:
    """What sealing anew did."""

    records: int = 0
    factors: int = 0


def key_uses() -> dict[str, KeyUse]:
    """By key, what it has sealed; keys that are not here but have sealed something too."""
    records, events, factors = Counter[str](), Counter[str](), Counter[str]()
    for ledger in _ledgers():
        for _, data in Record.objects.filter(ledger=ledger).values_list("pk", "data").iterator(_AT_ONCE):
            records.update(_keys_in(data))
        sealed = Event.objects.filter(ledger=ledger, payload__contains=sealing.MARK).values_list("payload", flat=True)
        for payload in sealed.iterator(_AT_ONCE):
            events.update(sealing.keys_in(payload))
    for secret in Totp.objects.values_list("secret", flat=True):
        factors.update(sealing.keys_in(secret))
    names = {name for name, _, _ in sealing.known_keys()} | set(records) | set(events) | set(factors)
    return {name: KeyUse(records[name], events[name], factors[name]) for name in sorted(names, key=_order)}


def _order(name: str) -> tuple[int, str]:
    return len(name), name


def _ledgers() -> list[Ledger]:
    """The ledgers of which a field is or was encrypted."""
    found = {
        version.ledger_id
        for version in LedgerVersion.objects.iterator()
        if any(field.get("encrypted") for field in version.definition.get("fields", ()))
    }
    return list(Ledger.objects.filter(pk__in=found).order_by("pk"))


def _keys_in(data: Mapping[str, Any]) -> Iterator[str]:
    for value in data.values():
        if sealing.is_sealed(value):
            yield sealing.key_of(value)


def rotate_key(*, actor: Actor) -> str:
    """Begin a new key, by which all is sealed from now on; returns its id."""
    fresh = sealing.begin_key()
    log_access(Kind.ADMIN, f"加密密钥：启用 {fresh.id}（{fresh.method}）", by=actor)
    return fresh.id


def reseal(*, actor: Actor, told: Callable[[int], None] = lambda _: None) -> Resealed:
    """Seal by the key in use what another has sealed, in portions. Raises KeyMissing without an old key."""
    current, done = sealing.current_key(), 0
    for ledger in _ledgers():
        for some in _portions(ledger, current):
            done += _reseal_records(actor, ledger, some, current)
            told(done)
    factors = sum(_reseal_factor(pk, current) for pk in Totp.objects.order_by("pk").values_list("pk", flat=True))
    log_access(Kind.ADMIN, f"加密密钥：{done} 条记录、{factors} 个动态口令改由 {current} 加密", by=actor)
    return Resealed(done, factors)


def _portions(ledger: Ledger, current: str) -> Iterator[list[int]]:
    """The records with a value that another key has sealed."""
    some: list[int] = []
    rows = Record.objects.filter(ledger=ledger).order_by("pk").values_list("pk", "data")
    last = 0
    while found := list(rows.filter(pk__gt=last)[:_AT_ONCE]):
        last = found[-1][0]
        some += [pk for pk, data in found if set(_keys_in(data)) - {current}]
        if len(some) >= _AT_ONCE:
            yield some
            some = []
    if some:
        yield some


@transaction.atomic
def _reseal_records(actor: Actor, ledger: Ledger, some: list[int], current: str) -> int:
    """One portion. The ledger is held first, so that nobody changes a record between its reading and its writing."""
    hold(ledger)
    drafts = []
    for record in Record.objects.filter(pk__in=some).order_by("pk"):
        old = {code: v for code, v in record.data.items() if sealing.is_sealed(v) and sealing.key_of(v) != current}
        fresh = {code: sealing.seal_again(f"{ledger.code}.{code}", value) for code, value in old.items()}
        if fresh:
            drafts.append(Draft(RESEALED, record.pk, fresh, reason="换用新密钥", expects=record.version))
    return len(append_many(actor=actor, ledger=ledger, drafts=drafts)) if drafts else 0


@transaction.atomic
def _reseal_factor(pk: int, current: str) -> int:
    factor = Totp.objects.select_for_update().filter(pk=pk).first()
    if factor is None or sealing.key_of(factor.secret) == current:
        return 0
    return Totp.objects.filter(pk=pk).update(secret=sealing.seal_again(CONTEXT, factor.secret))


def retire_key(*, actor: Actor, name: str, with_history: bool = False) -> str:
    """Put a key away, out of the folder from which keys are read; returns where it lies. It is never removed.

    Raises Conflict for the key in use, while anything that stands is sealed by it, and, unless `with_history`, while
    the history is.
    """
    if name not in {known for known, _, _ in sealing.known_keys()}:
        raise NotFound(f"没有密钥“{name}”")
    use = key_uses()[name]
    if name == sealing.current_key():
        raise Conflict(f"{name} 正在用，不能退役；请先用 --rotate 启用新的")
    if use.records or use.factors:
        raise Conflict(
            f"还有 {use.records:,} 个字段值、{use.factors:,} 个动态口令由 {name} 加密，不能退役；请先用 --reseal"
        )
    if use.events and not with_history:
        raise Conflict(
            f"历史事件里有 {use.events:,} 个值由 {name} 加密，事件不能改写；退役后这些旧值看不到，放回密钥才能看。"
            "确实要退役，加 --with-history"
        )
    place = sealing.put_away(name)
    log_access(Kind.ADMIN, f"加密密钥：{name} 退役", by=actor)
    return str(place)
