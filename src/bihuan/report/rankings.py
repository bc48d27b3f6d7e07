"""A published ranking as tables of a report: places, units, scores and grades as they were made known."""

from bihuan.figure.clocks import Clocks
from bihuan.figure.period import Period
from bihuan.org.actor import Actor
from bihuan.org.tree import Tree
from bihuan.report.document import Number, Run, Runs, Table
from bihuan.report.template.wording import shown
from bihuan.scorecard.amendments import amendments
from bihuan.scorecard.definitions import spec_of
from bihuan.scorecard.models import Publication
from bihuan.scorecard.publishing import PublishedScore, restored
from bihuan.scorecard.queries import rank_changes
from bihuan.scorecard.rules import may_see_publications

_HEADS = ("名次", "单位", "得分", "等级", "比上期")
_AMENDED_HEADS = ("单位", "考核项", "原得分", "更正后得分", "原名次", "更正后名次")


def ranking_tables(actor: Actor, scorecard: str, period: Period, clocks: Clocks, tree: Tree) -> tuple[Table, ...]:
    """The ranking that stood at the instant of knowing, a table for each group of units, best first.

    Where appeals led to it, a last table tells whose, and from which score and place to which.
    """
    publication = _standing(scorecard, period, clocks) if may_see_publications(actor) else None
    if publication is None:
        return ()
    scores = restored(publication.content)
    changes = rank_changes(publication)
    titles = {group.code: group.title for group in spec_of(publication.scorecard).groups}
    tables = []
    for group in dict.fromkeys(score.group for score in scores):
        ranked = sorted((score for score in scores if score.group == group), key=_place)
        rows = tuple(_row(publication, score, period, changes.get(score.unit), tree) for score in ranked)
        tables.append(Table(_HEADS, rows, titles.get(group, ""), "分"))
    return (*tables, *_amended(publication, period, tree))


def _amended(publication: Publication, period: Period, tree: Tree) -> tuple[Table, ...]:
    rows, titles = [], {item.code: item.title for item in spec_of(publication.scorecard).items}
    for one in amendments(publication):
        texts = (one.after.name, titles.get(one.appeal.item, one.appeal.item))
        old = _scored(one.replaced, one.before, period, tree, aspect=f"score@{one.replaced.pk}")
        scores = old, _scored(one.led_to, one.after, period, tree)
        places = [Run("—" if score.rank is None else str(score.rank)) for score in (one.before, one.after)]
        rows.append(tuple((run,) for run in (*map(Run, texts), *scores, *places)))
    return (Table(_AMENDED_HEADS, tuple(rows), "经申诉更正", "分"),) if rows else ()


def _standing(scorecard: str, period: Period, clocks: Clocks) -> Publication | None:
    """The last publication known then; one that an appeal replaced later still stood."""
    rows = Publication.objects.select_related("scorecard").filter(
        scorecard__code=scorecard, period=period.code, published_at__lte=clocks.known_at
    )
    return rows.order_by("-published_at", "-pk").first()


def _place(score: PublishedScore) -> tuple[bool, int, str]:
    return score.rank is None, score.rank or 0, score.name


def _row(
    publication: Publication, score: PublishedScore, period: Period, change: int | None, tree: Tree
) -> tuple[Runs, ...]:
    held = f"（{'、'.join(score.held_by)}）" if score.held_by else ""
    texts = ("—" if score.rank is None else str(score.rank), score.name, f"{score.grade}{held}", _moved(change))
    place, name, grade, moved = ((Run(text),) for text in texts)
    return place, name, (_scored(publication, score, period, tree),), grade, moved


def _scored(
    publication: Publication, score: PublishedScore, period: Period, tree: Tree, *, aspect: str = "score"
) -> Run:
    """A unit's score in a ranking, as a number that opens it."""
    node = tree.by_pk.get(score.unit)
    number = Number(
        figure=publication.scorecard.code,
        title=f"{publication.scorecard.title}得分",
        unit=node.code if node else "",
        unit_name=score.name,
        period=period.title,
        as_of=period.end,
        known_at=publication.known_at,
        version=publication.scorecard.version,
        value=score.total,
        measure="分",
        definition=spec_of(publication.scorecard).description,
        records=0,
        opens=f"/publications/{publication.pk}/",
        aspect=aspect,
    )
    return Run(shown(score.total), number)


def _moved(change: int | None) -> str:
    if change is None:
        return "—"
    if not change:
        return "持平"
    return f"升 {change} 位" if change > 0 else f"降 {-change} 位"
