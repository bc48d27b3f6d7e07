"""The draw itself: a deterministic ranking by SHA-256, from a published document and a seed. Algorithm "bihuan-draw-1".

Anybody can compute it with any SHA-256. All texts are UTF-8, hashes are written in lower-case hexadecimal:

1. `seed_hash` = SHA-256(seed). `commitment` = SHA-256 of the canonical JSON (keys sorted, no spaces, UTF-8) of the
   document without `commitment`. Both are published before the draw.
2. The drawing seed is S = SHA-256(seed + "\\n" + witness), where the witness's words are said after the commitment.
3. Objects are ordered by SHA-256(S + "\\nobject\\n" + number); the first `count` are drawn, in this order.
4. For each drawn object, inspectors are ordered by SHA-256(S + "\\ninspector\\n" + object + "\\n" + number); the first
   `team` of them are taken who do not avoid the object and have fewer than `quota` objects so far (0: no limit).
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bihuan.base.canonical import dumps
from bihuan.base.errors import Invalid

ALGORITHM = "bihuan-draw-1"


@dataclass(frozen=True)
class Drawn:
    """A drawn object, its team, and how many of the team could not be found."""

    object: str
    inspectors: tuple[str, ...]
    short: int


def sha256(text: str) -> str:
    """The hash of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def commitment_of(document: dict[str, Any]) -> str:
    """What fixes a document before the draw."""
    return sha256(dumps({key: value for key, value in document.items() if key != "commitment"}))


def committed(
    *,
    title: str,
    seed: str,
    objects: Sequence[str],
    inspectors: Sequence[str],
    avoid: Iterable[tuple[str, str]],
    count: int,
    team: int,
    quota: int,
) -> dict[str, Any]:
    """The document that is published before the draw. `avoid` holds (inspector, object)."""
    document: dict[str, Any] = {
        "algorithm": ALGORITHM,
        "title": title,
        "seed_hash": sha256(seed),
        "objects": sorted(objects),
        "inspectors": sorted(inspectors),
        "avoid": sorted([inspector, item] for inspector, item in avoid),
        "count": count,
        "team": team,
        "quota": quota,
    }
    return document | {"commitment": commitment_of(document)}


def drawn(document: dict[str, Any], seed: str, witness: str) -> tuple[Drawn, ...]:
    """The result that follows from a document, its seed and the witness's words."""
    mixed = sha256(f"{seed}\n{witness}")
    objects = _ranked(document["objects"], f"{mixed}\nobject\n")[: document["count"]]
    avoid = {(inspector, item) for inspector, item in document["avoid"]}
    load: Counter[str] = Counter()
    found = []
    for item in objects:
        ranked = _ranked(document["inspectors"], f"{mixed}\ninspector\n{item}\n")
        free = [
            one for one in ranked if (one, item) not in avoid and not 0 < document["quota"] <= load[one]
        ]  # fmt: skip
        team = tuple(free[: document["team"]])
        load.update(team)
        found.append(Drawn(item, team, document["team"] - len(team)))
    return tuple(found)


def _ranked(numbers: Iterable[str], prefix: str) -> list[str]:
    return sorted(numbers, key=lambda number: (sha256(prefix + number), number))


def result_of(teams: Iterable[Drawn]) -> list[dict[str, Any]]:
    """The result as the published file holds it."""
    return [{"object": team.object, "inspectors": list(team.inspectors), "short": team.short} for team in teams]


def faults(published: dict[str, Any]) -> list[str]:
    """What does not agree in a published file; nothing if anybody would draw the same.

    Raises Invalid where it is not such a file at all.
    """
    _require_shape(published)
    document = {key: published[key] for key in _DOCUMENT}
    found = []
    if commitment_of(document) != published["commitment"]:
        found.append("名单或参数与公布的承诺不符：公布之后被改过")
    if sha256(published["seed"]) != published["seed_hash"]:
        found.append("种子与事先公布的种子哈希不符")
    expected = result_of(drawn(document, published["seed"], published["witness"]))
    if expected != published["result"]:
        found.append(
            f"结果不符：按公布的名单和种子重抽，第 {_first_difference(expected, published['result'])} 个起不同"
        )
    return found


def _first_difference(expected: list[Any], found: list[Any]) -> int:
    pairs = enumerate(zip(expected, found, strict=False), 1)
    return next((place for place, (one, other) in pairs if one != other), min(len(expected), len(found)) + 1)


_DOCUMENT = ("algorithm", "title", "seed_hash", "objects", "inspectors", "avoid", "count", "team", "quota")
_SHAPE: dict[str, type] = {
    "algorithm": str,
    "title": str,
    "seed_hash": str,
    "commitment": str,
    "objects": list,
    "inspectors": list,
    "avoid": list,
    "count": int,
    "team": int,
    "quota": int,
    "seed": str,
    "witness": str,
    "result": list,
}


def _require_shape(published: Any) -> None:
    if not isinstance(published, dict):
        raise Invalid("这不是抽取结果文件")
    wrong = [key for key, kind in _SHAPE.items() if published.get(key).__class__ is not kind]
    if wrong:
        raise Invalid(f"这不是完整的抽取结果文件，缺少或写错：{'、'.join(wrong)}")
    if published["algorithm"] != ALGORITHM:
        raise Invalid(f"不认识抽取方法“{published['algorithm']}”，本程序会 {ALGORITHM}")
    texts = [*published["objects"], *published["inspectors"]]
    if not all(isinstance(item, str) for item in texts) or not all(_is_pair(item) for item in published["avoid"]):
        raise Invalid("名单里有不是编号的内容")


def _is_pair(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and all(isinstance(one, str) for one in item)
