"""Finds the figures of a text: value, unit, what is counted, what the number does, and which period it speaks of."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bihuan.report.number_check.above import Above
from bihuan.report.number_check.blocks import Block
from bihuan.report.number_check.model import Number, Place, Role, Words
from bihuan.report.number_check.no_figures import without_no_figures
from bihuan.report.number_check.periods import PERIOD, Spoken
from bihuan.report.number_check.tables import Cell
from bihuan.standards.chinese_numerals import parse_number
from bihuan.standards.measure_units import PREFIXES
from bihuan.standards.measures import find_unit, is_unit
from bihuan.standards.problem import Refused

_ARABIC = r"(?<![\d.])[-−－]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_CHINESE = r"百分之[零〇一二三四五六七八九十百点]+|[零〇一二三四五六七八九十百千万亿两]+"
_NUMBER = re.compile(f"(?P<arabic>{_ARABIC})|(?P<chinese>{_CHINESE})")
_MULTIPLE = re.compile("|".join(sorted(PREFIXES, key=len, reverse=True)))
_LONGEST_UNIT = 6
_SHORTEST_LIST = 2
_JOINS = tuple("、，,和与及；")
_BRACKETS = re.compile("[（(].*?[）)]")
_PAUSE = re.compile("[，,、；;：。！？]")
_SENTENCE_END = re.compile("[。！？；;!?\n](?!其中)")
_CLAUSE_END = re.compile("[，,、：:（）()【】。！？；;!?\n]")
_CHANGE = re.compile("(?:同比|环比|较|比|增|减|升|降|上升|提高|回落|下降|增长)[^，。；]{0,10}$")
_CHANGE_WORD = re.compile("(?:增长|增加|增幅|上升|提高|提升|下降|减少|降低|降幅|回落|增速)[了为约达]*$")
_MORE = re.compile("[比较](?:去年|上年|上月|上季度|上一|同期|年初)[^，。；]{0,6}[多少][了出]?$|[多少]了$")
_SHARE = re.compile("(?:占|占比|比重|份额)[^，。；、]{0,20}$")
_REACHED = re.compile("[增减升降][长少加低高]?[至到]$")
_RECALLED = re.compile("[比较](?:去年|上年)(?:同期)?[的（(]$")
"""降至 3 件 and 比去年同期的 64.7% tell a level, and no change."""
_TOTAL = re.compile("(?:共|合计|总计|共计|总共|累计|总数|总额|总量)[^，。；、]{0,20}$")
_PART = re.compile("其中|包括|包含")
_EACH = re.compile("分别|依次|各(?=[为是有])")
_EACH_INSIDE = re.compile("([^，。；：:（）()]+)[（(]$")
_SO_MANY = re.compile("[一二两三四五六七八九十]+[个家类项个种方]?[\u4e00-\u9fff]{0,4}$")
_AND = re.compile("以及|[、和与及]")
_LIST_BEGIN = re.compile("[，,；;：:。（(]")
_OF = re.compile("[）)]?的")
_NEXT = re.compile("已|中|均|未|仅|占|同比|环比|[较比]")
_GOES_ON = re.compile(r"[、，,和与及以为是（）()\s]*")
_ABOUT_BEFORE = re.compile("(?:约|近|超过|超|逾|不足|不低于|不少于|至少|突破|达到近)[为]?$")
_ABOUT_BEHIND = re.compile("^(?:余|多|左右|以上|以下|以内)")
_VERBS = re.compile(
    "(?:共计|合计|总计|总共|累计|其中|分别|达到|达|为|是|有|约|近|超过|超|逾|占比|占|同比|环比|增长|下降|较上年|比上年|已|共|了|到|至)+$"
)
_LEADS = re.compile(
    "^(?:在|对|将|把|全年|截至|截止|其中|共|目前|累计|合计|总计|年末|期末|全县|我县|我局|本局|的|和|及|与|并|且|已|底|末)+"
)
_NOUN_BEHIND = re.compile(r"^[\u4e00-\u9fff]{1,8}")


_NO_CELL = Cell(0, 0, "")


@dataclass(frozen=True)
class _Found:
    start: int
    end: int
    value: Decimal
    unit: str
    places: int


def find_numbers(blocks: Iterable[Block], today: date | None = None) -> Iterator[Number]:
    """Every figure of a text in its order. `today` tells what 今年 and 去年 mean."""
    sentence, above = 0, Above(today)
    for block in blocks:
        above.read(block)
        for cell in block.cells:
            above.read_cell(cell)
            yield from _in_sentence(block, cell.start, cell.end, sentence, above, cell)
            sentence += 1
        start = 0
        ends = [found.end() for found in _SENTENCE_END.finditer(block.text)] if not block.cells else ()
        for end in (*ends, len(block.text)) if not block.cells else ():
            yield from _in_sentence(block, start, end, sentence, above)
            sentence += end > start
            start = end


@dataclass
class _Said:
    """Where one is in a sentence: what was last counted, whether 其中 was said, and since when 分别."""

    before: int = 0
    noun: str = ""
    is_part: bool = False
    turn: int = -1
    listed: str = ""
    items: tuple[str, ...] = ()
    listing: range = range(0)
    role: Role = "level"
    is_whole: bool = False
    is_inside: bool = False
    named: tuple[str, ...] = ()
    """The items of the last list, or the words of the numbers since it: what a later 分别 goes through again."""

    def read(self, lead: str, *, is_inside: bool) -> None:
        """Take up what was said since the number before; what stands in brackets is no turn of a list."""
        self.is_part = self.is_part or _PART.search(lead) is not None
        if found := _EACH.search(lead):
            self._begin(lead, lead[: found.start()], lead[found.end() :])
        elif is_inside and (found := _EACH_INSIDE.search(lead)) and len(_AND.split(found[1])) > _SHORTEST_LIST:
            # 政策跟踪、财政收支、经济责任三类问题（20个、10个、13个）
            end = _SO_MANY.sub("", found[1])
            self._begin(lead, lead[: found.start()] + end, found[1][len(end) :])
            self.is_inside = True
        elif self.turn >= 0 and is_inside <= self.is_inside:
            self.turn += 1
            if self.is_inside > is_inside:
                self.turn, self.items, self.listed, self.is_inside = -1, (), "", False
            elif self.items and (self.turn >= len(self.items) or not _GOES_ON.fullmatch(lead)):
                self.turn, self.items, self.listed = -1, (), ""

    def _begin(self, lead: str, until: str, behind: str) -> None:
        """Begin a list: of the items right before, else of those that were last gone through."""
        before = self._list_before(until)
        items = _AND.split(before)
        self.turn, self.is_inside = 0, False
        if len(items) > 1:
            self.named = tuple(items)
            begin = self.before + lead.rindex(before, 0, len(until))
            self.listing = range(begin, begin + len(before))
        items = items if len(items) > 1 else list(self.named)
        self.items = tuple(item + behind for item in items) if len(items) > 1 else ()
        self.listed = "、".join(items) + behind if self.items else ""

    def _list_before(self, lead: str) -> str:
        """The list that 分别 tells of: what stands before it, or the last clause that is one (甲与乙最多，分别为)."""
        clauses = _LIST_BEGIN.split(lead)
        return next((one for one in reversed(clauses) if len(_AND.split(one)) > 1), clauses[-1])

    def remember(self, clause: str, lead: str) -> None:
        """Keep what a number was said to be of: 青溪镇13个、白石镇16个，分别销号12个、11个."""
        if self.turn < 0:
            self.named = (*(self.named if lead[:1] in _JOINS else ()), clause)

    def clause(self, plain: str, head: str) -> str:
        """The words of the clause that name what is counted: of those listed before 分别 the one in turn; behind an
        opened bracket those before it.
        """
        if self.items:
            return self.items[self.turn]
        clauses = _CLAUSE_END.split(plain)
        if len(clauses) > 1 and plain.endswith(("（", "(")) and not _PAUSE.search(plain.rstrip("（(")[-1:]):
            return clauses[-2]
        return clauses[-1] or _BRACKETS.sub("", head)

    def goes_on(self, lead: str, unit: str) -> bool:
        """Whether 占 was said for all of a list (分别占 46.5%、23.3%), or of a number (占全县 43 个的 30.2%)."""
        is_listed = self.turn > 0 and self.role == "share"
        is_of = self.is_whole and _OF.fullmatch(lead) is not None
        self.is_whole = "占" in lead
        return unit in ("%", "‰") and (is_listed or is_of)

    def period_in_turn(self, spoken: Sequence[Spoken]) -> Spoken | None:
        """一季度、三季度分别为: the period of the list that is the number's."""
        listed = [one for one in spoken if one.start in self.listing]
        return listed[self.turn] if self.items and len(listed) == len(self.items) else None


