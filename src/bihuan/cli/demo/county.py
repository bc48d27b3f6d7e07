"""The demo county: a place that is nowhere. Code prefix 330999 belongs to no county."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

COUNTY = "330999"
AUDIT_BUREAU = f"{COUNTY}-SJ"
AUDIT_SECTION = f"{AUDIT_BUREAU}-ZG"
URBAN_BUREAU = f"{COUNTY}-CG"

BUREAUS = {
    "SJ": ("审计局", "shenji"),
    "WJ": ("卫健局", "weijian"),
    "HB": ("生态环境局", "huanbao"),
    "CZ": ("财政局", "caizheng"),
    "ZR": ("自然资源局", "ziran"),
    "YJ": ("应急管理局", "yingji"),
    "QX": ("气象局", "qixiang"),
    "JS": ("住建局", "zhujian"),
    "NY": ("农业农村局", "nongye"),
    "JY": ("教育局", "jiaoyu"),
    "ZF": ("综合执法局", "zhifa"),
    "FG": ("发展改革局", "fagai"),
    "CG": ("城市管理局", "chengguan"),
}
"""Letters of the code -> name and login of the one who undertakes the bureau's matters."""

SECTIONS = {
    f"{AUDIT_BUREAU}-ZG": "审计整改科",
    f"{AUDIT_BUREAU}-CZ": "财政审计科",
    f"{AUDIT_BUREAU}-JZ": "经济责任审计科",
    f"{AUDIT_BUREAU}-TZ": "投资审计科",
    f"{URBAN_BUREAU}-FZ": "城管法制科",
    f"{URBAN_BUREAU}-ZA": "执法一中队",
    f"{URBAN_BUREAU}-ZB": "执法二中队",
    f"{URBAN_BUREAU}-CK": "城管服务窗口",
    f"{URBAN_BUREAU}-HW": "环卫所",
}
"""The sections of the two bureaus whose ledgers the county keeps, by code."""

RANKING = {
    "YJ": "yingjikao",
    "WJ": "weijiankao",
    "ZM": "zimaokao",
    "GZ": "guozikao",
    "ZR": "zirankao",
    "HB": "huanbaokao",
}
"""Bureaus that rank others -> login of the one who keeps their scorecards. Two of them do nothing else here."""
OFFICES = {"ZM": "自贸片区管委会", "GZ": "国有资产监管中心"}
INSTITUTIONS = {
    f"{COUNTY}-WJ-Y1": "县人民医院",
    f"{COUNTY}-WJ-Y2": "县中医医院",
    f"{COUNTY}-WJ-Y3": "县妇幼保健院",
    f"{COUNTY}-WJ-J1": "县疾病预防控制中心",
    f"{COUNTY}-WJ-J2": "县卫生监督所",
    f"{COUNTY}-WJ-W1": "城关镇卫生院",
    f"{COUNTY}-WJ-W2": "青禾镇卫生院",
}
"""The health bureau's hospitals, institutes and township hospitals, by code."""

_TOWNS = (
    "城关镇",
    "青禾镇",
    "墨池镇",
    "云杉镇",
    "白鹭溪镇",
    "棠梨镇",
    "松风镇",
    "枕石镇",
    "菱角湾镇",
    "鹤鸣桥镇",
    "稻香镇",
    "梧桐岭镇",
    "星斗镇",
    "银杏坪镇",
    "杏花渡镇",
    "听涛镇",
    "竹影乡",
    "桃源里乡",
    "雁回乡",
    "半山亭乡",
)
_FORMER_NAME = ("云杉镇", "云杉乡")
_VILLAGE_FIRST = "听闻望临依傍对面向背迎送回环绕合分连"
_VILLAGE_SECOND = "泉溪湾坪坞岙岭桥渡塘畈浦洲樟枫柳梅"
_TRADES = ("粮油加工", "竹木制品", "建材", "水务", "茶业", "纺织", "电镀", "包装", "冷链物流", "农机制造")


@dataclass(frozen=True)
class Size:
    """How large a county, and how much was audited in its year.

    In the other ledgers of its bureaus something happens at every so many-th occasion: `pace`, or 0 for never.
    """

    towns: int = 20
    villages: int = 300
    enterprises: int = 60
    projects: int = 16
    findings: int = 400
    pace: int = 1


@dataclass(frozen=True)
class Place:
    """A unit of the county. `former` is what it was called until the day of the county's renaming."""

    code: str
    name: str
    kind: str
    parent: str | None
    former: str = ""


@dataclass(frozen=True)
class County:
    """All units, each after its parent, and the day on which one of them was renamed."""

    places: tuple[Place, ...]
    renamed_on: date
    by_code: dict[str, Place] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_code", {place.code: place for place in self.places})

    def name(self, code: str, day: date) -> str:
        """What a unit is called on a day."""
        place = self.by_code[code]
        return place.former if place.former and day < self.renamed_on else place.name

    @cached_property
    def towns(self) -> tuple[Place, ...]:
        return self._of_kind("town")

    @cached_property
    def enterprises(self) -> tuple[Place, ...]:
        return self._of_kind("enterprise")

    @cached_property
    def villages(self) -> tuple[Place, ...]:
        return self._of_kind("village")

    def villages_of(self, town: str) -> tuple[Place, ...]:
        """The villages of a town; all villages for any other unit."""
        own = tuple(place for place in self.villages if place.parent == town)
        return own or self.villages

    def _of_kind(self, kind: str) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.kind == kind)


def build_county(size: Size, renamed_on: date) -> County:
    """The county's units at this size."""
    return County(tuple(_places(size)), renamed_on)


def _places(size: Size) -> Iterator[Place]:
    yield Place(COUNTY, "示范县", "county", None)
    for letters, (name, _) in BUREAUS.items():
        yield Place(f"{COUNTY}-{letters}", name, "bureau", COUNTY)
    for code, name in SECTIONS.items():
        yield Place(code, name, "section", code.rpartition("-")[0])
    towns = [f"{COUNTY}{101 + number}" for number in range(size.towns)]
    for number, code in enumerate(towns):
        name = _TOWNS[number]
        yield Place(code, name, "town", COUNTY, _FORMER_NAME[1] if name == _FORMER_NAME[0] else "")
    for number in range(size.villages):
        serial, town = divmod(number, size.towns)
        yield Place(f"{towns[town]}{201 + serial}", _village_name(number), "village", towns[town])
    for number in range(size.enterprises):
        serial, town = divmod(number, size.towns)
        stem = _TOWNS[town].removesuffix("镇").removesuffix("乡")
        trade = _TRADES[(number * 7 + serial) % len(_TRADES)]
        yield Place(f"{towns[town]}-Q{serial + 1:02d}", f"示范县{stem}{trade}有限公司", "enterprise", towns[town])
    for letters, name in OFFICES.items():
        yield Place(f"{COUNTY}-{letters}", name, "bureau", COUNTY)
    for code, name in INSTITUTIONS.items():
        yield Place(code, name, "site", f"{COUNTY}-WJ")


def _village_name(number: int) -> str:
    """A name of two characters, a different one for each number up to 306."""
    second, first = divmod(number, len(_VILLAGE_FIRST))
    return f"{_VILLAGE_FIRST[first]}{_VILLAGE_SECOND[(second + first) % len(_VILLAGE_SECOND)]}村"
