"""The units of measure of ledgers, each as an exact multiple of the base unit of its dimension.

Source: 《国务院关于在我国统一实行法定计量单位的命令》(国发〔1984〕28号) and 《中华人民共和国法定计量单位》;
GB 3100-1993; 公顷 and 亩: 1 公顷 = 15 亩 = 10000 平方米, so 1 亩 = 2000/3 平方米, exactly.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Unit:
    """`factor` base units of the dimension make one of this unit."""

    name: str
    dimension: str
    factor: Fraction


# dimension: (unit, factor), the base unit first. Units of one dimension convert into each other only.
_TABLE: dict[str, tuple[tuple[str, str], ...]] = {
    "金额": (("元", "1"), ("角", "1/10")),
    "面积": (
        ("平方米", "1"),
        ("平方厘米", "1/10000"),
        ("平方公里", "1000000"),
        ("公顷", "10000"),
        ("亩", "2000/3"),
    ),
    "长度": (("米", "1"), ("公里", "1000"), ("厘米", "1/100"), ("毫米", "1/1000"), ("海里", "1852")),
    "质量": (("千克", "1"), ("克", "1/1000"), ("毫克", "1/1000000"), ("吨", "1000"), ("斤", "1/2")),
    "体积": (("立方米", "1"), ("升", "1/1000"), ("毫升", "1/1000000")),
    "电量": (("千瓦时", "1"), ("兆瓦时", "1000")),
    "功率": (("千瓦", "1"), ("瓦", "1/1000"), ("兆瓦", "1000")),
    "时间": (("小时", "1"), ("分钟", "1/60"), ("秒", "1/3600"), ("天", "24"), ("周", "168")),
    "日历": (("月", "1"), ("个月", "1"), ("季度", "3"), ("年", "12")),
    "比率": (("%", "1"), ("‰", "1/10")),
}
# Things counted: each a dimension of its own, for a household is not a person.
_COUNTED = "人 人次 户 个 件 家 项 宗 起 次 批 条 处 座 台 套 辆 架 艘 头 只 羽 株 棵 间 栋 幢 所 篇 份 册 张 块"
_COUNTED_TOO = "期 场 级 分 名 位 例 床 工日 工作日 百分点 车次 班次 人日 分贝 摄氏度"

# Other names and signs, as they read after compatibility folding (㎡ is m2, ％ is %) and in small letters.
ALIASES = {
    "m2": "平方米",
    "平米": "平方米",
    "平方": "平方米",
    "km2": "平方公里",
    "平方千米": "平方公里",
    "ha": "公顷",
    "m": "米",
    "km": "公里",
    "千米": "公里",
    "cm": "厘米",
    "mm": "毫米",
    "kg": "千克",
    "公斤": "千克",
    "g": "克",
    "mg": "毫克",
    "t": "吨",
    "m3": "立方米",
    "方": "立方米",
    "l": "升",
    "ml": "毫升",
    "kwh": "千瓦时",
    "kw·h": "千瓦时",
    "度": "千瓦时",
    "mwh": "兆瓦时",
    "kw": "千瓦",
    "mw": "兆瓦",
    "w": "瓦",
    "h": "小时",
    "min": "分钟",
    "s": "秒",
    "日": "天",
    "个工作日": "工作日",
    "个百分点": "百分点",
    "°c": "摄氏度",
    "db": "分贝",
    "圆": "元",
    "块钱": "元",
    "rmb": "元",
    "人民币元": "元",
}

# Multipliers that stand before a unit: 万元, 亿千瓦时, 千公顷.
PREFIXES = {
    "万亿": 10**12,
    "千亿": 10**11,
    "百亿": 10**10,
    "十亿": 10**9,
    "亿": 10**8,
    "千万": 10**7,
    "百万": 10**6,
    "十万": 10**5,
    "万": 10**4,
    "千": 10**3,
    "百": 10**2,
}

UNITS: dict[str, Unit] = {
    name: Unit(name, dimension, Fraction(factor)) for dimension, row in _TABLE.items() for name, factor in row
} | {name: Unit(name, name, Fraction(1)) for name in (*_COUNTED.split(), *_COUNTED_TOO.split())}
