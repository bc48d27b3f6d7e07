"""The leading group for law, its one adjustment, and the yearly plan."""

from datetime import date
from typing import Any

from bihuan.cli.demo.bureaus.book import Book, Paper, that_day
from bihuan.cli.demo.bureaus.urban_people import CLERK, FIRST, LEGAL, LOGIN, OFFICE, SECOND

_TASKS = ("宪法宣传周", "行政处罚法专题宣传", "门前三包普法", "燃气安全普法", "校园周边普法", "以案释法进社区")


def group(book: Book) -> None:
    """The leading group, its one adjustment, and the yearly plan."""
    people = (
        ("head", "局长"),
        ("deputy", "分管副局长"),
        ("member", "法制科长"),
        ("member", "一中队长"),
        ("liaison", "法制科员"),
    )
    changed = date(book.today.year, 2, 3)
    for number, (duty, position) in enumerate(people):
        left = changed if duty == "deputy" and changed < book.today else None
        book.enter(
            "urban.popularise_group",
            book.since,
            CLERK,
            at_once=True,
            name=f"唐普法{number + 1}",
            position=position,
            duty=duty,
            joined_on=book.since,
            left_on=left,
            basis="示城管〔示例〕2号",
        )
    book.enter(
        "urban.popularise_group",
        changed,
        CLERK,
        name="唐普法六",
        position="新任副局长",
        duty="deputy",
        joined_on=changed,
        basis="示城管〔示例〕9号",
    )
    for year in book.years:
        for number, task in enumerate(_TASKS):
            _task(book, year, number, f"{task}（{year}）")


def _task(book: Book, year: int, number: int, title: str) -> None:
    section = (LEGAL, FIRST, SECOND)[number % 3]
    login, start = LOGIN[section], date(year, 2, 6 + number)
    thread = book.open(
        "urban.popularise_item",
        start,
        CLERK,
        title=title,
        year=year,
        is_focus=number % 2 == 0,
        audience="商户和居民",
        responsible_unit=section,
        planned_on=start,
    )
    thread.then((2, 5), CLERK, "assign", "按计划实施", responsible_unit=section)
    thread.then((10, 30), login, "progress", progress="40%")
    done: dict[str, Any] = {"result": f"{title}已完成。", "experience": "商户会前会后讲一条。", "reported_on": that_day}
    thread.then((20, 70), login, "submit", "请验收", **done)
    if number % 3 == 1:
        thread.then((1, 3), OFFICE, "send_back", "佐证材料不足").then(
            (2, 5), login, "submit", evidence=Paper(title), **done
        )
    thread.then((1, 4), OFFICE, "accept", "同意")
