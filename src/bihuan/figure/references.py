"""How figures name each other: `甲 / 乙`, a code within the pack, or a full id with the pack before it."""

import re
from collections.abc import Container

from bihuan.figure.spec import FigureSpec

_CODE = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*"
_PAIR = {
    "ratio": re.compile(rf"\s*({_CODE})\s*/\s*({_CODE})\s*"),
    "target": re.compile(rf"\s*({_CODE})\s*/\s*({_CODE})\s*"),
    "difference": re.compile(rf"\s*({_CODE})\s*-\s*({_CODE})\s*"),
    "agree": re.compile(rf"\s*({_CODE})\s*=\s*({_CODE})\s*"),
}
_SHAPES = {"ratio": "甲 / 乙", "target": "实绩 / 目标", "difference": "甲 - 乙", "agree": "甲 = 乙"}
_SINGLE = ("change", "shift", "rank", "share", "cumulative")
_ONE = re.compile(_CODE)


class NotAReference(ValueError):
    """The text does not name figures as this kind of figure does."""


def references(spec: FigureSpec) -> tuple[str, ...]:
    """The figures that a figure is made of, as written, in their order. Raises NotAReference."""
    if spec.kind in _PAIR:
        text = getattr(spec, spec.kind)
        found = _PAIR[spec.kind].fullmatch(text)
        if found is None:
            raise NotAReference(f"“{text}”应写成“{_SHAPES[spec.kind]}”，两边都是指标代码")
        return found[1], found[2]
    if spec.kind in _SINGLE:
        text = getattr(spec, spec.kind).strip()
        if not _ONE.fullmatch(text):
            raise NotAReference(f"“{text}”不是指标代码")
        return (text,)
    if spec.kind == "formula":
        return tuple(spec.names.values())
    return ()


def full_id(reference: str, pack: str, known: Container[str]) -> str:
    """The full id that a reference means: of its own pack first, else as it stands."""
    own = f"{pack}.{reference}"
    return own if own in known or reference not in known else reference


def full_ledger(reference: str, pack: str) -> str:
    """The full code of a ledger: one of the pack, or `包.台账`."""
    return reference if "." in reference else f"{pack}.{reference}"
