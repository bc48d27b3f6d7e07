"""Who works in the demo county, by login name. All of them sign in with one password, which is no secret."""

from collections.abc import Iterator
from dataclasses import dataclass

from bihuan.cli.demo.county import (
    AUDIT_BUREAU,
    AUDIT_SECTION,
    BUREAUS,
    COUNTY,
    OFFICES,
    RANKING,
    SECTIONS,
    URBAN_BUREAU,
    County,
)

PASSWORD = "shifanxian-yanshi"  # noqa: S105 - known to all by intent: what it opens is made up
"""The demo county's one password: it is printed, and written in the documentation."""

LEADER, DISPATCHER, JUDGE, CLERK = "xianzhang", "shenji", "shenhe", "jingban"
SECTION_LOGINS = {section: section.removeprefix(f"{COUNTY}-").replace("-", "").lower() for section in SECTIONS}
"""Section -> login of the one who undertakes its matters, such as cgza for the first enforcement squad."""
MEMORABLE = (
    "shenji",
    "jingban",
    "shenhe",
    "chengguanzhen",
    "weijian",
    "qiye01",
    "xianzhang",
    "chengguanke",
    "chengguanshen",
    "cgza",
    "shenjiyuan",
    "xitong",
)

_SURNAMES = "沈陆顾孟陶俞庞邵祝章虞闻卜柏水窦"
_GIVEN = (
    "知远",
    "明禾",
    "若溪",
    "景行",
    "怀瑾",
    "嘉树",
    "望舒",
    "清和",
    "守拙",
    "思齐",
    "云帆",
    "秋实",
    "安澜",
    "子衿",
    "书勤",
)


@dataclass(frozen=True)
class Worker:
    """A person of the county, and the posts they hold: (unit's code, role)."""

    login: str
    name: str
    posts: tuple[tuple[str, str], ...]


def workers(county: County) -> list[Worker]:
    """Everybody, each with a name of their own."""
    return [Worker(login, _name(number), posts) for number, (login, posts) in enumerate(_places_of_work(county))]


def undertaker(county: County, unit: str) -> str:
    """The login of the one who undertakes a unit's matters."""
    if unit in SECTION_LOGINS:
        return SECTION_LOGINS[unit]
    letters = unit.removeprefix(f"{COUNTY}-")
    if letters in BUREAUS:
        return BUREAUS[letters][1]
    if letters in OFFICES:
        return RANKING[letters]
    for prefix, places in (("zhen", county.towns), ("qiye", county.enterprises)):
        for number, place in enumerate(places, start=1):
            if place.code == unit:
                return f"{prefix}{number:02d}"
    raise ValueError(f"nobody undertakes for {unit}")


def _places_of_work(county: County) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    yield LEADER, ((COUNTY, "leader"), (COUNTY, "supervisor"))
    yield DISPATCHER, ((AUDIT_BUREAU, "supervisor"), (AUDIT_BUREAU, "reviewer"))
    yield JUDGE, ((AUDIT_SECTION, "reviewer"),)
    yield CLERK, ((AUDIT_BUREAU, "handler"),)
    yield "shenjizhang", ((AUDIT_BUREAU, "leader"),)
    yield "shenjiyuan", ((COUNTY, "auditor"),)
    yield "xitong", ((COUNTY, "system_admin"),)
    yield "anquan", ((COUNTY, "security_admin"),)
    yield "shenjiguanli", ((COUNTY, "audit_admin"),)
    for letters, (_, login) in BUREAUS.items():
        if f"{COUNTY}-{letters}" != AUDIT_BUREAU:
            yield login, ((f"{COUNTY}-{letters}", "undertaker"),)
            yield f"{login}zhang", ((f"{COUNTY}-{letters}", "leader"),)
    for number, town in enumerate(county.towns, start=1):
        yield f"zhen{number:02d}", ((town.code, "undertaker"),)
        yield f"zhenzhang{number:02d}", ((town.code, "leader"),)
    yield "chengguanzhen", ((county.towns[0].code, "undertaker"),)
    for number, enterprise in enumerate(county.enterprises, start=1):
        yield f"qiye{number:02d}", ((enterprise.code, "undertaker"),)
    yield "chengguanke", ((URBAN_BUREAU, "handler"),)
    yield "chengguanshen", ((URBAN_BUREAU, "reviewer"), (URBAN_BUREAU, "supervisor"))
    for section, login in SECTION_LOGINS.items():
        yield login, ((section, "undertaker"),)
    for letters, login in RANKING.items():
        roles = ("handler", "supervisor", *(("undertaker",) if letters in OFFICES else ()))
        yield login, tuple((f"{COUNTY}-{letters}", role) for role in roles)


def _name(number: int) -> str:
    """A full name, a different one for each number up to 240."""
    second, first = divmod(number, len(_SURNAMES))
    return f"{_SURNAMES[first]}{_GIVEN[(second + first) % len(_GIVEN)]}"
