"""Holds the shares and rates of a text against the part and the whole that it tells: 其中投诉 50 件，占 25%."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from bihuan.report.number_check.model import Finding, Number
from bihuan.report.number_check.periods import PERIOD
from bihuan.report.number_check.same_measure import amount, are_comparable, half_in, is_near, shown, slack

_RATE = re.compile(r"([\u4e00-\u9fff]{2,4}?)率[为达到约是仅]*$")
_POINTS = Fraction(9)
_HAN = re.compile("[^\u4e00-\u9fff]")
_SHORTEST_NAME = 2
_ONE_PAIR = 2
_DONE = ("已", "实")
_AT_MOST_ALL = re.compile(
    "(?:满意|合格|及格|优良|办结|整改|销号|覆盖|达标|参保|按时|到位|持证|知晓|普及|公开|入学|出勤|到会|见面|回收|签约|就业|建档|受理)率[^，。；、]{0,6}$"
)


def check_shares(sentence: Sequence[Number], earlier: Sequence[Number]) -> Iterator[Finding]:
    """What does not hold of the shares of a sentence; `earlier` are the numbers before it in its paragraph."""
    yield from _sizes(sentence)
    for number in sentence:
        is_level = number.unit == "%" and number.role in ("level", "part")
        if is_level and number.value > 100 and _AT_MOST_ALL.search(number.words.clause):
            yield Finding("share", number.place, f"{number.text} 超过 100%")
    counted = [n for n in sentence if not _is_rate(n) and n.role != "change"]
    for share in (n for n in sentence if _is_rate(n) and not n.is_about):
        before = [n for n in counted if n.place < share.place]
        if share.role == "share":
            yield from _of_share(share, sentence, before, earlier)
        elif share.role != "change" and (rate := _RATE.search(share.words.clause)):
            yield from _of_rate(share, rate.group(1), before)


def _is_rate(number: Number) -> bool:
    return number.unit in ("%", "‰")


def _sizes(sentence: Sequence[Number]) -> Iterator[Finding]:
    shares = [n for n in sentence if n.role == "share" and n.unit == "%"]
    for share in shares:
        if share.value > 100:
            yield Finding("share", share.place, f"占比 {share.text} 超过 100%")
    if len(shares) > 1 and all(share.value <= 100 for share in shares):
        summed = sum((Fraction(share.value) for share in shares), Fraction(0))
        if summed > 100 + sum((share.half for share in shares), Fraction(0)):
            message = f"各项占比相加是 {shown(summed)}%，超过 100%"
            yield Finding("share", shares[-1].place, message, others=tuple(share.place for share in shares[:-1]))


def _of_share(
    share: Number, sentence: Sequence[Number], before: Sequence[Number], earlier: Sequence[Number]
) -> Iterator[Finding]:
    """The whole is what 占 names with a number (占全县 43 个的 30.2%), else what was counted before the part."""
    if not before:
        return
    whole, part = before[-1], _named_part(share, before) or _part_in_turn(share, sentence, before)
    if (
        "占" in whole.words.lead
        and share.words.lead.startswith(("的", "）的", ")的"))
        and len(before) > 1
        and share.words.turn < 0
    ):
        yield from _against((before[-2],), (whole,), share, is_sure=True)
        return
    listed = share.words.turn >= 0
    inside = [n for n in before if not (listed and n.words.turn >= 0) and _can_be_whole(n, part)]
    above = [n for n in earlier if _can_be_whole(n, part) and not _is_rate(n)]
    is_sure = bool(inside) and part.role == "part" and inside[0].role in ("total", "level") and part is before[-1]
    yield from _against((part,), (*inside[:1], *above, *inside[1:]), share, is_sure=is_sure)


def _named_part(share: Number, before: Sequence[Number]) -> Number | None:
    """户外广告 15 件、建筑垃圾 11 件，户外广告占 57.7%: the part that the share names again."""
    said = _HAN.sub("", PERIOD.sub("", share.words.clause.partition("占")[0])).removeprefix("其中")
    named = [n for n in before if len(said) >= _SHORTEST_NAME and said in n.words.clause]
    return named[-1] if named else None


def _part_in_turn(share: Number, sentence: Sequence[Number], before: Sequence[Number]) -> Number:
    """分别为 20 个、10 个，分别占 66.7%、33.3%: the part in the same turn."""
    turn = share.words.turn
    many = sum(1 for n in sentence if n.role == "share" and n.words.turn >= 0)
    return before[turn - many] if 0 <= turn < many <= len(before) else before[-1]


def _can_be_whole(number: Number, part: Number) -> bool:
    is_level = number is not part and number.role != "change" and are_comparable(number, part)
    return is_level and amount(number, part.unit) >= Fraction(part.value) and number.value > 0


def _of_rate(share: Number, stem: str, before: Sequence[Number]) -> Iterator[Finding]:
    """不合格 36 家，不合格率 18.5%: what the rate is named by, in what was counted first."""
    parts = [n for n in before if stem in n.noun and "未" not in n.noun][-1:]
    if not parts and len(before) == _ONE_PAIR and before[1].words.clause.startswith(_DONE):
        # 应检 250 家，已检 225 家，检查覆盖率 90%
        verb = before[1].words.clause.removeprefix(before[1].words.clause[:1])[:1]
        parts = [before[1]] if verb and verb in share.words.clause else []
    wholes = [n for n in before if parts and _can_be_whole(n, parts[0]) and n.place < parts[0].place]
    if wholes:
        yield from _against(parts, wholes, share, is_sure=False)


def _against(parts: Sequence[Number], wholes: Sequence[Number], share: Number, *, is_sure: bool) -> Iterator[Finding]:
    """Right if it is so of any whole; a fault of the first, where that is sure or where it looks like a slip."""
    (part,) = parts
    if not wholes or part.is_about or any(whole.is_about for whole in wholes) or not _can_be_whole(wholes[0], part):
        return
    written = amount(share, "%")
    if any(_fits(written, half_in(share, "%"), part, whole) for whole in wholes):
        return
    there = amount(part, wholes[0].unit) / Fraction(wholes[0].value) * 100
    if is_sure or is_near(written, there, _POINTS):
        message = f"{part.text} 占 {wholes[0].text} 的 {shown(there)}%，写的是 {share.text}"
        yield Finding("share", share.place, message, others=(part.place, wholes[0].place))


def _fits(written: Fraction, half: Fraction, part: Number, whole: Number) -> bool:
    top, below = amount(part, whole.unit), Fraction(whole.value)
    slack_top, slack_below = slack(part, half_in(part, whole.unit)), slack(whole, whole.half)
    least = (top - slack_top) / (below + slack_below) * 100 - half
    most = (top + slack_top) / max(below - slack_below, Fraction(1, 10**9)) * 100 + half
    return least <= written <= most