def _in_sentence(
    block: Block, start: int, end: int, sentence: int, above: Above, cell: Cell = _NO_CELL
) -> Iterator[Number]:
    text = block.text[start:end]
    plain = without_no_figures(text)
    spoken, said = above.periods_of(text), _Said()
    figures = list(_figures(plain))
    for index, found in enumerate(figures):
        lead = text[said.before : found.start]
        before = text[: found.start]
        said.read(lead, is_inside=before.count("（") > before.count("）"))
        role = said.role = "share" if said.goes_on(lead, found.unit) else _role(lead, found.unit, said.is_part)
        clause = said.clause(plain[said.before : found.start], cell.head)
        is_last = index + 1 == len(figures)
        behind = _own_behind(plain[found.end : len(plain) if is_last else figures[index + 1].start], is_last=is_last)
        own = "" if role in ("change", "share") and said.noun else _noun(clause, plain[found.end :])
        said.noun = own or said.noun
        period = said.period_in_turn(spoken) or _period_at(spoken, text, found, role)
        unit = found.unit or cell.unit
        yield Number(
            Place(block.index, start + found.start, start + found.end),
            text[found.start : found.end],
            found.value,
            unit,
            found.places,
            said.noun,
            role,
            period.period if period else above.period,
            bool(_ABOUT_BEFORE.search(lead) or _ABOUT_BEHIND.search(text[found.end :])),
            sentence,
            Words(
                clause,
                behind,
                before,
                above.words,
                above.said,
                above.title,
                plain[said.before : found.start],
                said.turn,
                said.listed,
                bool(cell.head),
            ),
            period.up_to if period else False,
            period is None and above.period is not None,
        )
        said.before = found.end
        said.remember(clause, lead)
    above.remember(text, spoken)


