"""What a result brings: an amount by formula over the score, the rank, the grade and figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from bihuan.expression import Checked, Column, Kind, Name, compile_check, evaluate
from bihuan.scorecard.spec import AwardSpec

_PLACES = 6
_OF_THE_RESULT = {"score": Kind.DECIMAL, "rank": Kind.INTEGER, "grade": Kind.TEXT}


@dataclass(frozen=True)
class Award:
    """An amount that a result brings; None where a part of the formula is unknown."""

    award: AwardSpec
    amount: Decimal | None


def award_of(
    award: AwardSpec, score: Decimal | None, rank: int | None, grade: str, values: Mapping[str, Decimal | None]
) -> Award:
    """Compute the amount, rounded half up to the award's places."""
    given: dict[str, Decimal | int | str | None] = {"score": score, "rank": rank, "grade": grade or None}
    given |= {name: values.get(figure) for name, figure in award.names.items()}
    found = evaluate(compiled(award), given, today=date.min, now=datetime.min.replace(tzinfo=UTC))
    if not isinstance(found, int | Decimal):
        return Award(award, None)
    return Award(award, Decimal(found).quantize(Decimal(1).scaleb(-award.scale), ROUND_HALF_UP))


def compiled(award: AwardSpec) -> Checked:
    """The formula, checked. Raises ExpressionError."""
    return _compiled(award.formula, tuple(award.names))


@lru_cache(maxsize=256)
def _compiled(formula: str, figures: tuple[str, ...]) -> Checked:
    kinds = dict.fromkeys(figures, Kind.DECIMAL) | _OF_THE_RESULT
    names = {
        code: Name(code, code, kind, Column("value"), scale=_PLACES if kind is Kind.DECIMAL else 0)
        for code, kind in kinds.items()
    }
    return compile_check(formula, names, expect=Kind.DECIMAL)
