"""Numbers in words as officials write them: 增长 12.5%, 提高 3.2 个百分点, 与上年持平; nothing where one is unknown."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

PERCENT = "%"


@dataclass(frozen=True)
class Wording:
    """What is said of a change. `text` is empty where there is nothing to say; `amount` is what it prints.

    `measure` is the amount's unit of measure; empty for that of the figure itself.
    """

    text: str
    amount: Decimal | None = None
    measure: str = ""


def shown(value: Decimal | None, *, places: int | None = None, unknown: str = "—") -> str:
    """A number in plain digits: as many places as asked, half up; else as it is without trailing zeros."""
    if value is None:
        return unknown
    if places is None:
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{rounded(value, places):f}"


def rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def change(now: Decimal | None, before: Decimal | None, *, is_percent: bool, against: str, places: int = 1) -> Wording:
    """How a value changed against another.

    A percentage changes by percentage points, anything else in per cent of what it was. From zero there is no rate:
    the difference is told. Unknown on either side: nothing is said.
    """
    if now is None or before is None:
        return Wording("")
    if is_percent:
        points = rounded(now - before, places)
        if not points:
            return Wording(f"与{against}持平", Decimal(0))
        word = "提高" if points > 0 else "下降"
        return Wording(f"比{against}{word}{shown(abs(points))}个百分点", abs(points), "个百分点")
    if now == before:
        return Wording(f"与{against}持平", Decimal(0))
    word = "增长" if now > before else "下降"
    if not before:
        return Wording(f"比{against}{'增加' if now > 0 else '减少'}{shown(abs(now))}", abs(now))
    rate = rounded(abs((now - before) / before) * 100, places)
    if not rate:
        return Wording(f"与{against}基本持平", rate)
    return Wording(f"比{against}{word}{shown(rate)}%", rate, "%")
