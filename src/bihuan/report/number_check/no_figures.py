"""What looks like a number and counts nothing: document numbers, dates, ordinals, articles, telephones, codes."""

import re

_CHINESE = "零〇一二三四五六七八九十百千"
_DASH = "[-—–~至到]"

_PATTERNS = (
    # 政发〔2026〕3号, 国令第722号, 第二十三条, 第3季度, 第一批
    r"[〔\[（(【]\s*(?:19|20)\d{2}\s*[〕\]）)】]\s*第?\s*\d+\s*号",
    rf"第\s*(?:\d+|[{_CHINESE}]+)\s*(?:季度|[号条款项章节页期次届批名位类个件户家季方])?",
    r"\d+\s*号(?:文|令|公告|楼|院|线|地块|$|[，。、；）])",
    # dates, times, years
    rf"(?:19|20)\d{{2}}\s*{_DASH}\s*(?:19|20)\d{{2}}\s*年?",
    rf"(?:19|20)\d{{2}}年度?(?:\d{{1,2}}月?{_DASH}\d{{1,2}}月(?:份|底|末|初)?|\d{{1,2}}月(?:\d{{1,2}}日|份|底|末|初)?)?",
    r"(?:19|20)\d{2}[-./]\d{1,2}[-./]\d{1,2}(?!\d)",
    rf"\d{{1,2}}月?\s*{_DASH}\s*\d{{1,2}}月(?:份|底|末|初)?",
    r"\d{1,2}月(?:\d{1,2}日|份|底|末|初)?(?!度)",
    r"(?<![.\d])\d{1,2}日(?!均)",
    rf"[{_CHINESE}]{{4}}年(?:[{_CHINESE}]+月(?:[{_CHINESE}]+日)?)?|[{_CHINESE}]+月(?:[{_CHINESE}]+日|份|底|末|初)?",
    r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?|\d{1,2}时(?:\d{1,2}分)?(?!长)",
    r"[“\"]十[一二三四五六]五[”\"]|十[一二三四五六]五(?=规划|时期|期间)",
    r"前\s*\d{1,2}\s*个月",
    # telephones, identity numbers, codes, standards, versions, addresses of the net
    r"(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}\s*[-—–]\s*\d{7,8}(?!\d)|(?<!\d)\d{3,4}-\d{3,4}-\d{3,4}(?!\d)",
    r"(?<![\d.,])\d{15,18}[Xx]?(?![\d.,])",
    r"(?:电话|传真|邮编|邮政编码|编号|代码|账号|工号|密码)[:：为是]?\s*[\d-]+",
    r"[A-Za-z_/]+[\s-]?\d[\w./-]*|\d+[A-Za-z_]+(?<!km)(?<!kg)(?<!kWh)[\w/-]*(?<!m2)(?<!m3)",
    r"(?:https?://|www\.)[\x21-\x7e]+",
    # numbering of headings and items, pages
    r"^\s*(?:\d+[.．](?!\d)|\d+、|[（(]\d+[）)]|[①-⑳])",
    rf"^\s*(?:[{_CHINESE}]+、|[（(][{_CHINESE}]+[）)])",
    r"共\s*\d+\s*页",
)
_NO_FIGURE = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS))


def without_no_figures(text: str) -> str:
    """The text with everything that counts nothing blotted out, every character in its place."""
    return _NO_FIGURE.sub(lambda found: "\x00" * len(found.group()), text)
