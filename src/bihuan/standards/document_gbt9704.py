"""Layout of official documents: GB/T 9704-2012, 党政机关公文格式. Lengths in millimetres, sizes in points."""

from dataclasses import dataclass

# 5.1, 5.2.1: A4; the margins at the top and at the binding edge; the type area inside them.
PAGE = (210, 297)
TOP, LEFT = 37, 28
TYPE_AREA = (156, 225)
RIGHT = PAGE[0] - LEFT - TYPE_AREA[0]
BOTTOM = PAGE[1] - TOP - TYPE_AREA[1]

# 5.2.3: a page holds 22 lines of 28 characters.
LINES, CHARACTERS = 22, 28

POINTS_PER_MM = 72 / 25.4

# The sizes by name that 5.2.2 and 7 speak of.
SIZES = {"初号": 42.0, "一号": 26.0, "二号": 22.0, "三号": 16.0, "四号": 14.0, "五号": 10.5}

# 5.2.4 (colour), 7.2.4 (the mark's distance from the type area's top), 7.2.7 (the line under the number).
RED = "FF0000"
MARK_BELOW_TOP = 35
LINE_BELOW_NUMBER = 4

# 7.5: the page number stands 7 mm under the type area, in 4th size, between dashes.
PAGE_NUMBER_BELOW = 7


@dataclass(frozen=True)
class Face:
    """A face: the font's name as offices have it, its size in points, how it is set."""

    font: str
    size: float
    centred: bool = False
    indent: int = 0


# 7.3.1: the title in 2nd size 小标宋; 7.3.3: the body in 3rd size 仿宋, levels one and two in 黑体 and 楷体.
TITLE = Face("方正小标宋简体", SIZES["二号"], centred=True)
BODY = Face("仿宋_GB2312", SIZES["三号"], indent=2)
LEVELS = (
    Face("黑体", SIZES["三号"], indent=2),
    Face("楷体_GB2312", SIZES["三号"], indent=2),
    Face("仿宋_GB2312", SIZES["三号"], indent=2),
    Face("仿宋_GB2312", SIZES["三号"], indent=2),
)
PAGE_NUMBER = Face("宋体", SIZES["四号"])
MARK = Face("方正小标宋简体", SIZES["初号"], centred=True)

_DIGITS = "零一二三四五六七八九"


def line_pitch() -> float:
    """The height of a line in points, so that 22 fill the type area."""
    return TYPE_AREA[1] * POINTS_PER_MM / LINES


def character_pitch() -> float:
    """The width of a character in points, so that 28 fill a line."""
    return TYPE_AREA[0] * POINTS_PER_MM / CHARACTERS


def counted(number: int) -> str:
    """A whole number from 1 to 99 in Chinese, as headings count. Raises ValueError outside."""
    if not 1 <= number <= 99:
        raise ValueError(f"标题序号 {number} 不在 1 到 99 之间")
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return head + (_DIGITS[ones] if ones else "")


def heading_number(level: int, number: int) -> str:
    """The mark of a heading by its level, 1 to 4: 一、（一）1.（1） (7.3.3)."""
    match level:
        case 1:
            return f"{counted(number)}、"
        case 2:
            return f"（{counted(number)}）"
        case 3:
            return f"{number}."
        case 4:
            return f"（{number}）"
    raise ValueError(f"标题只有四级，没有第 {level} 级")


# 7.3.1: a title of several lines breaks where a word ends, its lines alike in length.
TITLE_CHARACTERS = int(TYPE_AREA[0] * POINTS_PER_MM / SIZES["二号"])
_JOINING, _BREAKS_BEFORE, _BREAKS_AFTER = "和及与暨", "（《“", "的、，：》”）"


def title_lines(title: str) -> tuple[str, ...]:
    """A title in lines that fit the type area: one, else two broken where a phrase ends, near to the middle.

    A title that is too long for two lines, or has no such place, is left whole for the word processor to break.
    """
    if _room(title) <= TITLE_CHARACTERS:
        return (title,)
    fitting = [
        place for place in range(1, len(title)) if max(_room(title[:place]), _room(title[place:])) <= TITLE_CHARACTERS
    ]
    joined = [place for place in fitting if title[place] in _JOINING]
    ended = [place for place in fitting if title[place] in _BREAKS_BEFORE or title[place - 1] in _BREAKS_AFTER]
    places = joined or ended
    if not places:
        return (title,)
    middle = min(places, key=lambda place: abs(_room(title[:place]) - _room(title[place:])))
    return title[:middle], title[middle:]


def _room(text: str) -> float:
    """How many characters wide a text is; a digit or Latin letter takes half of one."""
    return sum(0.5 if character.isascii() else 1 for character in text)
