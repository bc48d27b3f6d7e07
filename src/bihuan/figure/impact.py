"""Which numbers that were given out would be others under another definition: old value, new value, where it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from bihuan.base.errors import BihuanError
from bihuan.figure.answer import Question, answer
from bihuan.figure.clocks import Clocks
from bihuan.figure.definitions import Catalogue
from bihuan.figure.models import ApprovedValue
from bihuan.figure.period import Period
from bihuan.figure.rules import Reach
from bihuan.figure.spec import FigureSpec
from bihuan.figure.value import rounded

MOST_CLOCKS = 120
"""So many pairs of clocks are worked out, the newest first; each is a scan of its ledgers. The rest are counted."""


@dataclass(frozen=True)
class GivenOut:
    """A number as it was given out: in a report, a published ranking, a filled form, an approved period.

    `places` is how many decimal places were printed, None where the exact value was kept; `factor` leads from the
    figure's unit of measure to the printed one; `page` and `pk` lead there.
    """

    figure: str
    unit: int | None
    period: Period
    clocks: Clocks
    value: Fraction | None
    where: str
    at: datetime
    places: int | None = None
    page: str = ""
    pk: int = 0
    factor: Fraction = Fraction(1)


@dataclass(frozen=True)
class Differing:
    """A number given out, and what it would be."""

    given: GivenOut
    new: Fraction | None


@dataclass(frozen=True)
class Impact:
    """The numbers that would be others; how many would not, may not be seen, and were not worked out."""

    differing: tuple[Differing, ...]
    same: int = 0
    unseen: int = 0
    left_out: int = 0


def approved_numbers(codes: Sequence[str]) -> list[GivenOut]:
    """The approved values of figures that stand."""
    rows = ApprovedValue.objects.filter(figure__code__in=codes, unlocked_at=None)
    return [
        GivenOut(
            row.figure.code,
            row.approval.unit_id,
            Period(row.approval.start, row.approval.end),
            Clocks(row.approval.as_of, row.approval.known_at),
            None if row.value is None else Fraction(row.value),
            "审定的数",
            row.approval.recorded_at,
            page="figure_approvals",
        )
        for row in rows.select_related("figure", "approval")
    ]


def impact_of(code: str, spec: FigureSpec, given: Iterable[GivenOut], reach: Reach | None) -> Impact:
    """Work every number out again under another definition of one figure, at its own clocks.

    A person is told those alone that they may know whole.
    """
    groups: dict[Clocks, list[GivenOut]] = {}
    for number in given:
        groups.setdefault(number.clocks, []).append(number)
    newest = sorted(groups, key=lambda clocks: (clocks.known_at, clocks.as_of), reverse=True)
    differing, same, unseen = [], 0, 0
    for clocks in newest[:MOST_CLOCKS]:
        numbers = groups[clocks]
        codes, periods = (
            tuple(dict.fromkeys(ones)) for ones in zip(*((n.figure, n.period) for n in numbers), strict=True)
        )
        catalogue = Catalogue(clocks.known_at, given={code: spec})
        found = answer(Question(codes, periods, clocks), reach=reach, given=catalogue)
        for number in numbers:
            try:
                value = found.value(number.figure, number.unit, number.period)
            except BihuanError:
                unseen += 1
                continue
            new = _printed(None if value.number is None else value.number * number.factor, number.places)
            if value.partial:
                unseen += 1
            elif new == number.value:
                same += 1
            else:
                differing.append(Differing(number, new))
    left_out = sum(len(groups[clocks]) for clocks in newest[MOST_CLOCKS:])
    return Impact(tuple(differing), same, unseen, left_out)


def _printed(number: Fraction | None, places: int | None) -> Fraction | None:
    return number if number is None or places is None else Fraction(rounded(number, places))
