"""What appeals changed in a published ranking: whose, over which item, from which value, score and place to which."""

from dataclasses import dataclass
from itertools import pairwise

from bihuan.scorecard.models import Appeal, Publication
from bihuan.scorecard.publishing import PublishedScore, restored


@dataclass(frozen=True)
class Amendment:
    """A granted appeal, and the score of the unit that made it in the ranking replaced and in the one it led to."""

    appeal: Appeal
    replaced: Publication
    before: PublishedScore
    led_to: Publication
    after: PublishedScore


def lineage(publication: Publication) -> list[Publication]:
    """The ranking first published for the period, and each that took the place of the one before, up to this one."""
    found = [publication]
    while found[0].replaces is not None:
        found.insert(0, found[0].replaces)
    return found


def standing_now(publication: Publication) -> Publication:
    """The ranking that stands in its place, which is itself where nothing replaced it."""
    while (later := getattr(publication, "replaced_by", None)) is not None:
        publication = later
    return publication


def amendments(publication: Publication) -> tuple[Amendment, ...]:
    """The granted appeals that led to this ranking, the first one first."""
    line = lineage(publication)
    found = []
    for old, new in pairwise(line):
        if (appeal := getattr(new, "appeal", None)) is not None:
            before, after = (_score(one, appeal.unit_id) for one in (old, new))
            found.append(Amendment(appeal, old, before, new, after))
    return tuple(found)


def _score(publication: Publication, unit: int) -> PublishedScore:
    return next(score for score in restored(publication.content) if score.unit == unit)
