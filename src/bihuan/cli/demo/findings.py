"""The audits of the demo county's year and what each found: projects, units, amounts, texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from bihuan.cli.demo.county import AUDIT_BUREAU, COUNTY, County
from bihuan.cli.demo.texts import FAULTS, Fault

_POLICY, _FINANCE, _DUTY = "政策跟踪审计", "财政收支审计", "经济责任审计"
_SUBJECTS = (
    (_FINANCE, "{last}年度县级预算执行和其他财政收支审计", None),
    (_POLICY, "{year}年乡村振兴重点政策落实跟踪审计", None),
    (_DUTY, "{town}党政主要负责人任期经济责任审计", "town"),
    (_POLICY, "{year}年惠企纾困政策落实跟踪审计", None),
    (_DUTY, "{bureau}主要负责人任期经济责任审计", "bureau"),
    (_FINANCE, "{last}年度政府投资项目管理审计", None),
    (_POLICY, "{year}年农村生活污水治理专项跟踪审计", None),
    (_DUTY, "{town}党政主要负责人离任经济责任审计", "town"),
    (_FINANCE, "{last}年度行政事业单位国有资产管理审计", None),
    (_POLICY, "{year}年高标准农田建设政策跟踪审计", None),
    (_FINANCE, "{last}年度县属国有企业资产负债损益审计", None),
    (_DUTY, "{bureau}主要负责人离任经济责任审计", "bureau"),
    (_POLICY, "{year}年营商环境政策落实跟踪审计", None),
    (_FINANCE, "{last}年度教育和卫生专项资金审计", None),
    (_DUTY, "{town}党政主要负责人任期经济责任审计", "town"),
    (_POLICY, "{year}年安全生产和防灾减灾政策跟踪审计", None),
)
_LEVELS = ("县级", "县级", "县级", "市本级")


@dataclass(frozen=True)
class Project:
    """An audit: its title, its kind, and the unit it is about if it is about one."""

    title: str
    audit_type: str
    focus: str | None = None


@dataclass(frozen=True)
class Finding:
    """One fault that an audit found. `words` are what its texts are filled with."""

    project: Project
    number: str
    fault: Fault
    unit: str
    unit_name: str
    found_on: date
    level: str
    amount: Decimal | None
    words: dict[str, object]

    @property
    def title(self) -> str:
        return self.fault.title.format(**self.words)

    @property
    def detail(self) -> str:
        return self.fault.detail.format(**self.words)

    def measures(self, at: datetime) -> str:
        """What the unit says it has done by then."""
        day = at.date() - timedelta(days=2)
        return self.fault.measures.format(**self.words, fixed=f"{day.month}月{day.day}日")


def projects_of(county: County, ages: Sequence[int], today: date) -> list[Project]:
    """The year's audits, one for each age in days; a town or bureau is not audited twice."""
    bureaus = [p for p in county.places if p.kind == "bureau" and p.code != AUDIT_BUREAU]
    towns = list(county.towns)
    projects: list[Project] = []
    for number, age in enumerate(ages):
        day = today - timedelta(days=age)
        audit_type, title, about = _SUBJECTS[number % len(_SUBJECTS)]
        among = {"town": towns, "bureau": bureaus}.get(about or "", [])
        focus = among[number % len(among)].code if among else None
        name = county.name(focus, day) if focus else ""
        words = {"year": day.year, "last": day.year - 1, "town": name, "bureau": name}
        text = title.format(**words)
        repeated = sum(project.title.startswith(text) for project in projects)
        projects.append(Project(text + (f"（第{repeated + 1}批）" if repeated else ""), audit_type, focus))
    return projects


def draw_finding(county: County, project: Project, number: int, reported: date, rng: Random) -> Finding:
    """A finding of a project, found in the weeks before its report."""
    unit = _focused(county, project, rng)
    fault = rng.choice([fault for fault in FAULTS if unit is None or _fits(county, fault, unit)])
    unit = unit or draw_unit(county, fault, rng)
    found_on = reported - timedelta(days=rng.randint(1, 24))
    name = county.name(unit, found_on)
    amount = _amount(fault, rng)
    town = unit[: len(COUNTY) + 3]
    words: dict[str, object] = {
        "unit": name,
        "village": rng.choice(county.villages_of(town)).name,
        "amount": amount,
        **_month_before(found_on, rng),
        "n": rng.randint(12, 96),
        "m": rng.randint(2, 9),
        "percent": rng.randint(18, 58),
        "area": f"{rng.randint(28, 420) * 10:,}",
    }
    return Finding(project, f"{number:03d}", fault, unit, name, found_on, rng.choice(_LEVELS), amount, words)


def _month_before(day: date, rng: Random) -> dict[str, int]:
    """Some month of the two years before a day."""
    months = day.year * 12 + day.month - 1 - rng.randint(1, 24)
    return {"year": months // 12, "month": months % 12 + 1}


def _focused(county: County, project: Project, rng: Random) -> str | None:
    """An audit of one unit finds most of its faults there; a town's enterprises have their share."""
    if project.focus is None or rng.random() < 0.15:
        return None
    own = [place.code for place in county.enterprises if place.parent == project.focus]
    return rng.choice(own) if own and rng.random() < 0.2 else project.focus


def _fits(county: County, fault: Fault, unit: str) -> bool:
    kind = county.by_code[unit].kind
    return (unit.removeprefix(f"{COUNTY}-") if kind == "bureau" else kind) in fault.units


def draw_unit(county: County, fault: Fault, rng: Random, other_than: str = "") -> str:
    """A unit at which a fault of this sort may be found; towns and enterprises as often as one bureau each."""
    kind = rng.choice(fault.units)
    named = {"town": county.towns, "enterprise": county.enterprises}.get(kind)
    found = rng.choice(named).code if named else f"{COUNTY}-{kind}"
    if found != other_than:
        return found
    others = [place.code for place in (*county.towns, *county.enterprises) if place.code != other_than]
    return rng.choice(others)


def _amount(fault: Fault, rng: Random) -> Decimal | None:
    """An amount in 万元: small ones are more common than great ones."""
    if fault.amount is None:
        return None
    least, most = fault.amount
    cents = int(least * 100 * (most / least) ** rng.random())
    return Decimal(cents).scaleb(-2)
