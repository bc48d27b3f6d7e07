"""A ranking as text that is kept for ever, and back: every item's value, points and arithmetic in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson

from bihuan.scorecard.evaluating import ItemScore, UnitScore


@dataclass(frozen=True)
class PublishedItem:
    """One item of one unit as it was published."""

    code: str
    title: str
    figure: str
    value: Decimal | None
    full: Decimal
    points: Decimal
    told: str
    counted: bool


@dataclass(frozen=True)
class PublishedAward:
    """What a result brought, as it was published."""

    title: str
    unit: str
    amount: Decimal | None


@dataclass(frozen=True)
class PublishedScore:
    """One unit of a ranking as it was published."""

    unit: int
    name: str
    group: str
    total: Decimal | None
    rank: int | None
    grade: str
    held_by: tuple[str, ...]
    items: tuple[PublishedItem, ...]
    awards: tuple[PublishedAward, ...] = ()

    @property
    def item(self) -> dict[str, PublishedItem]:
        return {item.code: item for item in self.items}


def published(scores: Sequence[UnitScore], names: dict[int, str]) -> tuple[PublishedScore, ...]:
    """Scores as they are published, with the units' names of that day."""
    return tuple(
        PublishedScore(
            score.unit,
            names.get(score.unit, ""),
            score.group,
            score.total,
            score.rank,
            score.grade.code if score.grade else "",
            score.grade.held_by if score.grade else (),
            tuple(_item(item) for item in score.items),
            tuple(PublishedAward(one.award.title, one.award.unit, one.amount) for one in score.awards),
        )
        for score in scores
    )


def _item(one: ItemScore) -> PublishedItem:
    item = one.item
    return PublishedItem(item.code, item.title, item.figure, one.value, one.full, one.points, one.told, one.counted)


def kept(scores: Sequence[PublishedScore]) -> str:
    """Canonical JSON."""
    return orjson.dumps(list(scores), default=_plain, option=orjson.OPT_SORT_KEYS).decode()


def restored(text: str) -> tuple[PublishedScore, ...]:
    """What was kept."""
    return tuple(_score(row) for row in orjson.loads(text))


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(type(value).__name__)


def _score(row: dict[str, Any]) -> PublishedScore:
    items = tuple(
        PublishedItem(
            **{
                **item,
                "value": _decimal(item["value"]),
                "full": Decimal(item["full"]),
                "points": Decimal(item["points"]),
            }
        )
        for item in row["items"]
    )
    awards = tuple(PublishedAward(**{**award, "amount": _decimal(award["amount"])}) for award in row.get("awards", ()))
    kept_as_text = {"total": _decimal(row["total"]), "held_by": tuple(row["held_by"])}
    return PublishedScore(**{**row, **kept_as_text, "items": items, "awards": awards})


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
