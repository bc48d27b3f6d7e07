"""Masking of personal data for display.

Source: GB/T 35273-2020 《个人信息安全规范》 7.2 (what is shown is de-identified); GB/T 37964-2019
《个人信息去标识化指南》 附录A.3 (masking: part of the characters replaced). What does not have the expected
form is masked wholly.
"""

import re

from bihuan.standards.cell_text import compact
from bihuan.standards.phone_number import parse as parse_phone
from bihuan.standards.problem import Refused

STAR = "*"

_COMPOUND = "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 令狐 司徒 长孙 宇文 夏侯 轩辕 端木 南宫 独孤 闻人 澹台"
_COMPOUND_TOO = "公冶 太史 申屠 淳于 单于 呼延 钟离 闾丘 东郭 百里 西门 第五"
_COMPOUND_SURNAMES = frozenset(f"{_COMPOUND} {_COMPOUND_TOO}".split())
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_IDENTITY = re.compile(r"\d{17}[\dXx]|\d{15}")
# Neither a place below the county nor a number may slip into the part that is kept.
_CHARACTER = r"[^\d\s省市区县旗盟路街道巷弄号镇乡村栋幢座室组屯楼园厂]"
_PLACE = re.compile(
    rf"(?:{_CHARACTER}{{2,3}}省|(?:内蒙古|广西壮族|西藏|宁夏回族|新疆维吾尔)自治区|[^\d\s]{{2}}特别行政区)?"
    rf"(?:{_CHARACTER}{{2,10}}?(?:自治州|地区|市|盟|州(?!市|县|区)))?"
    rf"(?:{_CHARACTER}{{1,12}}?(?:自治县|自治旗|林区|特区|新区|(?<!社)(?<!小)(?<!片)(?<!校)(?<!景)区|县|旗|市))?"
)


def mask_all(text: str) -> str:
    """As many stars as characters, eight at most, so that the length of a long text is not told either."""
    return STAR * min(len(text.strip()), 8)


def mask_identity(text: str) -> str:
    """440106********1234: place and last four remain (last three of an old number)."""
    number = compact(text)
    if not _IDENTITY.fullmatch(number):
        return mask_all(number)
    kept = 4 if len(number) == 18 else 3
    return number[:6] + STAR * (len(number) - 6 - kept) + number[-kept:]


def mask_phone(text: str) -> str:
    """138****5678; of a landline the area code and last four: 020-****4321."""
    if _MOBILE.fullmatch(text):  # by far the most, and a list masks thousands
        return f"{text[:3]}****{text[-4:]}"
    try:
        phone = parse_phone(text)
    except Refused:
        return mask_all(text)
    if phone.kind == "service":
        return phone.text
    if phone.kind == "mobile":
        return f"{phone.number[:3]}****{phone.number[-4:]}"
    hidden = STAR * (len(phone.number) - 4) + phone.number[-4:]
    return f"{phone.area}-{hidden}" if phone.area else hidden


def mask_name(text: str) -> str:
    """张*, 张**, 欧阳**: the surname remains. A single character is masked wholly."""
    name = text.strip()
    if len(name) < 2:
        return mask_all(name)
    kept = 2 if len(name) > 2 and name[:2] in _COMPOUND_SURNAMES else 1
    return name[:kept] + STAR * min(len(name) - kept, 6)


def mask_address(text: str) -> str:
    """广东省广州市天河区****: down to the county remains. Masked wholly if no such place begins it."""
    address = "".join(text.split())
    found = _PLACE.match(address)
    kept = found[0] if found else ""
    rest = len(address) - len(kept)
    return f"{kept}****" if rest and kept else kept or mask_all(address)