def _own_behind(behind: str, *, is_last: bool) -> str:
    """The words behind a number in its clause, without those that name the next: 13 个问题已销号 12 个."""
    first, *more = _CLAUSE_END.split(behind)
    return first if more or is_last else _NEXT.split(first)[0]


def _figures(plain: str) -> Iterator[_Found]:
    position = 0
    while found := _NUMBER.search(plain, position):
        figure = _arabic(plain, found) if found["arabic"] else _chinese(plain, found)
        position = figure.end if figure else found.end()
        if figure:
            yield figure


def _arabic(plain: str, found: re.Match[str]) -> _Found | None:
    digits = found["arabic"].replace(",", "").replace("−", "-").replace("－", "-")
    unit, end = _unit_at(plain, found.end())
    value = Decimal(digits)
    places = -int(value.as_tuple().exponent)
    if unit == "" and (multiple := _MULTIPLE.match(plain, found.end())):
        power = PREFIXES[multiple.group()]
        return _Found(found.start(), multiple.end(), value * power, "", places - len(str(power)) + 1)
    return _Found(found.start(), end, value, unit, places)


def _chinese(plain: str, found: re.Match[str]) -> _Found | None:
    """三十五件, 百分之十二. A word such as 一些 or 四个全面 is no figure: ten at least, and a unit behind it."""
    words = found["chinese"]
    if words.startswith("百分之"):
        return _chinese_percent(words, found)
    for length in range(len(words), 0, -1):
        value = _read(words[:length])
        unit, end = _unit_at(plain, found.start() + length)
        if value is not None and unit and value >= 10:
            return _Found(found.start(), end, value, unit, 0)
    return None


def _chinese_percent(words: str, found: re.Match[str]) -> _Found | None:
    value = _read(words.removeprefix("百分之"))
    if value is None:
        return None
    return _Found(found.start(), found.end(), value, "%", max(0, -int(value.as_tuple().exponent)))


def _read(words: str) -> Decimal | None:
    try:
        return parse_number(words)
    except Refused:
        return None


def _unit_at(plain: str, start: int) -> tuple[str, int]:
    """The longest unit that begins there, and where it ends; of 20个百分点 the points, of 3个月 the months."""
    for length in range(_LONGEST_UNIT, 0, -1):
        word = plain[start : start + length]
        if len(word) == length and is_unit(word):
            return find_unit(word).name, start + length
    return "", start


def _role(lead: str, unit: str, is_part: bool) -> Role:
    if unit in ("%", "‰") and _SHARE.search(lead):
        return "share"
    if _REACHED.search(lead) or _RECALLED.search(lead):
        return "part" if is_part else "level"
    if (
        _CHANGE_WORD.search(lead)
        or _MORE.search(lead)
        or (_CHANGE.search(lead) and re.search("同比|环比|(?<!新)增|减|升|降|较上年|比上年", lead))
    ):
        return "change"
    if _TOTAL.search(lead) and not is_part:
        return "total"
    return "part" if is_part else "level"


def _noun(clause: str, behind: str) -> str:
    """What is counted: the words before the number in its clause, or else those behind its unit."""
    words = PERIOD.sub("", clause)
    words = re.sub(r"[^\u4e00-\u9fffA-Za-z“”]", "", words)
    stripped = _LEADS.sub("", _VERBS.sub("", words))
    if len(stripped) >= 2:
        return stripped[-16:]
    after = _NOUN_BEHIND.match(behind)
    return after.group() if after and not _ABOUT_BEHIND.match(behind) else stripped


def _period_at(spoken: list[Spoken], text: str, figure: _Found, role: Role) -> Spoken | None:
    """The last period named before the number, else the one right behind it (120件（2024年上半年）). What is only
    recalled to compare with (上年同期) is that of the number right behind it, and of no change.
    """
    right_before = [one for one in spoken if re.fullmatch("[的为是（(]*", text[one.end : figure.start] or "x")]
    if right_before and role != "change":
        return right_before[-1]
    own = [one for one in spoken if not one.beside and not (one.recalled and role == "change")]
    before = [one for one in own if one.end <= figure.start]
    behind = (one for one in own if one.start >= figure.end and not one.recalled)
    close = [one for one in behind if not _PAUSE.search(text[figure.end : one.start])]
    return before[-1] if before else close[0] if close else None
