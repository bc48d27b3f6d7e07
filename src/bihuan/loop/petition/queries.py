"""What the desk sees, what the one who submitted sees, and whether every petition was answered (件件有回应)."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Avg, Count, F, Q, QuerySet
from django.db.models.functions import Coalesce

from bihuan.base import clock
from bihuan.base.errors import NotFound
from bihuan.loop.declared.definitions import InForce
from bihuan.loop.definitions import loop_of
from bihuan.loop.petition.codes import mark_of
from bihuan.loop.petition.likeness import LIKELY, Said, likeness
from bihuan.loop.petition.models import Petition
from bihuan.loop.petition.rules import ledger_of, pages_in_force
from bihuan.loop.petition.spec import PetitionSpec

_COMPARED = 500
_NEAR = timedelta(days=30)


def by_code(code: str) -> Petition:
    """The petition of a code; a wrong code is answered like one that never was."""
    rows = Petition.objects.select_related("record__ledger", "merged_into__record__ledger")
    found = rows.filter(mark=mark_of(code)).first()
    if found is None:
        raise NotFound("没有这个查询码，请核对后再试")
    return found


def main_of(petition: Petition) -> Petition:
    """The petition whose matter answers this one: itself, or the one it was merged into."""
    return petition.merged_into or petition


def to_sort(page: InForce[PetitionSpec]) -> "QuerySet[Petition]":
    """What waits at the desk: still at the first step of its loop, the earliest due first."""
    ledger = ledger_of(page)
    loop = loop_of(ledger)
    first = loop.steps[0].code if loop else ""
    waiting = Petition.objects.filter(code=page.code, merged_into=None, record__state=first, record__closed_at=None)
    return waiting.filter(record__deleted=False).select_related("record").order_by("reply_by", "pk")


@dataclass(frozen=True)
class Alike:
    """Another petition that is perhaps the same, and how alike the two are."""

    petition: Petition
    degree: float


def alike_to(petition: Petition, most: int = 5) -> list[Alike]:
    """Open petitions of the same page within 30 days that are likely the same, the most alike first."""
    near = (petition.submitted_at - _NEAR, petition.submitted_at + _NEAR)
    others = Petition.objects.filter(
        code=petition.code, merged_into=None, submitted_at__range=near, record__closed_at=None, record__deleted=False
    ).exclude(pk=petition.pk)
    page = pages_in_force().get(petition.code)
    point = page.spec.point_field if page else ""
    one = _said(petition, point)
    found = [
        Alike(other, likeness(one, _said(other, point)))
        for other in others.select_related("record").order_by("-pk")[:_COMPARED]
    ]
    likely = [item for item in found if item.degree >= LIKELY]
    return sorted(likely, key=lambda item: -item.degree)[:most]


def _said(petition: Petition, point: str) -> Said:
    kept = petition.record.data.get(point)
    at = (kept["coordinates"][0], kept["coordinates"][1]) if isinstance(kept, dict) else None
    return Said(petition.text, petition.place, petition.submitted_at, at)


@dataclass(frozen=True)
class Answered:
    """件件有回应: a petition is in just one of in time, late, due and overdue. `rating` is None where nobody rated."""

    total: int
    in_time: int
    late: int
    due: int
    overdue: int
    merged: int
    rated: int
    rating: float | None

    @property
    def rate(self) -> float | None:
        """Answered ÷ all, in percent; unknown where nothing came in."""
        return 100 * (self.in_time + self.late) / self.total if self.total else None


def answered(page: InForce[PetitionSpec]) -> Answered:
    """How many of a page's petitions were answered, in one scan; a merged one by the answer of the one it went into."""
    now = clock.now()
    rows = Petition.objects.filter(code=page.code).annotate(
        answered_at=Coalesce(F("merged_into__record__closed_at"), F("record__closed_at"))
    )
    # A merged petition's own matter was closed by the merging, which is no answer.
    unanswered = Q(answered_at=None) | Q(merged_into__isnull=False, merged_into__record__closed_at=None)
    counts = rows.aggregate(
        total=Count("pk"),
        in_time=Count("pk", filter=~unanswered & Q(answered_at__lte=F("reply_by"))),
        late=Count("pk", filter=~unanswered & Q(answered_at__gt=F("reply_by"))),
        due=Count("pk", filter=unanswered & Q(reply_by__gte=now)),
        overdue=Count("pk", filter=unanswered & Q(reply_by__lt=now)),
        merged=Count("pk", filter=Q(merged_into__isnull=False)),
        rated=Count("rating"),
        rating=Avg("rating"),
    )
    return Answered(**counts)
