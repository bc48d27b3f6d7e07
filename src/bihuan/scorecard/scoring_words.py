"""How an item's value becomes points, as one line of words that people can write and read back: `60 → 100`."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bihuan.base.errors import Invalid
from bihuan.scorecard.scoring import plain
from bihuan.scorecard.spec import (
    BandsSpec,
    CasesSpec,
    DistanceSpec,
    GivenSpec,
    LinearSpec,
    MinMaxSpec,
    RankSpec,
    ScoringSpec,
    ZScoreSpec,
)

KINDS = {
    "linear": ("按比例", "底线 → 目标，如 60 → 100；越小越好就写 100 → 60"),
    "bands": ("分档", "起点:百分比，如 0:0 1:60 2:100"),
    "rank": ("按名次", "第一名 → 最后一名的百分比，如 100 → 60；越小越好加“小”"),
    "distance": ("与最好值之比", "空着；越小越好写“小”"),
    "min_max": ("归一化", "空着；越小越好写“小”"),
    "z_score": ("标准分", "空着；越小越好写“小”"),
    "cases": ("按件", "每件的分 封顶 最多，如 -2 封顶 20"),
    "given": ("人工给分", "空着"),
}
"""Kind -> what it is called, and how its line is written."""
_NUMBER = r"-?\d+(?:\.\d+)?"
_ARROW = re.compile(rf"({_NUMBER})\s*(?:→|->|—|到)\s*({_NUMBER})\s*(小?)")
_CASES = re.compile(rf"({_NUMBER})\s*封顶\s*({_NUMBER})")
_BAND = re.compile(rf"({_NUMBER})\s*[:：]\s*({_NUMBER})")
_SMALL = "小"


def written(score: ScoringSpec) -> str:
    """The line of a scoring."""
    match score:
        case LinearSpec():
            return f"{plain(score.floor)} → {plain(score.target)}"
        case BandsSpec():
            return " ".join(f"{plain(band.from_)}:{plain(band.percent)}" for band in score.bands)
        case RankSpec():
            return f"{plain(score.best)} → {plain(score.worst)}{' 小' if score.less_is_better else ''}"
        case CasesSpec():
            return f"{plain(score.points)} 封顶 {plain(score.most)}"
        case DistanceSpec() | MinMaxSpec() | ZScoreSpec():
            return _SMALL if score.less_is_better else ""
        case GivenSpec():
            return ""


def read(kind: str, line: str) -> dict[str, Any]:
    """A scoring from its kind and line, as a pack would declare it. Raises Invalid with how it is written."""
    if kind not in KINDS:
        raise Invalid(f"没有得分办法“{kind}”；可以是 {'、'.join(title for title, _ in KINDS.values())}")
    found = _READERS[kind](line.strip())
    if found is None:
        title, how = KINDS[kind]
        raise Invalid(f"“{line.strip()}”不能作“{title}”的写法；应写：{how}")
    return {"kind": kind, **found}


def _linear(line: str) -> dict[str, Any] | None:
    found = _ARROW.fullmatch(line)
    return {"floor": Decimal(found[1]), "target": Decimal(found[2])} if found and not found[3] else None


def _rank(line: str) -> dict[str, Any] | None:
    if not line or line == _SMALL:
        return {"less_is_better": bool(line)}
    found = _ARROW.fullmatch(line)
    if found is None:
        return None
    return {"best": Decimal(found[1]), "worst": Decimal(found[2]), "less_is_better": bool(found[3])}


def _bands(line: str) -> dict[str, Any] | None:
    parts = line.split()
    bands = [_BAND.fullmatch(part) for part in parts]
    if not parts or not all(bands):
        return None
    return {"bands": [{"from": Decimal(band[1]), "percent": Decimal(band[2])} for band in bands if band]}


def _cases(line: str) -> dict[str, Any] | None:
    found = _CASES.fullmatch(line)
    return {"points": Decimal(found[1]), "most": Decimal(found[2])} if found else None


def _by_group(line: str) -> dict[str, Any] | None:
    return {"less_is_better": bool(line)} if line in ("", _SMALL) else None


def _given(line: str) -> dict[str, Any] | None:
    return None if line else {}


_READERS: dict[str, Callable[[str], dict[str, Any] | None]] = {
    "linear": _linear,
    "bands": _bands,
    "rank": _rank,
    "distance": _by_group,
    "min_max": _by_group,
    "z_score": _by_group,
    "cases": _cases,
    "given": _given,
}
