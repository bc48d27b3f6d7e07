"""What a template is tried with before it is adopted: the present period, today, what the person may see."""

from dataclasses import dataclass

from bihuan.base import clock
from bihuan.base.errors import Invalid
from bihuan.ledger.definitions import find_ledger
from bihuan.ledger.models import Record
from bihuan.ledger.rules import visible_records
from bihuan.org.actor import Actor
from bihuan.org.models import Unit
from bihuan.org.tree import tree_on
from bihuan.report.figures import FigureSources, figure_sources
from bihuan.report.spec import ReportSpec


@dataclass(frozen=True)
class Trial:
    """The sources of a trial, and what it is about in words."""

    sources: FigureSources
    unit_name: str
    period_name: str


def trial_of(actor: Actor, owner: Unit, spec: ReportSpec) -> Trial:
    """A trial of a report that its definition describes; one about a record is tried with the newest."""
    today = clock.today()
    unit = Unit.objects.filter(code=spec.unit).first() if spec.unit else None
    roots = [node.pk for node in tree_on(today).nodes if node.depth == 0]
    about = unit or Unit.objects.filter(pk__in=roots[:1]).first() or owner
    sources = figure_sources(
        actor,
        unit=about,
        period=period_now(spec.period),
        as_of=today,
        known_at=clock.now(),
        texts=[spec.title],
        subject=_newest(actor, spec.subject) if spec.subject else None,
    )
    return Trial(sources, sources.about.unit_name, sources.about.period_name)


def period_now(kind: str) -> str:
    """The period of a kind in which today lies."""
    today = clock.today()
    return {
        "week": f"{today:%G}-W{today:%V}",
        "month": f"{today:%Y-%m}",
        "quarter": f"{today.year}-Q{(today.month + 2) // 3}",
        "half": f"{today.year}-H{(today.month + 5) // 6}",
        "year": f"{today.year}",
    }.get(kind, today.isoformat())


def _newest(actor: Actor, ledger: str) -> Record:
    found = find_ledger(ledger)
    record = visible_records(actor, found).select_related("ledger").order_by("-pk").first()
    if record is None:
        raise Invalid(f"“{found.title}”里还没有您能看的记录，试填不了")
    return record
