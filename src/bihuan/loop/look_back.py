"""回头看: finds, for a matter that comes in, the closed one that it repeats while that one's look-back period runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from bihuan.base import clock
from bihuan.ledger.append import Draft
from bihuan.ledger.models import Ledger, Record
from bihuan.loop.spec import LookBackSpec, LoopSpec

Found = tuple[int, str, datetime]


@dataclass(frozen=True)
class LookBack:
    """The closed matters of a ledger whose period still runs, by the fields that make two matters the same problem."""

    ledger: Ledger
    rule: LookBackSpec

    @cached_property
    def _known(self) -> dict[tuple[Any, ...], Found]:
        """The last closed of each; those closed too long ago cannot recur any more."""
        since = clock.start_of_day(clock.today() - timedelta(days=self.rule.days))
        rows = Record.objects.filter(ledger=self.ledger, deleted=False, closed_at__gte=since).order_by("closed_at")
        known: dict[tuple[Any, ...], Found] = {}
        for pk, number, closed, data in rows.values_list("pk", "number", "closed_at", "data").iterator(2_000):
            if closed is not None:
                known[self._key(data)] = (pk, number, closed)
        return known

    def _key(self, data: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(str(data[code]) if data.get(code) is not None else None for code in self.rule.match)

    def matching(self, data: dict[str, Any], found_at: datetime | None) -> Found | None:
        """The closed matter that agrees in every field of the rule; a blank field agrees with nothing."""
        key = self._key(data) if self.rule.match else (None,)
        if None in key:
            return None
        found = self._known.get(key)
        return found if found and self.runs(found[2], found_at) else None

    def runs(self, closed_at: datetime | None, found_at: datetime | None) -> bool:
        """Whether a problem found then falls into the period after a close-out."""
        if closed_at is None:
            return False
        closed, found = clock.local_date(closed_at), clock.local_date(found_at or clock.now())
        return closed <= found <= closed + timedelta(days=self.rule.days)


def look_back_of(ledger: Ledger | None, loop: LoopSpec | None) -> LookBack | None:
    """The look-back of a ledger, if its loop has one."""
    return LookBack(ledger, loop.look_back) if ledger and loop and loop.look_back else None


def linked(log: dict[str, Any], pk: int, number: str) -> dict[str, Any]:
    """A new matter's log with the tie to the closed one that it repeats."""
    return {**log, "ties": [*log.get("ties", []), ["recurs", pk]], "recurs": number}


def release(old: Record) -> Draft:
    """The closed matter gives its key to the one that repeats it, and is otherwise left as it is."""
    system = {"key": None, "loop": {**old.loop, "recurred": True}}
    return Draft("recurrence_seen", old.pk, {}, system, expects=old.version)
