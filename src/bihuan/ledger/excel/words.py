"""The words by which Chinese tables tell titles, heads, totals and remarks apart."""

import re
from datetime import date, datetime, time, timedelta

from bihuan.ledger.excel.model import Cell, CellError
from bihuan.standards.measures import is_unit, title_unit

_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD])
BLANKS = " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u3000\u2002\u2003\u2009" + "".join(map(chr, _INVISIBLE))
_CJK = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f"
_SPACE_BY_CJK = re.compile(rf"(?<=[{_CJK}]) | (?=[{_CJK}])")
_SPACES = re.compile(r"\s+")
_NUMBER = re.compile(r"[-+−]?[¥￥]?\d[\d,，]*(\.\d+)?\s*[%％‰]?")
_DATE = re.compile(r"\d{2,4}[-./年]\d{1,2}([-./月]\d{1,2}日?)?(\s+\d{1,2}:\d{2}(:\d{2})?)?")

_UNIT_LINE = re.compile(r"单位[:：]\s*(?:人民币)?([^\s，,。;；)）]+)")
_LABEL = re.compile(
    r"^[（(]?(?:填报|填表|制表|报送|编制|统计|汇报|填写|主管|上报|金额|计量|货币|数据|报告|截止|截至|更新)?"
    r"(?:单位|部门|日期|时间|人|年度|期间|月份|编号|表号|文号|范围|口径)[（(]?[^:：]{0,8}[)）]?[:：]"
)
_FOOT = re.compile(
    r"^[（(*※]?(?:注\d*|备注|说明|填表说明|附注|注释|填表人|填报人|制表人?|制单人?|编制人|审核人?|审批人|复核人?|经办人"
    r"|联系人|联系电话|电话|负责人|单位负责人|分管领导|主要领导|领导签字|签字|签名|签章|盖章|单位[（(]盖章[)）]|单位盖章"
    r"|填报单位|填报日期|填表日期|制表日期|报送日期|制表时间|填报时间|数据来源|资料来源)[（(]?[^:：]{0,8}[)）]?[:：]"
)
_FOOT_ALONE = re.compile(r"[（(*※]?(?:注|备注|说明|填表说明|附注|注释)\d*[)）]?")
_TOTAL = re.compile(r"^(?P<before>.{0,16}?)(?P<word>合计|小计|总计|共计|累计|总和)(?:[（(].{0,8}[)）])?[:：]?$")
_SECTION = re.compile(
    r"^(?:[（(][一二三四五六七八九十百]+[)）]|[一二三四五六七八九十百]+、|第[一二三四五六七八九十]+部分)"
)
_COLUMN_LETTER = re.compile(r"[甲乙丙丁戊己庚辛壬癸]|栏次|列次|[\dA-Z]+=[\dA-Z+\-*/×÷（）()]+")
_SERIALS = frozenset({"序号", "序號", "项次", "行号", "行次", "顺序号", "No", "No.", "NO", "NO.", "序"})


def clean(text: str) -> str:
    """Take line breaks, full-width and invisible spaces out of a head; a space stays only between Latin
    words.
    """
    text = _SPACES.sub(" ", text.translate(_INVISIBLE)).strip()
    return _SPACE_BY_CJK.sub("", text)


def shown(cell: Cell) -> str:
    """Give a cell as a clerk would see it, for titles and messages."""
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def is_blank(cell: Cell) -> bool:
    return isinstance(cell, str) and (not cell or not cell.strip(BLANKS))


def is_value(cell: Cell) -> bool:
    """Tell whether a cell is a number, a date or an error rather than words, text that spells one included.

    A year such as 2024 may head a column, and so is not counted.
    """
    if isinstance(cell, bool | date | datetime | time | timedelta | CellError):
        return True
    if isinstance(cell, int | float):
        return not (1990 <= cell <= 2100 and float(cell).is_integer())
    text = cell.strip()
    if not text or text[0] not in "0123456789-+−¥￥":
        return False
    if _NUMBER.fullmatch(text):
        return not re.fullmatch(r"(?:19|20)\d\d", text)
    return _DATE.fullmatch(text) is not None and not text.endswith(("年", "月"))


def is_label(text: str) -> bool:
    """Tell whether a line above the table states something of it, as 填报单位：审计局 or 单位：万元."""
    return _LABEL.match(text) is not None


def is_foot(text: str) -> bool:
    """Tell whether a line under the table is a remark or a signature, as 注：… or 填表人：…"""
    return _FOOT.match(text) is not None


def is_foot_alone(text: str) -> bool:
    """Tell whether a cell only announces a remark that stands in the next one, as 说明 or 备注."""
    return _FOOT_ALONE.fullmatch(text) is not None


def is_section(text: str) -> bool:
    """Tell whether text opens as a heading between rows does, as 一、工业项目."""
    return _SECTION.match(text) is not None


def total_word(text: str) -> tuple[str, str] | None:
    """Give what stands before the word of a total and the word itself: 城关镇小计 gives (城关镇, 小计)."""
    found = _TOTAL.match("".join(text.split()))
    return (found["before"], found["word"]) if found else None


def is_numbering(texts: list[str]) -> bool:
    """Tell whether a row only numbers the columns: 甲 乙 1 2 3=1+2, or 1 to the last."""
    bare = ["".join(text.split()).strip("()（）") for text in texts]
    numbers = [int(text) for text in bare if text.isdecimal() and len(text) <= 3]
    letters = [text for text in bare if _COLUMN_LETTER.fullmatch(text)]
    if len(numbers) + len(letters) != len(bare) or len(bare) < 3:
        return False
    ordered = numbers == list(range(1, len(numbers) + 1)) if not letters else numbers == sorted(set(numbers))
    return ordered and (bool(letters) or len(numbers) >= 4)


def is_serial(title: str) -> bool:
    return title in _SERIALS


def unit_in_head(title: str) -> str | None:
    """Give the unit a head names in brackets: 金额（万元） gives 万元."""
    return title_unit(title)[1] or None


def unit_alone(text: str) -> bool:
    """Tell whether a unit is all that a cell says, in brackets or not."""
    return is_unit(text.strip("（）()[]【】 "))


def unit_in_line(text: str) -> str | None:
    """Give the unit that a line above the table states: 单位：万元. Several units or a bureau's name give
    None.
    """
    units = (title_unit(f"单位：{word}")[1] for word in _UNIT_LINE.findall(text))
    return next((unit for unit in units if unit), None)
