"""Evidence that has expired or is about to: what no longer proves anything is seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from bihuan.base import clock
from bihuan.ledger.models import Attachment, Ledger, Record, Tie
from bihuan.ledger.rules import visible_records
from bihuan.org.actor import Actor

NEAR = timedelta(days=30)


@dataclass(frozen=True)
class Expiring:
    """A file of a matter, and the last day on which it is good."""

    record: Record
    file: str
    expires: date

    @property
    def is_over(self) -> bool:
        return self.expires < clock.today()


def expiring(record: Record) -> Iterator[Expiring]:
    """The files of a matter that expire some day, by their dates."""
    dates = {int(pk): date.fromisoformat(entry["expires"]) for pk, entry in _dated(record) if "expires" in entry}
    names = dict(Attachment.objects.filter(pk__in=dates).values_list("pk", "name"))
    for pk, day in sorted(dates.items(), key=lambda item: item[1]):
        yield Expiring(record, names.get(pk, f"附件 {pk}"), day)


def _dated(record: Record) -> list[tuple[str, dict[str, str]]]:
    return list(record.loop.get("evidence", {}).items())


def expiring_soon(actor: Actor, ledger: Ledger) -> list[Expiring]:
    """What has expired or expires within thirty days, of the ledger's matters in sight, soonest first."""
    last = clock.today() + NEAR
    # Only a matter that has files, or cites another's, can have dates of files: so a long ledger is not read whole.
    own = Attachment.objects.filter(ledger=ledger, record__isnull=False).values("record")
    cited = Tie.objects.filter(record__ledger=ledger, kind="cites").values("record")
    with_files = visible_records(actor, ledger).filter(Q(pk__in=own) | Q(pk__in=cited))
    rows = with_files.filter(loop__has_key="evidence")
    found = [item for record in rows.iterator(1_000) for item in expiring(record) if item.expires <= last]
    return sorted(found, key=lambda item: (item.expires, item.record.number))
