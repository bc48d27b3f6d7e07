"""What the bureaus that rank others take down: a row for each unit that is compared, by month, quarter or year."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from bihuan.cli.demo.bureaus.book import Book
from bihuan.cli.demo.county import COUNTY, INSTITUTIONS, County

_MONTHS = 4
_COMMITTEES = (("工矿专委会", "FG"), ("建设施工专委会", "JS"), ("消防专委会", "ZF"), ("农业农机专委会", "NY"))
_SECTORS = ("mine", "metal", "chemical", "dust", "machinery", "light", "building_material", "textile")
_RISKS = ("major", "larger", "general", "low")
_MERCHANTS, _HOLDINGS = slice(0, 15), slice(15, 23)
_CLASSES = {"Y": "hospital", "J": "institute", "W": "township"}
_LISTS = {"problem": 7, "index": 9, "dimension": 6}
_CONSORTIUM = {
    "duty": ("党委政府主导", "成员单位共同参与决策"),
    "management": ("人员统一管理", "财务统一管理", "药品统一目录"),
    "service": ("患者有序流动", "信息互联互通", "基层能力提升"),
    "interest": ("医保打包付费", "收入统一核算", "结余留用"),
}
_SERVICE = ("decisions", "functions", "quality", "support")
_TARGETS = {
    "pm25": (30, 0.02),
    "pm10": (52, 0.04),
    "good_days": (92, 0.03),
    "sections": (8, 0.0),
    "hw_disposal": (98, 0.01),
    "reduction": (460, 0.08),
}


def assessments(book: Book, county: County) -> None:
    """Everything that the scorecards of the other bureaus are computed from."""
    _forest(book, county)
    _safety(book, county)
    _committees(book)
    _enterprises(book, county)
    _warehouses(book, county)
    _party(book)
    _hospitals(book)
    _merchants(book, county)
    _holdings(book, county)
    _cropland(book, county)
    _targets(book)


def _ended(book: Book, months: int) -> Iterator[date]:
    """The last days of the latest months that are over, so many months apart, the earliest first."""
    ends, day = list[date](), book.today.replace(day=1) - timedelta(days=1)
    while len(ends) < _MONTHS:
        if not day.month % months:
            ends.append(day)
        day = day.replace(day=1) - timedelta(days=1)
    return reversed(ends)


def _part(rng: Random, whole: int, least: float) -> int:
    return round(whole * rng.uniform(least, 1))


def _some(rng: Random, chance: float) -> int:
    return int(rng.random() < chance)


def _forest(book: Book, county: County) -> None:
    for end in _ended(book, 1):
        for town in county.towns:
            rng = book.rng("forest", end, town.code)
            hazards, notices = rng.randint(4, 20), rng.randint(1, 6)
            values: dict[str, Any] = {"hazards": hazards, "hazards_rectified": _part(rng, hazards, 0.7)}
            values |= {"patrols_planned": 60, "patrols_done": _part(rng, 60, 0.8), "monitors": 12}
            values |= {"monitors_online": rng.randint(10, 12), "drills": rng.randint(0, 2), "notices": notices}
            values |= {"notices_closed": _part(rng, notices, 0.6), "burnings": _some(rng, 0.3)}
            values |= {"fires": _some(rng, 0.03), "casualties": 0, "reported_on": end}
            book.enter("emergency.forest_month", end, "yingjikao", town=town.code, month=f"{end:%Y-%m}", **values)


def _safety(book: Book, county: County) -> None:
    for end in _ended(book, 1):
        for town in county.towns:
            rng = book.rng("safety", end, town.code)
            enterprises, problems, major = rng.randint(20, 60), rng.randint(30, 90), rng.randint(0, 2)
            values: dict[str, Any] = {
                "enterprises": enterprises,
                "checked": _part(rng, enterprises, 0.7),
                "problems": problems,
            }
            values |= {"closed": _part(rng, problems, 0.75), "major": major, "major_measured": _part(rng, major, 0.8)}
            values |= {"cases": rng.randint(0, 4), "accidents": _some(rng, 0.1), "deaths": _some(rng, 0.01)}
            values |= {"town": town.code, "month": f"{end:%Y-%m}", "reported_on": end}
            book.enter("emergency.safety_month", end, "yingjikao", **values)


def _committees(book: Book) -> None:
    for end in _ended(book, 3):
        for committee, letters in _COMMITTEES:
            rng = book.rng("committee", end, letters)
            problems = rng.randint(5, 15)
            values: dict[str, Any] = {"meetings_due": 1, "meetings_held": 1, "analyses_due": 3}
            values |= {"analyses_held": rng.randint(2, 3), "duties": 24, "duties_done": rng.randint(18, 24)}
            values |= {"problems": problems, "closed": _part(rng, problems, 0.6), "reported_on": end}
            values |= {"committee": committee, "lead": f"{COUNTY}-{letters}", "month": f"{end:%Y-%m}"}
            book.enter("emergency.committee_work", end, "yingjikao", **values)


def _enterprises(book: Book, county: County) -> None:
    for year in book.years:
        for enterprise in county.enterprises:
            rng = book.rng("enterprise", year, enterprise.code)
            hazards, staff = rng.randint(3, 20), rng.randint(20, 400)
            values: dict[str, Any] = {"sector": rng.choice(_SECTORS), "risk": rng.choice(_RISKS), "staff": staff}
            values |= {"hazards": hazards, "hazards_rectified": _part(rng, hazards, 0.7)}
            values |= {"standard_level": rng.randint(62, 96), "trained": _part(rng, staff, 0.75)}
            values |= {"self_checks_due": 12, "self_checks": rng.randint(7, 12), "penalties": _some(rng, 0.2)}
            values |= {"accidents": _some(rng, 0.03), "major_open": _some(rng, 0.05)}
            values |= {"enterprise": enterprise.code, "year": year, "assessed_on": _day(book, year, 10)}
            book.enter("emergency.enterprise_safety", values["assessed_on"], "yingjikao", **values)


def _warehouses(book: Book, county: County) -> None:
    for year in book.years:
        for town in county.towns:
            rng = book.rng("warehouse", year, town.code)
            stocked = rng.randint(16, 24)
            values: dict[str, Any] = {"warehouse": f"{town.name}防汛物资仓库", "area": rng.randint(40, 130)}
            values |= {"items_required": 24, "items_stocked": stocked, "items_valid": _part(rng, stocked, 0.85)}
            values |= {"rules": 10, "rules_met": rng.randint(7, 10), "drills": rng.randint(0, 2)}
            values |= {"shortage_events": _some(rng, 0.05), "checked_on": _day(book, year, 4)}
            values |= {"town": town.code, "year": year}
            book.enter("emergency.warehouse_check", values["checked_on"], "yingjikao", **values)


def _party(book: Book) -> None:
    for end in list(_ended(book, 1))[-2:]:
        for branch in INSTITUTIONS:
            for name, count in _LISTS.items():
                for item in range(1, count + 1):
                    points = book.rng("party", end, branch, name, item).randint(68, 100)
                    values: dict[str, Any] = {"branch": branch, "month": f"{end:%Y-%m}", "scored_on": end}
                    values |= {"class": _CLASSES[branch.rpartition("-")[2][0]], "list": name, "item": item}
                    book.enter("health.party_list", end, "weijiankao", points=points, **values)


def _hospitals(book: Book) -> None:
    hospitals = [code for code in INSTITUTIONS if code.rpartition("-")[2].startswith("Y")]
    for year in book.years:
        for hospital in hospitals:
            rng = book.rng("hospital", year, hospital)
            surgeries, revenue = rng.randint(3_000, 9_000), rng.randint(12_000, 60_000)
            values: dict[str, Any] = {"party_points": rng.randint(80, 98), "surgeries": surgeries}
            values |= {"surgery_four": round(surgeries * rng.uniform(0.06, 0.18)), "revenue": revenue}
            values |= {
                "drug_revenue": round(revenue * rng.uniform(0.24, 0.36)),
                "outpatient_growth": f"{rng.randint(-3, 12)}%",
            }
            values |= {
                "patient_satisfaction": f"{rng.randint(82, 96)}%",
                "staff_satisfaction": f"{rng.randint(74, 92)}%",
            }
            values |= {"serious_events": 0, "reported_on": _day(book, year, 10), "hospital": hospital, "year": year}
            book.enter("health.hospital_year", values["reported_on"], "weijiankao", **values)
        for lead in hospitals[:2]:
            for aspect, items in _CONSORTIUM.items():
                for item in items:
                    verdict = book.rng("closeness", year, lead, item).choice("aaaabbbc")
                    kept: dict[str, Any] = {
                        "aspect": aspect,
                        "item": item,
                        "verdict": verdict,
                        "judged_on": _day(book, year, 9),
                    }
                    book.enter(
                        "health.consortium_item", _day(book, year, 9), "weijiankao", lead=lead, year=year, **kept
                    )


def _merchants(book: Book, county: County) -> None:
    for end in _ended(book, 3):
        for merchant in county.enterprises[_MERCHANTS]:
            rng = book.rng("merchant", end, merchant.code)
            before = rng.randint(80, 900)
            values: dict[str, Any] = {"checks": rng.randint(1, 4), "points_lost": rng.randint(0, 12)}
            values |= {"turnover_before": before, "turnover": round(before * rng.uniform(0.92, 1.2))}
            values |= {"complaints": _some(rng, 0.3), "praises": _some(rng, 0.3), "fake_goods": _some(rng, 0.02)}
            values |= {"merchant": merchant.code, "month": f"{end:%Y-%m}", "checked_on": end}
            book.enter("ftz.appraisal", end, "zimaokao", **values)


def _holdings(book: Book, county: County) -> None:
    for year in book.years:
        for number, holding in enumerate(county.enterprises[_HOLDINGS] or county.enterprises[:1]):
            rng = book.rng("holding", year, holding.code)
            assets, revenue = rng.randint(40_000, 300_000), rng.randint(8_000, 60_000)
            profit, equity = round(revenue * rng.uniform(0.02, 0.12)), round(assets * rng.uniform(0.25, 0.45))
            values: dict[str, Any] = {"class": "public" if number % 3 == 2 else "competition", "assets": assets}
            values |= {"profit_target": round(profit * rng.uniform(0.9, 1.2)), "profit": profit, "equity": equity}
            values |= {"liabilities": assets - equity, "net_profit": round(profit * 0.75), "revenue": revenue}
            values |= {"research": round(revenue * rng.uniform(0, 0.04)), "value_added": round(revenue * 0.3)}
            values |= {"staff": rng.randint(80, 600), "cash_flow": round(revenue * rng.uniform(0.02, 0.14))}
            values |= {
                "revenue_target": round(revenue * rng.uniform(0.9, 1.1)),
                "management_points": rng.randint(70, 95),
            }
            values |= {"invest_income": rng.randint(0, 400)}
            values |= {"cost": revenue - profit, "invested": rng.randint(2_000, 9_000), "invest_planned": 8_000}
            values |= {f"{aspect}_points": rng.randint(75, 98) for aspect in _SERVICE}
            values |= {"accidents": _some(rng, 0.1), "base_pay": 24, "target_state": "issued"}
            values |= {"enterprise": holding.code, "year": year, "reported_on": _day(book, year, 10)}
            book.enter("sasac.enterprise_year", values["reported_on"], "guozikao", **values)


def _cropland(book: Book, county: County) -> None:
    for year in book.years:
        for town in county.towns:
            rng = book.rng("cropland", year, town.code)
            target, occupied, patches = rng.randint(9_000, 30_000), rng.randint(50, 300), rng.randint(5, 40)
            values: dict[str, Any] = {"letter_signed": True, "retained_target": target, "basic": round(target * 0.85)}
            values |= {"retained": target + rng.randint(-5, 200), "basic_target": round(target * 0.85)}
            values |= {"occupied": occupied, "supplemented": occupied + rng.randint(-4, 60), "flowed_out": 40}
            values |= {"flowed_in": 40 + rng.randint(-2, 20), "new_occupied": occupied, "illegal": rng.randint(0, 8)}
            values |= {"restore_task": 120, "restored": rng.randint(70, 120), "patches": patches}
            values |= {
                "patches_rectified": _part(rng, patches, 0.75),
                "patrols_due": 48,
                "patrols": rng.randint(38, 48),
            }
            values |= {"town": town.code, "year": year, "reported_on": _day(book, year, 10)}
            book.enter("land.cropland_year", values["reported_on"], "zirankao", **values)


def _targets(book: Book) -> None:
    for year in book.years:
        for item, (target, spread) in _TARGETS.items():
            actual = target * (1 + book.rng("target", year, item).uniform(-spread, spread))
            values: dict[str, Any] = {"place": COUNTY, "year": year, "target_item": item, "target": target}
            values |= {"actual": round(actual, 2), "reported_on": _day(book, year, 10)}
            for level in ("province", "city"):
                book.enter("ecology.target_year", values["reported_on"], "huanbaokao", set_by=level, **values)


def _day(book: Book, year: int, month: int) -> date:
    """The 20th of a month, or some weeks ago where that is still to come."""
    return min(date(year, month, 20), book.today - timedelta(days=20))
