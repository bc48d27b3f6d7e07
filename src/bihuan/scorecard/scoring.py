"""From a value to the per cent of an item's points: one function a kind, and how it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

from bihuan.scorecard.spec import (
    BandsSpec,
    CasesSpec,
    DistanceSpec,
    LinearSpec,
    MinMaxSpec,
    RankSpec,
    ScoringSpec,
    ZScoreSpec,
)

_WIDE = Context(prec=34, rounding=ROUND_HALF_UP)
_HUNDRED = Decimal(100)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Share:
    """How much of an item's points a value earns, in per cent, and the arithmetic in words."""

    percent: Decimal
    told: str


def rounded(value: Decimal) -> Decimal:
    """To two places, half up: what is printed is what is added."""
    return value.quantize(CENT, ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """A number as people write it: no exponent, no trailing zeros."""
    text = f"{value.normalize(_WIDE):f}"
    return text if text != "-0" else "0"


def share_of(score: ScoringSpec, value: Decimal, group: Sequence[Decimal]) -> Share:
    """The share that a value earns. `group` holds the known values of all units of the group, this one's included."""
    match score:
        case LinearSpec():
            return _linear(score, value)
        case BandsSpec():
            return _bands(score, value)
        case RankSpec():
            return _rank(score, value, group)
        case DistanceSpec():
            return _distance(score, value, group)
        case MinMaxSpec():
            return _min_max(score, value, group)
        case ZScoreSpec():
            return _z_score(score, value, group)
    raise ValueError(f"{score.kind} gives points, not a share")


def points_of_cases(score: CasesSpec, cases: Decimal) -> tuple[Decimal, str]:
    """Points for a number of cases, held at the cap, and the arithmetic in words."""
    raw = abs(score.points) * cases
    held = min(raw, score.most)
    sign = "-" if score.points < 0 else ""
    told = f"{plain(cases)} 件 × {plain(score.points)} 分"
    if held < raw:
        told += f"，封顶 {sign}{plain(score.most)} 分"
    return (-held if score.points < 0 else held), told


def _linear(score: LinearSpec, value: Decimal) -> Share:
    if score.floor == score.target:
        return Share(_HUNDRED if value >= score.target else Decimal(0), f"目标值 {plain(score.target)}")
    part = _WIDE.divide(value - score.floor, score.target - score.floor)
    percent = min(_HUNDRED, max(Decimal(0), _WIDE.multiply(part, _HUNDRED)))
    told = f"({plain(value)} − {plain(score.floor)}) ÷ ({plain(score.target)} − {plain(score.floor)})"
    if part > 1:
        told += "，已达目标，得满分"
    elif part < 0:
        told += "，未到底线，不得分"
    return Share(percent, told)


def _bands(score: BandsSpec, value: Decimal) -> Share:
    reached = [band for band in score.bands if band.from_ <= value]
    if not reached:
        return Share(Decimal(0), f"不到第一档 {plain(score.bands[0].from_)}")
    band = max(reached, key=lambda band: band.from_)
    return Share(band.percent, f"达到 {plain(band.from_)} 这一档，得 {plain(band.percent)}%")


def place_of(value: Decimal, group: Sequence[Decimal], *, less_is_better: bool) -> int:
    """One more than the number of better ones; equals share a place and the next place is left out."""
    return 1 + sum(other < value if less_is_better else other > value for other in group)


def _rank(score: RankSpec, value: Decimal, group: Sequence[Decimal]) -> Share:
    place, size = place_of(value, group, less_is_better=score.less_is_better), len(group)
    if size < 2:
        return Share(score.best, "只有一个单位，按第 1 名")
    step = _WIDE.divide(score.best - score.worst, Decimal(size - 1))
    return Share(score.best - step * (place - 1), f"{size} 个单位中第 {place} 名")


def _distance(score: DistanceSpec, value: Decimal, group: Sequence[Decimal]) -> Share:
    best = min(group) if score.less_is_better else max(group)
    if value == best:
        return Share(_HUNDRED, f"最好值 {plain(best)}，得满分")
    over, under = (best, value) if score.less_is_better else (value, best)
    if under <= 0 or over < 0:
        return Share(Decimal(0), f"最好值 {plain(best)}")
    return Share(_WIDE.multiply(_WIDE.divide(over, under), _HUNDRED), f"{plain(over)} ÷ {plain(under)}")


def _min_max(score: MinMaxSpec, value: Decimal, group: Sequence[Decimal]) -> Share:
    least, greatest = min(group), max(group)
    if least == greatest:
        return Share(_HUNDRED, "各单位相同，得满分")
    gap = greatest - value if score.less_is_better else value - least
    told = f"最小 {plain(least)}、最大 {plain(greatest)} 之间归一化"
    return Share(_WIDE.multiply(_WIDE.divide(gap, greatest - least), _HUNDRED), told)


def _z_score(score: ZScoreSpec, value: Decimal, group: Sequence[Decimal]) -> Share:
    mean = _WIDE.divide(sum(group, Decimal(0)), Decimal(len(group)))
    variance = _WIDE.divide(sum(((other - mean) ** 2 for other in group), Decimal(0)), Decimal(len(group)))
    if not variance:
        return Share(Decimal(50), "各单位相同，z = 0")
    z = _WIDE.divide(value - mean, variance.sqrt(_WIDE))
    z = -z if score.less_is_better else z
    percent = min(_HUNDRED, max(Decimal(0), 50 + 10 * z))
    return Share(percent, f"均值 {plain(rounded(mean))}，z = {plain(rounded(z))}，50 + 10z")
